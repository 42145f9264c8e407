"""An exam with forms that share items, sat long ago by simulated candidates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.roles import Role
from exam_engine.calibration.freezing.queries import freeze
from exam_engine.calibration.plans import Plan as Choice
from exam_engine.calibration.queries import list_form_questions
from exam_engine.calibration.service import CalibrationRuns, add_past_administration
from exam_engine.calibration.states import Stage
from exam_engine.database import Database
from exam_engine.demonstration.past import Asked, Truth, answers
from exam_engine.equating.computing import compute
from exam_engine.equating.plans import Plan
from exam_engine.equating.service import Equatings
from exam_engine.equating.tables import Equating
from exam_engine.exams.conversion import Conversion, provisional
from exam_engine.exams.queries import get_conversion, list_form_items
from exam_engine.exams.service import Exams
from exam_engine.exams.tables import Exam, Form, FormItem
from item_bank.items import ItemFacts
from item_bank.lifecycle import ItemState
from item_bank.service import ItemBank
from item_bank.tables import FrameworkNode
from tests import factories
from tests.factories import Programmed

QUESTIONS = 20
SHARED = 12
CANDIDATES = 120
HARDER = 0.4
"""Logits by which the new form's own questions are harder."""


@dataclass(frozen=True, slots=True)
class Pair:
    """``F-1`` is the base and has a settled table; ``F-2`` is new and begins with ``shared``."""

    database: Database
    programmed: Programmed
    form: Form
    parameters: Mapping[str, Truth]
    shared: tuple[str, ...]
    analyst: UUID
    colleague: UUID

    @property
    def exam(self) -> str:
        return self.programmed.exam.code

    @property
    def plan(self) -> Plan:
        return Plan(self.exam, "F-2", "F-1")

    @property
    def simple(self) -> Plan:
        """By the method that reckons least: for what comes after computing."""
        return Plan(self.exam, "F-2", "F-1", "identity")

    async def computed(self, plan: Plan | None = None) -> Equating:
        return await compute(self.database, plan or self.plan, self.analyst)

    async def do(self, act: Callable[[Equatings], Any]) -> Any:
        """One act in a transaction of its own."""
        async with self.database.transaction() as session:
            return await act(Equatings(session, await self.database.now(session)))

    async def table(self, form: Form | None = None) -> Conversion:
        """The conversion in force of the new form."""
        async with self.database.reading() as session:
            found = await session.get_one(Form, (form or self.form).id)
            return await get_conversion(session, found)

    async def calibrated(self, *forms: str, approve: bool = False) -> None:
        """A finished run whose outcome is the truth itself."""
        choice = Choice(self.exam, forms=forms, model="Rasch")
        async with self.database.reading() as session:
            frozen = await freeze(session, choice)
        rows = [
            {
                "item_version_id": str(column.item_version_id),
                "code": column.code,
                "role": column.role,
                "area": column.area,
                "model": "2PL",
                "n": CANDIDATES,
                "parameters": _named(self.parameters[column.code]),
                "errors": dict.fromkeys(("a", "b", "intercept"), 0.25),
                "figures": {},
                "flags": [],
                "also": list(column.also),
            }
            for column in frozen.columns
        ]
        outcome = {"converged": True, "anchor_scale": None, "anchored": []}
        run = await self._runs(lambda runs: runs.request(choice, self.analyst))
        await self._runs(lambda runs: runs.begin(run[0].id, Stage.FINISH))
        await self._runs(lambda runs: runs.finish(run[0].id, rows, outcome, "0" * 64))
        if approve:
            await self._runs(lambda runs: runs.approve(run[0].id, self.colleague))

    async def _runs(self, act: Callable[[CalibrationRuns], Any]) -> Any:
        async with self.database.transaction() as session:
            return await act(CalibrationRuns(session, await self.database.now(session)))


def _named(truth: Truth) -> dict[str, float]:
    values = (truth.a, truth.b, 0.0, 1.0, -truth.a * truth.b)
    return dict(zip(("a", "b", "c", "u", "intercept"), values, strict=True))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a `Pair` is made of, beside its database."""

    programmed: Programmed
    form: Form
    parameters: Mapping[str, Truth]
    shared: tuple[str, ...]
    analyst: UUID
    colleague: UUID

    def within(self, database: Database) -> Pair:
        return Pair(database, **{one.name: getattr(self, one.name) for one in fields(self)})


async def a_pair(database: Database, n: int = CANDIDATES) -> Pair:
    async with database.transaction() as session:
        parts = await pair_in(session, await database.now(session), n)
    return parts.within(database)


async def pair_in(
    session: AsyncSession,
    now: datetime,
    n: int = CANDIDATES,
    *,
    moved: Mapping[int, float] | None = None,
    more: bool = False,
) -> Parts:
    """``moved`` makes anchors of F-2 harder for those who sat it, by place, in logits.

    ``more``: with F-3, the same form sat by 300 for whom its third anchor was harder; F-4, of the
    new form's own items only; F-5, the same as F-2 and sat by 12.
    """
    programmed = await factories.a_programme(
        session, now, question_count=QUESTIONS, provisional_raw_cut=13
    )
    exam = programmed.exam
    listed = await list_form_items(session, programmed.form.id)
    common = [(one.item_version_id, one.node_id) for one in listed][::-1][:SHARED]
    own, keys = await _own_items(session, now, listed[: QUESTIONS - SHARED])
    keys |= dict(programmed.keys)
    form = await _form(session, now, exam, "F-2", [*common, *own])
    old = [one.code for one in await list_form_questions(session, programmed.form.id)]
    new = [one.code for one in await list_form_questions(session, form.id)]
    parameters = {
        code: Truth(1.1, -1.4 + 0.2 * (k * 3 % 10) + (0.0 if code in old else HARDER), 0)
        for k, code in enumerate(sorted({*old, *new}))
    }
    sat = _Sat(session, now, keys, parameters)
    await sat.add(programmed.form, n, 8)
    await sat.add(form, n, 7, moved)
    if more:
        third = await _form(session, now, exam, "F-3", [*common, *own])
        await sat.add(third, 300, 9, {2: 2.5})
        await _form(session, now, exam, "F-4", own)
        fifth = await _form(session, now, exam, "F-5", [*common, *own])
        await sat.add(fifth, 12, 10)
    await _settle(session, now, programmed.form)
    analyst, colleague = [
        await factories.a_person(session, now, Role.PSYCHOMETRICIAN) for _ in range(2)
    ]
    return Parts(programmed, form, parameters, tuple(new[:SHARED]), analyst.id, colleague.id)


@dataclass(frozen=True, slots=True)
class _Sat:
    """Adds answers to forms that nobody sat."""

    session: AsyncSession
    now: datetime
    keys: Mapping[UUID, str]
    parameters: Mapping[str, Truth]

    async def add(
        self, form: Form, n: int, seed: int, moved: Mapping[int, float] | None = None
    ) -> None:
        items = await list_form_items(self.session, form.id)
        asked, drawn = [], {}
        questions = await list_form_questions(self.session, form.id)
        for place, (one, item) in enumerate(zip(questions, items, strict=True)):
            key = "ABCD".index(self.keys[item.item_version_id]) + 1
            truth = self.parameters[one.code]
            asked.append(Asked(one.code, 4, key, 0.6))
            drawn[one.code] = Truth(truth.a, truth.b + (moved or {}).get(place, 0.0), key)
        await add_past_administration(
            self.session,
            self.now,
            form,
            f"{form.code} long ago",
            answers(asked, drawn, n, 0.0, seed),
            n_positions=len(asked),
            source="simulated for a test",
            simulated=True,
            held_at=self.now - timedelta(days=300),
        )


async def _own_items(
    session: AsyncSession, now: datetime, like: Sequence[FormItem]
) -> tuple[list[tuple[UUID, UUID]], dict[UUID, str]]:
    """An item of its own beside each of these, and the keys."""
    made, keys = [], {}
    for number, one in enumerate(like):
        area = await session.get_one(FrameworkNode, one.node_id)
        code, key = f"own-{area.code}-{number}", "ABCD"[number % 4]
        version = await ItemBank(session, now).add_item(
            factories.an_item(code, key),
            ItemFacts(code, area.code),
            None,
            ItemState.OPERATIONAL,
            reason="for tests",
        )
        keys[version.id] = key
        made.append((version.id, one.node_id))
    return made, keys


async def _form(
    session: AsyncSession,
    now: datetime,
    exam: Exam,
    code: str,
    chosen: Sequence[tuple[UUID, UUID]],
) -> Form:
    """Item versions with their areas, published with a provisional table."""
    raw_cut = round(0.65 * len(chosen))
    form = Form(
        id=uuid4(),
        exam_id=exam.id,
        code=code,
        state="draft",
        assembly="by hand",
        seed=0,
        conversion=provisional(len(chosen), raw_cut, 0, 800, 600).to_json(),
        created_at=now,
    )
    session.add(form)
    await session.flush()
    session.add_all(
        FormItem(
            form_id=form.id,
            position=position,
            item_version_id=version_id,
            node_id=node_id,
            role="scored",
        )
        for position, (version_id, node_id) in enumerate(chosen, 1)
    )
    await session.flush()
    await Exams(session, now).publish(form)
    return form


async def _settle(session: AsyncSession, now: datetime, form: Form) -> None:
    """Give a form the table of a standard: 600 at 12.5 points."""
    scaled = [48.0 * raw for raw in range(13)]
    scaled += [600.0 + (200 / 7.5) * (raw - 12.5) for raw in range(13, QUESTIONS + 1)]
    table = Conversion("standard-1", (*scaled[:-1], 800.0), 0, 800, 600)
    await Exams(session, now).replace_conversion(
        form, table, source="standard", source_id=uuid4(), evidence={}, by=None
    )
