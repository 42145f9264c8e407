"""Looking up runs and what they left, and the forms that a plan names."""

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from exam_engine.accounts.tables import Person
from exam_engine.calibration.errors import NothingToExport, PlanUnsound, RunNotFound
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.states import COMPUTED, OPEN, RunState
from exam_engine.calibration.supply import FormItem
from exam_engine.calibration.tables import (
    CalibrationArtifact,
    CalibrationItem,
    CalibrationRun,
)
from exam_engine.exams import tables as exams
from exam_engine.exams.queries import find_exam
from exam_engine.exams.tables import Exam, Form
from exam_engine.results.marking import UNDECIDED, KeyDecision
from exam_engine.results.queries import get_decisions
from item_bank.tables import FrameworkNode, Item, ItemVersion

# ---- runs


async def find_run(session: AsyncSession, run_id: UUID) -> CalibrationRun | None:
    return await session.get(CalibrationRun, run_id)


async def get_run(session: AsyncSession, run_id: UUID, *, whole: bool = False) -> CalibrationRun:
    """``whole``: with its outcome.  Raises `RunNotFound`."""
    options = [undefer(CalibrationRun.outcome)] if whole else []
    run = await session.get(CalibrationRun, run_id, options=options)
    if run is None:
        raise RunNotFound
    return run


async def get_computed_run(session: AsyncSession, run_id: UUID) -> CalibrationRun:
    """Raises `RunNotFound`, `NothingToExport`."""
    run = await get_run(session, run_id, whole=True)
    if run.state not in COMPUTED:
        raise NothingToExport("figures yet")
    return run


async def get_run_for_update(session: AsyncSession, run_id: UUID) -> CalibrationRun:
    """The run, locked until the transaction ends and read afresh.  Raises `RunNotFound`."""
    run = await session.get(CalibrationRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise RunNotFound
    return run


async def find_run_of_key(session: AsyncSession, key: str) -> CalibrationRun | None:
    return await session.scalar(select(CalibrationRun).where(CalibrationRun.idempotency_key == key))


@dataclass(frozen=True, slots=True)
class ListedRun:
    run: CalibrationRun
    exam: str
    by: str | None


async def list_runs(session: AsyncSession, limit: int = 50) -> list[ListedRun]:
    """Newest first."""
    rows = await session.execute(
        select(CalibrationRun, Exam.code, Person.name)
        .join(Exam, Exam.id == CalibrationRun.exam_id)
        .outerjoin(Person, Person.id == CalibrationRun.requested_by)
        .order_by(CalibrationRun.requested_at.desc(), CalibrationRun.id)
        .limit(limit)
    )
    return [ListedRun(*row) for row in rows]


async def list_stamps(session: AsyncSession) -> list[tuple[UUID, datetime, str]]:
    """When each run was last changed, newest first: cheap to ask again and again."""
    rows = await session.execute(
        select(CalibrationRun.id, CalibrationRun.told_at, CalibrationRun.state)
        .order_by(CalibrationRun.told_at.desc())
        .limit(50)
    )
    return [(run_id, told_at, state) for run_id, told_at, state in rows]


async def find_open_run(session: AsyncSession) -> CalibrationRun | None:
    """The run that a worker is to do next: one that is begun before one that waits."""
    return await session.scalar(
        select(CalibrationRun)
        .where(CalibrationRun.state.in_(OPEN))
        .order_by(
            (CalibrationRun.state == RunState.QUEUED),
            CalibrationRun.requested_at,
            CalibrationRun.id,
        )
        .limit(1)
    )


async def list_run_items(session: AsyncSession, run_id: UUID) -> Sequence[CalibrationItem]:
    rows = await session.scalars(
        select(CalibrationItem)
        .where(CalibrationItem.run_id == run_id)
        .order_by(CalibrationItem.position)
    )
    return rows.all()


async def read_artifacts(
    session: AsyncSession, run_id: UUID, names: Collection[str]
) -> dict[str, bytes]:
    """Those that are there, as they were kept."""
    rows = await session.execute(
        select(CalibrationArtifact.name, CalibrationArtifact.content).where(
            CalibrationArtifact.run_id == run_id, CalibrationArtifact.name.in_(names)
        )
    )
    return dict(rows.all())


async def read_documents(
    session: AsyncSession, run_id: UUID, names: Collection[str]
) -> dict[str, Any]:
    """Documents of a run's stages."""
    found = await read_artifacts(session, run_id, names)
    return {name: json.loads(zlib.decompress(content)) for name, content in found.items()}


# ---- forms


async def get_exam_of(session: AsyncSession, plan: Plan) -> Exam:
    """Raises `PlanUnsound`."""
    # PostgreSQL cannot even be asked for a NUL
    exam = None if "\0" in plan.exam else await find_exam(session, plan.exam)
    if exam is None:
        raise PlanUnsound(f"There is no exam {plan.exam}.")
    return exam


async def list_published_forms(session: AsyncSession, exam_id: UUID) -> list[Form]:
    """By code."""
    query = select(Form).where(Form.exam_id == exam_id, Form.state == "published")
    return list(await session.scalars(query.order_by(Form.code)))


async def forms_of(session: AsyncSession, plan: Plan, exam: Exam) -> list[Form]:
    """The forms that a plan names.  Raises `PlanUnsound` for one that is not published."""
    forms = await list_published_forms(session, exam.id)
    unknown = sorted(set(plan.forms) - {form.code for form in forms})
    if unknown:
        raise PlanUnsound(f"{exam.code} has no published form {unknown[0]}.", "forms")
    return [form for form in forms if not plan.forms or form.code in plan.forms]


async def list_form_questions(session: AsyncSession, form_id: UUID) -> list[FormItem]:
    """In the form's order, with what was decided about them."""
    rows = await session.execute(
        select(
            exams.FormItem.position,
            Item.code,
            exams.FormItem.role,
            FrameworkNode.code,
            ItemVersion.number,
            ItemVersion.content_hash,
        )
        .join(ItemVersion, ItemVersion.id == exams.FormItem.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .join(FrameworkNode, FrameworkNode.id == exams.FormItem.node_id)
        .where(exams.FormItem.form_id == form_id)
        .order_by(exams.FormItem.position)
    )
    decided = (await get_decisions(session, form_id)).by_position
    return [_form_item(decided.get(position, UNDECIDED), *facts) for position, *facts in rows]


def _form_item(decision: KeyDecision, *facts: Any) -> FormItem:
    also, asks_nobody = tuple(decision.also), decision.asks_nobody
    return replace(FormItem(*facts), also=also, asks_nobody=asks_nobody)
