"""Looking up runs, what they left, and what data there is."""

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from exam_engine.accounts.tables import Person
from exam_engine.calibration.errors import NothingToExport, PlanUnsound, RunNotFound
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.states import COMPUTED, OPEN, RunState
from exam_engine.calibration.supply import Block, FormItem, Supply, supplied
from exam_engine.calibration.tables import (
    CalibrationArtifact,
    CalibrationItem,
    CalibrationRun,
    PastAdministration,
)
from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import Attempt
from exam_engine.exams import tables as exams
from exam_engine.exams.queries import find_exam
from exam_engine.exams.tables import Exam, Form
from exam_engine.registration.tables import Sitting
from exam_engine.results.marking import UNDECIDED, Counting, KeyDecision, counting
from exam_engine.results.queries import get_decisions
from item_bank.parameters.queries import Held, find_latest_set, list_current
from item_bank.tables import FrameworkNode, Item, ItemVersion

ENDED = (AttemptState.SUBMITTED, AttemptState.EXPIRED)
"""Attempts that count: those that a person ended or withdrew say little about the questions."""


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


# ---- data


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


def counted(plan: Plan, form_ids: Collection[UUID]) -> list[ColumnElement[bool]]:
    """Which attempts a plan takes: ended, of these forms and this time, never of a rehearsal."""
    found: list[ColumnElement[bool]] = [
        Attempt.form_id.in_(form_ids),
        Attempt.state.in_(ENDED),
        Sitting.rehearsal.is_(False),
    ]
    if plan.ended_from is not None:
        found.append(Attempt.ended_at >= plan.ended_from)
    if plan.ended_before is not None:
        found.append(Attempt.ended_at < plan.ended_before)
    return found


def past(plan: Plan, form_ids: Collection[UUID]) -> Select[PastAdministration]:
    """The past administrations that a plan takes, in the order in which they were held."""
    query = select(PastAdministration).where(
        PastAdministration.form_id.in_(form_ids if plan.past else [])
    )
    if plan.ended_from is not None:
        query = query.where(PastAdministration.held_at >= plan.ended_from)
    if plan.ended_before is not None:
        query = query.where(PastAdministration.held_at < plan.ended_before)
    return query.order_by(PastAdministration.held_at, PastAdministration.id)


async def read_supply(session: AsyncSession, plan: Plan) -> Supply:
    """What data a plan would take now; no answer is read.  Raises `PlanUnsound`."""
    exam = await get_exam_of(session, plan)
    forms = await forms_of(session, plan, exam)
    codes = {form.id: form.code for form in forms}
    rows = await session.execute(
        select(
            Attempt.form_id,
            Sitting.title,
            func.count(),
            func.min(Attempt.ended_at),
            func.max(Attempt.ended_at),
        )
        .join(Sitting, Sitting.id == Attempt.sitting_id)
        .where(and_(*counted(plan, list(codes))))
        .group_by(Attempt.form_id, Sitting.id, Sitting.title)
        .order_by(Sitting.title)
    )
    blocks = [
        Block(codes[form_id], title, n, first, last) for form_id, title, n, first, last in rows
    ]
    for one in await session.scalars(past(plan, list(codes))):
        held = one.held_at
        blocks.append(
            Block(codes[one.form_id], one.title, one.n_candidates, held, held, True, one.simulated)
        )
    questions = {form.code: await list_form_questions(session, form.id) for form in forms}
    anchored = await list_anchors(session, plan, exam, [form.id for form in forms])
    codes_anchored = frozenset(one.code for one in anchored) - set(plan.excluded("item"))
    unknown = set(plan.excluded("item")) - {q.code for each in questions.values() for q in each}
    if unknown:
        raise PlanUnsound(
            f"{sorted(unknown)[0]} is on none of the chosen forms, so it cannot be left out.",
            "exclusions",
        )
    return supplied(plan, blocks, questions, codes_anchored)


@dataclass(frozen=True, slots=True)
class FormScale:
    """A form's scored items on the exam's latest scale, in the form's order.

    ``held`` are the newest parameters of those that have any.  ``mean`` and ``sd`` are of the
    population that the scale's last run found, in logits.  ``own`` are the codes of those whose
    answers count still, ``counts`` says how (`exam_engine.results.marking`).
    """

    scale: str
    version: int
    run_id: UUID
    codes: tuple[str, ...]
    held: tuple[Held, ...]
    mean: float
    sd: float
    own: tuple[str, ...]
    counts: Counting

    @property
    def missing(self) -> tuple[str, ...]:
        """Scored items without parameters."""
        there = {one.code for one in self.held}
        return tuple(code for code in self.codes if code not in there)


async def find_form_scale(session: AsyncSession, form: Form) -> FormScale | None:
    """None where the exam has no scale yet."""
    exam = await session.get_one(Exam, form.exam_id)
    latest = await find_latest_set(session, scales_of(exam))
    if latest is None:
        return None
    rows = await session.execute(
        select(Item.code, ItemVersion.id, exams.FormItem.position)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .join(exams.FormItem, exams.FormItem.item_version_id == ItemVersion.id)
        .where(exams.FormItem.form_id == form.id, exams.FormItem.role == "scored")
        .order_by(exams.FormItem.position)
    )
    scored = rows.all()
    versions = {row[0]: row[1] for row in scored}
    positions = {row[2]: row[0] for row in scored}
    counts = counting(positions, (await get_decisions(session, form.id)).by_position)
    held = {one.code: one for one in await list_current(session, latest.scale, versions.values())}
    run = await get_run(session, UUID(latest.run_id), whole=True)
    populations = run.outcome.get("populations") or {"": (0.0, 1.0)}
    mean, sd = populations.get(form.code) or next(iter(populations.values()))
    return FormScale(
        latest.scale,
        latest.version,
        run.id,
        tuple(versions),
        tuple(held[code] for code in versions if code in held),
        mean,
        sd,
        tuple(positions[position] for position in counts.own),
        counts,
    )


def scales_of(exam: Exam) -> str:
    """How the names of an exam's scales begin."""
    return f"{exam.code}:"


async def list_anchors(
    session: AsyncSession, plan: Plan, exam: Exam, form_ids: Collection[UUID]
) -> list[Held]:
    """Parameters that the plan fixes: the newest of the exam's latest scale for these forms."""
    if plan.anchors == "none":
        return []
    latest = await find_latest_set(session, scales_of(exam))
    if latest is None:
        return []
    versions = await session.scalars(
        select(exams.FormItem.item_version_id).where(exams.FormItem.form_id.in_(form_ids))
    )
    return await list_current(session, latest.scale, set(versions))
