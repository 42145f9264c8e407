"""A small exam that simulated candidates sat long ago."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from exam_engine.accounts.roles import Role
from exam_engine.calibration.freezing.queries import freeze
from exam_engine.calibration.frozen import Column
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.process import RunProcess
from exam_engine.calibration.queries import get_run, list_form_questions
from exam_engine.calibration.service import CalibrationRuns, add_past_administration
from exam_engine.calibration.states import STAGES, Stage
from exam_engine.calibration.tables import CalibrationRun
from exam_engine.database import Database
from exam_engine.demonstration.past import Asked, Truth, answers, truths
from exam_engine.exams.queries import list_form_items
from tests import factories
from tests.factories import Programmed

CANDIDATES = 150
QUESTIONS = 12


@dataclass(frozen=True, slots=True)
class Past:
    """An exam with answers to its one form, and the parameters that they were drawn from."""

    database: Database
    programmed: Programmed
    parameters: dict[str, Truth]
    analyst: UUID
    colleague: UUID

    @property
    def plan(self) -> Plan:
        return Plan(self.programmed.exam.code, model="Rasch")

    async def do(self, act: Callable[[CalibrationRuns], Any]) -> Any:
        """One act in a transaction of its own."""
        async with self.database.transaction() as session:
            return await act(CalibrationRuns(session, await self.database.now(session)))

    async def asked(self, plan: Plan | None = None, key: str = "") -> CalibrationRun:
        run, _ = await self.do(lambda runs: runs.request(plan or self.plan, self.analyst, key))
        assert isinstance(run, CalibrationRun)
        return run

    async def carried_through(
        self, run_id: UUID, stages: tuple[Stage, ...] = STAGES
    ) -> CalibrationRun:
        """By the code of the run's process, in this one."""
        process = RunProcess(self.database, run_id)
        for stage in stages:
            if await self.do(lambda runs, stage=stage: runs.begin(run_id, stage)):
                await process.do(stage)
        return await self.run(run_id)

    async def finished(self, *, converged: bool = True, without: str = "") -> CalibrationRun:
        """A run whose outcome is the truth itself: for what comes after computing.  It can be
        ``without`` an item."""
        run = await self.asked()
        async with self.database.reading() as session:
            frozen = await freeze(session, self.plan)
        rows = [self._row(column) for column in frozen.columns if column.code != without]
        outcome = {"converged": converged, "anchor_scale": None, "anchored": []}
        await self.do(lambda runs: runs.begin(run.id, Stage.FINISH))
        await self.do(lambda runs: runs.finish(run.id, rows, outcome, "0" * 64))
        return await self.run(run.id)

    def _row(self, column: Column) -> dict[str, Any]:
        truth = self.parameters[column.code]
        names = ("a", "b", "c", "u", "intercept")
        values = (truth.a, truth.b, 0.0, 1.0, -truth.a * truth.b)
        return {
            "item_version_id": str(column.item_version_id),
            "code": column.code,
            "role": column.role,
            "area": column.area,
            "model": "2PL",
            "n": CANDIDATES,
            "parameters": dict(zip(names, values, strict=True)),
            "errors": dict.fromkeys(names, 0.1),
            "figures": {},
            "flags": [],
            "also": list(column.also),
        }

    async def run(self, run_id: UUID) -> CalibrationRun:
        async with self.database.reading() as session:
            return await get_run(session, run_id, whole=True)


async def a_past(database: Database, n: int = CANDIDATES, questions: int = QUESTIONS) -> Past:
    async with database.transaction() as session:
        now = await database.now(session)
        programmed = await factories.a_programme(session, now, question_count=questions)
        analyst = await factories.a_person(session, now, Role.PSYCHOMETRICIAN)
        colleague = await factories.a_person(session, now, Role.PSYCHOMETRICIAN)
        listed = await list_form_questions(session, programmed.form.id)
        items = await list_form_items(session, programmed.form.id)
        asked = [
            Asked(one.code, 4, "ABCD".index(programmed.keys[item.item_version_id]) + 1, 0.6)
            for one, item in zip(listed, items, strict=True)
        ]
        parameters = {
            one.code: replace(truth, marked=one.key)  # no wrong key among so few
            for one, truth in ((one, truths(asked)[one.code]) for one in asked)
        }
        await add_past_administration(
            session,
            now,
            programmed.form,
            "Long ago",
            answers(asked, parameters, n, 0.0, 7),
            n_positions=len(asked),
            source="simulated for a test",
            simulated=True,
            held_at=now - timedelta(days=300),
        )
    return Past(database, programmed, parameters, analyst.id, colleague.id)


@pytest.fixture
async def past(database: Database) -> Past:
    return await a_past(database)
