"""Looking up held results, and what is known of their form."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.tables import Person
from exam_engine.calibration.scales.queries import list_outdated
from exam_engine.calibration.states import RunState
from exam_engine.calibration.tables import CalibrationItem, CalibrationRun
from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import Attempt
from exam_engine.exams.conversion import PROVISIONAL
from exam_engine.exams.queries import find_conversion_row, get_conversion
from exam_engine.exams.tables import Exam, Form, FormItem
from exam_engine.registration.tables import Sitting
from exam_engine.release.checks import KEY_FLAGS, Facts
from exam_engine.release.errors import FormNotFound
from exam_engine.release.tables import Release, ResultAct
from exam_engine.results.errors import ResultNotFound
from exam_engine.results.queries import get_decisions
from exam_engine.results.service import RELEASED_BY
from exam_engine.results.states import ResultState
from exam_engine.results.tables import Result, Score
from item_bank.tables import Item, ItemVersion

OPEN_ATTEMPTS = (AttemptState.RUNNING, AttemptState.PAUSED)
READY = and_(
    Result.state == ResultState.HELD,
    Result.hold_reason.is_(None),
    Attempt.state.in_(RELEASED_BY),
)
"""Results that go when their form is released; the others are decided one by one."""


def within(form_id: UUID, sitting_id: UUID | None) -> list[ColumnElement[bool]]:
    """Attempts of a form, in one sitting or in all, never of a rehearsal."""
    found: list[ColumnElement[bool]] = [
        Attempt.form_id == form_id,
        Attempt.sitting_id.in_(select(Sitting.id).where(Sitting.rehearsal.is_(False))),
    ]
    return found if sitting_id is None else [*found, Attempt.sitting_id == sitting_id]


async def get_released_form(session: AsyncSession, form_id: UUID) -> tuple[Form, Exam]:
    """A form with its exam.  Raises `FormNotFound`."""
    row = (
        await session.execute(
            select(Form, Exam).join(Exam, Exam.id == Form.exam_id).where(Form.id == form_id)
        )
    ).one_or_none()
    if row is None:
        raise FormNotFound
    return row[0], row[1]


async def find_forms(session: AsyncSession, code: str, exam: str | None) -> Sequence[Form]:
    """Forms of this code, of one exam or of any."""
    query = select(Form).join(Exam, Exam.id == Form.exam_id).where(Form.code == code)
    if exam is not None:
        query = query.where(Exam.code == exam)
    return (await session.scalars(query)).all()


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """Held results of a form in one sitting; ``since`` the first of them was held."""

    form_id: UUID
    form: str
    purpose: str
    exam: str
    sitting_id: UUID
    sitting: str
    count: int
    since: datetime


async def list_held(session: AsyncSession, form_id: UUID | None = None) -> list[HeldGroup]:
    """Those that wait longest first."""
    query = (
        select(
            Form.id,
            Form.code,
            Form.purpose,
            Exam.title,
            Sitting.id,
            Sitting.title,
            func.count(),
            func.min(Result.created_at),
        )
        .join(Attempt, Attempt.id == Result.attempt_id)
        .join(Form, Form.id == Attempt.form_id)
        .join(Exam, Exam.id == Form.exam_id)
        .join(Sitting, Sitting.id == Attempt.sitting_id)
        .where(Result.state == ResultState.HELD, Sitting.rehearsal.is_(False))
        .group_by(Form.id, Form.code, Form.purpose, Exam.title, Sitting.id, Sitting.title)
        .order_by(func.min(Result.created_at), Form.code, Sitting.title)
    )
    if form_id is not None:
        query = query.where(Form.id == form_id)
    return [HeldGroup(*row) for row in await session.execute(query)]


async def list_releases(
    session: AsyncSession, form_id: UUID | None = None
) -> Sequence[Row[Release, str, str]]:
    """(Release, form's code, name of who asked) newest first."""
    query = (
        select(Release, Form.code, Person.name)
        .join(Form, Form.id == Release.form_id)
        .outerjoin(Person, Person.id == Release.asked_by)
        .order_by(Release.asked_at.desc())
        .limit(50)
    )
    if form_id is not None:
        query = query.where(Release.form_id == form_id)
    return (await session.execute(query)).all()


async def find_open_release(session: AsyncSession, form_id: UUID) -> Release | None:
    """The one that waits for its second person."""
    return await session.scalar(
        select(Release).where(Release.form_id == form_id, Release.released_at.is_(None))
    )


# ---- what is known of a form


@dataclass(frozen=True, slots=True)
class Doubted:
    """A question whose key the last approved calibration doubts."""

    position: int
    code: str
    run_id: UUID
    flags: list[str]


async def find_last_run(session: AsyncSession, form: Form) -> UUID | None:
    """The newest approved calibration that has items of a form."""
    on_form = select(FormItem.item_version_id).where(FormItem.form_id == form.id).scalar_subquery()
    return await session.scalar(
        select(CalibrationRun.id)
        .where(
            CalibrationRun.exam_id == form.exam_id,
            CalibrationRun.state == RunState.APPROVED,
            exists().where(
                CalibrationItem.run_id == CalibrationRun.id,
                CalibrationItem.item_version_id.in_(on_form),
            ),
        )
        .order_by(CalibrationRun.decided_at.desc())
        .limit(1)
    )


async def list_doubted(session: AsyncSession, form: Form, run_id: UUID) -> list[Doubted]:
    """Scored questions of a form whose key a calibration doubts, in the form's order."""
    rows = await session.execute(
        select(FormItem.position, CalibrationItem.code, CalibrationItem.flags)
        .join(CalibrationItem, CalibrationItem.item_version_id == FormItem.item_version_id)
        .where(
            FormItem.form_id == form.id,
            FormItem.role == "scored",
            CalibrationItem.run_id == run_id,
        )
        .order_by(FormItem.position)
    )
    return [
        Doubted(position, code, run_id, sorted(KEY_FLAGS.intersection(flags)))
        for position, code, flags in rows
        if not KEY_FLAGS.isdisjoint(flags)
    ]


async def list_codes(session: AsyncSession, form_id: UUID) -> dict[int, str]:
    """The code of the item at each scored position of a form."""
    rows = await session.execute(
        select(FormItem.position, Item.code)
        .join(ItemVersion, ItemVersion.id == FormItem.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(FormItem.form_id == form_id, FormItem.role == "scored")
        .order_by(FormItem.position)
    )
    return dict(rows.all())


async def list_version_ids(session: AsyncSession, form_id: UUID) -> dict[int, UUID]:
    """The item version at each position of a form."""
    rows = await session.execute(
        select(FormItem.position, FormItem.item_version_id).where(FormItem.form_id == form_id)
    )
    return dict(rows.all())


async def read_facts(
    session: AsyncSession, form: Form, sitting_id: UUID | None, evidence: Mapping[str, Any]
) -> Facts:
    """All that the checks look at; ``evidence`` as of `release.evidence`."""
    where = within(form.id, sitting_id)
    settled = await find_conversion_row(session, form)
    run_id = await find_last_run(session, form)
    doubted = await list_doubted(session, form, run_id) if run_id else []
    decided = (await get_decisions(session, form.id)).by_position
    run = await session.get_one(CalibrationRun, run_id) if run_id else None
    newer = await list_outdated(session, run, form) if run else []
    running = await session.scalar(
        select(func.count()).select_from(Attempt).where(*where, Attempt.state.in_(OPEN_ATTEMPTS))
    )
    is_held = Result.state == ResultState.HELD
    by_person = and_(Result.hold_reason.is_(None), Attempt.state.not_in(RELEASED_BY))
    counted = await session.execute(
        select(
            func.coalesce(func.sum(case((READY, 1), else_=0)), 0),
            func.coalesce(func.sum(case((Result.hold_reason.is_not(None), 1), else_=0)), 0),
            func.coalesce(func.sum(case((by_person, 1), else_=0)), 0),
        )
        .join(Attempt, Attempt.id == Result.attempt_id)
        .where(*where, is_held)
    )
    ready, on_hold, ended_by_person = counted.one()
    conversion = await get_conversion(session, form)
    return Facts(
        purpose=form.purpose,
        provisional=conversion.method == PROVISIONAL,
        settled_by=settled.source if settled else "",
        evidence=evidence,
        calibrated=run_id is not None,
        undecided=[one.code for one in doubted if one.position not in decided],
        newer=newer,
        running=running or 0,
        ready=ready,
        on_hold=on_hold,
        ended_by_person=ended_by_person,
        room=f"/sittings/{sitting_id}/room" if sitting_id else "/sittings",
    )


# ---- results


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result as the manager sees it, with the score that counts."""

    id: UUID
    name: str
    sitting: str
    attempt_state: str
    ended_at: datetime | None
    state: str
    hold_reason: str | None
    raw: int
    raw_max: int
    passed: bool
    reported: int
    conversion_number: int
    decision_number: int


async def list_rows(
    session: AsyncSession, form_id: UUID, sitting_id: UUID | None = None
) -> list[ResultRow]:
    """Of everybody who has a result, by name."""
    rows: Any = await session.execute(
        select(
            Result.id,
            Person.name,
            Sitting.title,
            Attempt.state,
            Attempt.ended_at,
            Result.state,
            Result.hold_reason,
            Score.raw,
            Score.raw_max,
            Score.passed,
            Score.reported,
            Score.conversion_number,
            Score.decision_number,
        )
        .join(Score, Score.id == Result.score_id)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(Sitting, Sitting.id == Attempt.sitting_id)
        .where(*within(form_id, sitting_id))
        .order_by(Person.name, Result.id)
    )
    return [ResultRow(*row) for row in rows]


async def list_stale_for_update(
    session: AsyncSession,
    form: Form,
    decision_number: int,
    states: Collection[ResultState],
    most: int,
    sitting_id: UUID | None = None,
) -> Sequence[Result]:
    """Results whose score was made by another table or other decisions, locked in id order."""
    return (
        await session.scalars(
            select(Result)
            .join(Score, Score.id == Result.score_id)
            .join(Attempt, Attempt.id == Result.attempt_id)
            .where(
                *within(form.id, sitting_id),
                Result.state.in_(states),
                or_(
                    Score.conversion_number != form.conversion_number,
                    Score.decision_number != decision_number,
                ),
            )
            .order_by(Result.id)
            .limit(most)
            .with_for_update(of=Result)
            .execution_options(populate_existing=True)
        )
    ).all()


@dataclass(frozen=True, slots=True)
class OneResult:
    """A result with all that was ever computed and done about it, for those who decide."""

    result: Result
    attempt: Attempt
    form: Form
    exam: Exam
    person: Person
    sitting: Sitting
    scores: Sequence[Score]
    acts: Sequence[Row[ResultAct, str]]


async def get_one(session: AsyncSession, result_id: UUID) -> OneResult:
    """Raises `ResultNotFound`."""
    row = (
        await session.execute(
            select(Result, Attempt, Form, Exam, Person, Sitting)
            .join(Attempt, Attempt.id == Result.attempt_id)
            .join(Form, Form.id == Attempt.form_id)
            .join(Exam, Exam.id == Form.exam_id)
            .join(Person, Person.id == Attempt.person_id)
            .join(Sitting, Sitting.id == Attempt.sitting_id)
            .where(Result.id == result_id)
        )
    ).one_or_none()
    if row is None:
        raise ResultNotFound
    scores = await session.scalars(
        select(Score).where(Score.attempt_id == row[1].id).order_by(Score.number)
    )
    acts = await session.execute(
        select(ResultAct, Person.name)
        .outerjoin(Person, Person.id == ResultAct.by_id)
        .where(ResultAct.result_id == result_id)
        .order_by(ResultAct.number)
    )
    return OneResult(*row, scores.all(), acts.all())


async def count_acts(session: AsyncSession, result_id: UUID) -> int:
    query = select(func.count()).select_from(ResultAct).where(ResultAct.result_id == result_id)
    return await session.scalar(query) or 0
