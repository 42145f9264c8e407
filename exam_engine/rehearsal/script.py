"""What a scripted candidate does: decided before the bell, from a seed, without a server.

Forty questions are answered.  Some answers are changed: five later on, three at once, where the
older of the two leaves the device last, as after a cut line.  One answer is cleared, four
questions are flagged, four answers are sent twice.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

ANSWERS = 40
SECOND_THOUGHTS = 3
RETURNS = 5
BLANKS = 1
FLAGS = 4
DUPLICATES = 4
STARTS_WITHIN = 0.1
"""The share of the time over which candidates begin; as much is left at the end to submit."""

_OPTION = re.compile(r'name="response" value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Save:
    """One sending of an answer, ``after_s`` seconds after its candidate's start.

    ``choice`` counts the options as they are shown, from 0 and beginning again after the last;
    None clears the answer.  The same ``sequence`` again is the same answer sent again.
    """

    after_s: float
    sequence: int
    position: int
    choice: int | None
    flagged: bool


def begins_after_s(rng: Random, lasts_s: float) -> float:
    """When a candidate comes, in seconds after the bell."""
    return rng.uniform(0, lasts_s * STARTS_WITHIN)


def write(rng: Random, question_count: int, lasts_s: float) -> list[Save]:
    """The saves of one candidate in the order in which they are sent.

    ``lasts_s`` is the length of the whole rehearsal; the saves fill what the arrivals and the
    last tenth leave of it.
    """
    saves = _answers(rng, question_count)
    _reverse_second_thoughts(saves)
    _duplicate(rng, saves)
    apart = lasts_s * (1 - 2 * STARTS_WITHIN) / len(saves)
    return [
        replace(save, after_s=(place + rng.random()) * apart) for place, save in enumerate(saves)
    ]


def final_answers(saves: Iterable[Save]) -> dict[int, Save]:
    """What must be stored at the end, by position: the highest sequence, whatever came last."""
    newest: dict[int, Save] = {}
    for save in sorted(saves, key=lambda save: save.sequence):
        newest[save.position] = save
    return newest


def option_identifiers(question: str) -> list[str]:
    """The options of a question as its HTML shows them."""
    return [html.unescape(found) for found in _OPTION.findall(question)]


def _answers(rng: Random, question_count: int) -> list[Save]:
    """Every change of mind once, numbered in the order in which they were made."""
    positions = sorted(rng.sample(range(1, question_count + 1), min(ANSWERS, question_count)))
    flagged = set(rng.sample(positions, min(FLAGS, len(positions))))
    unsure = set(rng.sample(positions, min(SECOND_THOUGHTS, len(positions))))
    made: list[tuple[int, int | None]] = []
    chosen = {position: rng.randrange(4) for position in positions}
    for position in positions:
        made.append((position, chosen[position]))
        if position in unsure:
            chosen[position] += 1
            made.append((position, chosen[position]))
    earlier = positions[:-1]
    back = rng.sample(earlier, min(RETURNS + BLANKS, len(earlier)))
    made += [(position, chosen[position] + 2) for position in back[BLANKS:]]
    made += [(position, None) for position in back[:BLANKS]]
    return [
        Save(0.0, number, position, choice, position in flagged)
        for number, (position, choice) in enumerate(made, 1)
    ]


def _reverse_second_thoughts(saves: list[Save]) -> None:
    for at in range(len(saves) - 1):
        first, second = saves[at], saves[at + 1]
        if first.position == second.position and first.sequence < second.sequence:
            saves[at], saves[at + 1] = second, first


def _duplicate(rng: Random, saves: list[Save]) -> None:
    for save in rng.sample(saves, min(DUPLICATES, len(saves))):
        saves.insert(saves.index(save) + rng.randint(1, 3), save)
