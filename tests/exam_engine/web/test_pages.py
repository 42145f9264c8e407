"""Where the plain pages lead."""

from tests.exam_engine.conftest import Room
from tests.exam_engine.web.conftest import Enter


async def test_going_on_with_an_exam_opens_the_question_answered_last(
    room: Room, enter: Enter
) -> None:
    seat, _ = await room.running()
    client = enter(seat.sign_in)
    first = await client.get("/exam/questions", follow_redirects=False)
    assert first.headers["location"] == "/exam/questions/1"
    for position in (7, 3):
        form = {"lease": "1", "response": "A", "submission_id": f"at-{position}"}
        await client.post(f"/exam/questions/{position}", data=form)
    back = await client.get("/exam/questions", follow_redirects=False)
    assert back.headers["location"] == "/exam/questions/3"
