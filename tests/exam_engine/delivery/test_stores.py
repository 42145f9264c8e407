"""What the stores of both databases write, batch by batch."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from exam_engine.accounts.service import token_hash
from exam_engine.app import answer_stores
from exam_engine.delivery import errors
from exam_engine.delivery.answers import Answer, Receipt
from exam_engine.delivery.queries import list_links, list_responses, verify_attempt
from exam_engine.delivery.recorder import AnswerStore, RowRefused
from exam_engine.delivery.service import Delivery
from exam_engine.delivery.tables import Attempt
from tests.exam_engine.conftest import Room
from tests.factories import Seat


def answer_of(seat: Seat, attempt: Attempt, **changes: Any) -> Answer:
    facts: dict[str, Any] = {
        "token_hash": token_hash(seat.sign_in.token),
        "attempt_id": attempt.id,
        "lease": 1,
        "sequence": 1,
        "position": 1,
        "response": "A",
        "flagged": False,
        "received": time.monotonic(),
    }
    return Answer(**(facts | changes))


@pytest.fixture
async def store(room: Room) -> AsyncIterator[AnswerStore]:
    stores = answer_stores(room.database)
    yield stores[0]
    for one in stores:
        await one.close()


async def test_a_batch_of_many_attempts_is_stored_whole(room: Room, store: AnswerStore) -> None:
    seated = [await room.running() for _ in range(5)]
    batch = [
        answer_of(seat, attempt, sequence=n, position=n, flagged=n == 2)
        for n in (1, 2, 3)
        for seat, attempt in seated
    ]
    outcomes = await store.write(batch)
    assert all(isinstance(outcome, Receipt) for outcome in outcomes)
    for _, attempt in seated:
        async with room.database.reading() as session:
            rows = await list_responses(session, attempt.id)
            verified = await verify_attempt(session, attempt.id)
        assert [(row.position, row.value, row.flagged) for row in rows] == [
            (1, "A", False),
            (2, "A", True),
            (3, "A", False),
        ]
        assert verified.fault is None


async def test_order_is_kept_across_batches(room: Room, store: AnswerStore) -> None:
    seat, attempt = await room.running()
    await store.write([answer_of(seat, attempt, sequence=5, response="B")])
    (older,) = await store.write([answer_of(seat, attempt, sequence=4, response=None)])
    assert isinstance(older, Receipt)
    assert not older.current
    async with room.database.reading() as session:
        (row,) = await list_responses(session, attempt.id)
    assert (row.value, row.sequence) == ("B", 5)


async def test_a_reply_is_the_same_in_a_later_batch(room: Room, store: AnswerStore) -> None:
    seat, attempt = await room.running()
    answer = answer_of(seat, attempt)
    (first,) = await store.write([answer])
    (again,) = await store.write([answer])
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (first.hash, first.received_at, first.current) == (
        again.hash,
        again.received_at,
        again.current,
    )
    (other,) = await store.write([answer_of(seat, attempt, response="B")])
    assert isinstance(other, errors.SequenceReused)


async def test_a_plain_form_is_numbered_by_the_server_and_counted_once(
    room: Room, store: AnswerStore
) -> None:
    seat, attempt = await room.running()
    await store.write([answer_of(seat, attempt, sequence=7)])
    form = answer_of(seat, attempt, sequence=None, submission_id="one", position=2)
    for _ in range(2):
        (receipt,) = await store.write([form])
        assert isinstance(receipt, Receipt)
        assert receipt.sequence == 8
    async with room.database.reading() as session:
        links = await list_links(session, attempt.id)
    assert [link.submission_id for link in links if link.submission_id] == ["one"]


async def test_a_row_that_cannot_be_stored_spoils_nothing_and_is_named_as_such(
    room: Room, store: AnswerStore
) -> None:
    seat, attempt = await room.running()
    poison = [
        answer_of(seat, attempt, sequence=2**70),
        answer_of(seat, attempt, sequence=None, submission_id="\ud800"),
    ]
    if not room.database.is_sqlite:  # SQLite keeps a NUL, and numbers up to 2^63
        poison.append(answer_of(seat, attempt, sequence=2**40))
        poison.append(answer_of(seat, attempt, sequence=None, submission_id="\x00"))
    for answer in poison:
        with pytest.raises(RowRefused):
            await store.write([answer_of(seat, attempt, position=2), answer])
    async with room.database.reading() as session:
        verified = await verify_attempt(session, attempt.id)
    assert (verified.fault, verified.accepted) == (None, [])
    (good,) = await store.write([answer_of(seat, attempt)])
    assert isinstance(good, Receipt)


async def test_a_paused_attempt_takes_the_same_number_after_the_pause(
    room: Room, store: AnswerStore
) -> None:
    seat, attempt = await room.running()
    answer = answer_of(seat, attempt)
    async with room.database.transaction() as session:
        await Delivery(session, room.now).pause(attempt.id, seat.who.person_id, "")
    (paused,) = await store.write([answer])
    async with room.database.transaction() as session:
        await Delivery(session, room.now).resume(attempt.id, seat.who.person_id, "")
    (taken,) = await store.write([answer])
    assert isinstance(paused, errors.AttemptPaused)
    assert isinstance(taken, Receipt)
