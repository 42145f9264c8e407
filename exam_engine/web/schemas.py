"""What crosses the wire: one struct per message, unknown fields refused.

Candidate-facing structs have no field for a key, a rationale, a score in progress or an item
parameter: what is not in the type cannot leak.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

Position = Annotated[int, Meta(ge=1, le=10_000)]
Sequence = Annotated[int, Meta(ge=1, le=1_000_000)]
LeaseNumber = Annotated[int, Meta(ge=1, le=10_000)]
ShortText = Annotated[str, Meta(min_length=1, max_length=200)]


class Strict(Struct, forbid_unknown_fields=True):
    """A request body: a field that we do not know is refused, never ignored."""


# --- signing in ---------------------------------------------------------------------------


class SignInIn(Strict):
    email: ShortText
    password: Annotated[str, Meta(min_length=1, max_length=1024)]


class StartCodeIn(Strict):
    """A candidate's way in at the bell: the code on the card needs no password hash."""

    email: ShortText
    code: Annotated[str, Meta(min_length=1, max_length=40)]


class PersonOut(Struct):
    id: UUID
    name: str
    email: str
    roles: list[str]


# --- the candidate's attempt --------------------------------------------------------------


class AuthorizationOut(Struct):
    """A right to sit. ``allowance_s`` is the time granted in seconds, accommodation included."""

    id: UUID
    exam: str
    sitting: str
    opens_at: datetime
    closes_at: datetime
    allowance_s: int
    attempt_id: UUID | None
    attempt_state: str | None


class CheckInIn(Strict):
    authorization_id: UUID


class StartIn(Strict):
    """``agreement`` must be true: the conduct agreement has been read and accepted."""

    agreement: bool


class LeaseIn(Strict):
    """Ask to be the one writing device; ``take_over`` ends the lease of another one."""

    take_over: bool = False


class LeaseOut(Struct):
    lease: int
    next_sequence: int


class AnsweredOut(Struct):
    """What the server holds for a position that was ever touched."""

    position: int
    response: str | None
    flagged: bool
    lease: int
    sequence: int
    saved_at: datetime


class AttemptOut(Struct):
    """The truth about an attempt, as its candidate may see it.

    ``state`` is created, running, paused, submitted, expired, terminated or withdrawn.
    ``admission`` is waiting, checked_in, admitted, live, interrupted or closed.
    ``remaining_ms`` is the time left now (or when the pause began); None before the start.
    ``lease`` is the number of the lease in force; ``writes_here`` says that this sign-in holds it.
    """

    id: UUID
    exam: str
    state: str
    admission: str
    question_count: int
    server_time: datetime
    started_at: datetime | None
    remaining_ms: int | None
    allowance_s: int
    paused_at: datetime | None
    ended_at: datetime | None
    lease: int
    writes_here: bool
    answers: list[AnsweredOut]
    result_id: UUID | None
    receipt: str | None
    message: str


class QuestionOut(Struct):
    """One question as a fragment of the same HTML that the page shows; nothing else of the item."""

    position: int
    html: str


class QuestionsOut(Struct):
    questions: list[QuestionOut]


class AnswerIn(Strict):
    """One answer as the candidate left it: the whole state of the position.

    ``sequence`` counts up within a lease; the same number with the same body may be sent again
    as often as needed.  ``response`` is an option's identifier, or null for "no answer".
    """

    lease: LeaseNumber
    sequence: Sequence
    position: Position
    response: Annotated[str, Meta(max_length=64)] | None
    flagged: bool = False


class AnswerOut(Struct):
    """A receipt: this answer is committed and synced to disk.

    ``hash`` is the SHA-256 of its event in the attempt's chain, in hexadecimal.  ``current`` is
    false when a newer answer to the same position was already stored.
    """

    attempt_id: UUID
    position: int
    lease: int
    sequence: int
    received_at: datetime
    hash: str
    current: bool
    remaining_ms: int


class SignalIn(Strict):
    """Something the browser noticed; ``ago_ms`` is how long before sending, on its own clock."""

    kind: Annotated[str, Meta(max_length=40)]
    ago_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = 0
    duration_ms: Annotated[int, Meta(ge=0, le=86_400_000)] | None = None


class HeartbeatIn(Strict):
    """``waiting`` is the number of answers still on the device."""

    lease: Annotated[int, Meta(ge=0, le=10_000)] = 0
    waiting: Annotated[int, Meta(ge=0, le=100_000)] = 0
    signals: Annotated[list[SignalIn], Meta(max_length=50)] = []


class HeartbeatOut(Struct):
    state: str
    admission: str
    remaining_ms: int | None
    paused_at: datetime | None
    lease: int
    writes_here: bool
    answered: int
    message: str


class SubmitIn(Strict):
    """``last_sequence`` is the last number the device used in its lease: the server refuses to
    close the attempt while an answer is missing, so that none is lost on the way."""

    lease: LeaseNumber
    last_sequence: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class SubmittedOut(Struct):
    attempt_id: UUID
    state: str
    ended_at: datetime
    answered: int
    question_count: int
    receipt: str
    result_id: UUID | None


# --- results ------------------------------------------------------------------------------


class CategoryOut(Struct):
    """``standing`` is below, near or above the passing level; few questions: a hint only."""

    code: str
    title: str
    standing: str


class ResultOut(Struct):
    """``score`` is the reported scale score (None while the result is held or withdrawn).

    ``purpose`` of the form is practice, beta or operational: a practice score decides nothing.
    """

    id: UUID
    exam: str
    purpose: str
    state: str
    ended_at: datetime
    released_at: datetime | None
    score: int | None
    passing_score: int
    scale_low: int
    scale_high: int
    passed: bool | None
    categories: list[CategoryOut]


# --- invigilation -------------------------------------------------------------------------


class SittingOut(Struct):
    id: UUID
    title: str
    exam: str
    opens_at: datetime
    closes_at: datetime
    self_admitting: bool


class SeatOut(Struct):
    """One candidate of a sitting as the proctor sees it.

    ``id`` is the seat's own (the authorization); session and attempt are None until check-in.

    ``connection`` is here, silent (no contact for 45 s) or none yet; ``last_contact_at`` comes
    from presence and may be lost without harm, everything else is stored.
    """

    id: UUID
    session_id: UUID | None
    attempt_id: UUID | None
    name: str
    admission: str
    attempt_state: str
    remaining_ms: int | None
    answered: int
    question_count: int
    connection: str
    last_contact_at: datetime | None
    last_saved_at: datetime | None
    waiting: int
    signals: list[str]
    version: int


class SeatsOut(Struct):
    sitting: SittingOut
    server_time: datetime
    seats: list[SeatOut]


class ReasonIn(Strict):
    reason: Annotated[str, Meta(max_length=500)] = ""


# --- evidence -----------------------------------------------------------------------------


class AcceptedOut(Struct):
    lease: int
    sequence: int
    position: int
    hash: str


class AttemptAuditOut(Struct):
    attempt_id: UUID
    state: str
    events: int
    chain_intact: bool
    chain_fault: str | None
    accepted: list[AcceptedOut]


class AuditOut(Struct):
    attempts: list[AttemptAuditOut]


class RehearsalIn(Strict):
    candidates: Annotated[int, Meta(ge=1, le=5_000)]


class RehearsalCandidateOut(Struct):
    email: str
    code: str


class RehearsalOut(Struct):
    sitting_id: UUID
    candidates: list[RehearsalCandidateOut]
