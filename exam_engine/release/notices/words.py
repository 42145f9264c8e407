"""What people are told when something becomes of their result: values in, words out.

No notice holds a score: whoever reads over a shoulder learns only that there is something to read.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    RELEASED = "result_released"
    WITHDRAWN = "result_withdrawn"
    RESCORED = "result_rescored"


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    body: str


def _day(instant: datetime) -> str:
    return f"{instant:%B} {instant.day}, {instant.year}"


def released(exam: str, held_at: datetime) -> Words:
    return Words(
        "Your result is out",
        f"The result of your exam of {_day(held_at)}, {exam}, has been released. It counts from "
        "the day of the exam.",
    )


def withdrawn(exam: str, held_at: datetime, reason: str) -> Words:
    return Words(
        "Your result was withdrawn",
        f"The result of your exam of {_day(held_at)}, {exam}, does not count any more. The reason: "
        f"{_sentence(reason)} You can ask the certification office for a review.",
    )


def rescored(exam: str, held_at: datetime, reason: str) -> Words:
    return Words(
        "The decision on your exam has changed",
        f"Your exam of {_day(held_at)}, {exam}, was scored again, and its outcome is another one. "
        f"The reason: {_sentence(reason)} Your result page shows what counts now.",
    )


def _sentence(reason: str) -> str:
    reason = reason.strip()
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."
