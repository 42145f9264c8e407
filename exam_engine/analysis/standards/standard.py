"""A recommended cut with all that a committee is told of it, whatever the method."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from exam_engine.analysis.conversions import Conversion
from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.records import Records
from psychometrics import Items
from psychometrics.errors import PsychometricsError
from psychometrics.scales import theta_at
from psychometrics.standards import StandardFlag

Floats = NDArray[np.float64]
Rows = list[dict[str, Any]]

METHODS = ("angoff", "bookmark", "beuk", "hofstee", "contrasting-groups")
STEPS = (-2, -1, 0, 1, 2)  # standard errors
LEVEL = 0.95
JUDGE_NAMES = ("judge", "judge_id", "panelist", "rater")
ROUND_NAMES = ("round", "round_number")
NUMBERED = re.compile(r"\b([Jj])udge (\d+)\b")
ITEM = re.compile(r"\bitem (\d+)\b")


@dataclass(frozen=True, slots=True)
class Told:
    """A flag with the judge's name in place of a number."""

    code: str
    sentence: str
    judge: str | None = None


@dataclass(frozen=True, slots=True)
class Impact:
    """What a cut some standard errors off the recommended one would do.

    Attributes
    ----------
    steps : int
        Standard errors from the recommended cut.
    cut : float
        Points.
    scaled : float or None
        On the reported scale, between whole scores on a straight line.
    n_passing : int or None
        Persons at or above the cut; None without scores.
    pass_rate : float or None
    """

    steps: int
    cut: float
    scaled: float | None
    n_passing: int | None
    pass_rate: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Aids:
    """What may be given besides the panel's file.

    Attributes
    ----------
    items : Items or None
    items_path : str
    scores : Records or None
    conversion : Conversion or None
    highest, lowest, step : float
        Scores possible; ``highest`` is NaN where nobody said.
    """

    items: Items | None = None
    items_path: str = ""
    scores: Records | None = None
    conversion: Conversion | None = None
    highest: float = float("nan")
    lowest: float = 0.0
    step: float = 1.0

    def points(self) -> Floats | None:
        """The scores of candidates."""
        return None if self.scores is None else self.scores.values["score"]

    def highest_score(self, path: str) -> float:
        """The highest score possible: said, of the items, or of the conversion.

        Raises
        ------
        BadFile
        """
        if np.isfinite(self.highest):
            return self.highest
        if self.items is not None:
            return float((self.items.n_categories - 1).sum())
        if self.conversion is not None:
            return float(self.conversion.highest)
        raise BadFile(f"{path}: how many points are possible is not known. Say --highest.")


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """The standard that a panel, or judged candidates, recommend.

    Attributes
    ----------
    method, path : str
    highest : float
        Points possible.
    cut, standard_error, lower, upper : float
        Points; the interval holds 95 of 100.
    theta : (cut, standard error, lower, upper) or None
        Logits, where the method works there.
    at : (5,) array
        The cut in points at each of ``STEPS``; NaN without a standard error.
    judges : tuple of str
    rounds : tuple of str
    judge_cuts : (R, J) array
        Points; empty where no judge names a cut.
    round_cuts : (R,) array
    impact : tuple of Impact
    scores : (n,) array or None
        Of candidates.
    qualified : (n,) array of bool or None
        What was said of them.
    conversion : Conversion or None
    columns, rows : columns and rows of ``standard.csv``
    tables : mapping of file name to columns and rows
    told : tuple of Told
        What the library remarks, by name.
    details : mapping
        What the method adds to ``report.json``.
    notes : tuple of str
    """

    method: str
    path: str
    highest: float
    cut: float
    standard_error: float
    lower: float
    upper: float
    theta: tuple[float, float, float, float] | None
    at: Floats
    judges: tuple[str, ...]
    rounds: tuple[str, ...]
    judge_cuts: Floats
    round_cuts: Floats
    impact: tuple[Impact, ...]
    scores: Floats | None
    qualified: NDArray[np.bool_] | None
    conversion: Conversion | None
    columns: Sequence[str]
    rows: Rows
    told: tuple[Told, ...]
    tables: Mapping[str, tuple[Sequence[str], Rows]] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def scaled(self, points: float) -> float | None:
        return None if self.conversion is None else self.conversion.at(points)


def margin(n_judges: int) -> float:
    """Standard errors to each side of a panel's 95 % interval: t with a degree less than judges."""
    return float(stdtrit(max(n_judges - 1, 1), (1 + LEVEL) / 2))


def steps_from(cut: float, error: float, highest: float, lowest: float = 0.0) -> Floats:
    """Cuts at two standard errors below to two above, within the scores; NaN without an error."""
    at = np.array([cut + k * error if k else cut for k in STEPS])
    return np.asarray(np.clip(at, lowest, highest))


def impact_of(
    at: Floats, scores: Floats | None, conversion: Conversion | None
) -> tuple[Impact, ...]:
    """What each of the cuts in ``at`` would do; those that are NaN are left out."""
    found = []
    for steps, cut in zip(STEPS, at.tolist(), strict=True):
        if not np.isfinite(cut):
            continue
        # a candidate at the cut but for rounding is at the cut
        n_passing = None if scores is None else int((scores >= cut - 1e-9).sum())
        rate = None if scores is None or n_passing is None else n_passing / len(scores)
        scaled = None if conversion is None else conversion.at(cut)
        found.append(Impact(steps, cut, scaled, n_passing, rate))
    return tuple(found)


def named(text: str, judges: Sequence[str], items: Sequence[str] = ()) -> str:
    """A sentence of the library with the names of judges and items in place of numbers."""

    def judge(match: re.Match[str]) -> str:
        return f"{match[1]}udge {judges[int(match[2])]}"

    def item(match: re.Match[str]) -> str:
        return f"item {items[int(match[1])]!r}"

    told = NUMBERED.sub(judge, text)
    return ITEM.sub(item, told) if items else told


def told_of(flags: Sequence[StandardFlag], judges: Sequence[str]) -> tuple[Told, ...]:
    return tuple(
        Told(
            flag.code,
            named(flag.sentence, judges),
            None if flag.judge is None else judges[flag.judge],
        )
        for flag in flags
    )


def refused(
    path: str, error: PsychometricsError, judges: Sequence[str], items: Sequence[str] = ()
) -> BadFile:
    """The library's complaint with names, and what to do."""
    advice = {
        "bad_ratings": "Correct the file.",
        "bad_responses": "Correct the scores, or say --highest, --lowest and --step.",
        "not_enough_data": "Add judges, items or candidates.",
        "not_identified": "Look at the figures once more, or use another method.",
        "not_linked": "Have every judge rate items that another judge rated too.",
        "bad_items": "Leave the item out of the booklet, or choose another response probability.",
    }.get(error.code, "")
    return BadFile(f"{path}: {named(str(error), judges, items)}. {advice}".rstrip())


def words_of(told: Sequence[Told], judge: str) -> list[str]:
    """The codes of a judge's flags, for a cell."""
    return [one.code for one in told if one.judge == judge]


def check_conversion(conversion: Conversion | None, highest: float) -> None:
    """Refuse the conversion table of another form.

    Raises
    ------
    BadFile
    """
    if conversion is not None and conversion.highest != highest:
        raise BadFile(
            f"{conversion.path} converts raw scores from 0 to {conversion.highest}, but this form "
            f"has {highest:g} points. Give the table of this form."
        )


def check_scores(scores: Records | None, highest: float, lowest: float = 0.0) -> None:
    """Refuse scores that the form cannot give.

    Raises
    ------
    BadFile
    """
    if scores is None:
        return
    values = scores.values["score"]
    bad = np.flatnonzero(~((values >= lowest) & (values <= highest)))
    if len(bad):
        raise BadFile(
            f"{scores.place_of(int(bad[0]), 'score')} is {values[bad[0]]:g}, which is not from "
            f"{lowest:g} to {highest:g}. Give number-right scores of this form, or say --highest."
        )


def theta_of(items: Items, points: float) -> float | None:
    """Theta of which a cut in points is the true score; None where there is none."""
    try:
        return float(theta_at(items, points)[0])
    except PsychometricsError:
        return None
