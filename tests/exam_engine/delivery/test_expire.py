from datetime import timedelta

from sqlalchemy import func, select

from exam_engine.invigilation.service import Invigilation
from exam_engine.results.tables import Score
from tests.exam_engine.conftest import Room
from tests.exam_engine.delivery.acts import act, fault, kinds, seconds


async def test_expiry_is_stamped_at_the_deadline_however_late_it_is_recorded(room: Room) -> None:
    _, attempt = await room.running()
    ended = await act(room, "expire", attempt, after=timedelta(hours=1, minutes=10))
    assert ended.state == "expired"
    assert ended.ended_at == room.now + timedelta(hours=1)
    assert await fault(room, attempt.id) is None


async def test_before_the_deadline_and_after_the_end_nothing_expires(room: Room) -> None:
    seat, attempt = await room.running()
    assert await act(room, "expire", attempt, after=seconds(3599.999)) is None
    await act(room, "submit", attempt, seat.who.sign_in_id, 0)
    assert await act(room, "expire", attempt, after=seconds(4000)) is None
    assert (await kinds(room, attempt.id))[-1] == "submitted"


async def test_two_sweepers_expire_and_score_each_attempt_once(room: Room) -> None:
    attempts = [(await room.running())[1].id for _ in range(3)]
    late = room.now + timedelta(hours=1, minutes=10)
    async with room.database.reading() as session:
        due = [await Invigilation(session, late).list_due() for _ in range(2)]
    assert [sorted(one) for one in due] == [sorted(attempts)] * 2
    ended = []
    for one in due:
        async with room.database.transaction() as session:
            ended.append(len(await Invigilation(session, late).expire(one)))
    assert ended == [3, 0]
    for attempt_id in attempts:
        assert (await kinds(room, attempt_id)).count("expired") == 1
    async with room.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Score)) == 3


async def test_the_sweeper_leaves_the_recorder_two_seconds_for_what_came_in_time(
    room: Room,
) -> None:
    await room.running()
    for after, expected in ((3601.9, 0), (3602, 1)):
        async with room.database.reading() as session:
            due = await Invigilation(session, room.now + seconds(after)).list_due()
        assert len(due) == expected
