"""A conversion of scores, and what to know before it is used."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from psychometrics.models import FloatArray

EquatingFlagCode = Literal[
    "beyond_asymptote",
    "empty_scores",
    "falls",
    "no_error",
    "outside_scale",
    "small_sample",
]


@dataclass(frozen=True, slots=True)
class EquatingFlag:
    """Something a person should know before the conversion is used.

    Attributes
    ----------
    code : str
        Stable, for machines; see `EquatingFlagCode`.
    sentence : str
        For people.
    scores : tuple of float
        The scores of the from-form it is about; empty for the conversion as a whole.
    """

    code: EquatingFlagCode
    sentence: str
    scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """Scores of the from-form and their equivalents on the to-form; arrays are (S,).

    Attributes
    ----------
    method : str
    score : array
        0, 1, ..., the highest of the from-form, unless others were asked for.
    equivalent : array
        On the to-form, not rounded.
    standard_error : array or None
        Of the equivalents, in points, by the delta method; None where it is not known.
    theta : array or None
        For true scores: where the from-form expects the score, in logits of the to-scale;
        infinite at and beyond the asymptotes.
    slope, intercept : float or None
        Of linear methods: equivalent = slope score + intercept.
    flags : tuple of EquatingFlag
    """

    method: str
    score: FloatArray
    equivalent: FloatArray
    standard_error: FloatArray | None
    theta: FloatArray | None
    slope: float | None
    intercept: float | None
    flags: tuple[EquatingFlag, ...]


def converted(
    method: str,
    score: FloatArray,
    equivalent: FloatArray,
    highest: float,
    *,
    standard_error: FloatArray | None = None,
    theta: FloatArray | None = None,
    line: tuple[float, float] | None = None,
    flags: tuple[EquatingFlag, ...] = (),
    reach: float = 0.0,
) -> Conversion:
    """A conversion with the flags that any can have.

    ``highest`` is the to-form's best score; equivalents up to ``reach`` beyond the scale are
    natural to the method.
    """
    own = [*_outside(score, equivalent, highest, reach), *_falls(score, equivalent)]
    slope, intercept = line or (None, None)
    return Conversion(
        method, score, equivalent, standard_error, theta, slope, intercept, (*flags, *own)
    )


def linear(
    method: str,
    slope: float,
    intercept: float,
    highest_from: int,
    highest_to: int,
    flags: tuple[EquatingFlag, ...] = (),
) -> Conversion:
    """A straight line over all scores of the from-form."""
    score = np.arange(highest_from + 1.0)
    return converted(
        method,
        score,
        slope * score + intercept,
        highest_to,
        line=(float(slope), float(intercept)),
        flags=flags,
    )


def _outside(
    score: FloatArray, equivalent: FloatArray, highest: float, reach: float
) -> list[EquatingFlag]:
    out = (equivalent < -reach - 1e-9) | (equivalent > highest + reach + 1e-9)
    if not out.any():
        return []
    return [
        EquatingFlag(
            "outside_scale",
            f"{int(out.sum())} equivalents are outside the scale from 0 to {highest:g}: they are "
            "given as computed, and how to report them is a rule to write down.",
            tuple(score[out].tolist()),
        )
    ]


def _falls(score: FloatArray, equivalent: FloatArray) -> list[EquatingFlag]:
    order = np.argsort(score, kind="stable")
    down = np.diff(equivalent[order]) < -1e-9
    if not down.any():
        return []
    at = tuple(score[order][1:][down].tolist())
    return [
        EquatingFlag(
            "falls",
            f"The conversion is not monotone: at {at[0]:g} a better score gets a lower "
            "equivalent.  Take another method or smooth the distributions.",
            at,
        )
    ]
