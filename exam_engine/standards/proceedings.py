"""The acts of a panel that need figures: made in a thread, between reading and writing.

numpy and what stands on it are loaded there, on first use: a server starts without them.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from exam_engine.calibration.choosing.queries import read_supply
from exam_engine.calibration.errors import CalibrationError
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.scales.queries import FormScale, find_form_scale
from exam_engine.database import Database, Session
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.queries import get_conversion, get_exam, get_form
from exam_engine.exams.tables import Form
from exam_engine.results.marking import Counting, counting
from exam_engine.results.queries import get_decisions
from exam_engine.standards import queries
from exam_engine.standards.adoption import conversion_at
from exam_engine.standards.errors import MoveRefused, PanelUnsound, ProposalChanged
from exam_engine.standards.panels import BOOKMARK, PanelPlan, check
from exam_engine.standards.service import Panels
from exam_engine.standards.states import PanelState
from exam_engine.standards.tables import Standard, StandardPanel

if TYPE_CHECKING:
    from exam_engine.calibration.frozen import Frozen
    from exam_engine.standards.report import Rounds

HEAVY = ("exam_engine.standards.candidates", "exam_engine.calibration.freezing.queries")


async def make_panel(database: Database, plan: PanelPlan, by: UUID | None) -> UUID:
    """A draft of a panel; a bookmark panel with its booklet.  Raises `PanelUnsound`."""
    check(plan)
    booklet: list[dict[str, Any]] = []
    scale: FormScale | None = None
    if plan.method == "bookmark":
        async with database.reading() as session:
            form, _ = await queries.get_open_form(session, plan.form_id)
            scored = await queries.list_scored(session, form.id)
            scale = await _whole_scale(session, form)
        positions = {one.code: one.position for one in scored}
        booklet = await asyncio.to_thread(_order, scale, positions, plan.response_probability)
    async with database.transaction() as session:
        panels = Panels(session, await database.now(session))
        panel = await panels.make(
            plan,
            by,
            booklet=booklet,
            scale=scale.scale if scale else None,
            parameters_version=scale.version if scale else None,
        )
        return panel.id


async def _whole_scale(session: Session, form: Form) -> FormScale:
    """The scale on which all of a form's scored items lie.  Raises `PanelUnsound`."""
    scale = await find_form_scale(session, form)
    if scale is None:
        raise PanelUnsound(
            f"No items of form {form.code}'s exam are calibrated yet, so no booklet can be "
            "ordered. Calibrate them first, or choose the Angoff method.",
            "method",
        )
    gone = [code for code in scale.missing if code not in scale.own]
    if gone:
        raise PanelUnsound(
            f"No answer to {', '.join(gone[:3])} of form {form.code} matters any more, as was "
            "decided, so no booklet of all its questions can be ordered. Choose the Angoff method.",
            "method",
        )
    if scale.outdated:
        raise PanelUnsound(
            f"The parameters of {', '.join(scale.outdated[:3])} are older than what was decided "
            f"about the keys of form {form.code}, so no booklet can be ordered. Calibrate again, "
            "or choose the Angoff method.",
            "method",
        )
    if scale.missing:
        more = f" and {len(scale.missing) - 3} more" if len(scale.missing) > 3 else ""
        raise PanelUnsound(
            f"{', '.join(scale.missing[:3])}{more} of form {form.code} have no parameters on "
            f"{scale.scale}, so no booklet can be ordered. Calibrate them first, or choose the "
            "Angoff method.",
            "method",
        )
    return scale


def _order(scale: FormScale, positions: Mapping[str, int], probability: float) -> Any:
    from exam_engine.standards.booklets import booklet_of

    return booklet_of(scale.held, positions, probability)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What a report is made of, as of one moment; ``history`` by round, present one included."""

    panel: StandardPanel
    judges: tuple[tuple[UUID, str], ...]
    scored: tuple[queries.ScoredItem, ...]
    history: tuple[queries.Ratings, ...]
    scale: FormScale | None
    frozen: "Frozen | None"
    counts: Counting
    simulated: int


async def close_round(
    database: Database, panel_id: UUID, by: UUID | None, reason: str = ""
) -> StandardPanel:
    """Close the open round with its figures.

    Whoever has not rated everything is left out where a reason says why.  Raises what
    `Panels.close` does, and `FiguresUndefined`.
    """
    for module in HEAVY:
        await asyncio.to_thread(import_module, module)
    async with database.reading() as session:
        seen = await _look(session, panel_id, reason, await database.now(session))
    report = await asyncio.to_thread(_report, seen)
    async with database.transaction() as session:
        panels = Panels(session, await database.now(session))
        return await panels.close(panel_id, seen.panel.round, seen.history[-1], report, by, reason)


async def _look(session: Session, panel_id: UUID, reason: str, now: Any) -> _Seen:
    panel = await queries.get_panel(session, panel_id, whole=True)
    if panel.state != PanelState.OPEN:
        raise MoveRefused("close", panel.state)
    history = tuple(
        [
            await queries.list_ratings(session, panel.id, number)
            for number in range(1, panel.round + 1)
        ]
    )
    complete = await Panels(session, now).check_complete(panel, history[-1], reason)
    form = await get_form(session, panel.form_id)
    frozen, simulated = await _frozen(session, form)
    scored = tuple(await queries.list_scored(session, form.id))
    decided = (await get_decisions(session, form.id)).by_position
    return _Seen(
        panel=panel,
        judges=tuple((one.judge.person_id, one.name) for one in complete),
        scored=scored,
        history=history,
        scale=await find_form_scale(session, form),
        frozen=frozen,
        counts=counting((one.position for one in scored), decided),
        simulated=simulated,
    )


async def _frozen(session: Session, form: Form) -> "tuple[Frozen | None, int]":
    """The answers that the form has had so far, and how many of the candidates are simulated."""
    from exam_engine.calibration.freezing.queries import freeze

    exam = await get_exam(session, form.exam_id)
    plan = Plan(exam=exam.code, forms=(form.code,), roles=("scored",))
    try:
        supply = await read_supply(session, plan)
        simulated = sum(block.n for block in supply.blocks if block.simulated)
        return await freeze(session, plan), simulated
    except CalibrationError:  # nobody has sat it, which is what most panels find
        return None, 0


def _report(seen: _Seen) -> dict[str, Any]:
    from exam_engine.standards.report import report_of

    return report_of(_rounds(seen))


def _rounds(seen: _Seen) -> "Rounds":
    import numpy as np

    from exam_engine.calibration.at_cut import items_of_bank
    from exam_engine.standards.candidates import candidates_of
    from exam_engine.standards.report import Rounds

    positions = tuple(one.position for one in seen.scored)
    codes = tuple(one.code for one in seen.scored)
    wanted = (BOOKMARK,) if seen.panel.method == "bookmark" else positions
    values = np.array(
        [
            [[ratings[judge][position] for position in wanted] for judge, _ in seen.judges]
            for ratings in seen.history
        ]
    )
    scale = seen.scale
    items = items_of_bank(scale.held) if scale is not None and not scale.missing else None
    by_code = dict(zip(codes, positions, strict=True))
    return Rounds(
        method=seen.panel.method,
        judges=tuple(name for _, name in seen.judges),
        positions=positions,
        codes=codes,
        values=values[:, :, 0] if seen.panel.method == "bookmark" else values,
        items=items,
        booklet=seen.panel.booklet,
        probability=seen.panel.response_probability,
        candidates=None
        if seen.frozen is None
        else candidates_of(seen.frozen, by_code, seen.counts, seen.simulated),
    )


async def confirm(database: Database, panel_id: UUID, cut: int, by: UUID) -> Standard:
    """The second signature; the form's table and its evidence are worked out before.

    Raises what `Panels.confirm` does.
    """
    async with database.reading() as session:
        panel = await queries.get_panel(session, panel_id)
        standard = await queries.find_standard(session, panel.id)
        if panel.state != PanelState.PROPOSED or standard is None:
            raise MoveRefused("confirm", panel.state)
        if cut != standard.cut_adopted:
            raise ProposalChanged
        form = await get_form(session, panel.form_id)
        before = await get_conversion(session, form)
        scale = await find_form_scale(session, form)
    conversion, evidence = await asyncio.to_thread(_table, form.code, cut, before, scale)
    async with database.transaction() as session:
        panels = Panels(session, await database.now(session))
        return await panels.confirm(panel_id, cut, by, conversion, evidence)


def _table(
    code: str, cut: int, before: Conversion, scale: FormScale | None
) -> tuple[Conversion, dict[str, Any]]:
    """The new table, and how sharply the form measures at its cut where it is calibrated."""
    conversion = conversion_at(cut, before)
    if scale is None:
        return conversion, {}
    from exam_engine.calibration.at_cut import on_scale

    evidence = on_scale(code, scale, conversion)
    return conversion, {**evidence, "scale": scale.scale, "version": scale.version}
