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
from psychometrics.posterior.features import Codes, Run
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
    scores = _ScoreTables(layout, state, quadrature)
    bases = problem.features.forms.astype(np.float64) @ tables.log_zero
    squares = np.zeros((layout.n_free, layout.n_free))
    products = np.zeros_like(squares)
    for run in problem.features.runs:
        buffer = np.empty(n_nodes * (run.stop - run.start))
        posterior = posterior_of(problem.features, tables, bases, run, buffer)
        weights = problem.features.weights_of(run)
        codes = sample.codes[run.start : run.stop]
        mean = np.zeros((len(codes), layout.n_free))
        for node in range(n_nodes):
            share = posterior[node]
            rows = np.flatnonzero(share > NEGLIGIBLE)
            if len(rows) == 0:
                continue
            score = scores.of(codes[rows], node, run)
            score *= np.sqrt(share[rows])[:, None]
            mean[rows] += np.sqrt(share[rows])[:, None] * score
            score *= np.sqrt(weights[rows])[:, None]
            squares += score.T @ score
        mean *= np.sqrt(weights)[:, None]
        products += mean.T @ mean
    return squares, products


class _ScoreTables:
    """Derivatives of log P by the free parameters, looked up by code and node."""

    def __init__(self, layout: Layout, state: State, quadrature: Quadrature) -> None:
        self._layout = layout
        self._tables = []
        for block, index, values in zip(layout.blocks, layout.indices, state.blocks, strict=True):
            gradient = block.model.gradient(values, quadrature.nodes)  # J, P, K, Q
            by_code = np.zeros(
                (gradient.shape[3], len(values), gradient.shape[2] + 1, values.shape[1])
            )
            by_code[:, :, :-1] = gradient.transpose(3, 0, 2, 1)  # code -1 finds the row of zeros
            self._tables.append((block.columns, index, by_code))
        self._populations = [
            self._centred(quadrature, mean, sd)
            for mean, sd in zip(state.means, state.sds, strict=True)
        ]

    @staticmethod
    def _centred(quadrature: Quadrature, mean: float, sd: float) -> FloatArray:
        statistics = population_statistics(quadrature, mean, sd)
        weights = np.exp(quadrature.log_weights(mean, sd))
        return np.asarray(statistics - (statistics @ weights)[:, None])

    def of(self, codes: Codes, node: int, run: Run) -> FloatArray:
        """Scores (n, n_free) of some rows of codes at a node."""
        result = np.zeros((len(codes), self._layout.n_free))
        for columns, index, by_code in self._tables:
            rows = np.arange(len(columns))
            found = by_code[node][rows, codes[:, columns]]  # n, J, P
            free = index >= 0
            at = index[free]
            if len(np.unique(at)) == len(at):
                result[:, at] = found[:, free]
            else:
                np.add.at(result.T, at, found[:, free].T)
        for index, row in (
            (self._layout.mean_index, 0),
            (self._layout.variance_index, 1),
        ):
            if index[run.group] >= 0:
                result[:, index[run.group]] = self._populations[run.group][row, node]
        return result
