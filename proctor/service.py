"""The acts upon a proctoring session: lock its row, decide, write."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from proctor import queries
from proctor.sessions import SessionState, moved
from proctor.signals import Noticed
from proctor.tables import ProctoringSession, Signal

MOST_SIGNALS = 2_000


class Proctoring:
    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def open(self, attempt_id: UUID, room_id: UUID, label: str) -> ProctoringSession:
        """The session of an attempt, waiting for its candidate to come."""
        opened = ProctoringSession(
            id=uuid4(),
            attempt_id=attempt_id,
            room_id=room_id,
            label=label,
            state=SessionState.WAITING,
            version=1,
            opened_at=self._now,
        )
        self._session.add(opened)
        await self._session.flush()
        return opened

    async def admit(self, session_id: UUID, by: UUID) -> ProctoringSession:
        """Let a candidate in; again changes nothing."""
        watched = await queries.get_session_for_update(self._session, session_id)
        if watched.state in (SessionState.ADMITTED, SessionState.LIVE, SessionState.INTERRUPTED):
            return watched
        self._move(watched, "admit")
        watched.admitted_at, watched.admitted_by = self._now, by
        await self._session.flush()
        return watched

    async def interrupt(self, session_id: UUID) -> ProctoringSession:
        watched = await queries.get_session_for_update(self._session, session_id)
        if watched.state != SessionState.INTERRUPTED:
            self._move(watched, "interrupt")
            await self._session.flush()
        return watched

    async def go_on(self, session_id: UUID) -> ProctoringSession:
        watched = await queries.get_session_for_update(self._session, session_id)
        if watched.state != SessionState.LIVE:
            self._move(watched, "continue")
            await self._session.flush()
        return watched

    async def close(self, watched: ProctoringSession) -> None:
        """The exam has ended; ``watched`` is locked.  Again changes nothing."""
        if watched.state != SessionState.CLOSED:
            self._move(watched, "close")
            watched.closed_at = self._now

    async def record(self, session_id: UUID, noticed: Sequence[Noticed]) -> int:
        """Keep signals; how many were kept (a flooding browser is cut off at a limit)."""
        room = MOST_SIGNALS - await queries.count_signals(self._session, session_id)
        kept = list(noticed)[: max(room, 0)]
        if not kept:
            return 0
        watched = await queries.get_session_for_update(self._session, session_id)
        watched.version += 1
        self._session.add_all(
            Signal(
                session_id=session_id,
                kind=one.kind,
                severity=one.severity,
                noticed_at=one.noticed_at,
                received_at=self._now,
                duration_ms=one.duration_ms,
            )
            for one in kept
        )
        await self._session.flush()
        return len(kept)

    def _move(self, watched: ProctoringSession, verb: str) -> None:
        watched.state, watched.version = moved(watched.state, watched.version, verb)
