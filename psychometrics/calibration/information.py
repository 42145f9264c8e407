"""Standard errors: the curvature of the log posterior at its maximum.

Observed information by Louis (1982), which equals Oakes' (1999): the expected complete-data
information minus what the missing theta takes away, the posterior covariance of each person's
complete-data score.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics.calibration.estimation import Expecting, Problem
from psychometrics.calibration.layout import Layout, State
from psychometrics.calibration.maximization import (
    item_counts,
    population_score,
    population_statistics,
)
from psychometrics.calibration.sample import Sample
from psychometrics.models import FloatArray
from psychometrics.models.log_linear import LogLinear
from psychometrics.posterior.expectation import Expectations, posterior_of, tabulate
from psychometrics.posterior.features import PERSONS_A_BLOCK, Codes, Indices, Run
from psychometrics.quadrature import Quadrature

TINY = 1e-15  # root of a posterior weight that adds nothing; subnormal products would cost time
NEGLIGIBLE = 1e-5  # share of a variance that polynomials left out may have
SMALL = 0.05  # the last polynomial's share of a variance where float32 does for those after it


def observed_information(
    problem: Problem, sample: Sample, state: State, found: Expectations, quadrature: Quadrature
) -> FloatArray:
    """Minus the second derivative of the objective at a state, (n_free, n_free).

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
    complete, prior = complete_information(problem, state, found, quadrature)
    return complete + prior - sum_of_squares(problem, sample.codes, state, quadrature, 1, None)


def cross_product(
    problem: Problem, sample: Sample, state: State, found: Expectations, quadrature: Quadrature
) -> FloatArray:
    """Sum over persons of the outer product of their score, plus the prior's curvature.

    Parameters as of `observed_information`.
    """
    _, prior = complete_information(problem, state, found, quadrature)
    return prior + sum_of_squares(problem, sample.codes, state, quadrature, 0, 1)


def complete_information(
    problem: Expecting, state: State, found: Expectations, quadrature: Quadrature
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


def sum_of_squares(
    problem: Problem,
    codes: Codes,
    state: State,
    quadrature: Quadrature,
    first: int,
    beyond: int | None,
) -> FloatArray:
    """Sum over persons, and over k from ``first`` to below ``beyond``, of E[S p_k] E[S p_k]'.

    S is the complete-data score, and the p_k are polynomials of theta, orthonormal under the
    person's posterior: k = 0 gives E[S] E[S]', and all others together the covariance of S.
    Beside a posterior the curves of items are nearly straight, so that few hold all digits.
    """
    layout = problem.layout
    tables = tabulate(layout.filled(state), quadrature, state.means, state.sds)
    bases = problem.features.forms.astype(np.float64) @ tables.log_zero
    scores = _Scores(layout, state, quadrature)

    def squares(run: Run) -> FloatArray:
        buffer = np.empty(len(quadrature.nodes) * (run.stop - run.start))
        root = np.sqrt(posterior_of(problem.features, tables, bases, run, buffer))
        answers = scores.answers(codes[run.start : run.stop], run.group)
        weights = problem.features.weights_of(run)
        return _squares_of(scores, root, weights, answers, quadrature.nodes, first, beyond)

    result = np.zeros((len(scores.position), len(scores.position)))
    pieces = _pieces(problem.features.runs)
    if problem.threads == 1:
        for part in map(squares, pieces):
            result += part
    else:  # added in their order, so that the digits do not depend on the number of threads
        with ThreadPoolExecutor(problem.threads) as pool:
            for part in pool.map(squares, pieces):
                result += part
    return scores.by_parameter(result)


def _squares_of(
    scores: "_Scores",
    root: FloatArray,
    weights: FloatArray,
    answers: "_Answers",
    nodes: FloatArray,
    first: int,
    beyond: int | None,
) -> FloatArray:
    """The same of some persons, by columns of scores; ``root`` is of their posteriors."""
    root[root < TINY] = 0.0
    scale = root * np.sqrt(weights)
    result = np.zeros((len(scores.position), len(scores.position)))
    so_far, last = np.zeros(len(result)), np.zeros(len(result))
    for degree, polynomial in islice(enumerate(_orthonormal(root, nodes)), first, beyond):
        small = degree > 1 and (last <= SMALL * so_far).all()
        product = (scale * polynomial).astype(np.float32 if small else np.float64, copy=False)
        moments = scores.moments(answers, product, degree)
        square = moments.T @ moments
        result += square
        before, last = last, np.diag(square)
        so_far += last
        # those still to come, were they a geometric series: last^2 / (before - last)
        if (last**2 <= NEGLIGIBLE * so_far * (before - last)).all():
            break
    return result


def _pieces(runs: tuple[Run, ...]) -> Iterator[Run]:
    for run in runs:
        for low in range(run.start, run.stop, PERSONS_A_BLOCK):
            yield replace(run, start=low, stop=min(low + PERSONS_A_BLOCK, run.stop))


def _orthonormal(root: FloatArray, nodes: FloatArray) -> Iterator[FloatArray]:
    """root * p_k on the nodes, (Q, n), k = 0, ..., Q - 1: polynomials orthonormal under root**2.

    0 where a posterior rests on k nodes or fewer.  Each is theta times the last, made orthogonal
    to all before it (Arnoldi), since the recurrence of three terms alone loses orthogonality.
    """
    theta = nodes[:, None]
    least = 1e-8 * (nodes[-1] - nodes[0])
    here, earlier = root, [root]
    for _ in nodes[1:]:
        yield here
        here = theta * here
        for one in earlier:
            here -= np.einsum("qn,qn->n", one, here) * one
        norm = np.sqrt(np.einsum("qn,qn->n", here, here))
        here *= np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > least)
        earlier.append(here)
    yield here


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The free parameters of one block, (F,) in number, among the columns of scores.

    Attributes
    ----------
    columns : slice
    items : (F,) integer array
        Whose they are.
    changes : (K - 1, Q, F) array
        Derivatives of log P(k) / P(0).
    linear : bool
        Whether these are straight lines in theta, of which p_2, p_3, ... know nothing.
    """

    columns: slice
    items: Indices
    changes: FloatArray
    linear: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """Which curves the answers of some persons of one group pick.

    Attributes
    ----------
    group : int
    given : (n, F) bool array or None
        Whether the column's item was given; None if all were.
    chosen : list of lists of (n, F_part) bool arrays
        Whether category 1, 2, ... was chosen, part by part.
    """

    group: int
    given: NDArray[np.bool_] | None
    chosen: list[list[NDArray[np.bool_]]]


class _Scores:
    """Persons' complete-data scores: a column for every free parameter of every item, so several
    for one that items share, and one for every free mean and variance.

    ``position`` holds the columns' positions among the free parameters.
    """

    def __init__(self, layout: Layout, state: State, quadrature: Quadrature) -> None:
        self._parts: list[_Part] = []
        zeros, positions, n_columns = [], [], 0
        for block, index, values in zip(layout.blocks, layout.indices, state.blocks, strict=True):
            item, parameter = np.nonzero(index >= 0)
            gradient = block.model.gradient(values, quadrature.nodes)[item, parameter]
            by_category = gradient.transpose(1, 2, 0)
            columns = slice(n_columns, n_columns + len(item))
            n_columns = columns.stop
            changes = np.ascontiguousarray(by_category[1:] - by_category[0])
            linear = isinstance(block.model, LogLinear)
            self._parts.append(_Part(columns, block.columns[item], changes, linear))
            zeros.append(by_category[0])
            positions.append(index[item, parameter])
        populations = np.stack([layout.mean_index, layout.variance_index], axis=1)
        group, kind = np.nonzero(populations >= 0)
        self.position = np.concatenate([*positions, populations[group, kind]])
        self._n_free = layout.n_free
        self._curves = []
        for g, (mean, sd) in enumerate(zip(state.means, state.sds, strict=True)):
            own = _centred_statistics(quadrature, mean, sd)[kind] * (group == g)[:, None]
            self._curves.append(np.concatenate([*zeros, own.T], axis=1))

    def answers(self, codes: Codes, group: int) -> _Answers:
        given = None
        if codes.min() < 0:
            given = np.ones((len(codes), len(self.position)), dtype=bool)
            for part in self._parts:
                given[:, part.columns] = codes[:, part.items] >= 0
        chosen = [
            [codes[:, part.items] == k for k in range(1, len(part.changes) + 1)]
            for part in self._parts
        ]
        return _Answers(group, given, chosen)

    def moments(self, answers: _Answers, weights: NDArray[Any], degree: int) -> NDArray[Any]:
        """Sums over nodes of the scores times ``weights`` (Q, n), which hold p_k, shape (n, F).

        In the precision of ``weights``.
        """
        curves = self._curves[answers.group].astype(weights.dtype, copy=False)
        result: NDArray[Any] = weights.T @ curves
        if answers.given is not None:
            result *= answers.given
        for part, chosen in zip(self._parts, answers.chosen, strict=True):
            if part.linear and degree > 1:
                continue
            for change, column in zip(part.changes, chosen, strict=True):
                more = weights.T @ change.astype(weights.dtype, copy=False)
                more *= column
                result[:, part.columns] += more
        return result

    def by_parameter(self, matrix: FloatArray) -> FloatArray:
        """Columns (F, F) added up to free parameters (n_free, n_free)."""
        result = np.zeros((self._n_free, self._n_free))
        np.add.at(result, (self.position[:, None], self.position), matrix)
        return result


def _centred_statistics(quadrature: Quadrature, mean: float, sd: float) -> FloatArray:
    statistics = population_statistics(quadrature, mean, sd)
    weights = np.exp(quadrature.log_weights(mean, sd))
    return np.asarray(statistics - (statistics @ weights)[:, None])
