"""Looking up results."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.delivery.tables import Attempt, PresentedItem, Response
from exam_engine.exams.tables import Exam, Form, FormItem
from exam_engine.results.errors import ResultNotFound
from exam_engine.results.marking import KeyDecision, Treatment
from exam_engine.results.tables import ItemDecision, Result, Score
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
    select(
        PresentedItem.attempt_id,
        FormItem.position,
        PresentedItem.item_version_id,
        FrameworkNode.code,
        FormItem.role,
        Response.value,
    )
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
    .where(PresentedItem.attempt_id.in_(bindparam("attempt_ids", expanding=True)))
    .order_by(PresentedItem.attempt_id, PresentedItem.position)
)
_DECISIONS = (
    select(ItemDecision)
    .where(ItemDecision.form_id == bindparam("form_id"))
    .order_by(ItemDecision.number)
)


async def find_result_of(session: AsyncSession, attempt_id: UUID) -> Result | None:
    return await session.scalar(_RESULT_OF, {"attempt_id": attempt_id})


async def get_result_for_update(session: AsyncSession, result_id: UUID) -> Result:
    """Locks the row.  Raises `ResultNotFound`."""
    found = await session.get(Result, result_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise ResultNotFound
    return found


@dataclass(frozen=True, slots=True)
class Answered:
    """One position of an attempt with all that scoring needs; ``value`` is None for no answer.

    ``position`` is the form's.
    """

    attempt_id: UUID
    position: int
    item_version_id: UUID
    node: str
    role: str
    value: str | None


async def list_answered(
    session: AsyncSession, attempt_ids: Collection[UUID], form_id: UUID
) -> Sequence[Answered]:
    """Every position that was presented in these attempts of one form, answered or not."""
    rows = await session.execute(_ANSWERED, {"attempt_ids": list(attempt_ids), "form_id": form_id})
    return [Answered(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was decided about a form's questions, by position; ``number`` is the last one's."""

    number: int
    by_position: dict[int, KeyDecision]


async def list_item_decisions(session: AsyncSession, form_id: UUID) -> Sequence[ItemDecision]:
    """All that were ever taken, first one first."""
    return (await session.scalars(_DECISIONS, {"form_id": form_id})).all()


async def get_decisions(session: AsyncSession, form_id: UUID) -> Decisions:
    """Those in force."""
    return in_force(await list_item_decisions(session, form_id))


def in_force(rows: Sequence[ItemDecision]) -> Decisions:
    """Of these, first one first: the last about each position."""
    return Decisions(
        rows[-1].number if rows else 0,
        {row.position: KeyDecision(Treatment(row.treatment), tuple(row.also)) for row in rows},
    )


def _own(person_id: UUID) -> Select[Result, Score, Attempt, Form, Exam]:
    return (
        select(Result, Score, Attempt, Form, Exam)
        .join(Score, Score.id == Result.score_id)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .join(Form, Form.id == Attempt.form_id)
        .join(Exam, Exam.id == Form.exam_id)
        .where(Attempt.person_id == person_id)
    )
