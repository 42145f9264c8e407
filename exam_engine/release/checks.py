"""What stands between a form's held results and their release: facts in, sentences out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from exam_engine.exams.purposes import EVIDENCE_NEEDED, Purpose

KEY_FLAGS = frozenset({"check_key", "negative_slope", "negative_discrimination"})
"""What a calibration says of an item whose key may be wrong."""
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Facts:
    """A form, in one sitting or in all of them.

    ``settled_by`` is what replaced its provisional table ("" while that is in force).
    ``calibrated``: an approved calibration has looked at the form; ``undecided`` are codes of the
    items whose key it doubts and nobody has decided about, ``newer`` of those that count otherwise
    by now than it took them.  ``ready`` results would be released;
    ``on_hold`` are held for reasons of their own, ``ended_by_person`` are of attempts that a person
    ended.  ``room`` is the address where the ``running`` attempts are seen.
    """

    purpose: str
    provisional: bool
    settled_by: str
    evidence: Mapping[str, Any]
    calibrated: bool
    undecided: Sequence[str]
    newer: Sequence[str]
    running: int
    ready: int
    on_hold: int
    ended_by_person: int
    room: str = "/sittings"


@dataclass(frozen=True, slots=True)
class Check:
    """``met``, or else a ``sentence`` about what is so, and what to do next at ``link``.

    ``blocks``: while it is not met nothing is released.
    """

    name: str
    title: str
    met: bool
    blocks: bool
    sentence: str
    next_step: str = ""
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def checks(facts: Facts) -> list[Check]:
    """All that is looked at, in the order in which it is mended."""
    found = [] if facts.purpose == Purpose.PRACTICE else [_table(facts), _evidence(facts)]
    found += [_keys(facts)]
    found += [_newer(facts)] if facts.newer else []
    found += [_running(facts)]
    found += [_apart(facts)] if facts.on_hold or facts.ended_by_person else []
    return found


def obstacles(found: Sequence[Check]) -> list[str]:
    """Sentences of what blocks, each with what to do next."""
    return [
        f"{check.sentence} {check.next_step}".strip()
        for check in found
        if check.blocks and not check.met
    ]


def _table(facts: Facts) -> Check:
    title = "Conversion table"
    if facts.provisional:
        return Check(
            "table",
            title,
            False,
            True,
            "The form still has its provisional conversion table: no standard has been adopted "
            "for it, and it has not been equated.",
            "Adopt a standard for it, or equate it to a form that has one.",
            "/standards",
        )
    by = {
        "standard": "by a standard that was adopted",
        "equating": "by equating to a form that has a standard",
    }.get(facts.settled_by, "and not provisional")
    return Check("table", title, True, True, f"The table is settled {by}.")


def _evidence(facts: Facts) -> Check:
    title = "Evidence at the passing score"
    missing = [words for name, words in EVIDENCE_NEEDED.items() if facts.evidence.get(name) is None]
    if not missing:
        return Check(
            "evidence",
            title,
            True,
            True,
            f"Its conditional standard error at the cut is {facts.evidence['raw_error']:.1f} raw "
            f"points, and {facts.evidence['consistency']:.0%} of decisions would be the same on "
            "a parallel form.",
        )
    if facts.provisional:
        return Check(
            "evidence",
            title,
            False,
            True,
            f"Nothing can be known of {' and '.join(missing)} before the cut is settled.",
            "It follows from the adopted table and the calibrated items.",
            "/analysis",
        )
    why = facts.evidence.get("undefined")
    return Check(
        "evidence",
        title,
        False,
        True,
        f"Nothing is known yet of {' and '.join(missing)}.{f' {why}' if why else ''}",
        "Calibrate the form's items and approve their parameters.",
        "/analysis/new",
    )


def _keys(facts: Facts) -> Check:
    title = "Keys"
    if not facts.calibrated:
        return Check(
            "keys",
            title,
            False,
            facts.purpose == Purpose.BETA,
            "No approved calibration has looked at the keys of this form.",
            "Calibrate its answers and approve the run.",
            "/analysis/new",
        )
    if not facts.undecided:
        return Check("keys", title, True, True, "No key waits for a decision.")
    n, named = len(facts.undecided), _named(facts.undecided)
    return Check(
        "keys",
        title,
        False,
        True,
        f"{_counted(n, 'key was', 'keys were')} doubted by the last approved calibration and "
        f"{'waits' if n == 1 else 'wait'} for a decision: {named}.",
        "Look at each question and decide what becomes of it.",
        "#keys",
    )


def _newer(facts: Facts) -> Check:
    return Check(
        "newer",
        "Calibration",
        False,
        False,
        "The last approved calibration is older than what was decided about "
        f"{_named(facts.newer)}. Scores follow the decisions; parameters, and what they tell of "
        "the cut, do not yet.",
        "Calibrate again and approve the run.",
        "/analysis/new",
    )


def _named(codes: Sequence[str]) -> str:
    more = len(codes) - SHOWN
    return ", ".join(codes[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _running(facts: Facts) -> Check:
    title = "Attempts"
    if not facts.running:
        return Check("running", title, True, True, "Nobody is writing this form now.")
    return Check(
        "running",
        title,
        False,
        True,
        f"{_counted(facts.running, 'attempt is', 'attempts are')} still running.",
        "Wait until all have ended, or release the results of one sitting alone.",
        facts.room,
    )


def _apart(facts: Facts) -> Check:
    parts = []
    if facts.on_hold:
        parts.append(
            f"{_counted(facts.on_hold, 'result is', 'results are')} on hold for reasons of "
            f"{'its' if facts.on_hold == 1 else 'their'} own"
        )
    if facts.ended_by_person:
        parts.append(
            f"{_counted(facts.ended_by_person, 'attempt was', 'attempts were')} ended by a person"
        )
    return Check(
        "apart",
        "Left out",
        False,
        False,
        f"{', and '.join(parts)}. When the others are released, "
        f"{'this one stays' if facts.on_hold + facts.ended_by_person == 1 else 'these stay'} held.",
        "Decide about each by itself.",
        "#results",
    )


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
