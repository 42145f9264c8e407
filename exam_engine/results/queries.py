"""Looking up results."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.delivery.tables import Attempt
from exam_engine.exams.tables import Exam, Form
from exam_engine.results.tables import Result, Score

Found = Row[Result, Score, Attempt, Form, Exam]


async def find_result(session: AsyncSession, result_id: UUID, person_id: UUID) -> Found | None:
    """A person's own result; None for anybody else's."""
    rows = await session.execute(_own(person_id).where(Result.id == result_id))
    return rows.one_or_none()


async def list_results(session: AsyncSession, person_id: UUID) -> Sequence[Found]:
    """A person's results, newest first."""
    rows = await session.execute(_own(person_id).order_by(Attempt.ended_at.desc()))
    return rows.all()


async def find_result_of(session: AsyncSession, attempt_id: UUID) -> Result | None:
    return await session.scalar(select(Result).where(Result.attempt_id == attempt_id))


def _own(person_id: UUID) -> Select[Result, Score, Attempt, Form, Exam]:
    return (
        select(Result, Score, Attempt, Form, Exam)
        .join(Score, Score.id == Result.score_id)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .join(Form, Form.id == Attempt.form_id)
        .join(Exam, Exam.id == Form.exam_id)
        .where(Attempt.person_id == person_id)
    )
