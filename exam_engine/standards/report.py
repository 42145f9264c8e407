"""What a panel's closed rounds come to: cut, error, judges, impact, pictures, as one document.

Numbers are of `psychometrics.standards`, pictures of `exam_engine.analysis.plots`.  Loads numpy, so
a server imports it late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.plots.cut_scores import cut_on_scores
from exam_engine.analysis.plots.judges import judges_by_round
from exam_engine.analysis.standards.standard import (
    STEPS,
    Standard,
    Told,
    impact_of,
    margin,
    steps_from,
    told_of,
)
from exam_engine.standards.adoption import passing
from exam_engine.standards.booklets import items_of
from exam_engine.standards.errors import FiguresUndefined
from psychometrics import Items
from psychometrics.errors import PsychometricsError
from psychometrics.scales import true_score
from psychometrics.standards import (
    Angoff,
    AngoffRound,
    Bookmark,
    JudgeConsistency,
    angoff,
    bookmark,
    judge_consistency,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Who sat the form before: raw scores, and how many of each question's answers were right.

    ``right`` is by form position, None where nobody was shown it; ``simulated`` are among them.
    """

    scores: Floats
    right: Mapping[int, float]
    simulated: int


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """What judges said in the rounds closed so far, the last of them being closed now.

    Attributes
    ----------
    method : "angoff" or "bookmark"
    judges : tuple of J str
        Names.
    positions, codes : tuples of I
        Of the form's scored items.
    values : (R, J, I) or (R, J) array
        Shares, or pages.
    items : Items or None
        Parameters of all scored items in the form's order, where they have any.
    booklet : pages, of a bookmark panel
    probability : float or None
    candidates : Candidates or None
    """

    method: str
    judges: tuple[str, ...]
    positions: tuple[int, ...]
    codes: tuple[str, ...]
    values: Floats
    items: Items | None
    booklet: Sequence[Mapping[str, Any]]
    probability: float | None
    candidates: Candidates | None


def report_of(rounds: Rounds) -> dict[str, Any]:
    """The document of the last round.  Raises `FiguresUndefined`."""
    try:
        if rounds.method == "bookmark":
            standard, more = _bookmark(rounds)
        else:
            standard, more = _angoff(rounds)
    except PsychometricsError as error:
        raise FiguresUndefined(f"These ratings give no cut: {error}.") from error
    figures = [judges_by_round(standard)]
    if standard.scores is not None:
        figures.append(cut_on_scores(standard))
    who = rounds.candidates
    return {
        "method": rounds.method,
        "cut": standard.cut,
        "passing": passing(standard.cut),
        "standard_error": standard.standard_error,
        "lower": standard.lower,
        "upper": standard.upper,
        "highest": standard.highest,
        "n_judges": len(rounds.judges),
        "n_candidates": 0 if who is None else len(who.scores),
        "n_simulated": 0 if who is None else who.simulated,
        "impact": [
            {
                "steps": one.steps,
                "cut": one.cut,
                "passing": passing(one.cut),
                "n_passing": one.n_passing,
                "pass_rate": one.pass_rate,
            }
            for one in standard.impact
        ],
        "flags": [asdict(one) for one in standard.told],
        "figures": [asdict(one) for one in figures],
        **more,
    }


def _scores(rounds: Rounds) -> Floats | None:
    return None if rounds.candidates is None else rounds.candidates.scores


def _angoff(rounds: Rounds) -> tuple[Standard, dict[str, Any]]:
    found = angoff(rounds.values)
    last = found.rounds[-1]
    within, why = _within(rounds)
    told = told_of(last.flags, rounds.judges)
    told += () if within is None else told_of(within.flags, rounds.judges)
    highest = float(len(rounds.codes))
    half = margin(len(rounds.judges)) * found.standard_error
    at = steps_from(found.cut, found.standard_error, highest)
    standard = _standard(
        rounds,
        cut=found.cut,
        standard_error=found.standard_error,
        ends=(max(0.0, found.cut - half), min(highest, found.cut + half)),
        at=at,
        judge_cuts=np.array([one.judge_cuts for one in found.rounds]),
        round_cuts=np.array([one.cut for one in found.rounds]),
        told=told,
    )
    return standard, {
        "theta": None,
        "theta_error": None,
        "standard_error_items": last.standard_error_items,
        "agreement": _or_none(last.variance.panel),
        "consistency_unknown": why,
        "judges": _angoff_judges(rounds, last, within),
        "rounds": _angoff_rounds(found),
        "items": _items(rounds, last),
    }


def _within(rounds: Rounds) -> tuple[JudgeConsistency | None, str]:
    """Judges against the model, or why they cannot be."""
    if rounds.items is None:
        return None, "Not every scored item has parameters, so consistency is not known."
    try:
        return judge_consistency(rounds.values[-1], rounds.items), ""
    except PsychometricsError as error:
        return None, f"Consistency is not known: {error}."


def _angoff_judges(
    rounds: Rounds, last: AngoffRound, within: JudgeConsistency | None
) -> list[dict[str, Any]]:
    return [
        {
            "judge": name,
            "cut": float(last.judge_cuts[j]),
            "agreement": _or_none(last.judge_agreement[j]),
            "consistency": None if within is None else _or_none(within.consistency[j]),
            "error": None if within is None else _or_none(within.error[j]),
        }
        for j, name in enumerate(rounds.judges)
    ]


def _angoff_rounds(found: Angoff) -> list[dict[str, Any]]:
    return [
        {
            "round": number,
            "cut": one.cut,
            "standard_error": one.standard_error,
            "spread": float(one.judge_cuts.std(ddof=1)),
            "changed": None if number == 1 else float(found.ratings_changed[number - 2]),
        }
        for number, one in enumerate(found.rounds, 1)
    ]


def _items(rounds: Rounds, last: AngoffRound) -> list[dict[str, Any]]:
    given = rounds.values[-1]
    right = {} if rounds.candidates is None else rounds.candidates.right
    return [
        {
            "position": position,
            "code": code,
            "mean": float(last.item_ratings[i]),
            "spread": float(last.item_spread[i]),
            "median": float(np.median(given[:, i])),
            "lowest": float(given[:, i].min()),
            "highest": float(given[:, i].max()),
            "right": right.get(position),
        }
        for i, (position, code) in enumerate(zip(rounds.positions, rounds.codes, strict=True))
    ]


def _bookmark(rounds: Rounds) -> tuple[Standard, dict[str, Any]]:
    items = items_of(rounds.booklet)
    probability = rounds.probability or 2 / 3
    found = bookmark(items, rounds.values, probability=probability)
    highest = float(len(rounds.codes))
    half = margin(len(rounds.judges)) * found.standard_error
    ends = true_score(items, np.array([found.cut - half, found.cut + half]))
    at = true_score(items, found.cut + np.array(STEPS) * found.standard_error)
    points = np.array([true_score(items, row) for row in found.rounds])
    standard = _standard(
        rounds,
        cut=found.raw_cut,
        # the error is of theta; on the raw scale it is half the way between its two ends
        standard_error=float(at[3] - at[1]) / 2,
        ends=(float(ends[0]), min(highest, float(ends[1]))),
        at=at,
        judge_cuts=points,
        round_cuts=true_score(items, found.round_cuts),
        told=told_of(found.flags, rounds.judges),
    )
    return standard, {
        "theta": found.cut,
        "theta_error": found.standard_error,
        "probability": probability,
        "judges": _bookmark_judges(rounds, found, points),
        "rounds": _bookmark_rounds(rounds, found, points, standard.round_cuts),
        "items": _pages(rounds),
    }


def _bookmark_judges(rounds: Rounds, found: Bookmark, points: Floats) -> list[dict[str, Any]]:
    return [
        {
            "judge": name,
            "page": int(rounds.values[-1, j]),
            "theta": float(found.rounds[-1, j]),
            "cut": float(points[-1, j]),
        }
        for j, name in enumerate(rounds.judges)
    ]


def _bookmark_rounds(
    rounds: Rounds, found: Bookmark, points: Floats, cuts: Floats
) -> list[dict[str, Any]]:
    return [
        {
            "round": k + 1,
            "cut": float(cuts[k]),
            "theta": float(found.round_cuts[k]),
            "spread": float(points[k].std(ddof=1)),
            "median_page": float(np.median(pages)),
            "lowest_page": int(pages.min()),
            "highest_page": int(pages.max()),
        }
        for k, pages in enumerate(rounds.values)
    ]


def _pages(rounds: Rounds) -> list[dict[str, Any]]:
    right = {} if rounds.candidates is None else rounds.candidates.right
    return [
        {
            "page": number,
            "position": page["position"],
            "code": page["code"],
            "location": page["location"],
            "bookmarks": int((rounds.values[-1] == number).sum()),
            "right": right.get(page["position"]),
        }
        for number, page in enumerate(rounds.booklet, 1)
    ]


def _standard(
    rounds: Rounds,
    *,
    cut: float,
    standard_error: float,
    ends: tuple[float, float],
    at: Floats,
    judge_cuts: Floats,
    round_cuts: Floats,
    told: tuple[Told, ...],
) -> Standard:
    """As the pictures take it."""
    scores = _scores(rounds)
    return Standard(
        method=rounds.method,
        path="",
        highest=float(len(rounds.codes)),
        cut=cut,
        standard_error=standard_error,
        lower=ends[0],
        upper=ends[1],
        theta=None,
        at=at,
        judges=rounds.judges,
        rounds=tuple(str(number + 1) for number in range(len(round_cuts))),
        judge_cuts=judge_cuts,
        round_cuts=round_cuts,
        impact=impact_of(at, scores, None),
        scores=scores,
        qualified=None,
        conversion=None,
        columns=(),
        rows=[],
        told=told,
    )


def _or_none(value: float) -> float | None:
    """What is undefined has no number in a document."""
    return float(value) if np.isfinite(value) else None
