"""Scores or responses as what decisions at a cut are worth, by up to three methods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.conversions import Conversion
from exam_engine.analysis.errors import BadFile
from psychometrics import Items
from psychometrics.classical import reliability
from psychometrics.decisions import (
    ConditionalErrors,
    Decisions,
    EffectiveTest,
    conditional_errors,
    decisions_lee,
    decisions_rudner,
    effective_test,
)
from psychometrics.errors import PsychometricsError
from psychometrics.scales import theta_at, true_score

Floats = NDArray[np.float64]

METHODS = ("livingston-lewis", "lee", "rudner")
CALLED: Mapping[str, str] = {
    "livingston-lewis": "Livingston & Lewis",
    "lee": "Lee",
    "rudner": "Rudner",
}
FEW = 100
FEW_CALIBRATED = 200
GRID = np.linspace(-4.0, 4.0, 161)


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What there is to judge decisions by.

    Attributes
    ----------
    path : str
    scores : (n,) array or None
        Of persons who answered everything.
    n_left_out : int
        Persons with blank responses, who have no such score.
    reliability : float
        Of the scores; NaN if unknown.
    source : str
        Where the reliability is from.
    items : Items or None
    mean, sd : float
        Of theta's population.
    population : str
        Where those are from.
    n_calibrated : int or None
        Persons the items were calibrated on, if known.
    lowest, highest : float
        Scores possible.
    conversion : Conversion or None
    notes : tuple of str
    """

    path: str
    scores: Floats | None
    n_left_out: int
    reliability: float
    source: str
    items: Items | None
    mean: float
    sd: float
    population: str
    n_calibrated: int | None
    lowest: float
    highest: float
    conversion: Conversion | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """One cut in each measure; None where it has none there."""

    points: float
    theta: float | None
    scaled: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Decisions by each method.

    Attributes
    ----------
    basis : Basis
    cuts : tuple of Cut
    by : mapping of method to Decisions
    left_out : mapping of method to str
        Why a method was not used.
    effective : EffectiveTest or None
    errors : ConditionalErrors or None
        Along `GRID`.
    """

    basis: Basis
    cuts: tuple[Cut, ...]
    by: Mapping[str, Decisions]
    left_out: Mapping[str, str]
    effective: EffectiveTest | None
    errors: ConditionalErrors | None
    remarks: tuple[str, ...] = field(default=())


def cuts_in(given: Sequence[float], measure: str, basis: Basis) -> tuple[Cut, ...]:
    """Cuts as the user names them, in every measure.

    Parameters
    ----------
    given : sequence of float
    measure : "points", "theta" or "scaled"
    basis : Basis

    Raises
    ------
    BadFile
        A cut lies outside the scale.
    """
    items, conversion = basis.items, basis.conversion
    if measure == "theta" and items is None:
        raise BadFile("A cut in logits needs the items it belongs to. Give --items.")
    if measure == "scaled" and conversion is None:
        raise BadFile("A cut on the reported scale needs its table. Give --conversion.")
    found = []
    for value in sorted(given):
        theta: float | None = value
        if measure == "theta" and items is not None:
            points = float(true_score(items, [value])[0])
        else:
            points = conversion.raw_for(value) if measure == "scaled" and conversion else value
            theta = None if items is None else _theta(items, points)
        if not basis.lowest < points <= basis.highest:
            raise BadFile(
                f"A cut of {value:g} lies outside the scores, which run from {basis.lowest:g} to "
                f"{basis.highest:g}. Name a cut above the lowest score and at most the highest."
            )
        scaled = value if measure == "scaled" else None
        if scaled is None and conversion is not None:
            scaled = conversion.at(points)
        found.append(Cut(points, theta, scaled))
    if len({cut.points for cut in found}) < len(found):
        raise BadFile("Two cuts are the same raw score. Name each once.")
    return tuple(found)


def with_alpha(basis: Basis, codes: NDArray[np.int8]) -> Basis:
    """Scores of those who answered everything, and alpha, from scored responses."""
    complete = (codes >= 0).all(axis=1)
    out = int((~complete).sum())
    if complete.sum() < 2:
        return replace(basis, n_left_out=out)
    some = codes[complete]
    value, source = basis.reliability, basis.source
    if not np.isfinite(value):
        try:
            alpha = reliability(some, missing=-1).alpha
            value, source = alpha.value, "coefficient alpha of these responses"
        except PsychometricsError:
            value = float("nan")
    scores = some.sum(axis=1, dtype=np.int64).astype(float)
    return replace(basis, scores=scores, n_left_out=out, reliability=value, source=source)


def judged(basis: Basis, cuts: Sequence[Cut], methods: Sequence[str], *, every: bool) -> Judged:
    """Decisions by each of some methods.

    Parameters
    ----------
    basis : Basis
    cuts : sequence of Cut
    methods : sequence of str
    every : bool
        Whether a method for which something is missing is left out, instead of refused.

    Raises
    ------
    BadFile
    """
    by: dict[str, Decisions] = {}
    left_out: dict[str, str] = {}
    effective = None
    for method in methods:
        missing = _missing(basis, cuts, method)
        if missing is None:
            try:
                if method == "livingston-lewis":
                    effective = _livingston_lewis(basis, cuts)
                    by[method] = effective.decisions
                else:
                    by[method] = _by_model(basis, cuts, method)
                continue
            except PsychometricsError as error:
                missing = f"{error}. Check the scores, the reliability and the cut."
        if not every:
            raise BadFile(f"{basis.path}: {CALLED[method]}: {missing}")
        left_out[method] = missing[0].upper() + missing[1:]
    if not by:
        why = "; ".join(f"{CALLED[method]}: {reason}" for method, reason in left_out.items())
        raise BadFile(f"{basis.path}: no method can be used. {why}")
    errors = None
    if basis.items is not None:
        scaled = None if basis.conversion is None else basis.conversion.scaled
        errors = conditional_errors(basis.items, GRID, scaled=scaled)
    return Judged(basis, tuple(cuts), by, left_out, effective, errors, _remarks(basis, by))


def _missing(basis: Basis, cuts: Sequence[Cut], method: str) -> str | None:
    """What a method lacks, and what to do; None if nothing."""
    if method == "livingston-lewis":
        if basis.scores is None:
            return (
                "nobody answered every item, so there are no scores of one form. Give scores "
                "instead of responses."
            )
        if not np.isfinite(basis.reliability):
            return "the reliability of the scores is not known. Say --reliability."
        return None
    if basis.items is None:
        return "it needs item parameters. Give --items."
    if method == "rudner" and any(cut.theta is None for cut in cuts):
        return "the cut is the true score of no theta. Name it in logits: --measure theta."
    return None


def _livingston_lewis(basis: Basis, cuts: Sequence[Cut]) -> EffectiveTest:
    return effective_test(
        np.asarray(basis.scores),
        basis.reliability,
        [cut.points for cut in cuts],
        highest=basis.highest,
        lowest=basis.lowest,
    )


def _by_model(basis: Basis, cuts: Sequence[Cut], method: str) -> Decisions:
    if basis.items is None:
        raise ValueError("there are no items")
    if method == "lee":
        points = [cut.points for cut in cuts]
        return decisions_lee(basis.items, points, mean=basis.mean, sd=basis.sd)
    theta = [float(cut.theta) for cut in cuts if cut.theta is not None]
    return decisions_rudner(basis.items, theta, mean=basis.mean, sd=basis.sd)


def _theta(items: Items, points: float) -> float | None:
    try:
        return float(theta_at(items, points)[0])
    except PsychometricsError:
        return None


def _remarks(basis: Basis, by: Mapping[str, Decisions]) -> tuple[str, ...]:
    """What small numbers mean for those who use the figures."""
    told = []
    n = 0 if basis.scores is None else len(basis.scores)
    if "livingston-lewis" in by and n < FEW:
        accuracy = by["livingston-lewis"].accuracy
        told.append(
            f"Livingston & Lewis rest on the scores of {n} persons. A share counted of so few is "
            f"known to about {2 * np.sqrt(accuracy * (1 - accuracy) / n):.2f} either way, and the "
            "shape of the distribution of scores is hardly known at all."
        )
    if basis.n_calibrated is not None and basis.n_calibrated < FEW_CALIBRATED:
        told.append(
            f"The items were calibrated on {basis.n_calibrated} persons. Lee and Rudner take their "
            "parameters as known, so that the figures look better than they are."
        )
    return tuple(told)
