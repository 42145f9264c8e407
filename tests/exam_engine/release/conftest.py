"""A beta administration of ten questions: its results are held."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from exam_engine.accounts.roles import Role
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.states import RunState
from exam_engine.calibration.tables import CalibrationItem, CalibrationRun
from exam_engine.database import Database
from exam_engine.delivery.tables import PresentedItem, Response
from exam_engine.exams.conversion import Conversion, provisional
from exam_engine.exams.purposes import Purpose
from exam_engine.exams.queries import get_form, list_form_items
from exam_engine.exams.service import Exams
from exam_engine.exams.tables import Form
from exam_engine.invigilation.service import Invigilation
from exam_engine.release.queries import list_codes
from exam_engine.release.service import Releases
from exam_engine.results.marking import UNDECIDED
from exam_engine.results.queries import get_decisions
from exam_engine.results.tables import Result, Score
from tests import factories
from tests.exam_engine.conftest import Room
from tests.factories import Programmed, Seat

EVIDENCE = {"raw_error": 1.5, "consistency": 0.85}
SCALED = (0.0, 120.0, 240.0, 360.0, 480.0, 600.0, 640.0, 680.0, 720.0, 760.0, 800.0)
"""By hand: 120 a question up to the cut at 5, then 40."""
STANDARD = Conversion("standard-linear-1", SCALED, 0, 800, 600)


@dataclass(frozen=True, slots=True)
class Beta:
    """A sitting of a published beta form; ``manager`` and ``colleague`` may release."""

    room: Room
    form_id: UUID
    manager: UUID
    colleague: UUID

    @property
    def database(self) -> Database:
        return self.room.database

    async def ended(self, right: int, *, wrong: str | None = None) -> tuple[Seat, UUID]:
        """Somebody who answered the first ``right`` questions rightly, the next one with another
        option, and has submitted: the seat, and the result's id."""
        seat, attempt = await self.room.running()
        async with self.database.transaction() as session:
            presented = await session.scalars(
                select(PresentedItem).where(PresentedItem.attempt_id == attempt.id)
            )
            for row in presented:
                if row.position > right + 1:
                    continue
                key = self.room.programmed.keys[row.item_version_id]
                other = wrong or next(one for one in "ABCD" if one != key)
                session.add(
                    Response(
                        attempt_id=attempt.id,
                        position=row.position,
                        value=key if row.position <= right else other,
                        flagged=False,
                        lease=1,
                        sequence=row.position,
                        received_at=self.room.now,
                    )
                )
        async with self.database.transaction() as session:
            now = await self.database.now(session)
            await Invigilation(session, now).submit(attempt.id, seat.who, 0)
            return seat, (await factories.result_of(session, attempt.id)).id

    async def do(self, verb: str, *given: Any, **named: Any) -> Any:
        """One act of `Releases` in a transaction of its own."""
        async with self.database.transaction() as session:
            releases = Releases(session, await self.database.now(session))
            return await getattr(releases, verb)(*given, **named)

    async def settle(self, evidence: dict[str, Any] | None = None) -> None:
        """The provisional table, whose cut is 7, gives way to one whose cut is 5."""
        async with self.database.transaction() as session:
            form = await get_form(session, self.form_id)
            await Exams(session, self.room.now).replace_conversion(
                form,
                STANDARD,
                source="standard",
                source_id=uuid4(),
                evidence=EVIDENCE if evidence is None else evidence,
                by=self.manager,
            )

    async def calibrate(self, *doubted: int) -> None:
        """An approved run that doubts the keys at these positions."""
        async with self.database.transaction() as session:
            now = await self.database.now(session)
            form = await get_form(session, self.form_id)
            run = CalibrationRun(
                exam_id=form.exam_id,
                state=RunState.APPROVED,
                plan=Plan(self.room.programmed.exam.code).to_json(),
                idempotency_key=uuid4().hex,
                reason="",
                requested_at=now,
                told_at=now,
                decided_at=now,
                progress={},
                log=[],
                outcome={},
            )
            session.add(run)
            await session.flush()
            codes = await list_codes(session, form.id)
            decided = (await get_decisions(session, form.id)).by_position
            for item in await list_form_items(session, form.id):
                decision = decided.get(item.position, UNDECIDED)
                if decision.asks_nobody:
                    continue
                session.add(
                    CalibrationItem(
                        run_id=run.id,
                        position=item.position,
                        item_version_id=item.item_version_id,
                        code=codes[item.position],
                        role="scored",
                        area="I.A",
                        model="2PL",
                        n=100,
                        parameters={},
                        errors={},
                        figures={},
                        flags=["check_key"] if item.position in doubted else [],
                        also=list(decision.also),
                    )
                )

    async def ready(self) -> None:
        """Nothing stands against a release any more."""
        await self.settle()
        await self.calibrate()

    async def result(self, result_id: UUID) -> tuple[Result, Score]:
        async with self.database.reading() as session:
            result = await session.get_one(Result, result_id)
            return result, await session.get_one(Score, result.score_id)


@pytest.fixture
async def beta(room: Room) -> Beta:
    return await a_beta(room)


async def a_beta(room: Room) -> Beta:
    async with room.database.transaction() as session:
        exams = Exams(session, room.now)
        table = provisional(10, 7, 0, 800, 600)
        exam = room.programmed.exam
        form: Form = await exams.assemble(exam, "B-1", 2, table, Purpose.BETA)
        await exams.publish(form)
        programmed = Programmed(exam, form, room.programmed.keys)
        sitting = await factories.a_sitting(
            session,
            room.now,
            programmed,
            title="Beta, spring",
            opens_at=room.now - timedelta(hours=1),
        )
        manager = await factories.a_person(session, room.now, Role.MANAGER)
        colleague = await factories.a_person(session, room.now, Role.MANAGER)
    held = Room(room.database, programmed, sitting, room.now)
    return Beta(held, form.id, manager.id, colleague.id)
