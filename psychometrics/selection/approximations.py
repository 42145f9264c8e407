"""Every criterion for the whole bank at a tenth of its cost, each value with a bound of its error.

Means over the posterior come from compressed tables (`compression`); so do probabilities at the
estimate, whose polynomials' errors between nodes are measured.
"""

from collections.abc import Callable

import numpy as np

from psychometrics.models import FloatArray
from psychometrics.selection.compression import Reals
from psychometrics.selection.criteria import Criterion, likelihood
from psychometrics.selection.pool import Pool
from psychometrics.selection.shortlist import FEWEST_ITEMS, Approximation, Mask
from psychometrics.selection.states import Estimate, States, scaled

NO_WEIGHT = 1e-13  # of a posterior at nodes that do not count for the largest distance from theta
CHEAP = frozenset({"MFI", "bOpt"})  # for one session
LEBESGUE = 3.2  # a polynomial's weights of its six nodes add up to less, signs aside
UNLIKELY = 100.0  # errors of an answer's mass, below which what would follow is not approximated


def approximation(
    pool: Pool, states: States, criterion: Criterion, estimate: Estimate
) -> Approximation | None:
    """Values near those of the criterion, more for better; None where there are none to be had.

    That is for small banks, for nodes that are the caller's or theta beyond them, where exact
    values cost less, for items that the criterion refuses, and for "MEI" under the mode, which
    each answer moves in its own way.
    """
    if len(pool.items) < FEWEST_ITEMS or not pool.fine:
        return None
    if states.theta.min() < pool.nodes[0] or states.theta.max() > pool.nodes[-1]:
        return None
    if (criterion, estimate) == ("MEI", "MAP"):
        return None
    if criterion in CHEAP and len(states.theta) == 1:
        return None
    return BY_NAME[criterion](pool, states)


def _fisher(pool: Pool, states: States) -> Approximation:
    table = pool.short_information
    return Approximation(table.means(pool.weights_at(states.theta))[0], LEBESGUE * table.unit_error)


def _over_likelihood(pool: Pool, states: States) -> Approximation:
    table = pool.short_information
    return Approximation(table.means(likelihood(pool, states))[0], table.unit_error)


def _over_posterior(pool: Pool, states: States) -> Approximation:
    table = pool.short_information
    return Approximation(table.means(scaled(states.log_posterior))[0], table.unit_error)


def _kullback_leibler(pool: Pool, states: States) -> Approximation:
    return _divergence(pool, states, likelihood(pool, states))


def _kullback_leibler_posterior(pool: Pool, states: States) -> Approximation:
    return _divergence(pool, states, scaled(states.log_posterior))


def _divergence(pool: Pool, states: States, weights: FloatArray) -> Approximation:
    """sum_k P_k(estimate) (log P_k(estimate) - mean log P_k), the bracket as one mean."""
    p, p_error = _probabilities(pool, states)
    logs = pool.short_log_p.means(pool.weights_at(states.theta) - weights)
    for one, log in zip(p, logs, strict=True):
        log *= one
    error = (LEBESGUE + 1.0) * pool.short_log_p.unit_error + pool.off_nodes[1]
    # the p add up to 1, but for their errors
    largest = len(p) * (LEBESGUE + 1.0) * pool.largest_log
    return Approximation(_total(logs), error * (1.0 + len(p) * p_error) + largest * p_error)


def _expected_variance(pool: Pool, states: States) -> Approximation:
    """As in `criteria`; errors are those of quotients to first order, doubled."""
    p, p_error = _probabilities(pool, states)
    (masses, firsts, seconds), far, unit = _moments(pool, states, 3)
    error: float | FloatArray = 0.0
    for here, mass, first, second in zip(p, masses, firsts, seconds, strict=True):
        unlikely = _unlikely(mass, unit)
        first /= mass
        first *= first
        second /= mass
        second -= first
        largest = float(second.max())
        second *= here
        share = float((here / mass).max())
        error = error + 12.0 * unit * far**2 * share + 2.0 * p_error * largest
        if unlikely is not None:
            second[unlikely] = 0.0
            error = error + np.where(unlikely, (np.abs(here) + p_error) * far**2, 0.0)
    values = _total(seconds)
    return Approximation(np.negative(values, out=values), error)


def _expected_information(pool: Pool, states: States) -> Approximation:
    """As in `criteria`, but on lines through the nodes."""
    p, p_error = _probabilities(pool, states)
    (masses, firsts), far, unit = _moments(pool, states, 2)
    lines = pool.observed_lines
    error: float | FloatArray = lines.error + p_error * len(p) * lines.largest
    parts = []
    for k, (here, mass, first) in enumerate(zip(p, masses, firsts, strict=True)):
        unlikely = _unlikely(mass, unit)
        share = float((here / mass).max())
        error = error + 4.0 * unit * far * lines.steepest * share
        first /= mass
        first += states.theta[:, None].astype(first.dtype)
        part = lines.at(k, first)
        part *= here
        parts.append(part)
        if unlikely is not None:
            error = error + np.where(unlikely, 2.0 * lines.largest * np.abs(here), 0.0)
    return Approximation(_total(parts), error)


def _probabilities(pool: Pool, states: States) -> tuple[list[Reals], float]:
    """P of each category at the estimate, K arrays (n, J); their error."""
    if len(states.theta) == 1:
        first, weights = pool.position(states.theta)
        near = pool.later_p[first[0] : first[0] + weights.shape[1]]
        later = (weights @ near.reshape(len(near), -1)).reshape(near.shape[1], 1, -1)
        return _with_first(list(later), 1.0), len(later) * pool.off_nodes[0]
    table = pool.short_p
    p = _with_first(table.means(pool.weights_at(states.theta)), 1.0)
    return p, (len(p) - 1) * (LEBESGUE * table.unit_error + pool.off_nodes[0])


def _moments(pool: Pool, states: States, n_moments: int) -> tuple[list[list[Reals]], float, float]:
    """Sums over nodes of the posterior times P times powers of the distance from the estimate.

    For each power 0, 1, ... the K arrays (n, J); then the largest distance, and the error of the
    first sum, that of later ones being larger by powers of this distance.
    """
    weights = scaled(states.log_posterior)
    distance = pool.nodes - states.theta[:, None]
    far = float(np.abs(distance[weights > NO_WEIGHT]).max())
    powers = [weights]
    for _ in range(1, n_moments):
        powers.append(powers[-1] * distance)
    together = pool.short_p.means(np.concatenate(powers))  # the table is read once
    moments = []
    for power, one in enumerate(powers):
        own = slice(power * len(weights), (power + 1) * len(weights))
        moments.append(
            _with_first([part[own] for part in together], one.sum(axis=1, keepdims=True))
        )
    return moments, far, len(moments[0]) * pool.short_p.unit_error


def _with_first(later: list[Reals], total: float | FloatArray) -> list[Reals]:
    """Category 0 is what the others leave of a total, 1 or (n, 1)."""
    first = np.asarray(np.asarray(total, dtype=later[0].dtype) - later[0])
    for one in later[1:]:
        first -= one
    return [first, *later]


def _total(parts: list[Reals]) -> Reals:
    """Their sum, in the first of them."""
    for part in parts[1:]:
        parts[0] += part
    return parts[0]


def _unlikely(mass: Reals, unit: float) -> Mask | None:
    """Where ``mass``, right to ``unit``, is too small to divide by, None for nowhere.

    It is made 1 there.
    """
    least = UNLIKELY * unit
    if mass.min() >= least:
        return None
    unlikely = mass < least
    mass[unlikely] = 1.0
    return np.asarray(unlikely)


def _distance(pool: Pool, states: States) -> Approximation | None:
    location = pool.location.astype(np.float32)
    if np.isnan(location).any():
        return None
    values = location - states.theta.astype(np.float32)[:, None]
    np.abs(values, out=values)
    np.negative(values, out=values)
    size = float(np.abs(pool.location).max()) + float(np.abs(states.theta).max())
    return Approximation(values, 2.0 * float(np.finfo(np.float32).eps) * size)


BY_NAME: dict[Criterion, Callable[[Pool, States], Approximation | None]] = {
    "MFI": _fisher,
    "MEI": _expected_information,
    "KL": _kullback_leibler,
    "KLP": _kullback_leibler_posterior,
    "MEPV": _expected_variance,
    "MLWI": _over_likelihood,
    "MPWI": _over_posterior,
    "bOpt": _distance,
}
