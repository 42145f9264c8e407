"""What a panel is to be, and what its judges are asked in a round: values in, values out."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from exam_engine.standards.errors import PanelUnsound, RatingUnsound
from exam_engine.standards.states import PRACTICE_ROUND

METHODS = ("angoff", "bookmark")
METHOD_WORDS = {"angoff": "Angoff", "bookmark": "Bookmark"}
LONGEST_TITLE = 200
LONGEST_WORDS = 500
LONGEST_BORDERLINE = 4000
MOST_ROUNDS = 5
FEWEST_JUDGES = 2
PRACTICE_ITEMS = 5
"""How many items of a form judges try the method on."""
BOOKMARK = 0
"""The position under which a bookmark is kept."""
FIRST_PAGE = 2
"""The first page a bookmark can be on: the cut is read from the page before it."""
PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*%?")

STATEMENT = (
    "I have no interest, of money or of another kind, in who passes this exam: I neither prepare "
    "candidates for it nor is anybody close to me about to take it. What I see here I tell nobody. "
    "Where this stops being true, I tell the facilitator and leave the panel."
)
"""What every judge accepts before rating."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who is to judge, and what makes them fit to."""

    person_id: UUID
    qualification: str


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """A panel as it is asked for; ``response_probability`` is of a bookmark panel."""

    form_id: UUID
    method: str
    title: str
    n_rounds: int
    seats: tuple[Seat, ...]
    borderline: str = ""
    response_probability: float = 2 / 3


def check(plan: PanelPlan) -> None:
    """Refuse what no form could make right.  Raises `PanelUnsound`."""
    if plan.method not in METHODS:
        raise PanelUnsound("The method is angoff or bookmark.", "method")
    if not 1 <= len(plan.title.strip()) <= LONGEST_TITLE:
        raise PanelUnsound(
            f"Give the panel a title of at most {LONGEST_TITLE} characters.", "title"
        )
    if len(plan.borderline) > LONGEST_BORDERLINE:
        raise PanelUnsound(
            f"Describe the just-qualified candidate in at most {LONGEST_BORDERLINE} characters.",
            "borderline",
        )
    if not 1 <= plan.n_rounds <= MOST_ROUNDS:
        raise PanelUnsound(f"Plan from 1 to {MOST_ROUNDS} rounds; two are usual.", "rounds")
    if plan.method == "bookmark" and not 0 < plan.response_probability < 1:
        raise PanelUnsound(
            "The response probability lies between 0 and 1; two thirds are usual.", "probability"
        )
    people = [seat.person_id for seat in plan.seats]
    if len(people) < FEWEST_JUDGES:
        raise PanelUnsound("Choose two judges or more: one alone has no standard error.", "judges")
    if len(set(people)) < len(people):
        raise PanelUnsound("Somebody is on the panel twice.", "judges")
    for seat in plan.seats:
        if not 1 <= len(seat.qualification.strip()) <= LONGEST_WORDS:
            raise PanelUnsound(
                f"Say in at most {LONGEST_WORDS} characters what qualifies each judge: the record "
                "of a standard names it.",
                "judges",
            )


def asked(method: str, round_number: int, scored: Sequence[int]) -> tuple[int, ...]:
    """The positions that a judge rates in a round; `BOOKMARK` alone for a bookmark."""
    if method == "bookmark":
        return (BOOKMARK,)
    return tuple(scored[:PRACTICE_ITEMS] if round_number == PRACTICE_ROUND else scored)


def check_rating(
    position: int, value: float | None, positions: Collection[int], pages: int
) -> None:
    """Refuse a rating of something else, or out of range; None is none and fits everywhere.

    ``pages`` are those of the booklet.

    Raises `RatingUnsound`.
    """
    if position not in positions:
        what = "bookmark" if position == BOOKMARK else f"question {position}"
        raise RatingUnsound(f"This round does not ask for a rating of {what}.")
    if value is None:
        return
    if position == BOOKMARK:
        if not (FIRST_PAGE <= value <= pages + 1 and value == int(value)):
            raise RatingUnsound(
                f"A bookmark stands on a page from {FIRST_PAGE} to {pages}, or on {pages + 1} "
                "where all pages are mastered."
            )
    elif not 0 <= value <= 1:
        raise RatingUnsound(
            f"The rating of question {position} is the share of just-qualified candidates who "
            "answer it right, from 0 to 1 (0 to 100 %)."
        )


def share_in(text: str) -> float:
    """The share in a percentage as people write it: 65, 65 %, 62,5.  Raises `RatingUnsound`."""
    found = PERCENT.fullmatch(text.strip())
    percent = float(found[1].replace(",", ".")) if found else -1.0
    if not 0 <= percent <= 100:
        raise RatingUnsound("Write a number from 0 to 100, like 65.")
    return round(percent / 100, 6)


def unrated(
    judges: Collection[UUID],
    positions: Sequence[int],
    ratings: Mapping[UUID, Mapping[int, float]],
) -> dict[UUID, list[int]]:
    """What each judge still misses; only those who miss something."""
    missing = {
        judge: [position for position in positions if position not in ratings.get(judge, {})]
        for judge in judges
    }
    return {judge: positions for judge, positions in missing.items() if positions}


def sentence_of_missing(name: str, missing: Sequence[int], n_positions: int) -> str:
    """Who misses what, for a list."""
    if list(missing) == [BOOKMARK]:
        return f"{name} has placed no bookmark."
    if len(missing) == n_positions:
        return f"{name} has rated nothing."
    shown = ", ".join(map(str, missing[:8]))
    more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
    word = "question" if len(missing) == 1 else "questions"
    return f"{name} misses {word} {shown}{more}."
