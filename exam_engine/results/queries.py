"""Looking up results."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.delivery.tables import Attempt, PresentedItem, Response
from exam_engine.exams.tables import Exam, Form, FormItem
from exam_engine.results.tables import Result, Score
from item_bank.tables import FrameworkNode

Found = Row[Result, Score, Attempt, Form, Exam]


async def find_result(session: AsyncSession, result_id: UUID, person_id: UUID) -> Found | None:
    """A person's own result; None for anybody else's."""
    rows = await session.execute(_own(person_id).where(Result.id == result_id))
    return rows.one_or_none()


async def list_results(session: AsyncSession, person_id: UUID) -> Sequence[Found]:
    """A person's results, newest first."""
    rows = await session.execute(_own(person_id).order_by(Attempt.ended_at.desc()))
    return rows.all()


# Built once: at the end of an exam everybody is scored within seconds.
_RESULT_OF = select(Result).where(Result.attempt_id == bindparam("attempt_id"))
_ANSWERED = (
    select(PresentedItem.item_version_id, FrameworkNode.code, FormItem.role, Response.value)
    .join(
        FormItem,
        and_(
            FormItem.form_id == bindparam("form_id"),
            FormItem.position == PresentedItem.form_position,
        ),
    )
    .join(FrameworkNode, FrameworkNode.id == FormItem.node_id)
    .outerjoin(
        Response,
        and_(
            Response.attempt_id == PresentedItem.attempt_id,
            Response.position == PresentedItem.position,
        ),
    )
    .where(PresentedItem.attempt_id == bindparam("attempt_id"))
    .order_by(PresentedItem.position)
)


async def find_result_of(session: AsyncSession, attempt_id: UUID) -> Result | None:
    return await session.scalar(_RESULT_OF, {"attempt_id": attempt_id})


@dataclass(frozen=True, slots=True)
class Answered:
    """One position of an attempt with all that scoring needs; ``value`` is None for no answer."""

    item_version_id: UUID
    node: str
    role: str
    value: str | None


async def list_answered(
    session: AsyncSession, attempt_id: UUID, form_id: UUID
) -> Sequence[Answered]:
    """Every position that was presented, answered or not, in order."""
    rows = await session.execute(_ANSWERED, {"attempt_id": attempt_id, "form_id": form_id})
    return [Answered(*row) for row in rows]


def _own(person_id: UUID) -> Select[Result, Score, Attempt, Form, Exam]:
    return (
        select(Result, Score, Attempt, Form, Exam)
        .join(Score, Score.id == Result.score_id)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .join(Form, Form.id == Attempt.form_id)
        .join(Exam, Exam.id == Form.exam_id)
        .where(Attempt.person_id == person_id)
    )
