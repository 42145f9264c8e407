"""The lognormal model of response times: fit, speed of persons, and times that stand out.

log T_ij ~ N(beta_j - tau_i, 1 / alpha_j^2): intensity beta_j and discrimination alpha_j of item j,
speed tau_i ~ N(0, sd^2) of person i.  Source: van der Linden (2006).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr

from psychometrics.errors import BadOption, NotEnoughData
from psychometrics.forensics.control import Control, control_false_positives
from psychometrics.forensics.flags import SHOWN, ForensicFlag
from psychometrics.forensics.times import check_parameters, read_times
from psychometrics.simulation import ResponseTimes

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

FEWEST_TIMES = 30  # of an item
SMALLEST_VARIANCE = 1e-8  # of log seconds


@dataclass(frozen=True, slots=True, eq=False)
class TimeFit:
    """The lognormal model fitted.

    Attributes
    ----------
    parameters : ResponseTimes
        Intensity and discrimination of the items, spread of speed.
    log_likelihood : float
        Marginal, of the log seconds.
    largest_gradient : float
        By any intensity, log discrimination or log spread, a person.
    converged : bool
        It is at most the tolerance.
    cycles : int
    n_times : (n_items,) array of int
    flags : tuple of ForensicFlag
    """

    parameters: ResponseTimes
    log_likelihood: float
    largest_gradient: float
    converged: bool
    cycles: int
    n_times: NDArray[np.int64]
    flags: tuple[ForensicFlag, ...]


def fit_response_times(
    seconds: ArrayLike, *, tolerance: float = 1e-6, cycles: int = 5000
) -> TimeFit:
    """Fit the lognormal model by marginal maximum likelihood.

    Parameters
    ----------
    seconds : (n_persons, n_items) array_like
        Above 0; NaN where not administered.  Times of 0 are left out and flagged.
    tolerance : float
        Of the gradient a person.
    cycles : int
        Of EM, at most.

    Returns
    -------
    TimeFit

    Raises
    ------
    BadTimes, BadOption
    NotEnoughData
        An item has fewer than two times, or all are the same; or fewer than two persons or items.

    Notes
    -----
    van der Linden (2006); EM for one normal factor with loadings of 1 (Rubin & Thayer, 1982).
    """
    if not (tolerance > 0 and cycles >= 1):
        raise BadOption("the tolerance is above 0, and there is at least one cycle")
    logs, said = read_times(seconds)
    given = ~np.isnan(logs)
    n_times = given.sum(axis=0)
    if min(logs.shape) < 2:
        raise NotEnoughData("speed and intensity need two persons and two items or more")
    filled = np.where(given, logs, 0.0)
    counted = np.maximum(n_times, 1)
    beta = filled.sum(axis=0) / counted
    variance = (np.where(given, logs - beta, 0.0) ** 2).sum(axis=0) / counted
    poor = np.flatnonzero((n_times < 2) | (variance <= SMALLEST_VARIANCE))
    if len(poor):
        raise NotEnoughData(f"item {poor[0]} has {n_times[poor[0]]} times, and no two differ")
    spread = 0.5 * float(variance.mean())
    seen = given.any(axis=1)
    largest, cycle = np.inf, 0
    while cycle < cycles:
        cycle += 1
        mean, left = _speeds(filled, given, beta, variance, spread)
        gap = np.where(given, logs - beta + mean[:, None], 0.0)
        moved = gap.sum(axis=0) / n_times
        square = (gap**2 + left[:, None] * given).sum(axis=0) / n_times
        wider = float((mean[seen] ** 2 + left[seen]).mean())
        # Fisher's identity: the expected gradient of the whole data is that of the likelihood
        gradient = np.concatenate(
            [
                n_times * moved / variance,
                n_times * (1.0 - square / variance),
                [seen.sum() * (wider / spread - 1.0)],
            ]
        )
        largest = float(np.abs(gradient).max() / seen.sum())
        if largest <= tolerance:
            break
        beta = beta + moved
        variance = np.maximum(square - moved**2, SMALLEST_VARIANCE)
        spread = max(wider, 1e-12)
        # speed and intensity move together without changing a time: EM alone is slow there
        beta = beta - mean[seen].mean()
    parameters = ResponseTimes(beta, 1.0 / np.sqrt(variance), float(np.sqrt(spread)))
    flags = [*said, *_few(n_times)]
    if largest > tolerance:
        sentence = (
            f"After {cycle} cycles the gradient is {largest:.2g}, above {tolerance:g}: the "
            "parameters are not those of greatest likelihood."
        )
        flags.append(ForensicFlag("not_converged", sentence))
    return TimeFit(
        parameters,
        log_likelihood(filled, given, parameters),
        largest,
        largest <= tolerance,
        cycle,
        n_times.astype(np.int64),
        tuple(flags),
    )


def log_likelihood(logs: Floats, given: Booleans, parameters: ResponseTimes) -> float:
    """Marginal log-likelihood of log seconds; ``logs`` is 0 where not ``given``."""
    precision = given * parameters.discrimination**2
    gap = np.where(given, logs - parameters.intensity, 0.0)
    spread = parameters.speed_sd**2
    total = precision.sum(axis=1)
    # the inverse and determinant of a diagonal matrix plus a constant (Sherman & Morrison, 1950)
    pulled = (precision * gap).sum(axis=1) ** 2 * spread / (1.0 + spread * total)
    squares = (precision * gap**2).sum(axis=1) - pulled
    determinant = np.log1p(spread * total) - (given * np.log(parameters.discrimination**2)).sum(1)
    return float(-0.5 * (squares + determinant + given.sum(axis=1) * np.log(2 * np.pi)).sum())


@dataclass(frozen=True, slots=True, eq=False)
class TimeResiduals:
    """Times beside what the person's speed in the other items lets expect.

    Attributes
    ----------
    speed, standard_error : (n_persons,) array
        Maximum likelihood, in log seconds; NaN for persons without a time.
    z : (n_persons, n_items) array
        Standard normal if the model holds; negative: quicker than expected.  NaN where there is
        no time, or only one.
    p_quick : (n_persons, n_items) array
        Probability of a time as short; NaN as ``z``.
    flagged : (n_persons, n_items) array of bool
        ``p_quick`` small allowing for the number of times; see `control_false_positives`.
    person_chi2 : (n_persons,) array
        Squared distances of the person's times from its own speed, chi-square distributed.
    person_df : (n_persons,) array of int
        Its degrees of freedom, times less one.
    person_p : (n_persons,) array
        Probability of a chi-square as large; NaN with fewer than two times.
    flags : tuple of ForensicFlag
    """

    speed: Floats
    standard_error: Floats
    z: Floats
    p_quick: Floats
    flagged: Booleans
    person_chi2: Floats
    person_df: NDArray[np.int64]
    person_p: Floats
    flags: tuple[ForensicFlag, ...]


def time_residuals(
    seconds: ArrayLike,
    parameters: ResponseTimes,
    *,
    control: Control = "benjamini-hochberg",
    level: float = 0.05,
) -> TimeResiduals:
    """Standardise every time by the lognormal model and the person's own speed.

    Parameters
    ----------
    seconds : (n_persons, n_items) array_like
        Above 0; NaN where not administered.
    parameters : ResponseTimes
        Of the items; best fitted to other persons than those under suspicion.
    control : str
        Over all times; see `control_false_positives`.
    level : float

    Returns
    -------
    TimeResiduals

    Raises
    ------
    BadTimes, BadOption
    NotEnoughData
        There is no time at all.

    Notes
    -----
    van der Linden & Guo (2008): each time is compared with its prediction from the person's other
    times, whose error is added.  The chi-square is that of Marianti, Fox, Avetisyan, Veldkamp &
    Tijmstra (2014), at the speed of greatest likelihood.
    """
    logs, flags = read_times(seconds)
    check_parameters(logs, parameters)
    given = ~np.isnan(logs)
    weights = given * np.asarray(parameters.discrimination) ** 2
    total = weights.sum(axis=1)
    gap = np.where(given, parameters.intensity - logs, 0.0)
    known = total > 0
    n_times = given.sum(axis=1)
    speed = np.full(len(logs), np.nan)
    np.divide((weights * gap).sum(axis=1), total, out=speed, where=known)
    error = np.where(known, 1.0 / np.sqrt(np.where(known, total, 1.0)), np.nan)
    residual = np.where(given, np.nan_to_num(speed)[:, None] - gap, np.nan)
    share = weights / np.where(known, total, 1.0)[:, None]
    several = n_times[:, None] > 1
    remaining = np.where(given & several, 1.0 - share, 1.0)
    z = np.where(several, residual * np.sqrt(weights / remaining), np.nan)
    p = ndtr(z)
    chi2 = np.nansum(weights * residual**2, axis=1)
    df = np.maximum(n_times - 1, 0)
    return TimeResiduals(
        speed=speed,
        standard_error=error,
        z=z,
        p_quick=p,
        flagged=control_false_positives(p, by=control, level=level).flagged,
        person_chi2=np.where(df > 0, chi2, np.nan),
        person_df=df.astype(np.int64),
        person_p=np.where(df > 0, chdtrc(np.maximum(df, 1), chi2), np.nan),
        flags=(*flags, *_single(n_times)),
    )


def _speeds(
    logs: Floats, given: Booleans, beta: Floats, variance: Floats, spread: float
) -> tuple[Floats, Floats]:
    """Posterior mean and variance of each person's speed."""
    left = 1.0 / (1.0 / spread + (given / variance).sum(axis=1))
    mean = left * (np.where(given, beta - logs, 0.0) / variance).sum(axis=1)
    return mean, left


def _few(n_times: NDArray[np.int64]) -> list[ForensicFlag]:
    few = np.flatnonzero(n_times < FEWEST_TIMES)
    if not len(few):
        return []
    sentence = f"{len(few)} items have fewer than {FEWEST_TIMES} times; the first is {few[0]}."
    return [ForensicFlag("few_times", sentence, tuple(few[:SHOWN].tolist()))]


def _single(n_times: NDArray[np.int64]) -> list[ForensicFlag]:
    one = np.flatnonzero(n_times == 1)
    if not len(one):
        return []
    sentence = f"{len(one)} persons have a single time, which nothing can be compared with."
    return [ForensicFlag("few_times", sentence, tuple(one[:SHOWN].tolist()))]
