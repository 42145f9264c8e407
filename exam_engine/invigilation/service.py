"""Where delivery, proctoring and results meet: the acts that touch more than one of them.

Each is one transaction; the caller opens and commits it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.tables import Person
from exam_engine.delivery import queries as attempts
from exam_engine.delivery.clock import remaining_ms
from exam_engine.delivery.errors import NoSuchAttempt
from exam_engine.delivery.service import EARLIEST_EXPIRY, Delivery, Granted, Question
from exam_engine.delivery.states import TERMINAL
from exam_engine.delivery.tables import Attempt
from exam_engine.exams.queries import get_exam, list_form_items
from exam_engine.invigilation.queries import Standing
from exam_engine.recent import Recent
from exam_engine.registration.queries import list_booked
from exam_engine.registration.service import Registration
from exam_engine.registration.tables import Authorization, Sitting
from exam_engine.results.service import Results
from item_bank.queries import get_contents
from proctor import queries as sessions
from proctor.errors import NoSuchSession
from proctor.presence import Contact, connection_word
from proctor.service import Proctoring
from proctor.signals import Noticed, words
from proctor.tables import ProctoringSession

SWEPT_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Seat:
    """One line of the proctor's list; session and attempt are None until check-in."""

    id: UUID
    name: str
    session: ProctoringSession | None
    attempt: Attempt | None
    answered: int
    last_saved_at: datetime | None
    remaining_ms: int | None
    connection: str
    contact: Contact | None
    signals: list[str]


_questions: Recent[UUID, tuple[Question, ...]] = Recent(64)
"""Questions by form: only published forms are sat, and those never change."""


class Invigilation:
    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now
        self._delivery = Delivery(session, now)
        self._proctoring = Proctoring(session, now)
        self._results = Results(session, now)

    # --- the candidate's acts ---------------------------------------------------------------

    async def book(
        self, registration: Registration, person: Person, sitting: Sitting, allowance_s: int
    ) -> tuple[Authorization, str]:
        """A right to sit with its start code; its attempt waits for check-in."""
        authorization, code = await registration.authorize(person.id, sitting, allowance_s)
        await self.prepare(authorization, sitting, person.name)
        return authorization, code

    async def prepare(self, authorization: Authorization, sitting: Sitting, name: str) -> Attempt:
        """Make the attempt and its proctoring session when a date is booked, not at the bell.

        The caller has the authorization locked, or has just made it.
        """
        exam = await get_exam(self._session, sitting.exam_id)
        granted = Granted(
            authorization_id=authorization.id,
            person_id=authorization.person_id,
            sitting_id=sitting.id,
            form_id=sitting.form_id,
            allowance_s=authorization.allowance_s,
            grace_s=exam.grace_s,
            closes_at=sitting.closes_at,
        )
        attempt = await self._delivery.create(
            granted, await self._questions(sitting.form_id), secrets.randbits(62)
        )
        await self._proctoring.open(attempt.id, sitting.id, name)
        return attempt

    async def submit(self, attempt_id: UUID, who: SignedIn, last_sequence: int) -> Attempt:
        """Close, score, and close the proctoring session; again finds it all done."""
        attempt = await attempts.get_attempt_for_update(self._session, attempt_id)
        if attempt.person_id != who.person_id:
            raise NoSuchAttempt
        attempt = await self._delivery.submit(attempt.id, who.sign_in_id, last_sequence)
        await self._wind_up(attempt)
        return attempt

    async def list_due(self) -> Sequence[UUID]:
        """Attempts whose expiry is to be recorded now, the oldest first.  Reads only."""
        return await attempts.list_overdue(self._session, self._now, EARLIEST_EXPIRY, SWEPT_AT_ONCE)

    async def expire(self, attempt_ids: Sequence[UUID]) -> list[UUID]:
        """Record expiry where it is still due; the sittings in which it was."""
        rooms = []
        for attempt_id in sorted(attempt_ids):
            attempt = await self._delivery.expire(attempt_id)
            if attempt is not None:
                await self._wind_up(attempt)
                rooms.append(attempt.sitting_id)
        return rooms

    # --- the proctor's acts -----------------------------------------------------------------

    async def admit(self, session_id: UUID, by: UUID) -> ProctoringSession:
        return await self._proctoring.admit(session_id, by)

    async def pause(self, session_id: UUID, by: UUID, reason: str) -> ProctoringSession:
        watched = await self._get_session(session_id)
        await self._delivery.pause(watched.attempt_id, by, reason)
        return watched

    async def resume(self, session_id: UUID, by: UUID, reason: str) -> ProctoringSession:
        watched = await self._get_session(session_id)
        await self._delivery.resume(watched.attempt_id, by, reason)
        return watched

    async def record_signals(self, attempt_id: UUID, noticed: Sequence[Noticed]) -> int:
        watched = await self._session_of(attempt_id)
        return await self._proctoring.record(watched.id, noticed)

    # --- parts ------------------------------------------------------------------------------

    async def _wind_up(self, attempt: Attempt) -> None:
        if attempt.state in TERMINAL:
            await self._results.score(attempt)
            watched = await sessions.find_session_of_for_update(self._session, attempt.id)
            if watched is not None:
                await self._proctoring.close(watched)

    async def _questions(self, form_id: UUID) -> tuple[Question, ...]:
        known = _questions.find(form_id)
        if known is not None:
            return known
        items = await list_form_items(self._session, form_id)
        contents = await get_contents(self._session, [item.item_version_id for item in items])
        return _questions.keep(
            form_id,
            tuple(
                Question(
                    item.item_version_id,
                    tuple(choice.identifier for choice in contents[item.item_version_id].choices),
                    contents[item.item_version_id].shuffle,
                )
                for item in items
            ),
        )

    async def _session_of(self, attempt_id: UUID) -> ProctoringSession:
        watched = await sessions.find_session_of(self._session, attempt_id)
        if watched is None:
            raise NoSuchSession
        return watched

    async def _get_session(self, session_id: UUID) -> ProctoringSession:
        watched = await sessions.find_session(self._session, session_id)
        if watched is None:
            raise NoSuchSession
        return watched


async def list_seats(
    session: AsyncSession, sitting: Sitting, contacts: dict[UUID, Contact], now: datetime
) -> list[Seat]:
    """Everybody booked for a sitting, by name.  Reads only."""
    rows = [
        attempt
        for attempt in await attempts.list_attempts(session, sitting.id)
        if attempt.checked_in_at is not None
    ]
    attempt_of = {attempt.authorization_id: attempt for attempt in rows}
    watched = {one.attempt_id: one for one in await sessions.list_room(session, sitting.id)}
    progress = await attempts.list_progress(session, [attempt.id for attempt in rows])
    signals = await sessions.list_signals(session, [one.id for one in watched.values()])
    seats = []
    for authorization_id, name in await list_booked(session, sitting.id):
        attempt = attempt_of.get(authorization_id)
        one = watched.get(attempt.id) if attempt else None
        saved = progress.get(attempt.id) if attempt else None
        contact = contacts.get(one.id) if one else None
        seats.append(
            Seat(
                id=authorization_id,
                name=name,
                session=one,
                attempt=attempt,
                answered=saved.answered if saved else 0,
                last_saved_at=saved.last_saved_at if saved else None,
                remaining_ms=time_left_ms(attempt, now) if attempt else None,
                connection=connection_word(contact, now),
                contact=contact,
                signals=[words(signal.kind) for signal in signals.get(one.id, ())[:3]]
                if one
                else [],
            )
        )
    return seats


def time_left_ms(attempt: Attempt | Standing, now: datetime) -> int | None:
    """Milliseconds left now, or when the attempt was paused or ended; None before the start."""
    return remaining_ms(attempt.deadline_at, attempt.paused_at or attempt.ended_at, now)
