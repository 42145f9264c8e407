"""What happens to an answer: decided here, on facts, without a database.

A batch of answers is decided in the order of arrival against the locked facts of its attempts;
each decision moves those facts on, so that the next answer of the batch sees them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from exam_engine.delivery import errors, events
from exam_engine.delivery.states import TERMINAL, AttemptState

MOST_EVENTS = 20_000
"""Events an attempt may collect; a two-hour exam leaves a few hundred."""

ANSWERED = "answered"
REFUSED = "answer_refused"


class Answer(Struct, frozen=True):
    """One answer as it arrived; ``received`` is a reading of ``time.monotonic()``.

    A plain form brings a ``submission_id`` and no sequence: the server then numbers it.
    """

    token_hash: bytes
    attempt_id: UUID
    lease: int
    sequence: int | None
    position: int
    response: str | None
    flagged: bool
    received: float
    submission_id: str | None = None


class SignInFacts(Struct, frozen=True):
    id: UUID
    person_id: UUID


@dataclass(slots=True)
class AttemptFacts:
    """An attempt as read under its lock.  Mutable: decisions move it on within a batch."""

    id: UUID
    person_id: UUID
    sitting_id: UUID
    state: AttemptState
    grace_s: int
    deadline_at: datetime | None
    ended_at: datetime | None
    lease: int
    lease_sign_in_id: UUID | None
    last_sequence: int
    event_count: int
    chain_head: bytes
    options: Sequence[frozenset[str]]


class Prior(Struct, frozen=True):
    """An earlier event with the same key."""

    kind: str
    at: datetime
    lease: int
    sequence: int
    body: str
    hash: bytes


class Receipt(Struct, frozen=True):
    attempt_id: UUID
    position: int
    lease: int
    sequence: int
    received_at: datetime
    hash: bytes
    current: bool
    remaining: timedelta
    sitting_id: UUID


@dataclass(slots=True)
class Loaded:
    """Everything a batch needs to know, read under the attempts' locks.

    ``newest`` holds, per (attempt, position), the (lease, sequence) of the stored response.
    """

    sign_ins: dict[bytes, SignInFacts] = field(default_factory=dict)
    attempts: dict[UUID, AttemptFacts] = field(default_factory=dict)
    priors: dict[tuple[UUID, int, int], Prior] = field(default_factory=dict)
    submissions: dict[tuple[UUID, str], Prior] = field(default_factory=dict)
    newest: dict[tuple[UUID, int], tuple[int, int]] = field(default_factory=dict)


class NewResponse(Struct, frozen=True):
    attempt_id: UUID
    position: int
    value: str | None
    flagged: bool
    lease: int
    sequence: int
    received_at: datetime


Outcome = Receipt | errors.DeliveryError


@dataclass(slots=True)
class Decided:
    """Outcomes in the order of the answers, and the rows that must be stored before any is told."""

    outcomes: list[Outcome] = field(default_factory=list)
    links: list[events.Link] = field(default_factory=list)
    responses: dict[tuple[UUID, int], NewResponse] = field(default_factory=dict)
    touched: dict[UUID, AttemptFacts] = field(default_factory=dict)


def decide(
    answers: Sequence[Answer], received_at: Sequence[datetime], loaded: Loaded, now: datetime
) -> Decided:
    """Decide a batch.  ``received_at[i]`` is when ``answers[i]`` reached the server: it, not the
    time of writing, is held against the deadline, so a queue costs nobody time."""
    decided = Decided()
    for answer, at in zip(answers, received_at, strict=True):
        try:
            outcome: Outcome = _decide_one(answer, at, loaded, decided, now)
        except errors.DeliveryError as refusal:
            outcome = refusal
        decided.outcomes.append(outcome)
    return decided


def _decide_one(
    answer: Answer, at: datetime, loaded: Loaded, decided: Decided, now: datetime
) -> Receipt:
    sign_in, attempt = _find_question(answer, loaded)
    prior = _find_prior(answer, loaded)
    if prior is not None:
        return _replay(answer, prior, attempt, now)
    _check_may_write(answer, attempt, sign_in)

    refusal = _final_refusal(attempt, at)
    sequence = answer.sequence
    if sequence is None:
        sequence = attempt.last_sequence + 1
    key = (answer.attempt_id, answer.position)
    current = refusal is None and (answer.lease, sequence) > loaded.newest.get(key, (0, 0))
    body: dict[str, object] = {
        "position": answer.position,
        "response": answer.response,
        "flagged": answer.flagged,
    }
    if refusal is None:
        body["current"] = current
    else:
        body["refused"] = refusal.code
    link = events.append(
        attempt.chain_head,
        attempt.id,
        attempt.event_count + 1,
        ANSWERED if refusal is None else REFUSED,
        at,
        events.canonical(body),
        actor_id=sign_in.person_id,
        lease=answer.lease,
        sequence=sequence,
        submission_id=answer.submission_id,
    )
    attempt.chain_head, attempt.event_count = link.hash, link.number
    if answer.lease == attempt.lease:
        attempt.last_sequence = max(attempt.last_sequence, sequence)
    decided.links.append(link)
    decided.touched[attempt.id] = attempt
    _remember(link, loaded)
    if refusal is not None:
        raise refusal
    if current:
        loaded.newest[key] = (answer.lease, sequence)
        decided.responses[key] = NewResponse(
            attempt.id, answer.position, answer.response, answer.flagged, answer.lease, sequence, at
        )
    return Receipt(
        attempt.id,
        answer.position,
        answer.lease,
        sequence,
        at,
        link.hash,
        current,
        _left(attempt, now),
        attempt.sitting_id,
    )


def _find_question(answer: Answer, loaded: Loaded) -> tuple[SignInFacts, AttemptFacts]:
    """Whose answer this is and to what; refused where there is no such thing to answer."""
    sign_in = loaded.sign_ins.get(answer.token_hash)
    if sign_in is None:
        raise errors.NotSignedIn
    attempt = loaded.attempts.get(answer.attempt_id)
    if attempt is None or attempt.person_id != sign_in.person_id:
        raise errors.NoSuchAttempt
    if not 1 <= answer.position <= len(attempt.options):
        raise errors.NoSuchQuestion
    if answer.response is not None and answer.response not in attempt.options[answer.position - 1]:
        raise errors.UnknownOption
    return sign_in, attempt


def _check_may_write(answer: Answer, attempt: AttemptFacts, sign_in: SignInFacts) -> None:
    """Temporary refusals: nothing is kept, no number is used up, the browser sends again.

    The lease in force belongs to one signed-in device.  An older lease may still empty its
    outbox (what was typed before a take-over); order by lease keeps it below newer answers.
    """
    if attempt.state is AttemptState.CREATED:
        raise errors.NotStarted
    if attempt.event_count >= MOST_EVENTS:
        raise errors.TooManyEvents
    if answer.lease > attempt.lease or (
        answer.lease == attempt.lease and attempt.lease_sign_in_id != sign_in.id
    ):
        raise errors.LeaseRequired
    if answer.sequence is None and answer.lease != attempt.lease:
        raise errors.OtherDevice
    if attempt.state is AttemptState.PAUSED:
        raise errors.AttemptPaused


def _final_refusal(attempt: AttemptFacts, at: datetime) -> errors.DeliveryError | None:
    """Why an answer can never count; such an answer is kept as an event all the same."""
    deadline = attempt.deadline_at
    if deadline is not None and at >= deadline + timedelta(seconds=attempt.grace_s):
        return errors.AnswerLate()
    if attempt.state in TERMINAL:
        return errors.AttemptClosed()
    return None


def _find_prior(answer: Answer, loaded: Loaded) -> Prior | None:
    if answer.sequence is not None:
        return loaded.priors.get((answer.attempt_id, answer.lease, answer.sequence))
    if answer.submission_id is not None:
        return loaded.submissions.get((answer.attempt_id, answer.submission_id))
    return None


def _replay(answer: Answer, prior: Prior, attempt: AttemptFacts, now: datetime) -> Receipt:
    """The reply that this key was given before; `SequenceReused` when the body differs."""
    body = events.read(prior.body)
    same = (
        body["position"] == answer.position
        and body["response"] == answer.response
        and body["flagged"] == answer.flagged
    )
    if not same:
        raise errors.SequenceReused
    if "refused" in body:
        late = body["refused"] == errors.AnswerLate.code
        raise errors.AnswerLate if late else errors.AttemptClosed
    return Receipt(
        attempt.id,
        answer.position,
        prior.lease,
        prior.sequence,
        prior.at,
        prior.hash,
        bool(body["current"]),
        _left(attempt, now),
        attempt.sitting_id,
    )


def _remember(link: events.Link, loaded: Loaded) -> None:
    """Let a duplicate later in the same batch find this event."""
    assert link.lease is not None  # noqa: S101
    assert link.sequence is not None  # noqa: S101
    prior = Prior(link.kind, link.at, link.lease, link.sequence, link.body, link.hash)
    loaded.priors[link.attempt_id, link.lease, link.sequence] = prior
    if link.submission_id is not None:
        loaded.submissions[link.attempt_id, link.submission_id] = prior


def _left(attempt: AttemptFacts, now: datetime) -> timedelta:
    if attempt.deadline_at is None:
        return timedelta()
    return max(attempt.deadline_at - now, timedelta())
