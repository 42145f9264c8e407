"""An exam's scale: which parameters of the bank hold for a form or a plan now.

A run notes with each item which options it took as right beside the key.  While others are right by
now (`exam_engine.results.marking`), the item has no parameters; a decision that is taken back makes
them hold again, so nothing is stored about it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from exam_engine.calibration.plans import Plan
from exam_engine.calibration.queries import forms_of, list_form_questions
from exam_engine.calibration.states import COMPUTED
from exam_engine.calibration.supply import FormItem
from exam_engine.calibration.tables import CalibrationItem, CalibrationRun
from exam_engine.exams import tables as exams
from exam_engine.exams.tables import Exam, Form
from exam_engine.results.marking import Counting, counting
from exam_engine.results.queries import get_decisions, in_force, list_item_decisions
from item_bank.parameters.queries import Held, find_latest_set, list_current
from item_bank.tables import Item, ItemVersion


@dataclass(frozen=True, slots=True)
class FormScale:
    """A form's scored items on the exam's latest scale, in the form's order.

    ``held`` are the newest parameters of those that have any that hold, ``outdated`` the codes of
    those whose do not.  ``mean`` and ``sd`` are of the population that the scale's last run found,
    in logits.  ``own`` are the codes of those whose answers count still, ``counts`` says how
    (`exam_engine.results.marking`).
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
    outdated: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Scored items without parameters that hold."""
        there = {one.code for one in self.held}
        return tuple(code for code in self.codes if code not in there)


async def find_form_scale(session: AsyncSession, form: Form) -> FormScale | None:
    """None where the exam has no scale yet."""
    exam = await session.get_one(Exam, form.exam_id)
    latest = await find_latest_set(session, scales_of(exam))
    if latest is None:
        return None
    rows = await session.execute(
        select(exams.FormItem.position, Item.code, ItemVersion.id)
        .join(ItemVersion, ItemVersion.id == exams.FormItem.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(exams.FormItem.form_id == form.id, exams.FormItem.role == "scored")
        .order_by(exams.FormItem.position)
    )
    scored = rows.all()
    codes = {position: code for position, code, _ in scored}
    counts = counting(codes, (await get_decisions(session, form.id)).by_position)
    current = await list_current(session, latest.scale, [version_id for *_, version_id in scored])
    held = await holding(session, current, await list_form_questions(session, form.id))
    by_code = {one.code: one for one in held}
    run = await session.get_one(
        CalibrationRun, UUID(latest.run_id), options=[undefer(CalibrationRun.outcome)]
    )
    populations = run.outcome.get("populations") or {"": (0.0, 1.0)}
    mean, sd = populations.get(form.code) or next(iter(populations.values()))
    return FormScale(
        latest.scale,
        latest.version,
        run.id,
        tuple(codes.values()),
        tuple(by_code[code] for code in codes.values() if code in by_code),
        mean,
        sd,
        tuple(codes[position] for position in counts.own),
        counts,
        tuple(one.code for one in current if one.code not in by_code),
    )


def scales_of(exam: Exam) -> str:
    """How the names of an exam's scales begin."""
    return f"{exam.code}:"


@dataclass(frozen=True, slots=True)
class Anchors:
    """Parameters that a plan fixes, and codes of items whose parameters do not hold any more."""

    held: Sequence[Held] = ()
    outdated: Sequence[str] = ()


async def list_anchors(
    session: AsyncSession,
    plan: Plan,
    exam: Exam,
    form_ids: Collection[UUID],
    questions: Iterable[FormItem],
) -> Anchors:
    """The newest of the exam's latest scale for these forms and their questions."""
    if plan.anchors == "none":
        return Anchors()
    latest = await find_latest_set(session, scales_of(exam))
    if latest is None:
        return Anchors()
    versions = await session.scalars(
        select(exams.FormItem.item_version_id).where(exams.FormItem.form_id.in_(form_ids))
    )
    current = await list_current(session, latest.scale, set(versions))
    held = await holding(session, current, questions)
    there = {one.code for one in held}
    return Anchors(held, [one.code for one in current if one.code not in there])


# ---- what was decided since


async def holding(
    session: AsyncSession, held: Sequence[Held], questions: Iterable[FormItem]
) -> list[Held]:
    """Of these parameters, those whose run took as right what is right now, wherever the item's
    answers count among these questions."""
    right: dict[str, set[frozenset[str]]] = {}
    for one in questions:
        beside = right.setdefault(one.code, set())
        if not one.asks_nobody:
            beside.add(frozenset(one.also))
    taken = await _taken(session, {UUID(one.run_id) for one in held})
    return [one for one in held if right.get(one.code) == {taken.get((UUID(one.run_id), one.code))}]


async def list_outdated(
    session: AsyncSession, run: CalibrationRun, form: Form | None = None
) -> list[str]:
    """Codes of scored questions that count otherwise by now than a run took them, on one form or
    on all of its own, form by form in their order; none before it is finished."""
    if run.state not in COMPUTED:
        return []
    exam = await session.get_one(Exam, run.exam_id)
    forms = [form] if form else await forms_of(session, Plan.from_json(run.plan), exam)
    taken = {code: also for (_, code), also in (await _taken(session, {run.id})).items()}
    found = [code for form in forms for code in await _outdated_on(session, run, form, taken)]
    return list(dict.fromkeys(found))


async def _outdated_on(
    session: AsyncSession, run: CalibrationRun, form: Form, taken: Mapping[str, frozenset[str]]
) -> list[str]:
    left_out = Plan.from_json(run.plan).excluded("item")
    silent = {
        row.position
        for row in await list_item_decisions(session, form.id)
        if in_force([row]).by_position[row.position].asks_nobody
    }
    found = []
    for position, one in enumerate(await list_form_questions(session, form.id), 1):
        if one.code in taken:
            differs = one.asks_nobody or taken[one.code] != frozenset(one.also)
        else:  # when the run was made nobody was asked, or a person left it out
            differs = position in silent and not one.asks_nobody and one.code not in left_out
        if differs:
            found.append(one.code)
    return found


async def _taken(
    session: AsyncSession, run_ids: Collection[UUID]
) -> Mapping[tuple[UUID, str], frozenset[str]]:
    """The options that each run took as right beside the key, by item."""
    rows = await session.execute(
        select(CalibrationItem.run_id, CalibrationItem.code, CalibrationItem.also).where(
            CalibrationItem.run_id.in_(run_ids)
        )
    )
    return {(run_id, code): frozenset(also) for run_id, code, also in rows}
