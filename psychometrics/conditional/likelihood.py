"""The likelihood of responses given raw scores, its gradient and its information."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from psychometrics.conditional.symmetric import (
    one,
    times_items,
    without_each,
    without_each_pair,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SMALLEST = 1e-290  # below it a product has lost digits


@dataclass(frozen=True, slots=True)
class ScoreGroups:
    """Persons collapsed to the forms they were given and the raw scores they reached.

    All that the conditional likelihood needs: ``counts`` of each category of each item, and
    how many persons share a form and a raw score.

    Attributes
    ----------
    maxima : (n_items,) array
        Highest category of each item.
    counts : (n_items, n_categories) array
        Weighted number of responses in each category.
    forms : (n_forms, n_items) array of bool
        Items on each distinct form.
    form, score : (n_groups,) array
        Form and raw score of each group.
    weight : (n_groups,) array
        Weighted number of persons in each group.
    """

    maxima: Integers
    counts: Floats
    forms: NDArray[np.bool_]
    form: Integers
    score: Integers
    weight: Floats

    @property
    def n_scores(self) -> int:
        return int((self.forms @ self.maxima).max()) + 1


def collapse(codes: NDArray[np.int8], maxima: Integers, weights: Floats) -> ScoreGroups:
    """Count what the conditional likelihood needs of ``codes`` (-1 is not administered)."""
    given = codes >= 0
    _, first, form = np.unique(
        np.packbits(given, axis=1), axis=0, return_index=True, return_inverse=True
    )
    raw = np.where(given, codes, 0).sum(axis=1, dtype=np.int64)
    groups, group = np.unique(np.stack([form.ravel(), raw]), axis=1, return_inverse=True)
    categories = np.arange(int(maxima.max()) + 1)
    counts = np.stack([weights @ (codes == category) for category in categories], axis=1)
    return ScoreGroups(
        maxima=maxima,
        counts=counts,
        forms=given[first],
        form=groups[0],
        score=groups[1],
        weight=np.bincount(group.ravel(), weights).astype(np.float64),
    )


@dataclass(frozen=True)
class ConditionalLikelihood:
    """The conditional log-likelihood at given easiness parameters.

    ``easiness`` has shape (n_items, n_categories): the logarithm of the weight of each category,
    0 for category 0 and -inf above an item's maximum.  With it

        P(pattern | raw score r) = exp(sum of easiness) / gamma_r.
    """

    groups: ScoreGroups
    easiness: Floats

    @cached_property
    def weights(self) -> Floats:
        """Category weights on each form, (n_items, n_forms, n_categories), summing to 1."""
        logs = self.easiness - self.scale[:, None]
        present = np.exp(logs)[:, None, :]
        absent = np.eye(self.easiness.shape[1])[0]
        return np.where(self.groups.forms.T[:, :, None], present, absent)

    @cached_property
    def scale(self) -> Floats:
        """What the weights of each item were divided by, as a logarithm."""
        return np.asarray(logsumexp(self.easiness, axis=1))

    @cached_property
    def gamma(self) -> Floats:
        """Scaled symmetric function of each group's form at its raw score, (n_groups,)."""
        groups = self.groups
        rows = times_items(
            one(len(groups.forms), groups.n_scores), self.weights, range(len(self.easiness))
        )
        return np.asarray(rows[groups.form, groups.score])

    def log_likelihood(self) -> float:
        """The weighted sum over persons; -inf where a raw score underflows."""
        groups = self.groups
        if not (self.gamma > SMALLEST).all():
            return -np.inf
        seen = groups.counts > 0
        patterns = float(groups.counts[seen] @ self.easiness[seen])
        log_gamma = np.log(self.gamma) + (groups.forms @ self.scale)[groups.form]
        return patterns - float(groups.weight @ log_gamma)

    def probabilities(self) -> Floats:
        """P(category | form, raw score), shape (n_groups, n_items, n_categories)."""
        groups, n_items = self.groups, len(self.easiness)
        rows = one(len(groups.forms), groups.n_scores)
        result = np.zeros((len(groups.form), *self.easiness.shape))
        for item, others in without_each(rows, self.weights, range(n_items)):
            result[:, item] = self._ways(others) * self.weights[item, groups.form]
        result /= self.gamma[:, None, None]
        result[~groups.forms[groups.form]] = 0.0
        return result

    def _ways(self, others: Floats, taken: int = 0) -> Floats:
        """The other items' coefficient left to each group once ``taken + k`` points are gone."""
        groups = self.groups
        left = groups.score[:, None] - taken - np.arange(self.easiness.shape[1])
        return np.asarray(np.where(left >= 0, others[groups.form[:, None], np.maximum(left, 0)], 0))

    def information(self) -> Floats:
        """Minus the second derivatives in the easiness of all cells, category 0 included.

        Shape (n_items * n_categories, n_items * n_categories): the covariance of the cell
        indicators given form and raw score, summed over persons.
        """
        groups, (n_items, n_categories) = self.groups, self.easiness.shape
        probabilities = self.probabilities()
        flat = probabilities.reshape(len(groups.form), -1)
        weighted = groups.weight[:, None] * flat
        joint = np.zeros((n_items, n_categories, n_items, n_categories))
        for item in range(n_items):
            np.fill_diagonal(joint[item, :, item], weighted.sum(axis=0).reshape(n_items, -1)[item])
        scaled = groups.weight / self.gamma
        rows = one(len(groups.forms), groups.n_scores)
        for item, other, rest in without_each_pair(rows, self.weights, range(n_items)):
            together = groups.forms[groups.form, item] & groups.forms[groups.form, other]
            share = np.where(together, scaled, 0.0)
            second = self.weights[other, groups.form]
            for taken in range(n_categories):
                first = share * self.weights[item, groups.form, taken]
                block = first @ (self._ways(rest, taken) * second)
                joint[item, taken, other] = block
                joint[other, :, item, taken] = block
        square = joint.reshape(flat.shape[1], flat.shape[1])
        return np.asarray(square - weighted.T @ flat)

    def approximate_information(self, probabilities: Floats) -> Floats:
        """The information as if items were independent but for their sum; as `information`.

        Exact up to terms of the order of 1 / n_items, and cheap: a good metric for steps.
        """
        weight = self.groups.weight
        n_groups, n_items, n_categories = probabilities.shape
        scores = np.arange(n_categories, dtype=float)
        means = probabilities @ scores
        pull = probabilities * (scores - means[:, :, None])  # covariance of cell and item score
        variance = np.einsum("gjk,k->g", pull, scores)
        pull = pull.reshape(n_groups, -1)
        ratio = np.divide(weight, variance, out=np.zeros_like(variance), where=variance > 1e-12)
        total = -(pull * ratio[:, None]).T @ pull
        blocks = total.reshape(n_items, n_categories, n_items, n_categories)
        for item in range(n_items):
            cells = probabilities[:, item]
            own = (weight[:, None] * cells).T @ cells
            blocks[item, :, item] += np.diag(weight @ cells) - own
        return np.asarray(total)
