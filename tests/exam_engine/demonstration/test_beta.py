"""The demonstration's beta administration is one of the engine's own making."""

from sqlalchemy import select

from exam_engine.accounts.tables import Person
from exam_engine.calibration.tables import PastAdministration
from exam_engine.delivery.queries import list_links, verify_attempt
from exam_engine.delivery.tables import Attempt
from exam_engine.demonstration.beta.service import add_beta_form, add_beta_sitting
from exam_engine.demonstration.people import SIMULATED
from exam_engine.exams.conversion import Conversion
from exam_engine.release.carrying_out import look
from exam_engine.results.tables import Result
from tests.exam_engine.conftest import Room
from tests.factories import SECRET_KEY


async def test_simulated_candidates_have_sat_it_their_logs_verify_and_their_results_are_held(
    room: Room,
) -> None:
    exam = room.programmed.exam
    async with room.database.transaction() as session:
        table = Conversion.from_json(room.programmed.form.conversion)
        beta = await add_beta_form(session, room.now, exam, table, {})
        await add_beta_sitting(session, room.now, SECRET_KEY, beta, "no password")
    assert (beta.form.purpose, beta.form.state) == ("beta", "published")
    async with room.database.reading() as session:
        rows = (
            await session.execute(
                select(Attempt, Person, Result)
                .join(Person, Person.id == Attempt.person_id)
                .join(Result, Result.attempt_id == Attempt.id)
                .where(Attempt.form_id == beta.form.id)
            )
        ).all()
        assert sorted(person.name for _, person, _ in rows) == [one.name for one in SIMULATED]
        assert all(one.name.startswith("Simulated") for one in SIMULATED)
        for attempt, _, result in rows:
            assert (attempt.state, result.state) == ("submitted", "held")
            assert attempt.ended_at is not None
            assert attempt.ended_at < room.now
            verified = await verify_attempt(session, attempt.id)
            assert verified.fault is None
        links = await list_links(session, rows[0][0].id)
        kinds = {link.kind for link in links}
        past = (await session.scalars(select(PastAdministration))).one()
    assert {"created", "started", "lease_granted", "answered", "submitted"} <= kinds
    assert (past.form_id, past.simulated) == (beta.form.id, True)
    found, ready = await look(room.database, beta.form.id)
    assert ready == len(SIMULATED) == 24
    assert [check.met for check in found] == [False, False, False, True]
