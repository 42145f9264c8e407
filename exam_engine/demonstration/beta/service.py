"""The beta form and its sitting, made as on an exam day: booking, start, answers, submission.

The answers are decided by the recorder's own code and chained as its are, all of a candidate at
once, so that every attempt's log verifies.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import Accounts, new_sign_in
from exam_engine.accounts.tables import Person, SignIn
from exam_engine.arrival.service import Arrival
from exam_engine.calibration.service import add_past_administration
from exam_engine.clock import Clock
from exam_engine.delivery.answers import Answer, AttemptFacts, Loaded, SignInFacts, decide
from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import Attempt, Event, Response
from exam_engine.demonstration.past import SEED, Asked, Truth, answers, more_truths
from exam_engine.demonstration.people import SIMULATED
from exam_engine.demonstration.queries import asked_on
from exam_engine.driver.postgres import PostgresTransaction
from exam_engine.driver.prepared import Act
from exam_engine.driver.sqlite import SqliteTransaction
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.purposes import Purpose
from exam_engine.exams.queries import list_form_items
from exam_engine.exams.service import Exams
from exam_engine.exams.tables import Exam, Form
from exam_engine.invigilation.service import Invigilation
from exam_engine.registration.service import Registration
from exam_engine.registration.tables import Sitting
from item_bank.queries import get_contents

CODE, FORM_SEED = "2026-B", 2031
AGO = timedelta(days=7)
MEAN = 0.6
"""Mean ability of who sat it, in logits."""
PILOTED, PILOT_AGO = 200, timedelta(days=60)
PER_QUESTION = timedelta(seconds=45)

_ADD_EVENTS = cast(Table, Event.__table__).insert()
_ADD_RESPONSES = cast(Table, Response.__table__).insert()
_ADD_SIGN_IN = cast(Table, SignIn.__table__).insert()


@dataclass(frozen=True, slots=True)
class Beta:
    """A published beta form, its questions, and what its answers are drawn from."""

    exam: Exam
    form: Form
    asked: Sequence[Asked]
    parameters: dict[str, Truth]


async def add_beta_form(
    session: AsyncSession,
    now: datetime,
    exam: Exam,
    conversion: Conversion,
    known: dict[str, Truth],
) -> Beta:
    """A beta form that shares items with the others, and answers of a pilot to it, so that it can
    be calibrated with them; ``known`` are parameters of the others' items."""
    exams = Exams(session, now - PILOT_AGO - AGO)
    form = await exams.assemble(exam, CODE, FORM_SEED, conversion, Purpose.BETA)
    await exams.publish(form)
    asked = await asked_on(session, form)
    beta = Beta(exam, form, asked, more_truths(asked, known))
    held_at = now - PILOT_AGO
    await add_past_administration(
        session,
        now,
        form,
        f"Simulated pilot, {held_at:%B %Y}",
        answers(asked, beta.parameters, PILOTED, MEAN, FORM_SEED),
        n_positions=len(asked),
        source=f"Drawn from known parameters, seed {SEED}. Nobody ever sat there.",
        simulated=True,
        held_at=held_at,
    )
    return beta


async def add_beta_sitting(
    session: AsyncSession, now: datetime, secret_key: bytes, beta: Beta, password_hash: str
) -> Sitting:
    """Last week's sitting of simulated candidates, all of whom have submitted."""
    opens = now - AGO
    booked_at = opens - timedelta(days=3)
    registration = Registration(session, booked_at, secret_key)
    sitting = await registration.plan_sitting(
        beta.exam,
        beta.form,
        "Beta, simulated candidates",
        opens,
        opens + timedelta(hours=4),
        self_admitting=True,
    )
    sheet = answers(beta.asked, beta.parameters, len(SIMULATED), MEAN, FORM_SEED + 1)
    items = await list_form_items(session, beta.form.id)
    contents = await get_contents(session, [item.item_version_id for item in items])
    options = [
        [choice.identifier for choice in contents[item.item_version_id].choices] for item in items
    ]
    for number, simulated in enumerate(SIMULATED):
        person = await _find_or_add(
            session, booked_at, simulated.email, simulated.name, password_hash
        )
        given = sheet[number * len(items) : (number + 1) * len(items)]
        chosen = [own[one - 1] if one else None for own, one in zip(options, given, strict=True)]
        sat = _Sat(session, registration, sitting, person, opens + timedelta(minutes=number))
        await sat.through(beta.exam.allowance_s, options, chosen)
    return sitting


async def _find_or_add(
    session: AsyncSession, now: datetime, email: str, name: str, password_hash: str
) -> Person:
    found = await session.scalar(select(Person).where(Person.email == email))
    if found is not None:
        return found
    return await Accounts(session, now).add_person(email, name, [Role.CANDIDATE], password_hash)


@dataclass(frozen=True, slots=True)
class _Sat:
    """One simulated candidate's exam, which began at ``at``."""

    session: AsyncSession
    registration: Registration
    sitting: Sitting
    person: Person
    at: datetime

    async def through(
        self, allowance_s: int, options: Sequence[Sequence[str]], chosen: Sequence[str | None]
    ) -> None:
        booking = Invigilation(self.session, self.at - timedelta(days=3))
        authorization, _ = await booking.book(
            self.registration, self.person, self.sitting, allowance_s
        )
        _, row = new_sign_in(self.person.id, self.at)
        await self.session.execute(_ADD_SIGN_IN, row._asdict())
        who = SignedIn(
            row.id, self.person.id, self.person.name, self.person.email, frozenset({Role.CANDIDATE})
        )
        arrival = Arrival(await _act_of(self.session), self.at)
        came = await arrival.check_in(who, authorization.id)
        await arrival.start(came.attempt_id, who, agreement=True)
        last = await self._answer(came.attempt_id, who, row.token_hash, options, chosen)
        ended = self.at + PER_QUESTION * (len(chosen) + 1)
        await Invigilation(self.session, ended).submit(came.attempt_id, who, last)

    async def _answer(
        self,
        attempt_id: UUID,
        who: SignedIn,
        token_hash: bytes,
        options: Sequence[Sequence[str]],
        chosen: Sequence[str | None],
    ) -> int:
        """Every answer in the order of the questions; the last sequence number."""
        attempt = await self.session.get_one(Attempt, attempt_id, populate_existing=True)
        given = [(place, one) for place, one in enumerate(chosen, 1) if one is not None]
        batch = [
            Answer(token_hash, attempt_id, attempt.lease, sequence, place, one, False, 0.0)
            for sequence, (place, one) in enumerate(given, 1)
        ]
        facts = AttemptFacts(
            attempt_id,
            attempt.person_id,
            attempt.sitting_id,
            AttemptState(attempt.state),
            attempt.grace_s,
            attempt.deadline_at,
            attempt.ended_at,
            attempt.lease,
            who.sign_in_id,
            attempt.last_sequence,
            attempt.event_count,
            attempt.chain_head,
            [frozenset(one) for one in options],
        )
        loaded = Loaded(
            sign_ins={token_hash: SignInFacts(who.sign_in_id, who.person_id)},
            attempts={attempt_id: facts},
        )
        times = [self.at + PER_QUESTION * place for place, _ in given]
        decided = decide(batch, times, loaded, times[-1])
        await self.session.execute(_ADD_EVENTS, [asdict(link) for link in decided.links])
        responses = [asdict(one) for one in decided.responses.values()]
        await self.session.execute(_ADD_RESPONSES, responses)
        await self.session.execute(
            update(Attempt)
            .where(Attempt.id == attempt_id)
            .values(
                event_count=facts.event_count,
                chain_head=facts.chain_head,
                last_sequence=facts.last_sequence,
            )
        )
        return len(batch)


async def _act_of(session: AsyncSession) -> Act:
    """The session's own transaction, as arrival takes one."""
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    if isinstance(driver, sqlite3.Connection):
        return SqliteTransaction(driver, connection.dialect, Clock())
    return PostgresTransaction(driver, connection.dialect)
