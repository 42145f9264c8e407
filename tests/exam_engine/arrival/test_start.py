from datetime import timedelta

import pytest

from exam_engine.delivery import errors
from tests.exam_engine.conftest import Room
from tests.exam_engine.delivery.acts import act, fault, kinds, seconds, start


async def test_starting_again_changes_neither_start_nor_deadline(room: Room) -> None:
    seat, attempt = await room.checked_in()
    for after in (5, 50):
        started = await start(room, seat, attempt, after=seconds(after))
        assert started.started_at == room.now + seconds(5)
        assert started.deadline_at == room.now + seconds(3605)
    assert await kinds(room, attempt.id) == ["created", "started", "lease_granted"]
    assert await fault(room, attempt.id) is None


async def test_the_end_of_the_window_cuts_the_time(room: Room) -> None:
    seat, attempt = await room.checked_in()
    late = timedelta(hours=23, minutes=30)
    started = await start(room, seat, attempt, after=late)
    assert started.deadline_at == room.now + timedelta(days=1)
    assert await fault(room, attempt.id) is None


async def test_without_the_agreement_nothing_starts(room: Room) -> None:
    seat, attempt = await room.checked_in()
    with pytest.raises(errors.AgreementMissing):
        await start(room, seat, attempt, agreement=False, after=seconds(5))
    assert await kinds(room, attempt.id) == ["created"]


async def test_after_the_window_nothing_starts(room: Room) -> None:
    seat, attempt = await room.checked_in()
    with pytest.raises(errors.OutsideWindow):
        await start(room, seat, attempt, after=timedelta(days=1))


async def test_what_has_ended_is_not_started_again(room: Room) -> None:
    seat, attempt = await room.running()
    await act(room, "submit", attempt, seat.who.sign_in_id, 0)
    with pytest.raises(errors.AttemptClosed):
        await start(room, seat, attempt, after=seconds(5))


async def test_somebody_elses_attempt_is_not_found(room: Room) -> None:
    _, attempt = await room.checked_in()
    other, _ = await room.checked_in()
    with pytest.raises(errors.NoSuchAttempt):
        await start(room, other, attempt, after=seconds(5))
