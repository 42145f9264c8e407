"""Preknowledge: better and quicker on items suspected of being known than on the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr

from psychometrics.ability import score
from psychometrics.errors import BadOption
from psychometrics.fit.residuals import BLOCK, read_scored
from psychometrics.forensics.control import Control, control_false_positives
from psychometrics.forensics.flags import SHOWN, ForensicFlag
from psychometrics.forensics.times import check_parameters, read_times
from psychometrics.models import Items
from psychometrics.responses import Codes
from psychometrics.simulation import ResponseTimes

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Preknowledge:
    """Each person on compromised beside secure items; arrays have shape (n_persons,).

    NaN where a flag "no_value" says so.

    Attributes
    ----------
    theta_compromised, theta_secure : array
        Maximum likelihood, in logits, within the bounds.
    by_scores : array
        Signed root of the likelihood ratio, L_S; above 0: abler on the compromised items.
        Standard normal in large samples of items if there was no preknowledge.
    by_wald : array
        Difference of both thetas in standard errors, W_S; nearly the same.
    p_scores : array
        One-sided probability of ``by_scores``.
    by_times : array or None
        Difference of the speeds in standard errors, L_T; None without times.
    p_times : array or None
    by_both : array or None
        Constrained likelihood ratio of scores and times, L_ST: the squares of ``by_scores`` and
        ``by_times``, each as far as it is above 0.
    p_both : array or None
        By the mixture of chi-squares with 0, 1 and 2 degrees of freedom.
    p_adjusted, flagged : array
        Of ``p_both`` if there are times, else of ``p_scores``, allowing for the number of persons.
    flags : tuple of ForensicFlag
    """

    theta_compromised: Floats
    theta_secure: Floats
    by_scores: Floats
    by_wald: Floats
    p_scores: Floats
    by_times: Floats | None
    p_times: Floats | None
    by_both: Floats | None
    p_both: Floats | None
    p_adjusted: Floats
    flagged: Booleans
    flags: tuple[ForensicFlag, ...]


def preknowledge(
    responses: ArrayLike,
    items: Items,
    compromised: ArrayLike,
    *,
    seconds: ArrayLike | None = None,
    times: ResponseTimes | None = None,
    bounds: tuple[float, float] = (-4.0, 4.0),
    control: Control = "benjamini-hochberg",
    level: float = 0.05,
    missing: int | None = None,
) -> Preknowledge:
    """Test whether persons do better, or work faster, on items that may have been known.

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        Scored categories; NaN (or the code ``missing``) for not administered.
    items : Items
        Of any model; calibrated on persons who did not know the items.
    compromised : array_like
        The suspected items, by position or as a mask; all others are taken to be secure.
    seconds : (n_persons, n_items) array_like, optional
        Response times, with ``times``.
    times : ResponseTimes, optional
        Time parameters of the items.
    bounds : (float, float)
        Where theta is searched, in logits.
    control : str
        Over persons; see `control_false_positives`.
    level : float
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    Preknowledge
        Flagged "at_bound" if a theta stands at its bound (all right, for example): the normal
        distribution is then a rough guide.

    Raises
    ------
    BadResponses, BadTimes
    BadOption
        No item is compromised, or all are; or only one of ``seconds`` and ``times`` is given.
    NotEnoughData
        There are no responses, or no times.

    Notes
    -----
    Scores: Sinharay (2017), with l the log-likelihood at its maximum, L_S = sign(theta_c -
    theta_s) sqrt(2 (l_c + l_s - l)); W_S, with the information at the theta of all items:
    Sinharay & Jensen (2019).  Times: Sinharay (2020).  Both: Sinharay & Johnson (2020).
    """
    codes = read_scored(responses, items, missing)
    chosen = read_compromised(compromised, codes.shape[1])
    if (seconds is None) != (times is None):
        raise BadOption("seconds and times, the time parameters of the items, go together")
    parts = [_maximum(codes, items, which, bounds) for which in (chosen, ~chosen)]
    theta, l_all, _ = _maximum(codes, items, np.ones(len(chosen), dtype=bool), bounds)
    (theta_c, l_c, bound_c), (theta_s, l_s, bound_s) = parts
    sign = np.sign(theta_c - theta_s)
    by_scores = sign * np.sqrt(2.0 * np.maximum(l_c + l_s - l_all, 0.0))
    info_c, info_s = (_information(codes, items, which, theta) for which in (chosen, ~chosen))
    informed = (info_c > 1e-12) & (info_s > 1e-12)
    error = 1.0 / np.where(informed, info_c, 1.0) + 1.0 / np.where(informed, info_s, 1.0)
    by_wald = np.where(informed, (theta_c - theta_s) / np.sqrt(error), np.nan)
    by_times = by_both = p_times = p_both = None
    flags: list[ForensicFlag] = []
    if seconds is not None and times is not None:
        by_times, said = _by_times(seconds, times, chosen, codes.shape)
        flags.extend(said)
        p_times = ndtr(-by_times)
        by_both = np.maximum(by_scores, 0.0) ** 2 + np.maximum(by_times, 0.0) ** 2
        # of two independent normal deviates: both negative, one positive, both positive
        p_both = np.where(by_both > 0, 0.5 * chdtrc(1, by_both) + 0.25 * chdtrc(2, by_both), 1.0)
        p_both = np.where(np.isnan(by_both), np.nan, p_both)
    p_scores = ndtr(-by_scores)
    p = p_scores if p_both is None else p_both
    controlled = control_false_positives(p, by=control, level=level)
    flags.extend(_flags(p, (bound_c != 0) | (bound_s != 0)))
    return Preknowledge(
        theta_compromised=theta_c,
        theta_secure=theta_s,
        by_scores=by_scores,
        by_wald=by_wald,
        p_scores=p_scores,
        by_times=by_times,
        p_times=p_times,
        by_both=by_both,
        p_both=p_both,
        p_adjusted=controlled.p_adjusted,
        flagged=controlled.flagged,
        flags=tuple(flags),
    )


def read_compromised(compromised: ArrayLike, n_items: int) -> Booleans:
    """The compromised items as a mask, shape (n_items,).

    Raises
    ------
    BadOption
    """
    given = np.asarray(compromised)
    if given.dtype == np.bool_ and given.shape == (n_items,):
        mask = given.copy()
    elif given.size and given.ndim == 1 and given.dtype.kind in "iu":
        outside = given[(given < 0) | (given >= n_items)]
        if len(outside):
            raise BadOption(f"there is no item {outside[0]}: they are 0 to {n_items - 1}")
        mask = np.zeros(n_items, dtype=bool)
        mask[given] = True
    elif given.size == 0:
        mask = np.zeros(n_items, dtype=bool)
    else:
        raise BadOption("compromised items are given by position, or as one truth value an item")
    if not mask.any() or mask.all():
        raise BadOption("some items are compromised and some secure: otherwise nothing compares")
    return mask


def _maximum(
    codes: Codes, items: Items, which: Booleans, bounds: tuple[float, float]
) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """Theta on some items, the log-likelihood there, and whether it stands at a bound."""
    columns = np.flatnonzero(which)
    some, part = codes[:, columns], items.select(columns)
    found = score(some, part, "ML", bounds=bounds, missing=-1)
    given = some >= 0
    at = np.nan_to_num(found.theta)
    likelihood = np.empty(len(some))
    for start in range(0, len(some), BLOCK):
        those = slice(start, start + BLOCK)
        logs = part.log_probabilities(at[those])
        rows, persons = np.arange(len(columns))[:, None], np.arange(logs.shape[2])
        seen = logs[rows, np.maximum(some[those], 0).T, persons]
        likelihood[those] = np.where(given[those].T, seen, 0.0).sum(axis=0)
    nothing = ~given.any(axis=1)
    likelihood[nothing] = np.nan
    return found.theta, likelihood, found.at_bound


def _information(codes: Codes, items: Items, which: Booleans, theta: Floats) -> Floats:
    """Of each person's answers to some items, at theta, shape (n_persons,)."""
    columns = np.flatnonzero(which)
    information = items.select(columns).information(np.nan_to_num(theta))
    return np.asarray((information * (codes[:, columns] >= 0).T).sum(axis=0))


def _by_times(
    seconds: ArrayLike, times: ResponseTimes, chosen: Booleans, shape: tuple[int, ...]
) -> tuple[Floats, tuple[ForensicFlag, ...]]:
    logs, flags = read_times(seconds)
    if logs.shape != shape:
        raise BadOption(f"times have shape {logs.shape}, responses {shape}")
    check_parameters(logs, times)
    precision = ~np.isnan(logs) * np.asarray(times.discrimination) ** 2
    gap = np.where(np.isnan(logs), 0.0, times.intensity - logs)
    total = [precision[:, which].sum(axis=1) for which in (chosen, ~chosen)]
    known = (total[0] > 0) & (total[1] > 0)
    speeds = [
        (precision * gap)[:, which].sum(axis=1) / np.where(known, all_of, 1.0)
        for which, all_of in zip((chosen, ~chosen), total, strict=True)
    ]
    error = sum(1.0 / np.where(known, all_of, 1.0) for all_of in total)
    return np.where(known, (speeds[0] - speeds[1]) / np.sqrt(error), np.nan), flags


def _flags(p: Floats, at_bound: Booleans) -> list[ForensicFlag]:
    flags = []
    none = np.flatnonzero(np.isnan(p))
    if len(none):
        sentence = (
            f"{len(none)} persons have no value: they lack answers or times to compromised or to "
            f"secure items. The first is in row {none[0]}."
        )
        flags.append(ForensicFlag("no_value", sentence, tuple(none[:SHOWN].tolist())))
    bound = np.flatnonzero(at_bound & ~np.isnan(p))
    if len(bound):
        sentence = (
            f"{len(bound)} persons have a theta at its bound, all right for example: their "
            f"probabilities are a rough guide. The first is in row {bound[0]}."
        )
        flags.append(ForensicFlag("at_bound", sentence, tuple(bound[:SHOWN].tolist())))
    return flags
