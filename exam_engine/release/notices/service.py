"""Making notices, and that they were read."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.delivery.tables import Attempt
from exam_engine.exams.tables import Exam
from exam_engine.release.notices import queries, words
from exam_engine.release.notices.tables import Notice
from exam_engine.release.notices.words import NoticeKind, Words

_ADD = insert(cast(Table, Notice.__table__))


class Notices:
    """Within one transaction; each is about the result of an attempt."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def released(self, results: Mapping[UUID, Attempt], exam: Exam) -> None:
        """To everybody whose result is out; attempts by the result's id."""
        rows = [
            self._row(
                attempt,
                NoticeKind.RELEASED,
                words.released(exam.title, _sat_at(attempt)),
                result_id,
            )
            for result_id, attempt in results.items()
        ]
        if rows:
            await self._session.execute(_ADD, rows)

    async def withdrawn(self, result_id: UUID, attempt: Attempt, exam: Exam, reason: str) -> None:
        told = words.withdrawn(exam.title, _sat_at(attempt), reason)
        await self._session.execute(
            _ADD, [self._row(attempt, NoticeKind.WITHDRAWN, told, result_id)]
        )

    async def rescored(self, result_id: UUID, attempt: Attempt, exam: Exam, reason: str) -> None:
        """Where the decision is another one now."""
        told = words.rescored(exam.title, _sat_at(attempt), reason)
        await self._session.execute(
            _ADD, [self._row(attempt, NoticeKind.RESCORED, told, result_id)]
        )

    async def read(self, notice_id: UUID, person_id: UUID) -> Notice:
        """Its person has read it; again changes nothing.  Raises `NoticeNotFound`."""
        notice = await queries.get_notice_for_update(self._session, notice_id, person_id)
        notice.read_at = notice.read_at or self._now
        await self._session.flush()
        return notice

    def _row(
        self, attempt: Attempt, kind: NoticeKind, told: Words, result_id: UUID
    ) -> dict[str, object]:
        return {
            "id": uuid4(),
            "person_id": attempt.person_id,
            "kind": kind,
            "subject": told.subject,
            "body": told.body,
            "result_id": result_id,
            "made_at": self._now,
        }


def _sat_at(attempt: Attempt) -> datetime:
    return attempt.ended_at or attempt.created_at
