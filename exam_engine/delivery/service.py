"""The acts upon an attempt: lock its row, decide, write; every act is a link of its chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.base import as_text
from exam_engine.delivery import errors, events, ordering, queries
from exam_engine.delivery.states import TERMINAL, AttemptState, after
from exam_engine.delivery.tables import Adjustment, Attempt, Event, Lease, PresentedItem

PRESENT = cast(Table, PresentedItem.__table__).insert()
"""Straight into the table: through the ORM these hundred rows cost a millisecond more."""

EARLIEST_EXPIRY = timedelta(seconds=2)
"""How long after a deadline expiry is recorded: an answer that was received in time has left the
recorder's queue by then."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a form has at one position, as far as delivery needs it."""

    item_version_id: UUID
    choices: Sequence[str]
    shuffle: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """What a candidate was authorized for; ``closes_at`` ends the window."""

    authorization_id: UUID
    person_id: UUID
    sitting_id: UUID
    form_id: UUID
    allowance_s: int
    grace_s: int
    closes_at: datetime


class Delivery:
    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def create(self, granted: Granted, questions: Sequence[Question], seed: int) -> Attempt:
        """The one attempt of an authorization, which the caller holds locked.

        Everything that could change is pinned here: versions, order, option order, seed.
        """
        attempt_id = uuid4()
        attempt = Attempt(
            id=attempt_id,
            authorization_id=granted.authorization_id,
            person_id=granted.person_id,
            sitting_id=granted.sitting_id,
            form_id=granted.form_id,
            state=AttemptState.CREATED,
            seed=seed,
            ordering=ordering.ORDERING,
            question_count=len(questions),
            allowance_s=granted.allowance_s,
            grace_s=granted.grace_s,
            window_end_at=granted.closes_at,
            created_at=self._now,
            lease=0,
            last_sequence=0,
            event_count=0,
            chain_head=events.genesis(attempt_id),
        )
        self._append(
            attempt,
            "created",
            {
                "form": granted.form_id.hex,
                "seed": seed,
                "ordering": ordering.ORDERING,
                "questions": [question.item_version_id.hex for question in questions],
                "allowance_s": granted.allowance_s,
                "window_end_at": as_text(granted.closes_at),
            },
            granted.person_id,
        )
        self._session.add(attempt)
        await self._session.flush()
        await self._session.execute(
            PRESENT,
            [
                {
                    "attempt_id": attempt_id,
                    "position": position,
                    "item_version_id": question.item_version_id,
                    "form_position": position,
                    "option_order": ordering.option_order(
                        seed, position, question.choices, question.shuffle
                    ),
                }
                for position, question in enumerate(questions, 1)
            ],
        )
        return attempt

    async def take_lease(
        self, attempt_id: UUID, sign_in_id: UUID, *, take_over: bool
    ) -> tuple[int, int]:
        """(lease, next sequence) for a device.  Raises `OtherDevice` unless it takes over."""
        attempt = await queries.get_attempt_for_update(self._session, attempt_id)
        if attempt.state == AttemptState.CREATED:
            raise errors.NotStarted
        if attempt.state in TERMINAL:
            raise errors.AttemptClosed("This exam is closed.")
        held = await queries.find_lease(self._session, attempt.id, attempt.lease)
        if held is not None and held.sign_in_id == sign_in_id:
            return attempt.lease, attempt.last_sequence + 1
        if not take_over:
            raise errors.OtherDevice
        self._grant(attempt, sign_in_id, "lease_taken_over")
        await self._session.flush()
        return attempt.lease, 1

    async def pause(self, attempt_id: UUID, by: UUID, reason: str) -> Attempt:
        """Stop the clock.  Pausing a paused attempt changes nothing."""
        attempt = await queries.get_attempt_for_update(self._session, attempt_id)
        if attempt.state == AttemptState.PAUSED:
            return attempt
        if self._is_overdue(attempt):
            raise errors.AttemptClosed("Time is up for this exam. It cannot be paused any more.")
        self._move(attempt, "pause")
        attempt.paused_at = self._now
        self._append(attempt, "paused", {"reason": reason}, by)
        await self._session.flush()
        return attempt

    async def resume(self, attempt_id: UUID, by: UUID, reason: str) -> Attempt:
        """Start the clock again; the pause goes into the ledger to the microsecond."""
        attempt = await queries.get_attempt_for_update(self._session, attempt_id)
        if attempt.state == AttemptState.RUNNING:
            return attempt
        paused_at = attempt.paused_at
        self._move(attempt, "resume")
        assert paused_at is not None  # noqa: S101 - the state says so
        attempt.paused_at = None
        await self._adjust(attempt, "pause", self._now - paused_at, by, reason)
        self._append(attempt, "resumed", {"reason": reason}, by)
        await self._session.flush()
        return attempt

    async def submit(self, attempt_id: UUID, sign_in_id: UUID, last_sequence: int) -> Attempt:
        """Close the attempt at its candidate's wish; a second call finds it closed.

        At or after the deadline this records the expiry instead: the sweeper may be late, the
        clock is not.  Raises `AnswersMissing` while a number that the device used has not come.
        """
        attempt = await queries.get_attempt_for_update(self._session, attempt_id)
        if attempt.state in (AttemptState.SUBMITTED, AttemptState.EXPIRED):
            return attempt
        if self._is_overdue(attempt):
            self._expire(attempt)
            await self._session.flush()
            return attempt
        if attempt.state == AttemptState.PAUSED:
            raise errors.AttemptPaused
        if attempt.state == AttemptState.CREATED:
            raise errors.NotStarted
        if attempt.state in TERMINAL:
            raise errors.AttemptClosed("This exam is closed.")
        held = await queries.find_lease(self._session, attempt.id, attempt.lease)
        if held is None or held.sign_in_id != sign_in_id:
            raise errors.OtherDevice
        if attempt.last_sequence < last_sequence:
            raise errors.AnswersMissing
        self._move(attempt, "submit")
        attempt.ended_at = self._now
        self._append(attempt, "submitted", {"last_sequence": last_sequence}, attempt.person_id)
        await self._session.flush()
        return attempt

    async def expire(self, attempt_id: UUID) -> Attempt | None:
        """Record that time is up; None if it is not, or the attempt has ended already."""
        attempt = await queries.get_attempt_for_update(self._session, attempt_id)
        if not self._is_overdue(attempt):
            return None
        self._expire(attempt)
        await self._session.flush()
        return attempt

    # --- the parts of an act ----------------------------------------------------------------

    def _is_overdue(self, attempt: Attempt) -> bool:
        return (
            attempt.state == AttemptState.RUNNING
            and attempt.deadline_at is not None
            and self._now >= attempt.deadline_at + timedelta(seconds=attempt.grace_s)
        )

    def _expire(self, attempt: Attempt) -> None:
        """Expiry is true since the deadline, so that is the instant it carries."""
        self._move(attempt, "expire")
        attempt.ended_at = attempt.deadline_at
        recorded = {"recorded_at": as_text(self._now)}
        self._append(attempt, "expired", recorded, None, at=attempt.deadline_at)

    def _move(self, attempt: Attempt, verb: str) -> None:
        state = after(AttemptState(attempt.state), verb)
        if state is None:
            raise errors.MoveRefused(f"An exam that is {attempt.state} cannot {verb}.")
        attempt.state = state

    def _grant(self, attempt: Attempt, sign_in_id: UUID, kind: str) -> None:
        attempt.lease += 1
        attempt.last_sequence = 0
        self._session.add(
            Lease(
                attempt_id=attempt.id,
                number=attempt.lease,
                sign_in_id=sign_in_id,
                granted_at=self._now,
            )
        )
        self._append(attempt, kind, {"lease": attempt.lease}, attempt.person_id)

    async def _adjust(
        self, attempt: Attempt, kind: str, by_how_much: timedelta, by: UUID | None, reason: str
    ) -> None:
        ledger = await queries.list_adjustments(self._session, attempt.id)
        microseconds = by_how_much // timedelta(microseconds=1)
        self._session.add(
            Adjustment(
                attempt_id=attempt.id,
                number=len(ledger) + 1,
                kind=kind,
                microseconds=microseconds,
                reason=reason,
                by_id=by,
                at=self._now,
            )
        )
        assert attempt.deadline_at is not None  # noqa: S101 - it has started
        attempt.deadline_at += by_how_much
        self._append(
            attempt,
            "adjusted",
            {
                "kind": kind,
                "microseconds": microseconds,
                "deadline_at": as_text(attempt.deadline_at),
            },
            by,
        )

    def _append(
        self,
        attempt: Attempt,
        kind: str,
        body: dict[str, Any],
        actor_id: UUID | None,
        at: datetime | None = None,
    ) -> None:
        link = events.append(
            attempt.chain_head,
            attempt.id,
            attempt.event_count + 1,
            kind,
            at or self._now,
            events.canonical(body),
            actor_id=actor_id,
        )
        attempt.chain_head, attempt.event_count = link.hash, link.number
        self._session.add(
            Event(
                attempt_id=link.attempt_id,
                number=link.number,
                kind=link.kind,
                at=link.at,
                actor_id=link.actor_id,
                body=link.body,
                hash=link.hash,
            )
        )
