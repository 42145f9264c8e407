import pytest

from exam_engine.delivery import errors
from tests.exam_engine.conftest import Room
from tests.exam_engine.delivery.acts import act, fault, kinds


async def test_the_device_that_started_holds_lease_one(room: Room) -> None:
    seat, attempt = await room.running()
    held = await act(room, "take_lease", attempt, seat.who.sign_in_id, take_over=False)
    assert held == (1, 1)
    assert await kinds(room, attempt.id) == ["created", "started", "lease_granted"]


async def test_another_device_is_refused_until_it_takes_over_and_that_is_told_and_logged(
    room: Room,
) -> None:
    seat, attempt = await room.running()
    other = await room.another_sign_in(seat.who.person_id)
    with pytest.raises(errors.OtherDevice):
        await act(room, "take_lease", attempt, other.who.sign_in_id, take_over=False)
    taken = await act(room, "take_lease", attempt, other.who.sign_in_id, take_over=True)
    assert taken == (2, 1)
    assert (await kinds(room, attempt.id))[-1] == "lease_taken_over"
    with pytest.raises(errors.OtherDevice):
        await act(room, "take_lease", attempt, seat.who.sign_in_id, take_over=False)
    assert await fault(room, attempt.id) is None


async def test_no_lease_is_given_before_the_start(room: Room) -> None:
    seat, attempt = await room.checked_in()
    with pytest.raises(errors.NotStarted):
        await act(room, "take_lease", attempt, seat.who.sign_in_id, take_over=True)
    assert await kinds(room, attempt.id) == ["created"]


async def test_no_lease_is_given_after_the_end(room: Room) -> None:
    seat, attempt = await room.running()
    await act(room, "submit", attempt, seat.who.sign_in_id, 0)
    with pytest.raises(errors.AttemptClosed):
        await act(room, "take_lease", attempt, seat.who.sign_in_id, take_over=True)
