"""Standard errors: the curvature of the log posterior at its maximum.

Observed information by Louis (1982), which equals Oakes' (1999): the expected complete-data
information minus what the missing theta takes away, the posterior covariance of each person's
complete-data score.
"""

from dataclasses import dataclass

import numpy as np

from psychometrics.calibration.estimation import Problem
from psychometrics.calibration.layout import Layout, State
from psychometrics.calibration.maximization import (
    item_counts,
    population_score,
    population_statistics,
)
from psychometrics.calibration.sample import Sample
from psychometrics.models import FloatArray
from psychometrics.posterior.expectation import Expectations, posterior_of, tabulate
from psychometrics.posterior.features import Codes, Indices
from psychometrics.quadrature import Quadrature

NEGLIGIBLE = 1e-10  # posterior weight of a node that adds nothing to a sum


@dataclass(frozen=True, slots=True, eq=False)
class Information:
    """Matrices (n_free, n_free) by the free parameters, at the estimate.

    Attributes
    ----------
    observed : array
        Minus the second derivative of the objective.
    cross_product : array
        Sum over persons of the outer product of their score, plus the prior's curvature.
    """

    observed: FloatArray
    cross_product: FloatArray


def information_at(
    problem: Problem, sample: Sample, state: State, found: Expectations, quadrature: Quadrature
) -> Information:
    """Both matrices, by one pass over the responses.

    Parameters
    ----------
    problem : Problem
        Whose features are those of ``sample``, row by row.
    sample : Sample
    state : State
    found : Expectations
        At the state.
    quadrature : Quadrature
    """
    complete, prior = _complete(problem, state, found, quadrature)
    squares, scores = _person_sums(problem, sample, state, quadrature)
    return Information(complete + prior - (squares - scores), scores + prior)


def _complete(
    problem: Problem, state: State, found: Expectations, quadrature: Quadrature
) -> tuple[FloatArray, FloatArray]:
    """Expected complete-data information and the prior's, by central differences of gradients."""
    layout = problem.layout
    counts = item_counts(layout, found, problem.totals, quadrature.nodes)
    complete = np.zeros((layout.n_free, layout.n_free))
    prior = np.zeros_like(complete)
    for block, index, values, table, density in zip(
        layout.blocks, layout.indices, state.blocks, counts, problem.priors, strict=True
    ):
        for p in range(values.shape[1]):
            step = np.zeros_like(values)
            step[:, p] = 1e-5 * np.maximum(1.0, np.abs(values[:, p]))
            slopes, pulls = [], []
            for shifted in (values + step, values - step):
                derivative = block.model.gradient(shifted, quadrature.nodes)
                slopes.append(np.einsum("jpkq,jkq->jp", derivative, table))
                pulls.append(density.derivatives(shifted)[0])
            for matrix, (up, down) in ((complete, slopes), (prior, pulls)):
                _add(matrix, index, p, (down - up) / (2.0 * step[:, p : p + 1]))
    for group, of_group in enumerate(found.of_group):
        at = np.array([layout.mean_index[group], layout.variance_index[group]])
        h = 1e-5
        for p, shift in enumerate(np.eye(2) * h):
            up, down = (
                population_score(
                    of_group,
                    quadrature,
                    state.means[group] + s * shift[0],
                    state.log_variances[group] + s * shift[1],
                )[0]
                for s in (1.0, -1.0)
            )
            _add(complete, at[None, :], p, ((down - up) / (2.0 * h))[None, :])
    return 0.5 * (complete + complete.T), 0.5 * (prior + prior.T)


def _add(matrix: FloatArray, index: np.ndarray, p: int, change: FloatArray) -> None:
    """Add each item's column p of second derivatives (J, P) at the free parameters."""
    for row in range(index.shape[1]):
        both = (index[:, row] >= 0) & (index[:, p] >= 0)
        np.add.at(matrix, (index[both, row], index[both, p]), change[both, row])


def _person_sums(
    problem: Problem, sample: Sample, state: State, quadrature: Quadrature
) -> tuple[FloatArray, FloatArray]:
    """Sums over persons of E[S S'] and E[S] E[S]', S being the complete-data score."""
    layout = problem.layout
    n_nodes = len(quadrature.nodes)
    tables = tabulate(layout.filled(state), quadrature, state.means, state.sds)
    scores = _Scores(layout, state, quadrature)
    bases = problem.features.forms.astype(np.float64) @ tables.log_zero
    squares = np.zeros((layout.n_free, layout.n_free))
    products = np.zeros_like(squares)
    for run in problem.features.runs:
        buffer = np.empty(n_nodes * (run.stop - run.start))
        posterior = posterior_of(problem.features, tables, bases, run, buffer)
        weights = problem.features.weights_of(run)
        chosen = scores.chosen(sample.codes[run.start : run.stop])
        mean = np.zeros((len(weights), layout.n_free))
        for node in range(n_nodes):
            share = posterior[node]
            rows = np.flatnonzero(share > NEGLIGIBLE)
            if len(rows) == 0:
                continue
            score = scores.of(chosen, rows, node, run.group)
            root = np.sqrt(share[rows])[:, None]
            score *= root
            mean[rows] += root * score
            score *= np.sqrt(weights[rows])[:, None]
            squares += score.T @ score
        mean *= np.sqrt(weights)[:, None]
        products += mean.T @ mean
    return squares, products


class _Scores:
    """Each person's complete-data score by the free parameters, at any node."""

    def __init__(self, layout: Layout, state: State, quadrature: Quadrature) -> None:
        self._layout = layout
        self._gradients = [
            block.model.gradient(values, quadrature.nodes).transpose(3, 1, 2, 0).copy()
            for block, values in zip(layout.blocks, state.blocks, strict=True)
        ]  # Q, P, K, J
        self._shared = [
            len(np.unique(index[index >= 0])) < (index >= 0).sum() for index in layout.indices
        ]
        self._populations = [
            _centred_statistics(quadrature, mean, sd)
            for mean, sd in zip(state.means, state.sds, strict=True)
        ]

    def chosen(self, codes: Codes) -> list[list[FloatArray]]:
        """0/1 matrices (n, J_block) of each category of each block."""
        return [
            [
                np.equal(codes[:, block.columns], k).astype(np.float64)
                for k in range(block.n_categories)
            ]
            for block in self._layout.blocks
        ]

    def of(
        self, chosen: list[list[FloatArray]], rows: Indices, node: int, group: int
    ) -> FloatArray:
        """Scores (n, n_free) of some rows at a node."""
        layout = self._layout
        result = np.zeros((len(rows), layout.n_free))
        for columns, gradients, index, shared in zip(
            chosen, self._gradients, layout.indices, self._shared, strict=True
        ):
            here = [column[rows] for column in columns]
            for p, by_category in enumerate(gradients[node]):
                free = index[:, p] >= 0
                if not free.any():
                    continue
                score = here[0] * by_category[0]
                for column, slope in zip(here[1:], by_category[1:], strict=True):
                    score += column * slope
                if shared:
                    np.add.at(result.T, index[free, p], score.T[free])
                else:
                    result[:, index[free, p]] = score[:, free]
        for index, statistic in (
            (layout.mean_index, self._populations[group][0]),
            (layout.variance_index, self._populations[group][1]),
        ):
            if index[group] >= 0:
                result[:, index[group]] = statistic[node]
        return result


def _centred_statistics(quadrature: Quadrature, mean: float, sd: float) -> FloatArray:
    statistics = population_statistics(quadrature, mean, sd)
    weights = np.exp(quadrature.log_weights(mean, sd))
    return np.asarray(statistics - (statistics @ weights)[:, None])
