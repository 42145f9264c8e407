import pytest

from exam_engine.delivery import errors
from tests.exam_engine.conftest import Room
from tests.exam_engine.delivery.acts import act, fault, kinds, seconds


async def test_submitting_again_finds_it_submitted_at_the_first_time(room: Room) -> None:
    seat, attempt = await room.running()
    device = seat.who.sign_in_id
    first = await act(room, "submit", attempt, device, 0, after=seconds(60))
    again = await act(room, "submit", attempt, device, 0, after=seconds(90))
    assert first.state == again.state == "submitted"
    assert again.ended_at == room.now + seconds(60)
    assert (await kinds(room, attempt.id)).count("submitted") == 1
    assert await fault(room, attempt.id) is None


async def test_a_submit_at_the_deadline_is_an_expiry_at_the_deadline(room: Room) -> None:
    seat, attempt = await room.running()
    ended = await act(room, "submit", attempt, seat.who.sign_in_id, 0, after=seconds(3600.5))
    assert (ended.state, ended.ended_at) == ("expired", room.now + seconds(3600))
    assert (await kinds(room, attempt.id))[-1] == "expired"


async def test_a_microsecond_before_the_deadline_it_is_a_submit(room: Room) -> None:
    seat, attempt = await room.running()
    ended = await act(room, "submit", attempt, seat.who.sign_in_id, 0, after=seconds(3599.999999))
    assert ended.state == "submitted"


async def test_a_paused_exam_says_so(room: Room) -> None:
    seat, attempt = await room.running()
    await act(room, "pause", attempt, seat.who.person_id, "")
    with pytest.raises(errors.AttemptPaused):
        await act(room, "submit", attempt, seat.who.sign_in_id, 0)


async def test_an_exam_that_has_not_started_says_so(room: Room) -> None:
    seat, attempt = await room.checked_in()
    with pytest.raises(errors.NotStarted):
        await act(room, "submit", attempt, seat.who.sign_in_id, 0)


async def test_a_device_that_may_not_write_may_not_submit(room: Room) -> None:
    seat, attempt = await room.running()
    other = await room.another_sign_in(seat.who.person_id)
    with pytest.raises(errors.OtherDevice):
        await act(room, "submit", attempt, other.who.sign_in_id, 0)


async def test_while_an_answer_is_missing_it_stays_open(room: Room) -> None:
    seat, attempt = await room.running()
    with pytest.raises(errors.AnswersMissing):
        await act(room, "submit", attempt, seat.who.sign_in_id, 1)
    assert (await kinds(room, attempt.id))[-1] == "lease_granted"
