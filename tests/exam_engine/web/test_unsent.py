"""What the proctor's list says of answers that wait on a candidate's device."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from exam_engine.delivery.tables import Attempt
from exam_engine.invigilation.service import Seat
from exam_engine.web.views import unsent
from proctor.presence import Contact

SEEN = Contact(datetime(2026, 11, 22, tzinfo=UTC), 2)


@pytest.mark.parametrize(
    ("state", "contact", "waiting"),
    [("running", SEEN, 2), ("expired", SEEN, 2), ("submitted", SEEN, 0), ("running", None, 0)],
)
def test_a_submit_comes_after_all_answers(
    state: str, contact: Contact | None, waiting: int
) -> None:
    attempt = Attempt(state=state)
    seat = Seat(uuid4(), "Ana", None, attempt, 0, None, None, "here", contact, [])
    assert unsent(seat) == waiting
