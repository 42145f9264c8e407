"""The recorder over stores that fail in every way a store can.  A save may be told to come again;
it may never hang, and never be acknowledged without being stored."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from exam_engine.app import answer_stores
from exam_engine.database import DatabaseUnavailable
from exam_engine.delivery.answers import Answer, Outcome, Receipt
from exam_engine.delivery.errors import TryAgain
from exam_engine.delivery.queries import list_links, verify_attempt
from exam_engine.delivery.recorder import AnswerStore, Recorder, RowRefused
from tests.exam_engine.conftest import Room
from tests.exam_engine.delivery.test_stores import answer_of

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
ATTEMPT = UUID(int=1)


def an_answer(sequence: int = 1) -> Answer:
    return Answer(b"token", ATTEMPT, 1, sequence, 1, "A", False, 0.0)


def a_receipt(answer: Answer) -> Receipt:
    return Receipt(
        ATTEMPT,
        answer.position,
        answer.lease,
        answer.sequence or 0,
        NINE,
        b"h" * 32,
        True,
        timedelta(hours=1),
        UUID(int=2),
    )


class Shelf:
    """A store in memory.  ``poison`` sequences spoil their batch; ``gate`` holds every write."""

    def __init__(self, poison: Sequence[int] = (), gate: asyncio.Event | None = None) -> None:
        self.poison = poison
        self.gate = gate
        self.stored: list[int | None] = []
        self.batches: list[int] = []

    async def write(self, answers: Sequence[Answer]) -> list[Outcome]:
        if self.gate is not None:
            await self.gate.wait()
        self.batches.append(len(answers))
        if any(answer.sequence in self.poison for answer in answers):
            raise RowRefused("poison")
        self.stored += [answer.sequence for answer in answers]
        return [a_receipt(answer) for answer in answers]

    async def close(self) -> None:
        pass


class Flaky:
    """A real store whose n-th call fails, before it was asked or after it had stored all."""

    def __init__(self, store: AnswerStore, nth: int, *, after: bool) -> None:
        self.store, self.nth, self.after, self.calls = store, nth, after, 0

    async def write(self, answers: Sequence[Answer]) -> list[Outcome]:
        self.calls += 1
        if self.calls != self.nth:
            return await self.store.write(answers)
        if self.after:
            await self.store.write(answers)
        raise DatabaseUnavailable("connection lost")

    async def close(self) -> None:
        await self.store.close()


class Dying:
    """A store that takes its writer with it: by a cancellation, or by saying too little."""

    def __init__(self, how: str) -> None:
        self.how, self.asked, self.may_die = how, asyncio.Event(), asyncio.Event()

    async def write(self, answers: Sequence[Answer]) -> list[Outcome]:
        self.asked.set()
        await self.may_die.wait()
        if self.how == "cancelled":
            raise asyncio.CancelledError
        return []

    async def close(self) -> None:
        pass


async def send_all(recorder: Recorder, answers: Sequence[Answer]) -> list[object]:
    return await asyncio.gather(
        *(recorder.record(answer) for answer in answers), return_exceptions=True
    )


async def test_one_poison_row_of_256_fails_alone() -> None:
    gate = asyncio.Event()
    shelf = Shelf(poison=[100], gate=gate)
    recorder = Recorder([shelf])
    await recorder.start()
    sending = asyncio.create_task(send_all(recorder, [an_answer(n) for n in range(1, 257)]))
    while len(asyncio.all_tasks()) < 257:  # noqa: ASYNC110
        await asyncio.sleep(0)
    gate.set()
    said = await sending
    await recorder.stop()
    assert [n for n, one in enumerate(said, 1) if not isinstance(one, Receipt)] == [100]
    assert isinstance(said[99], TryAgain)
    assert sorted(n or 0 for n in shelf.stored) == [n for n in range(1, 257) if n != 100]


async def test_a_full_queue_refuses_at_once_and_takes_again_when_it_has_room() -> None:
    gate = asyncio.Event()
    shelf = Shelf(gate=gate)
    recorder = Recorder([shelf], capacity=4)
    await recorder.start()
    first = asyncio.create_task(recorder.record(an_answer(1)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the writer has taken it and waits at the gate
    waiting = asyncio.gather(*(recorder.record(an_answer(n)) for n in range(2, 6)))
    await asyncio.sleep(0)
    for n in range(6, 30):
        with pytest.raises(TryAgain):
            await recorder.record(an_answer(n))
    gate.set()
    assert isinstance(await first, Receipt)
    assert len(await waiting) == 4
    assert isinstance(await recorder.record(an_answer(30)), Receipt)
    await recorder.stop()
    assert sorted(n or 0 for n in shelf.stored) == [1, 2, 3, 4, 5, 30]


@pytest.mark.parametrize("how", ["cancelled", "says too little"])
async def test_when_the_writer_dies_no_save_hangs_and_health_turns_red(how: str) -> None:
    dying = Dying(how)
    recorder = Recorder([dying])
    await recorder.start()
    assert recorder.is_healthy
    under_way = asyncio.create_task(send_all(recorder, [an_answer(1)]))
    await dying.asked.wait()
    queued = asyncio.create_task(send_all(recorder, [an_answer(2), an_answer(3)]))
    await asyncio.sleep(0)
    dying.may_die.set()
    done, pending = await asyncio.wait({under_way, queued}, timeout=5)
    for task in pending:
        task.cancel()
    assert not pending, "a save waits for ever"
    said = [outcome for task in done for outcome in task.result()]
    assert [type(one) for one in said] == [TryAgain] * 3
    assert not recorder.is_healthy
    with pytest.raises(TryAgain):
        await recorder.record(an_answer(4))
    await recorder.stop()


async def test_stopping_stores_what_waits_and_refuses_what_comes() -> None:
    gate = asyncio.Event()
    shelf = Shelf(gate=gate)
    recorder = Recorder([shelf])
    await recorder.start()
    waiting = asyncio.create_task(send_all(recorder, [an_answer(n) for n in range(1, 9)]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    stopping = asyncio.create_task(recorder.stop())
    await asyncio.sleep(0)
    with pytest.raises(TryAgain):
        await recorder.record(an_answer(9))
    gate.set()
    await stopping
    assert all(isinstance(one, Receipt) for one in await waiting)
    assert sorted(n or 0 for n in shelf.stored) == list(range(1, 9))


async def test_an_answer_whose_browser_hung_up_is_stored_all_the_same() -> None:
    gate = asyncio.Event()
    shelf = Shelf(gate=gate)
    recorder = Recorder([shelf])
    await recorder.start()
    gone = asyncio.create_task(recorder.record(an_answer(1)))
    await asyncio.sleep(0)
    gone.cancel()
    gate.set()
    assert isinstance(await recorder.record(an_answer(2)), Receipt)
    await recorder.stop()
    assert shelf.stored == [1, 2]


async def test_what_waits_for_one_commit_goes_into_the_next_together() -> None:
    gate = asyncio.Event()
    shelf = Shelf(gate=gate)
    recorder = Recorder([shelf])
    await recorder.start()
    first = asyncio.create_task(recorder.record(an_answer(1)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rest = asyncio.create_task(send_all(recorder, [an_answer(n) for n in range(2, 50)]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gate.set()
    await first
    await rest
    await recorder.stop()
    assert shelf.batches == [1, 48]


@pytest.mark.parametrize("after", [False, True], ids=["before storing", "after storing"])
async def test_whichever_store_call_fails_a_retry_leaves_one_event_and_loses_nothing(
    room: Room, after: bool
) -> None:
    for nth in range(1, 5):
        seat, attempt = await room.running()
        recorder = Recorder([Flaky(answer_stores(room.database)[0], nth, after=after)])
        await recorder.start()
        failures = 0
        for sequence in range(1, 5):
            answer = answer_of(seat, attempt, sequence=sequence, position=sequence)
            try:
                receipt = await recorder.record(answer)
            except TryAgain:
                failures += 1
                receipt = await recorder.record(answer)
            assert (receipt.sequence, receipt.current) == (sequence, True)
        await recorder.stop()
        assert failures == 1
        async with room.database.reading() as session:
            links = await list_links(session, attempt.id)
            verified = await verify_attempt(session, attempt.id)
        assert [link.sequence for link in links if link.kind == "answered"] == [1, 2, 3, 4]
        assert verified.fault is None
