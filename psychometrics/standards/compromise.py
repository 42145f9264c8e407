"""Compromises between the cut that judges want and the share of candidates they would pass.

Both methods draw a line of what the judges would trade, rising from low cuts with few passes to
high cuts with many, and take the cut where the share that in fact passes, which falls with the
cut, meets it.  Source: Beuk (1984), Journal of Educational Measurement 21(2); Hofstee (1983), in
Anderson & Helmick (Eds.), On Educational Testing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption, BadRatings, BadResponses, NotEnoughData, NotIdentified
from psychometrics.standards.flags import StandardFlag, few_judges

Floats = NDArray[np.float64]
Statistic = Literal["mean", "median"]

MOST_SCORES = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Compromise:
    """A cut between two wishes.

    Attributes
    ----------
    cut : float
        Between scores in general: a candidate at or above it passes.
    pass_rate : float
        Share of the candidates who pass at ``cut``, read off the line between whole scores.
    standard_error : float
        Of ``cut``, over judges (jackknife); NaN where a flag "no_error" says why.
    wanted_cut, wanted_pass_rate : float
        A point of the judges' line: their centre (Beuk), the middle of their ranges (Hofstee).
    slope : float
        Of the line, in share of candidates per score; infinite if upright.
    flags : tuple of StandardFlag
    """

    cut: float
    pass_rate: float
    standard_error: float
    wanted_cut: float
    wanted_pass_rate: float
    slope: float
    flags: tuple[StandardFlag, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """Where judges would trade: through a point, between two cuts."""

    cut: float
    pass_rate: float
    slope: float
    low: float
    high: float


def beuk(
    scores: ArrayLike,
    cuts: ArrayLike,
    pass_rates: ArrayLike,
    *,
    highest: float,
    lowest: float = 0.0,
    step: float = 1.0,
) -> Compromise:
    """Beuk's (1984) compromise.

    Parameters
    ----------
    scores : (n_persons,) array_like
        Of the candidates.
    cuts : (J,) array_like
        The cut each judge wants, as a score.
    pass_rates : (J,) array_like
        The share of candidates each judge expects to pass, from 0 to 1.
    highest, lowest, step : float
        Scores that are possible: from ``lowest`` to ``highest`` in equal steps.

    Returns
    -------
    Compromise

    Raises
    ------
    BadResponses, BadRatings, BadOption
        A score is not possible; a judge's cut or share is not; there is no such range.
    NotEnoughData
        No candidates, or fewer than two judges.
    NotIdentified
        The judges agree wholly on both, so nothing says what they would trade.

    Notes
    -----
    The line runs through the judges' means with the slope sd(shares) / sd(cuts): the more they
    agree on one, the less it gives way.
    """
    curve = _Passing(scores, lowest, highest, step)
    wanted = _read_judges(cuts, "cut", lowest, highest)
    shares = _read_judges(pass_rates, "pass rate", 0.0, 1.0)
    _same_number(wanted, shares)

    def line(who: NDArray[np.bool_]) -> _Line:
        spread, rate_spread = wanted[who].std(ddof=1), shares[who].std(ddof=1)
        if spread == 0 and rate_spread == 0:
            raise NotIdentified(
                "the judges agree wholly on both the cut and the pass rate, so nothing says how "
                "much of one they would trade for the other"
            )
        slope = rate_spread / spread if spread > 0 else np.inf
        centre, rate = float(wanted[who].mean()), float(shares[who].mean())
        return _Line(centre, rate, float(slope), curve.knots[0], curve.knots[-1])

    return _compromise(curve, line, len(wanted))


def hofstee(
    scores: ArrayLike,
    lowest_cuts: ArrayLike,
    highest_cuts: ArrayLike,
    lowest_fail_rates: ArrayLike,
    highest_fail_rates: ArrayLike,
    *,
    highest: float,
    lowest: float = 0.0,
    step: float = 1.0,
    statistic: Statistic = "mean",
) -> Compromise:
    """Hofstee's (1983) compromise.

    Parameters
    ----------
    scores : (n_persons,) array_like
        Of the candidates.
    lowest_cuts, highest_cuts : (J,) array_like
        The lowest and highest cut each judge would accept, as scores.
    lowest_fail_rates, highest_fail_rates : (J,) array_like
        The lowest and highest share of candidates who fail that each would accept, from 0 to 1.
    highest, lowest, step : float
        Scores that are possible: from ``lowest`` to ``highest`` in equal steps.
    statistic : "mean" or "median"
        Of the judges' figures.

    Returns
    -------
    Compromise
        Where the curve of fails misses the judges' line, the cut is the end of their range nearer
        to it and a flag "no_intersection" says so.

    Raises
    ------
    BadResponses, BadRatings, BadOption
        A score is not possible; a judge's figure is not, or a lowest one exceeds the highest;
        there is no such range or statistic.
    NotEnoughData
        No candidates, or fewer than two judges.

    Notes
    -----
    The line runs from (lowest cut, highest fail rate) to (highest cut, lowest fail rate).
    """
    if statistic not in {"mean", "median"}:
        raise BadOption(f"statistic = {statistic!r} is neither mean nor median")
    curve = _Passing(scores, lowest, highest, step)
    low = _read_judges(lowest_cuts, "lowest cut", lowest, highest)
    high = _read_judges(highest_cuts, "highest cut", lowest, highest)
    few = _read_judges(lowest_fail_rates, "lowest fail rate", 0.0, 1.0)
    many = _read_judges(highest_fail_rates, "highest fail rate", 0.0, 1.0)
    for other in (high, few, many):
        _same_number(low, other)
    for name, smaller, larger in (("cut", low, high), ("fail rate", few, many)):
        if (smaller > larger).any():
            judge = int(np.argmax(smaller > larger))
            raise BadRatings(
                f"judge {judge}'s lowest {name}, {smaller[judge]:g}, exceeds the highest, "
                f"{larger[judge]:g}"
            )
    centre = np.mean if statistic == "mean" else np.median

    def line(who: NDArray[np.bool_]) -> _Line:
        c1, c2 = float(centre(low[who])), float(centre(high[who]))
        f1, f2 = float(centre(few[who])), float(centre(many[who]))
        slope = (f2 - f1) / (c2 - c1) if c2 > c1 else np.inf
        return _Line((c1 + c2) / 2, 1 - (f1 + f2) / 2, slope, c1, c2)

    return _compromise(curve, line, len(low))


class _Passing:
    """Share of candidates at or above a score, straight between the scores possible."""

    def __init__(self, scores: ArrayLike, lowest: float, highest: float, step: float) -> None:
        given = np.asarray(scores, dtype=np.float64)
        if not (np.isfinite([lowest, highest, step]).all() and lowest < highest and step > 0):
            raise BadOption(f"there are no scores from {lowest} to {highest} in steps of {step}")
        n_steps = round((highest - lowest) / step)
        if n_steps > MOST_SCORES or abs(lowest + n_steps * step - highest) > 1e-6 * step:
            raise BadOption(f"{highest:g} cannot be reached from {lowest:g} in steps of {step:g}")
        if given.ndim != 1 or len(given) == 0:
            raise NotEnoughData("a compromise needs the scores of candidates, one each")
        place = (given - lowest) / step
        bad = ~(
            (place >= -1e-6) & (place <= n_steps + 1e-6) & (abs(place - np.round(place)) < 1e-6)
        )
        if bad.any():
            row = int(np.argmax(bad))
            raise BadResponses(
                f"row {row} has a score of {given[row]:g}, which is not from {lowest:g} to "
                f"{highest:g} in steps of {step:g}"
            )
        counts = np.bincount(np.round(place).astype(np.intp), minlength=n_steps + 2)
        self.knots = lowest + step * np.arange(n_steps + 2)  # the last passes nobody
        self.shares = counts[::-1].cumsum()[::-1] / len(given)

    def at(self, cut: float | Floats) -> Floats:
        return np.asarray(np.interp(cut, self.knots, self.shares))


def _meeting(curve: _Passing, line: _Line) -> tuple[float, str]:
    """Where curve and line meet, and "" or why they do not: "strict" or "lenient" candidates."""
    if np.isinf(line.slope):
        return line.cut, ""
    inside = curve.knots[(curve.knots > line.low) & (curve.knots < line.high)]
    at = np.array([line.low, *inside, line.high])
    above = curve.at(at) - (line.pass_rate + line.slope * (at - line.cut))  # falls along `at`
    if above[0] < -1e-12:
        return line.low, "strict"
    if above[-1] > 1e-12:
        return line.high, "lenient"
    k = int(np.argmax(above <= 0)) if (above <= 0).any() else len(at) - 1
    if k == 0 or above[k] == above[k - 1]:
        return float(at[k]), ""
    part = above[k - 1] / (above[k - 1] - above[k])
    return float(at[k - 1] + part * (at[k] - at[k - 1])), ""


def _compromise(
    curve: _Passing, line_of: Callable[[NDArray[np.bool_]], _Line], n_judges: int
) -> Compromise:
    everyone = np.ones(n_judges, dtype=bool)
    line = line_of(everyone)
    cut, missed = _meeting(curve, line)
    flags = list(few_judges(n_judges))
    if missed:
        which = "more" if missed == "strict" else "fewer"
        end = "lowest" if missed == "strict" else "highest"
        sentence = (
            f"At every cut the judges accept, {which} candidates fail than they accept: the cut is "
            f"the {end} of their range."
        )
        flags.append(StandardFlag("no_intersection", sentence))
    elif np.isinf(line.slope):
        sentence = "The judges give one cut and no range: the candidates' scores change nothing."
        flags.append(StandardFlag("one_cut", sentence))
    error = _jackknife(lambda who: _meeting(curve, line_of(who))[0], n_judges)
    if np.isnan(error):
        sentence = (
            "Without one of the judges there is no compromise: the cut has no jackknife error."
        )
        flags.append(StandardFlag("no_error", sentence))
    return Compromise(
        cut=cut,
        pass_rate=float(curve.at(cut)),
        standard_error=error,
        wanted_cut=line.cut,
        wanted_pass_rate=line.pass_rate,
        slope=line.slope,
        flags=tuple(flags),
    )


def _jackknife(estimate: Callable[[NDArray[np.bool_]], float], n_judges: int) -> float:
    """Standard error from leaving each judge out; NaN if that is not possible for one."""
    if n_judges < 3:
        return np.nan
    found = np.empty(n_judges)
    for judge in range(n_judges):
        who = np.arange(n_judges) != judge
        try:
            found[judge] = estimate(who)
        except NotIdentified:
            return np.nan
    return float(np.sqrt((n_judges - 1) * found.var()))


def _read_judges(given: ArrayLike, name: str, low: float, high: float) -> Floats:
    found = np.asarray(given, dtype=np.float64)
    if found.ndim != 1 or len(found) < 2:
        raise NotEnoughData(f"a compromise needs the {name} of two judges or more")
    bad = ~((found >= low) & (found <= high))
    if bad.any():
        judge = int(np.argmax(bad))
        raise BadRatings(
            f"judge {judge} gives a {name} of {found[judge]:g}, which is not from {low:g} to "
            f"{high:g}"
        )
    return found


def _same_number(one: Floats, other: Floats) -> None:
    if len(one) != len(other):
        raise BadRatings(f"there are figures of {len(one)} judges and of {len(other)}")
