"""Persons whose answers do not fit, and persons who gained more than others between two tests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from psychometrics.errors import BadOption, NotEnoughData
from psychometrics.fit import person_fit
from psychometrics.fit.person import Estimator
from psychometrics.forensics.control import Control, control_false_positives
from psychometrics.forensics.flags import SHOWN, ForensicFlag
from psychometrics.models import Items

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PersonFlags:
    """A one-sided test of each person; arrays have shape (n_persons,).

    Attributes
    ----------
    z : array
        Standard normal if nothing is amiss; NaN where a flag "no_value" says so.
    p : array
        One-sided probability; NaN as ``z``.
    p_adjusted, flagged : array
        Allowing for the number of persons; see `control_false_positives`.
    flags : tuple of ForensicFlag
    """

    z: Floats
    p: Floats
    p_adjusted: Floats
    flagged: NDArray[np.bool_]
    flags: tuple[ForensicFlag, ...]


def misfitting_persons(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    *,
    estimator: Estimator = "WLE",
    mean: float = 0.0,
    sd: float = 1.0,
    control: Control = "benjamini-hochberg",
    level: float = 0.05,
    missing: int | None = None,
) -> PersonFlags:
    """Flag persons whose pattern of answers is less likely than it should be, by lz*.

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        Of any model.
    theta : (n_persons,) array_like
        Abilities in logits.
    estimator : {"ML", "MAP", "WLE"}
        How ``theta`` was estimated.
    mean, sd : float
        Of the normal prior that "MAP" used.
    control : str
        Over persons; see `control_false_positives`.
    level : float
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    PersonFlags
        ``z`` is lz*, low if amiss.

    Raises
    ------
    BadResponses, BadOption

    Notes
    -----
    Snijders (2001); see `psychometrics.fit.person_fit`.  lz* has a heavier lower tail than the
    normal distribution on short tests, so that a few flags are expected of honest persons.
    """
    found = person_fit(
        responses, items, theta, estimator=estimator, mean=mean, sd=sd, missing=missing
    )
    z = np.full(len(found.lz), np.nan) if found.lz_star is None else found.lz_star
    return _flagged(z, ndtr(z), control, level)


def score_gains(
    before: ArrayLike,
    after: ArrayLike,
    error_before: ArrayLike,
    error_after: ArrayLike,
    *,
    expected: float | None = None,
    gain_sd: float = 0.0,
    control: Control = "benjamini-hochberg",
    level: float = 0.05,
) -> PersonFlags:
    """Flag persons who gained more from one test to the next than errors of measurement explain.

    Parameters
    ----------
    before, after : (n_persons,) array_like
        Scores on one scale, theta for example; NaN for persons who were not there.
    error_before, error_after : (n_persons,) array_like
        Their standard errors, above 0.
    expected : float, optional
        Honest gain; the median of all gains if not given.
    gain_sd : float
        Standard deviation of true gains between honest persons, 0 or more.  With 0, whoever
        learned more than others stands out too.
    control : str
        Over persons; see `control_false_positives`.
    level : float

    Returns
    -------
    PersonFlags
        z = (after - before - expected) / sqrt(error_before^2 + error_after^2 + gain_sd^2).

    Raises
    ------
    BadOption
        The arrays differ in length, a standard error is not above 0, or an option is not what it
        may be.
    NotEnoughData
        No person has both scores.

    Notes
    -----
    Guo & Drasgow (2010), for a test taken again under supervision.
    """
    columns = [np.asarray(v, dtype=np.float64) for v in (before, after, error_before, error_after)]
    first, second, error_1, error_2 = columns
    if first.ndim != 1 or any(column.shape != first.shape for column in columns):
        raise BadOption("scores before and after and their errors are one number a person each")
    if not (np.isfinite(gain_sd) and gain_sd >= 0):
        raise BadOption(f"the spread of true gains is {gain_sd}, not 0 or more")
    there = np.isfinite(first) & np.isfinite(second)
    wrong = np.flatnonzero(there & ~((error_1 > 0) & (error_2 > 0)))
    if len(wrong):
        raise BadOption(f"person {wrong[0]} has a standard error that is not above 0")
    if not there.any():
        raise NotEnoughData("no person has both scores")
    gain = second[there] - first[there]
    usual = float(np.median(gain)) if expected is None else expected
    if not np.isfinite(usual):
        raise BadOption(f"the expected gain is {usual}, not a number")
    z = np.full(len(first), np.nan)
    z[there] = (gain - usual) / np.sqrt(error_1[there] ** 2 + error_2[there] ** 2 + gain_sd**2)
    return _flagged(z, ndtr(-z), control, level)


def _flagged(z: Floats, p: Floats, control: Control, level: float) -> PersonFlags:
    controlled = control_false_positives(p, by=control, level=level)
    none = np.flatnonzero(np.isnan(p))
    flags: tuple[ForensicFlag, ...] = ()
    if len(none):
        sentence = f"{len(none)} persons have no value; the first is in row {none[0]}."
        flags = (ForensicFlag("no_value", sentence, tuple(none[:SHOWN].tolist())),)
    return PersonFlags(z, p, controlled.p_adjusted, controlled.flagged, flags)
