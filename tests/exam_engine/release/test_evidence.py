"""What is known at the cut, where the table came before the calibration."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import update

from exam_engine.calibration.tables import CalibrationRun
from exam_engine.database import Database
from exam_engine.exams.conversion import Conversion, provisional
from exam_engine.exams.purposes import Purpose
from exam_engine.exams.service import Exams
from exam_engine.release.checks import Facts, checks, obstacles
from exam_engine.release.evidence import find_evidence
from tests.exam_engine.calibration.conftest import a_past

FACTS = Facts(
    "operational",
    False,
    "equating",
    {"raw_error": 2.0, "consistency": 0.9},
    calibrated=True,
    undecided=(),
    newer=(),
    running=0,
    ready=9,
    on_hold=0,
    ended_by_person=0,
)


async def test_a_form_that_was_calibrated_after_its_standard_has_its_evidence(
    database: Database,
) -> None:
    past = await a_past(database)
    exam = past.programmed.exam
    table = provisional(12, 7, 0, 800, 600)
    async with database.transaction() as session:
        exams = Exams(session, await database.now(session))
        form = await exams.assemble(exam, "B-1", 3, table, Purpose.BETA)  # of the same items
        await exams.publish(form)
    form_id = form.id
    assert await find_evidence(database, form_id) == {}
    async with database.transaction() as session:
        settled = Conversion("standard-linear-1", table.scaled, 0, 800, 600)
        await Exams(session, await database.now(session)).replace_conversion(
            form, settled, source="standard", source_id=uuid4(), evidence={}, by=None
        )
    assert await find_evidence(database, form_id) == {}
    run = await past.finished()
    await past.do(lambda runs: runs.approve(run.id, past.analyst))
    async with database.transaction() as session:
        await session.execute(
            update(CalibrationRun).values(outcome={"populations": {"": (0.0, 1.0)}})
        )
    evidence = await find_evidence(database, form_id)
    # the standard error of a number right of 12 near the cut: between 1 and sqrt(12)/2 points
    assert 1.0 < evidence["raw_error"] < 12**0.5 / 2
    assert 0.5 < evidence["consistency"] < evidence["accuracy"] < 1.0


@pytest.mark.parametrize("missing", ["raw_error", "consistency"])
def test_an_operational_form_without_a_part_of_its_evidence_is_refused(missing: str) -> None:
    without = {**FACTS.evidence, missing: None}
    assert obstacles(checks(FACTS)) == []
    (said,) = obstacles(checks(replace(FACTS, evidence=without)))
    assert said.startswith("Nothing is known yet of")
    assert obstacles(checks(replace(FACTS, evidence=without, purpose="practice"))) == []


def test_each_obstacle_is_one_sentence_more() -> None:
    facts = replace(FACTS, running=2, undecided=("IA-01", "IA-02"))
    assert len(obstacles(checks(facts))) == 2
    apart = checks(replace(FACTS, on_hold=1, ended_by_person=2))[-1]
    assert (apart.blocks, apart.met) == (False, False)
    assert "1 result is on hold" in apart.sentence
    assert "2 attempts were ended by a person" in apart.sentence
