"""The M-step: scoring steps on the expected complete-data log posterior, all items at once.

Its first gradient is, by Fisher's identity, the gradient of the marginal log posterior itself:
the certificate of convergence costs nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.calibration.layout import Layout, State
from psychometrics.calibration.priors import BlockPrior
from psychometrics.models import Block, FloatArray
from psychometrics.models.log_linear import LogLinear
from psychometrics.posterior.expectation import Expectations
from psychometrics.quadrature import Quadrature

LONGEST_STEP = 1.0  # of one parameter in one scoring step
MOST_HALVINGS = 12
LOG_VARIANCES = (-7.0, 7.0)  # beyond these theta does not vary, or has no scale
ENOUGH = 1e-9  # a step that changes no parameter more ends the M-step


@dataclass(frozen=True, slots=True, eq=False)
class Maximized:
    """The parameters after the M-step, and the gradient before it."""

    state: State
    gradient: State


def maximize(
    layout: Layout,
    state: State,
    log_p: tuple[FloatArray, ...],
    expectations: Expectations,
    totals: FloatArray,
    quadrature: Quadrature,
    priors: tuple[BlockPrior, ...],
    *,
    steps: int,
) -> Maximized:
    """Raise the expected complete-data log posterior by at most ``steps`` scoring steps.

    ``log_p`` holds the blocks' log probabilities at the state, as the E-step had them.
    """
    values, gradients = [], []
    counts = item_counts(layout, expectations, totals, quadrature.nodes)
    for block, index, start, here, table, prior in zip(
        layout.blocks, layout.indices, state.blocks, log_p, counts, priors, strict=True
    ):
        value, gradient = _items(block, index, start, here, table, quadrature.nodes, prior, steps)
        values.append(value)
        gradients.append(gradient)
    populations = _populations(layout, state, expectations.of_group, quadrature)
    return Maximized(
        State(tuple(values), populations.state.means, populations.state.log_variances),
        State(tuple(gradients), populations.gradient.means, populations.gradient.log_variances),
    )


def item_counts(
    layout: Layout, expectations: Expectations, totals: FloatArray, theta: FloatArray
) -> list[FloatArray]:
    """Expected numbers of persons by item, category and node, an array (J, K, Q) a block.

    For log-linear models only the sums over nodes of the counts and of theta times the counts
    matter, so any table with those two sums serves: here, proportional to those given the item
    times a straight line in theta.
    """
    result = []
    at = {True: 0, False: 0}
    for block in layout.blocks:
        linear = isinstance(block.model, LogLinear)
        given = expectations.of_item[block.columns]
        n_items, n_cells = len(given), block.n_categories - 1
        cells = slice(at[linear], at[linear] + n_items * n_cells)
        at[linear] = cells.stop
        if linear:
            number = totals[cells].reshape(n_items, n_cells)
            moment = expectations.linear[cells].reshape(n_items, n_cells)
            chosen = _line(given, number, moment, theta)
        else:
            chosen = expectations.general[cells].reshape(n_items, n_cells, -1)
        rest = given - chosen.sum(axis=1)
        result.append(np.concatenate([rest[:, None], chosen], axis=1))
    return result


def _line(
    given: FloatArray, number: FloatArray, moment: FloatArray, theta: FloatArray
) -> FloatArray:
    """Counts given * (u + v theta) with these sums, (J, C, Q)."""
    s0, s1, s2 = (given @ np.stack([np.ones_like(theta), theta, theta**2], axis=1)).T[:, :, None]
    determinant = np.maximum(s0 * s2 - s1**2, 1e-12 * s0 * s0 + 1e-300)
    u = (number * s2 - moment * s1) / determinant
    v = (moment * s0 - number * s1) / determinant
    return np.asarray(given[:, None, :] * (u[:, :, None] + v[:, :, None] * theta))


def _items(
    block: Block,
    index: NDArray[np.intp],
    start: FloatArray,
    log_p: FloatArray,
    counts: FloatArray,
    theta: FloatArray,
    prior: BlockPrior,
    steps: int,
) -> tuple[FloatArray, FloatArray]:
    """A block's parameters after the steps, and the gradient before."""
    free = index >= 0
    positions = np.bincount(index[free])
    shared = bool(positions.max(initial=0) > 1)
    parameters = start
    value = _value(log_p, counts, parameters, prior)
    first = np.zeros_like(start)
    for number in range(steps):
        gradient, information = block.model.scoring(parameters, theta, log_p, counts)
        if not prior.flat:
            extra, curvature = prior.derivatives(parameters)
            gradient = gradient + extra
            information = information + curvature
        gradient = gradient * free
        if number == 0:
            first = gradient
        direction = (_joint if shared else _separate)(gradient, information, index)
        longest = np.abs(direction).max(axis=1, initial=0.0)
        if shared:
            longest = np.full_like(longest, longest.max())
        direction /= np.maximum(longest / LONGEST_STEP, 1.0)[:, None]
        parameters, log_p, value = _raised(
            block, parameters, direction, value, counts, theta, prior, together=shared
        )
        if longest.max() < ENOUGH:
            break
    return parameters, first


def _raised(
    block: Block,
    parameters: FloatArray,
    direction: FloatArray,
    value: FloatArray,
    counts: FloatArray,
    theta: FloatArray,
    prior: BlockPrior,
    *,
    together: bool,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """A step that lowers no item's value, halved for those it would lower."""
    length = np.ones(len(parameters))
    slack = 1e-12 * (1.0 + np.abs(value))
    for _ in range(MOST_HALVINGS):
        candidate = parameters + length[:, None] * direction
        log_p = block.model.log_probabilities(candidate, theta)
        reached = _value(log_p, counts, candidate, prior)
        if together:
            lower = np.full(len(length), not reached.sum() >= (value - slack).sum())
        else:
            lower = ~(reached >= value - slack)
        if not lower.any():
            return candidate, log_p, reached
        length[lower] *= 0.5
    length[lower] = 0.0
    candidate = parameters + length[:, None] * direction
    log_p = block.model.log_probabilities(candidate, theta)
    return candidate, log_p, _value(log_p, counts, candidate, prior)


def _value(
    log_p: FloatArray, counts: FloatArray, parameters: FloatArray, prior: BlockPrior
) -> FloatArray:
    """Expected complete-data log posterior of each item, (J,); NaN outside the model."""
    n_items = len(log_p)
    result = np.einsum("jx,jx->j", log_p.reshape(n_items, -1), counts.reshape(n_items, -1))
    if not prior.flat:
        result += prior.value(parameters)
    return np.asarray(result)


def _separate(gradient: FloatArray, information: FloatArray, index: NDArray[np.intp]) -> FloatArray:
    """Solve item by item; fixed parameters stay."""
    free = index >= 0
    matrix = information * (free[:, :, None] & free[:, None, :])
    diagonal = np.einsum("jpp->jp", matrix)
    diagonal += np.where(free, 1e-10 * diagonal + 1e-12, 1.0)
    return np.asarray(np.linalg.solve(matrix, gradient[:, :, None])[:, :, 0], dtype=np.float64)


def _joint(gradient: FloatArray, information: FloatArray, index: NDArray[np.intp]) -> FloatArray:
    """Solve for all items of the block together where they share parameters."""
    free = index >= 0
    names, position = np.unique(index[free], return_inverse=True)
    where = np.full(index.shape, len(names))
    where[free] = position
    size = len(names) + 1
    rows = np.broadcast_to(where[:, :, None], information.shape)
    columns = np.broadcast_to(where[:, None, :], information.shape)
    flat = np.bincount((rows * size + columns).ravel(), information.ravel(), size * size)
    matrix = flat.reshape(size, size)[:-1, :-1]
    matrix = matrix + np.diag(1e-10 * np.diag(matrix) + 1e-12)
    right = np.bincount(where.ravel(), gradient.ravel(), size)[:-1]
    step = np.append(np.linalg.solve(matrix, right), 0.0)
    return np.asarray(step[where])


def _populations(
    layout: Layout, state: State, of_group: FloatArray, quadrature: Quadrature
) -> Maximized:
    """Means and log variances by scoring, under the density as it is on the nodes."""
    means, log_variances = state.means.copy(), state.log_variances.copy()
    gradient = np.zeros((len(means), 2))
    for group, counts in enumerate(of_group):
        free = np.array([layout.mean_index[group] >= 0, layout.variance_index[group] >= 0])
        if not free.any():
            continue
        for number in range(5):
            slope, information = population_score(
                counts, quadrature, means[group], log_variances[group]
            )
            if number == 0:
                gradient[group] = slope * free
            information += np.diag(1e-10 * np.diag(information) + 1e-12)
            step = np.zeros(2)
            step[free] = np.linalg.solve(information[np.ix_(free, free)], slope[free])
            step = np.clip(step, -LONGEST_STEP, LONGEST_STEP)
            means[group] += step[0]
            log_variances[group] = np.clip(log_variances[group] + step[1], *LOG_VARIANCES)
            if np.abs(step).max() < ENOUGH:
                break
    return Maximized(
        State((), means, log_variances), State((), gradient[:, 0].copy(), gradient[:, 1].copy())
    )


def population_score(
    counts: FloatArray, quadrature: Quadrature, mean: float, log_variance: float
) -> tuple[FloatArray, FloatArray]:
    """Gradient (2,) and information (2, 2) by a mean and a log variance of counts on the nodes."""
    sd = float(np.exp(0.5 * log_variance))
    statistics = population_statistics(quadrature, mean, sd)
    weights = np.exp(quadrature.log_weights(mean, sd))
    statistics = statistics - (statistics @ weights)[:, None]
    return statistics @ counts, counts.sum() * (statistics * weights) @ statistics.T


def population_statistics(quadrature: Quadrature, mean: float, sd: float) -> FloatArray:
    """Derivatives of -z^2 / 2 by the mean and by the log variance, (2, Q)."""
    z = (quadrature.nodes - mean) / sd
    return np.stack([z / sd, 0.5 * z**2])
