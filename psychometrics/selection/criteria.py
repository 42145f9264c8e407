"""What a choice maximises: a value of every item for every session."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from psychometrics.errors import BadItems
from psychometrics.models import FloatArray
from psychometrics.selection.pool import THROUGH, Pool
from psychometrics.selection.states import Estimate, States, modes, scaled

Criterion = Literal["MFI", "MEI", "KL", "KLP", "MEPV", "MLWI", "MPWI", "bOpt"]
CRITERIA = ("MFI", "MEI", "KL", "KLP", "MEPV", "MLWI", "MPWI", "bOpt")
LOWER_IS_BETTER = frozenset({"MEPV", "bOpt"})
NEVER_NEGATIVE = frozenset({"MFI", "KL", "KLP", "MLWI", "MPWI"})

Values = Callable[[Pool, States, Estimate], FloatArray]


def values_of(pool: Pool, states: States, criterion: Criterion, estimate: Estimate) -> FloatArray:
    """The criterion of every item, (n, J)."""
    return BY_NAME[criterion](pool, states, estimate)


def desirable(values: FloatArray, criterion: Criterion) -> FloatArray:
    """The same so that more is better."""
    return -values if criterion in LOWER_IS_BETTER else values


def _fisher(pool: Pool, states: States, _: Estimate) -> FloatArray:
    """I_j at the estimate (Lord, 1980)."""
    return pool.information_at(states.theta)


def _divergence(pool: Pool, theta: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted mean over theta of sum_k P_k(estimate) log(P_k(estimate) / P_k(theta))."""
    here = pool.probabilities_at(theta)
    log_here = np.log(here, out=np.zeros_like(here), where=here > 0.0)
    n_items, n_categories, n_nodes = pool.log_p.shape
    mean_log = weights @ pool.log_p.reshape(n_items * n_categories, n_nodes).T
    return np.asarray((here * (log_here - mean_log.reshape(here.shape))).sum(axis=2))


def _kullback_leibler(pool: Pool, states: States, _: Estimate) -> FloatArray:
    """Over the likelihood (Chang & Ying, 1996)."""
    return _divergence(pool, states.theta, likelihood(pool, states))


def _kullback_leibler_posterior(pool: Pool, states: States, _: Estimate) -> FloatArray:
    """Over the posterior (Chang & Ying, 1996)."""
    return _divergence(pool, states.theta, scaled(states.log_posterior))


def _weighted_by_likelihood(pool: Pool, states: States, _: Estimate) -> FloatArray:
    """Mean information over the likelihood (Veerkamp & Berger, 1997)."""
    return np.asarray(likelihood(pool, states) @ pool.information)


def _weighted_by_posterior(pool: Pool, states: States, _: Estimate) -> FloatArray:
    """Mean information over the posterior (van der Linden, 1998)."""
    return np.asarray(scaled(states.log_posterior) @ pool.information)


def likelihood(pool: Pool, states: States) -> FloatArray:
    """Of theta on the nodes, scaled to sum 1, (n, Q)."""
    return scaled(states.log_posterior - pool.log_prior + pool.log_flat)


def _moments(pool: Pool, states: States) -> list[FloatArray]:
    """Mass, and mean of theta and of its square about the estimate, of the posterior after each
    answer, each (n, J, K)."""
    posterior = scaled(states.log_posterior)
    n_items, n_categories, n_nodes = pool.log_p.shape
    table = pool.p.reshape(n_items * n_categories, n_nodes).T
    distance = pool.nodes - states.theta[:, None]
    mass, first, second = (
        (weights @ table).reshape(len(posterior), n_items, n_categories)
        for weights in (posterior, posterior * distance, posterior * distance**2)
    )
    mass = np.where(pool.has, mass, 1.0)
    return [mass, first / mass, second / mass]


def _expected_variance(pool: Pool, states: States, _: Estimate) -> FloatArray:
    """Posterior variance after the answer, expected at the estimate (van der Linden, 1998)."""
    mean, square = _moments(pool, states)[1:]
    expected = pool.probabilities_at(states.theta)
    return np.asarray((expected * (square - mean**2)).sum(axis=2))


def _expected_information(pool: Pool, states: States, estimate: Estimate) -> FloatArray:
    """Observed information at the estimate after the answer, expected at the one before it
    (van der Linden, 1998)."""
    expected = pool.probabilities_at(states.theta)
    if estimate == "EAP":
        after = states.theta[:, None, None] + _moments(pool, states)[1]
    else:
        after = np.empty(expected.shape)
        for session, log_posterior in enumerate(states.log_posterior):
            for category in range(expected.shape[2]):
                after[session, :, category], _ = modes(
                    pool.nodes, log_posterior + pool.log_p[:, category]
                )
    n_items, n_categories = expected.shape[1:]
    items, categories = np.ogrid[:n_items, :n_categories]
    observed = pool.observed_information
    result = np.empty((len(after), n_items))
    for session, theta in enumerate(after):
        first, weights = pool.position(theta.ravel())
        nodes = (first[:, None] + np.arange(len(THROUGH))).reshape(n_items, n_categories, -1)
        near = observed[items[..., None], categories[..., None], nodes]
        value = (near * weights.reshape(nodes.shape)).sum(axis=2)
        result[session] = (expected[session] * value).sum(axis=1)
    return result


def _distance(pool: Pool, states: States, _: Estimate) -> FloatArray:
    """Distance of the item's difficulty, or the mean of its steps, from the estimate."""
    nominal = np.flatnonzero(np.isnan(pool.location))
    if len(nominal):
        name = pool.items.names[int(nominal[0])]
        raise BadItems(f"item {name!r} has no difficulty, so that none is nearest to theta")
    return np.asarray(np.abs(pool.location - states.theta[:, None]))


BY_NAME: dict[Criterion, Values] = {
    "MFI": _fisher,
    "MEI": _expected_information,
    "KL": _kullback_leibler,
    "KLP": _kullback_leibler_posterior,
    "MEPV": _expected_variance,
    "MLWI": _weighted_by_likelihood,
    "MPWI": _weighted_by_posterior,
    "bOpt": _distance,
}
