import random
from datetime import timedelta

import pytest

from exam_engine.delivery import errors
from tests.exam_engine.conftest import Room
from tests.exam_engine.delivery.acts import act, fault, kinds, ledger, seconds


async def test_a_hundred_pauses_are_given_back_to_the_microsecond(room: Room) -> None:
    seat, attempt = await room.running()
    proctor = seat.who.person_id
    rng = random.Random(100)
    clock, given = timedelta(), []
    for _ in range(100):
        clock += timedelta(microseconds=rng.randint(1, 5_000_000))
        await act(room, "pause", attempt, proctor, "fire alarm", after=clock)
        lasted = timedelta(microseconds=rng.randint(1, 600_000_000))
        clock += lasted
        now = await act(room, "resume", attempt, proctor, "back", after=clock)
        given.append(lasted)
    assert now.deadline_at == room.now + timedelta(hours=1) + sum(given, timedelta())
    assert await ledger(room, attempt.id) == [one // timedelta(microseconds=1) for one in given]
    assert await fault(room, attempt.id) is None


async def test_pausing_twice_and_resuming_twice_changes_nothing(room: Room) -> None:
    seat, attempt = await room.running()
    proctor = seat.who.person_id
    for second in (10, 20):
        paused = await act(room, "pause", attempt, proctor, "", after=seconds(second))
        assert paused.paused_at == room.now + seconds(10)
    for second in (40, 50):
        await act(room, "resume", attempt, proctor, "", after=seconds(second))
    assert await ledger(room, attempt.id) == [30_000_000]
    assert (await kinds(room, attempt.id))[3:] == ["paused", "adjusted", "resumed"]


async def test_while_paused_no_deadline_passes(room: Room) -> None:
    seat, attempt = await room.running()
    await act(room, "pause", attempt, seat.who.person_id, "")
    assert await act(room, "expire", attempt, after=timedelta(days=1)) is None


async def test_an_exam_whose_time_is_up_cannot_be_paused_any_more(room: Room) -> None:
    seat, attempt = await room.running()
    with pytest.raises(errors.AttemptClosed):
        await act(room, "pause", attempt, seat.who.person_id, "", after=seconds(3600))


@pytest.mark.parametrize("verb", ["pause", "resume"])
async def test_what_has_not_started_or_has_ended_is_neither_paused_nor_resumed(
    room: Room, verb: str
) -> None:
    _, created = await room.checked_in()
    seat, ended = await room.running()
    await act(room, "submit", ended, seat.who.sign_in_id, 0)
    for attempt in (created, ended):
        with pytest.raises(errors.MoveRefused):
            await act(room, verb, attempt, seat.who.person_id, "")
