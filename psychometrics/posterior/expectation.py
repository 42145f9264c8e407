"""The E-step: posteriors over theta of every person, summed to what the M-step needs.

Persons are taken in blocks that stay in a core's cache; a block is two matrix products and one
exponential a node.  Blocks are added in their order, so the digits do not depend on the number of
threads.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np

from psychometrics.models import Block, FloatArray
from psychometrics.models.log_linear import LogLinear
from psychometrics.posterior.features import Features, Run
from psychometrics.quadrature import Quadrature


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The current parameters, tabulated on the nodes.

    Attributes
    ----------
    theta : (Q,) array
    log_weights : (G, Q) array
        Log density of each group on the nodes.
    log_zero : (J, Q) array
        log P(X = 0 | theta) of each item.
    slopes, intercepts : (C_linear,) arrays
        Of the linear cells.
    log_odds : (C_general, Q) array
        log P(X = k | theta) / P(X = 0 | theta) of the other cells.
    log_p : tuple of (J_block, K, Q) arrays
        log P(X = k | theta) of each block.
    """

    theta: FloatArray
    log_weights: FloatArray
    log_zero: FloatArray
    slopes: FloatArray
    intercepts: FloatArray
    log_odds: FloatArray
    log_p: tuple[FloatArray, ...]


def tabulate(
    blocks: Sequence[Block], quadrature: Quadrature, means: FloatArray, sds: FloatArray
) -> Tables:
    """Tables of items, which the blocks hold each once, and of normal populations, (G,) each."""
    nodes = quadrature.nodes
    log_zero = np.empty((sum(len(block.columns) for block in blocks), len(nodes)))
    slopes, intercepts = [np.empty(0)], [np.empty(0)]
    log_odds = [np.empty((0, len(nodes)))]
    every = tuple(block.model.log_probabilities(block.parameters, nodes) for block in blocks)
    for block, log_p in zip(blocks, every, strict=True):
        log_zero[block.columns] = log_p[:, 0]
        if isinstance(block.model, LogLinear):
            alpha, delta = block.model.slopes_and_intercepts(block.parameters)
            slopes.append(alpha[:, 1:].ravel())
            intercepts.append(delta[:, 1:].ravel())
        else:
            log_odds.append((log_p[:, 1:] - log_p[:, :1]).reshape(-1, len(nodes)))
    populations = zip(means.tolist(), sds.tolist(), strict=True)
    return Tables(
        nodes,
        np.array([quadrature.log_weights(mean, sd) for mean, sd in populations]),
        log_zero,
        np.concatenate(slopes),
        np.concatenate(intercepts),
        np.concatenate(log_odds),
        every,
    )


@dataclass(slots=True, eq=False)
class Expectations:
    """Sums over persons of their posteriors.

    Attributes
    ----------
    log_likelihood : float
    of_group : (G, Q) array
        Expected number of persons at each node.
    of_item : (J, Q) array
        The same among those given the item.
    linear : (C_linear,) array
        Sum of the posterior means of those who chose the cell.
    general : (C_general, Q) array
        Expected number at each node who chose the cell.
    """

    log_likelihood: float
    of_group: FloatArray
    of_item: FloatArray
    linear: FloatArray
    general: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """One run's part of `Expectations`; ``of_item`` is None where the form tells it."""

    log_likelihood: float
    of_run: FloatArray
    of_item: FloatArray | None
    linear: FloatArray
    general: FloatArray


def expect(
    features: Features, tables: Tables, totals: FloatArray, *, threads: int = 1
) -> Expectations:
    """One E-step.

    Parameters
    ----------
    features : Features
    tables : Tables
    totals : (C_linear,) array
        ``features.totals()``.
    threads : int
        How many share the blocks; BLAS itself should then have one.

    Returns
    -------
    Expectations
    """
    n_nodes = len(tables.theta)
    of_form = np.zeros((len(features.forms), n_nodes))
    result = Expectations(
        float(totals @ tables.intercepts),
        np.zeros((features.n_groups, n_nodes)),
        np.zeros_like(tables.log_zero),
        np.zeros_like(tables.slopes),
        np.zeros_like(tables.log_odds),
    )
    bases = features.forms.astype(np.float64) @ tables.log_zero
    for run, block in zip(features.runs, _blocks(features, tables, bases, threads), strict=True):
        result.log_likelihood += block.log_likelihood
        result.of_group[run.group] += block.of_run
        result.linear += block.linear
        result.general += block.general
        if block.of_item is None:
            of_form[run.form] += block.of_run
        else:
            result.of_item += block.of_item
    result.of_item += features.forms.T.astype(np.float64) @ of_form
    return result


def _blocks(
    features: Features, tables: Tables, bases: FloatArray, threads: int
) -> Iterable[_Block]:
    """The runs' parts in their order; each thread has a buffer that it uses again."""
    largest = max(run.stop - run.start for run in features.runs)
    buffers: SimpleQueue[FloatArray] = SimpleQueue()
    for _ in range(threads):
        buffers.put(np.empty(len(tables.theta) * largest))

    def block(run: Run) -> _Block:
        buffer = buffers.get()
        try:
            return _block(features, tables, bases, run, buffer)
        finally:
            buffers.put(buffer)

    if threads == 1:
        yield from map(block, features.runs)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(block, features.runs)


def _block(
    features: Features, tables: Tables, bases: FloatArray, run: Run, buffer: FloatArray
) -> _Block:
    """One run's sums."""
    linear, general = features.of(run)
    weights = features.weights_of(run)
    mask = None if run.form >= 0 else features.mask(run)
    posterior, top = _unscaled(tables, bases, run, linear, general, mask, buffer)
    total, first = np.array([np.ones_like(tables.theta), tables.theta]) @ posterior
    scale = weights / total
    log_likelihood = float(weights @ (top + np.log(total)))
    linear_sums = (scale * first) @ linear
    if mask is None and not len(features.general):
        nothing = np.zeros((0, len(tables.theta)))
        return _Block(log_likelihood, posterior @ scale, None, linear_sums, nothing)
    posterior *= scale
    return _Block(
        log_likelihood,
        posterior.sum(axis=1),
        None if mask is None else (posterior @ mask).T,
        linear_sums,
        (posterior @ general).T,
    )


def posterior_of(
    features: Features, tables: Tables, bases: FloatArray, run: Run, buffer: FloatArray
) -> FloatArray:
    """Posterior weights of the nodes, (Q, n), for the persons of a run.

    ``bases`` is ``features.forms @ tables.log_zero``; ``buffer`` holds Q times n numbers or more.
    """
    linear, general = features.of(run)
    mask = None if run.form >= 0 else features.mask(run)
    posterior, _ = _unscaled(tables, bases, run, linear, general, mask, buffer)
    posterior /= posterior.sum(axis=0)
    return posterior


def log_posterior_of(
    features: Features, tables: Tables, bases: FloatArray, run: Run, buffer: FloatArray
) -> FloatArray:
    """Log posterior weights up to a constant a person; arguments as in `posterior_of`."""
    linear, general = features.of(run)
    mask = None if run.form >= 0 else features.mask(run)
    base = tables.log_weights[run.group] + (bases[run.form] if mask is None else 0.0)
    return _logs(tables, base, linear @ tables.slopes, general, mask, buffer)


def _unscaled(
    tables: Tables,
    bases: FloatArray,
    run: Run,
    linear: FloatArray,
    general: FloatArray,
    mask: FloatArray | None,
    buffer: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """exp(log posterior - top), nodes x persons, and top, near each person's largest."""
    theta, base = tables.theta, tables.log_weights[run.group]
    score = linear @ tables.slopes
    if mask is None:
        base = base + bases[run.form]
    if mask is None and general.shape[1] == 0:
        # the largest is known beforehand, and one product does it all
        top = _highest(theta, base, score)
        posterior = buffer[: len(theta) * len(score)].reshape(len(theta), len(score))
        lines = np.array([theta, base, np.full_like(theta, -1.0)]).T
        np.matmul(lines, np.array([score, np.ones_like(score), top]), out=posterior)
    else:
        posterior = _logs(tables, base, score, general, mask, buffer)
        top = posterior.max(axis=0)
        posterior -= top
    np.exp(posterior, out=posterior)
    return posterior, top


def _logs(
    tables: Tables,
    base: FloatArray,
    score: FloatArray,
    general: FloatArray,
    mask: FloatArray | None,
    buffer: FloatArray,
) -> FloatArray:
    """theta * score + base, plus the items' parts that are not in these, nodes x persons."""
    theta = tables.theta
    result = buffer[: len(theta) * len(score)].reshape(len(theta), len(score))
    np.matmul(np.array([theta, base]).T, np.array([score, np.ones_like(score)]), out=result)
    if mask is not None:
        result += tables.log_zero.T @ mask.T
    if general.shape[1]:
        result += tables.log_odds.T @ general.T
    return result


def _highest(theta: FloatArray, base: FloatArray, score: FloatArray) -> FloatArray:
    """The largest over nodes of theta * score + base, (n,), where base is concave in theta.

    Then neighbouring nodes are equal at ascending scores, and a search finds the largest.  Were
    base not concave the result would be lower than the largest, by too little to overflow.
    """
    equal = -np.diff(base) / np.diff(theta)
    best = np.searchsorted(equal, score)
    return np.asarray(theta[best] * score + base[best])
