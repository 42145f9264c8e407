"""`answers.decide` against a model written from the laws of delivery alone."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from exam_engine.delivery import errors, events
from exam_engine.delivery.answers import (
    MOST_EVENTS,
    Answer,
    AttemptFacts,
    Loaded,
    NewResponse,
    Outcome,
    Prior,
    Receipt,
    SignInFacts,
    decide,
)
from exam_engine.delivery.states import AttemptState

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
DEADLINE = NINE + timedelta(hours=1)
ATTEMPT, PERSON, SITTING = UUID(int=1), UUID(int=2), UUID(int=3)
DEVICES = {"first": UUID(int=11), "second": UUID(int=12)}
OPTIONS = (frozenset("ABCD"), frozenset("AB"), frozenset("XYZ"))


class Stored:
    """One attempt as a store keeps it: facts are read anew for each batch, decisions written."""

    def __init__(self, **changes: Any) -> None:
        facts: dict[str, Any] = {
            "id": ATTEMPT,
            "person_id": PERSON,
            "sitting_id": SITTING,
            "state": AttemptState.RUNNING,
            "grace_s": 0,
            "deadline_at": DEADLINE,
            "ended_at": None,
            "lease": 1,
            "lease_sign_in_id": DEVICES["first"],
            "last_sequence": 0,
            "event_count": 0,
            "chain_head": events.genesis(ATTEMPT),
            "options": OPTIONS,
        }
        self.facts = AttemptFacts(**(facts | changes))
        self.links: list[events.Link] = []
        self.responses: dict[int, NewResponse] = {}

    def send(self, *answers: Answer, at: datetime = NINE, now: datetime | None = None) -> Any:
        loaded = Loaded(
            sign_ins={name.encode(): SignInFacts(one, PERSON) for name, one in DEVICES.items()},
            attempts={ATTEMPT: self.facts},
            newest={(ATTEMPT, n): (r.lease, r.sequence) for n, r in self.responses.items()},
        )
        loaded.sign_ins[b"stranger"] = SignInFacts(UUID(int=13), UUID(int=99))
        for link in self.links:
            assert link.lease is not None
            assert link.sequence is not None
            prior = Prior(link.kind, link.at, link.lease, link.sequence, link.body, link.hash)
            loaded.priors[ATTEMPT, link.lease, link.sequence] = prior
            if link.submission_id is not None:
                loaded.submissions[ATTEMPT, link.submission_id] = prior
        decided = decide(answers, [at] * len(answers), loaded, now or at)
        self.links += decided.links
        for (_, position), response in decided.responses.items():
            self.responses[position] = response
        return decided.outcomes

    @property
    def values(self) -> dict[int, tuple[str | None, bool]]:
        return {n: (r.value, r.flagged) for n, r in self.responses.items()}


def an_answer(**changes: Any) -> Answer:
    facts: dict[str, Any] = {
        "token_hash": b"first",
        "attempt_id": ATTEMPT,
        "lease": 1,
        "sequence": 1,
        "position": 1,
        "response": "A",
        "flagged": False,
        "received": 0.0,
    }
    return Answer(**(facts | changes))


def word(outcome: Outcome) -> tuple[Any, ...]:
    if isinstance(outcome, Receipt):
        return ("stored", outcome.lease, outcome.sequence, outcome.current)
    return (outcome.code,)


# ---- the law, once more and simply


@dataclass
class Model:
    paused: bool = False
    closed: bool = False
    lease: int = 1
    holder: str = "first"
    highest: int = 0
    kept: dict[Any, tuple[Any, tuple[Any, ...]]] = field(default_factory=dict)
    stored: list[tuple[int, int, int, str | None, bool]] = field(default_factory=list)

    def answer(self, one: Answer, at: datetime) -> tuple[Any, ...]:  # noqa: C901 - the law
        device = one.token_hash.decode()
        if device not in DEVICES:
            return ("no_such_attempt" if device == "stranger" else "not_signed_in",)
        if one.position not in (1, 2, 3):
            return ("no_such_question",)
        if one.response is not None and one.response not in OPTIONS[one.position - 1]:
            return ("unknown_option",)
        body = (one.position, one.response, one.flagged)
        key = (one.lease, one.sequence) if one.sequence else one.submission_id
        if key in self.kept:
            before, reply = self.kept[key]
            return reply if before == body else ("sequence_reused",)
        if one.lease > self.lease or (one.lease == self.lease and device != self.holder):
            return ("lease_required",)
        if one.sequence is None and one.lease != self.lease:
            return ("other_device",)
        if self.paused:
            return ("attempt_paused",)
        sequence = one.sequence or self.highest + 1
        if one.lease == self.lease:
            self.highest = max(self.highest, sequence)
        reply: tuple[Any, ...]
        if at >= DEADLINE:
            reply = ("answer_late",)
        elif self.closed:
            reply = ("attempt_closed",)
        else:
            mine = (one.lease, sequence)
            wins = all(mine > other[:2] for other in self.stored if other[2] == one.position)
            reply = ("stored", *mine, wins)
            self.stored.append((*mine, *body))
        self.kept[one.lease, sequence] = (body, reply)
        if one.sequence is None:
            self.kept[one.submission_id] = (body, reply)
        return reply

    @property
    def values(self) -> dict[int, tuple[str | None, bool]]:
        """Of each position the answer with the highest (lease, sequence)."""
        return {
            position: (value, flag)
            for _, _, position, value, flag in sorted(self.stored, key=lambda one: one[:2])
        }


answers = st.builds(
    an_answer,
    token_hash=st.sampled_from([b"first", b"first", b"second", b"second", b"stranger", b"nobody"]),
    lease=st.integers(1, 4),
    sequence=st.integers(1, 8),
    position=st.integers(0, 4),
    response=st.sampled_from(["A", "B", "X", None]),
    flagged=st.booleans(),
)
forms = st.builds(
    an_answer,
    token_hash=st.sampled_from([b"first", b"second"]),
    lease=st.integers(0, 4),
    sequence=st.none(),
    submission_id=st.sampled_from(["s1", "s2", "s3"]),
    position=st.integers(1, 3),
    response=st.sampled_from(["A", "B", "X", None]),
    flagged=st.booleans(),
)
instants = st.sampled_from(
    [NINE, NINE, NINE, DEADLINE - timedelta(microseconds=1), DEADLINE, DEADLINE + timedelta(days=1)]
)


class Delivering(RuleBasedStateMachine):
    """Any order of answers, duplicates, take-overs, pauses and the end: model and code agree."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Stored()
        self.model = Model()

    @rule(batch=st.lists(answers | forms, min_size=1, max_size=6), at=instants)
    def send(self, batch: list[Answer], at: datetime) -> None:
        said = [word(outcome) for outcome in self.store.send(*batch, at=at)]
        assert said == [self.model.answer(one, at) for one in batch]

    @rule(device=st.sampled_from(["first", "second"]))
    @precondition(lambda self: self.model.lease < 4 and not self.model.closed)
    def take_over(self, device: str) -> None:
        self.store.facts.lease += 1
        self.store.facts.lease_sign_in_id = DEVICES[device]
        self.store.facts.last_sequence = 0
        self.model.lease, self.model.holder, self.model.highest = self.model.lease + 1, device, 0

    @rule()
    @precondition(lambda self: not self.model.closed)
    def pause_or_go_on(self) -> None:
        self.model.paused = not self.model.paused
        self.store.facts.state = AttemptState.PAUSED if self.model.paused else AttemptState.RUNNING

    @rule(state=st.sampled_from([AttemptState.SUBMITTED, AttemptState.EXPIRED]))
    @precondition(lambda self: not self.model.paused)
    def close(self, state: AttemptState) -> None:
        self.store.facts.state = state
        self.store.facts.ended_at = NINE
        self.model.closed = True

    @invariant()
    def the_newest_answer_stands(self) -> None:
        assert self.store.values == self.model.values

    @invariant()
    def every_final_reply_is_one_event(self) -> None:
        assert {(link.lease, link.sequence) for link in self.store.links} == {
            key for key in self.model.kept if isinstance(key, tuple)
        }

    @invariant()
    def the_chain_is_unbroken(self) -> None:
        facts = self.store.facts
        assert (
            events.find_fault(ATTEMPT, self.store.links, facts.event_count, facts.chain_head)
            is None
        )


TestDelivering = pytest.mark.filterwarnings("default")(Delivering.TestCase)
TestDelivering.settings = settings(max_examples=150, stateful_step_count=25)


# ---- the cases of the catalogue, by name


def test_a_save_just_before_the_deadline_counts_and_one_at_it_does_not() -> None:
    millisecond = timedelta(milliseconds=1)
    store = Stored()
    (before,) = store.send(an_answer(sequence=1), at=DEADLINE - millisecond)
    (at,) = store.send(an_answer(sequence=2, response="B"), at=DEADLINE)
    (after,) = store.send(an_answer(sequence=3, response="C"), at=DEADLINE + millisecond)
    assert isinstance(before, Receipt)
    assert isinstance(at, errors.AnswerLate)
    assert isinstance(after, errors.AnswerLate)
    assert store.values == {1: ("A", False)}
    assert [link.kind for link in store.links] == ["answered", "answer_refused", "answer_refused"]


def test_an_answer_that_waited_in_the_queue_past_the_deadline_counts() -> None:
    store = Stored()
    late = DEADLINE + timedelta(seconds=5)
    (outcome,) = store.send(an_answer(), at=DEADLINE - timedelta(seconds=1), now=late)
    assert isinstance(outcome, Receipt)
    assert outcome.remaining == timedelta()


def test_grace_moves_the_last_moment_by_exactly_itself() -> None:
    store = Stored(grace_s=2)
    (inside,) = store.send(an_answer(sequence=1), at=DEADLINE + timedelta(microseconds=1_999_999))
    (outside,) = store.send(an_answer(sequence=2), at=DEADLINE + timedelta(seconds=2))
    assert isinstance(inside, Receipt)
    assert isinstance(outside, errors.AnswerLate)


def test_the_same_save_ten_times_in_one_batch_is_one_event_and_one_receipt() -> None:
    store = Stored()
    outcomes = store.send(*[an_answer()] * 10)
    assert len(store.links) == 1
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_a_number_that_was_used_refuses_another_body_and_changes_nothing() -> None:
    store = Stored()
    store.send(an_answer(response="A"))
    (outcome,) = store.send(an_answer(response="B"))
    assert isinstance(outcome, errors.SequenceReused)
    assert store.values == {1: ("A", False)}
    assert len(store.links) == 1


def test_five_before_four_leaves_five_and_both_are_events() -> None:
    store = Stored()
    (five,) = store.send(an_answer(sequence=5, response="B"))
    (four,) = store.send(an_answer(sequence=4, response="A"))
    assert five.current
    assert not four.current
    assert store.values == {1: ("B", False)}
    assert len(store.links) == 2


def test_an_older_blank_never_erases() -> None:
    store = Stored()
    store.send(an_answer(sequence=5, response="B"))
    store.send(an_answer(sequence=4, response=None))
    assert store.values == {1: ("B", False)}


def test_a_newer_blank_clears() -> None:
    store = Stored()
    store.send(an_answer(sequence=4, response="B"), an_answer(sequence=5, response=None))
    assert store.values == {1: (None, False)}


def test_a_refusal_for_now_uses_up_no_number() -> None:
    store = Stored(state=AttemptState.PAUSED)
    (paused,) = store.send(an_answer())
    store.facts.state = AttemptState.RUNNING
    (again,) = store.send(an_answer())
    assert isinstance(paused, errors.AttemptPaused)
    assert isinstance(again, Receipt)


def test_a_taken_over_device_empties_its_outbox_only_where_the_new_one_has_not_answered() -> None:
    store = Stored(lease=2, lease_sign_in_id=DEVICES["second"])
    store.send(an_answer(token_hash=b"second", lease=2, position=1, response="B"))
    same, other = store.send(
        an_answer(lease=1, sequence=9, position=1, response="A"),
        an_answer(lease=1, sequence=10, position=2, response="A"),
    )
    assert not same.current
    assert other.current
    assert store.values == {1: ("B", False), 2: ("A", False)}


def test_nothing_is_stored_before_the_start() -> None:
    store = Stored(state=AttemptState.CREATED, deadline_at=None, lease=0, lease_sign_in_id=None)
    (outcome,) = store.send(an_answer())
    assert isinstance(outcome, errors.NotStarted)
    assert store.links == []


def test_an_attempt_that_floods_is_told_to_wait() -> None:
    store = Stored(event_count=MOST_EVENTS)
    (outcome,) = store.send(an_answer())
    assert isinstance(outcome, errors.TooManyEvents)
    assert store.links == []


def test_the_receipt_is_the_event() -> None:
    store = Stored()
    (receipt,) = store.send(an_answer(sequence=3, position=2, response="B"))
    (link,) = store.links
    assert receipt == Receipt(ATTEMPT, 2, 1, 3, NINE, link.hash, True, timedelta(hours=1), SITTING)
