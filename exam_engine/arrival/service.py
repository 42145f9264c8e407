"""The acts of arrival: lock, decide, write, each one transaction that the caller opens.

They go through the driver: within a minute everybody does both (see DECISIONS.md).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import asdict

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.service import new_sign_in
from exam_engine.arrival import queries
from exam_engine.delivery.errors import NoSuchAttempt, NotAdmitted, OutsideWindow
from exam_engine.delivery.starting import check_window, started
from exam_engine.driver.prepared import Act
from exam_engine.registration import codes
from proctor.sessions import SessionState, moved


class Arrived(NamedTuple):
    """Where a candidate is after an act."""

    attempt_id: UUID
    sitting_id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class Arrival:
    act: Act
    now: datetime

    async def sign_in(self, email: str, code: str, secret_key: bytes) -> str | None:
        """A new token for the candidate whose start code this is, or None.

        A wrong code counts against each code that the person could have meant; the fifth locks
        it.  Commit in both cases: the count must stay.
        """
        if "\0" in email:  # PostgreSQL cannot even be asked
            return None
        found = await self.act.all(queries.CODES, email=email.strip().lower(), now=self.now)
        meant = [one for one in found if one.failed_tries < codes.MOST_TRIES]
        for one in meant:
            typed = codes.code_hash(secret_key, one.sitting_id, code)
            if codes.same(typed, one.code_hash):
                if one.failed_tries:
                    await self._count_tries(one, 0)
                token, row = new_sign_in(one.person_id, self.now)
                await self.act.do(queries.ADD_SIGN_IN, **row._asdict())
                return token
        for one in meant:
            await self._count_tries(one, one.failed_tries + 1)
        return None

    async def _count_tries(self, one: queries.OpenCode, tries: int) -> None:
        await self.act.do(queries.COUNT_TRIES, which=one.authorization_id, tries=tries)

    async def check_in(self, who: SignedIn, authorization_id: UUID) -> Arrived:
        """The candidate has come: again, or on another device, changes nothing.

        Raises `NoSuchAttempt` for somebody else's authorization, `OutsideWindow`.
        """
        found = await self.act.first(
            queries.COMER, authorization_id=authorization_id, person_id=who.person_id
        )
        if found is None:
            raise NoSuchAttempt
        if found.checked_in_at is None:
            if self.now >= found.valid_until:
                raise OutsideWindow("Your authorization to test has run out. Ask for a new one.")
            check_window(found.opens_at, found.closes_at, self.now)
            await self.act.do(queries.CHECK_IN_ATTEMPT, attempt_id=found.attempt_id, now=self.now)
        if found.session_state == SessionState.WAITING:
            # where nobody has to let them in, they are admitted at once
            verbs = ("check_in", "admit") if found.self_admitting else ("check_in",)
            state, version = moved(found.session_state, found.session_version, *verbs)
            write = queries.ADMIT_SESSION if found.self_admitting else queries.MOVE_SESSION
            values = {"now": self.now} if found.self_admitting else {}
            await self.act.do(
                write, session_id=found.session_id, new_state=state, new_version=version, **values
            )
        return Arrived(found.attempt_id, found.sitting_id, found.attempt_state)

    async def start(self, attempt_id: UUID, who: SignedIn, *, agreement: bool) -> Arrived:
        """Start the clock and give this device the pen; starting again changes nothing.

        Raises `NoSuchAttempt`, `NotAdmitted`, and what `delivery.starting.started` raises.
        """
        found = await self.act.first(queries.SEATED, attempt_id=attempt_id, person_id=who.person_id)
        if found is None:
            raise NoSuchAttempt
        if found.session_state in (SessionState.WAITING, SessionState.CHECKED_IN):
            raise NotAdmitted
        start = started(found, self.now, agreement=agreement)
        if start is None:
            return Arrived(attempt_id, found.sitting_id, found.state)
        await self.act.do(
            queries.START_ATTEMPT,
            attempt_id=attempt_id,
            new_state=start.state,
            now=self.now,
            deadline=start.deadline_at,
            new_lease=start.lease,
            last_event=start.links[-1].number,
            last_hash=start.links[-1].hash,
        )
        await self.act.do(
            queries.ADD_LEASE,
            attempt_id=attempt_id,
            number=start.lease,
            sign_in_id=who.sign_in_id,
            granted_at=self.now,
        )
        for link in start.links:
            await self.act.do(queries.ADD_EVENT, **asdict(link))
        if found.session_state == SessionState.ADMITTED:
            state, version = moved(found.session_state, found.session_version, "begin")
            await self.act.do(
                queries.MOVE_SESSION,
                session_id=found.session_id,
                new_state=state,
                new_version=version,
            )
        return Arrived(attempt_id, found.sitting_id, start.state)
