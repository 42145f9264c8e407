"""Filling an empty database for the demonstration; a filled one is left as it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

import item_bank
from exam_engine.accounts.service import Accounts
from exam_engine.calibration.service import add_past_administration
from exam_engine.demonstration.beta.service import add_beta_form, add_beta_sitting
from exam_engine.demonstration.past import CANDIDATES, SEED, Truth, answers, truths
from exam_engine.demonstration.people import CANDIDATE, EVERYBODY, ROOM
from exam_engine.demonstration.queries import asked_on
from exam_engine.exams.conversion import Conversion, provisional
from exam_engine.exams.programme import PRACTICE, Programme
from exam_engine.exams.queries import find_exam
from exam_engine.exams.service import Exams
from exam_engine.exams.tables import Exam, Form
from exam_engine.invigilation.service import Invigilation
from exam_engine.registration.service import Registration
from item_bank.framework import bundled_edition
from item_bank.service import ItemBank

OPEN_FOR = timedelta(days=30)
FORM_SEED = 2026
PAST_FORMS = (
    ("PAST-A", 2025, timedelta(days=420), -0.1),
    ("PAST-B", 2027, timedelta(days=240), 0.2),
)
"""Code, seed, how long ago, and the mean ability of who sat it, in logits."""
SAMPLE = Path(item_bank.__file__).parent / "data" / "sample"


@dataclass(frozen=True, slots=True)
class Seeded:
    """Start codes by email address; they are shown once, then only their hashes exist."""

    codes: dict[str, str]
    room_id: UUID


async def add_programme(
    session: AsyncSession, now: datetime, programme: Programme = PRACTICE
) -> tuple[Exam, Form]:
    """Framework, sample bank, exam and one published form."""
    bank = ItemBank(session, now)
    edition = bundled_edition()
    await bank.load_framework(edition)
    await bank.import_sample(SAMPLE)
    exams = Exams(session, now)
    exam = await exams.add_exam(programme, edition)
    conversion = provisional(
        programme.question_count,
        programme.provisional_raw_cut,
        programme.scale_low,
        programme.scale_high,
        programme.cut,
    )
    form = await exams.assemble(exam, "2026-A", FORM_SEED, conversion)
    await exams.publish(form)
    return exam, form


async def add_past(
    session: AsyncSession, now: datetime, exam: Exam, conversion: Conversion
) -> dict[str, Truth]:
    """Two earlier forms that overlap, and the answers of simulated candidates to them; the
    parameters by which they were drawn."""
    sat = []
    for code, seed, ago, mean in PAST_FORMS:
        exams = Exams(session, now - ago - timedelta(days=30))
        form = await exams.assemble(exam, code, seed, conversion)
        await exams.publish(form)
        sat.append((form, await asked_on(session, form), now - ago, mean, seed))
    every = {one.code: one for _, asked, _, _, _ in sat for one in asked}
    parameters = truths(list(every.values()))
    each = CANDIDATES // len(sat)
    for form, asked, held_at, mean, seed in sat:
        await add_past_administration(
            session,
            now,
            form,
            f"Simulated candidates, {held_at:%B %Y}",
            answers(asked, parameters, each, mean, seed),
            n_positions=len(asked),
            source=f"Drawn from known parameters, seed {SEED}. Nobody ever sat there.",
            simulated=True,
            held_at=held_at,
        )
    return parameters


async def add_demonstration(
    session: AsyncSession, now: datetime, secret_key: bytes, password_hash: str
) -> Seeded | None:
    """People, bank, exam, a beta administration whose results are held, an open self-admitting
    sitting and a proctored one; None if done."""
    if await find_exam(session, PRACTICE.code) is not None:
        return None
    exam, form = await add_programme(session, now)
    conversion = Conversion.from_json(form.conversion)
    parameters = await add_past(session, now, exam, conversion)
    beta = await add_beta_form(session, now, exam, conversion, parameters)
    accounts = Accounts(session, now)
    people = {
        person.email: await accounts.add_person(
            person.email, person.name, person.roles, password_hash
        )
        for person in EVERYBODY
    }
    await add_beta_sitting(session, now, secret_key, beta, password_hash)
    registration = Registration(session, now, secret_key)
    watchers = [people["proctor@example.org"].id]
    opens, closes = now - timedelta(minutes=5), now + OPEN_FOR
    alone = await registration.plan_sitting(
        exam, form, "Practice, any time", opens, closes, self_admitting=True, proctors=watchers
    )
    room = await registration.plan_sitting(
        exam, form, "Room A, proctored", opens, closes, self_admitting=False, proctors=watchers
    )
    invigilation = Invigilation(session, now)
    codes = {}
    for person in (CANDIDATE, *ROOM):
        sitting = alone if person is CANDIDATE else room
        _, codes[person.email] = await invigilation.book(
            registration, people[person.email], sitting, exam.allowance_s
        )
    return Seeded(codes, room.id)
