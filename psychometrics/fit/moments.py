"""First and second moments of responses under a model, their sampling variance and derivatives.

A moment is the expectation of one or two *item functions*: numbers given to an item's categories.
Univariate functions are scores, or indicators of the categories; bivariate moments multiply the
scores of two items.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.fit.free_parameters import FIXED, FreeParameters
from psychometrics.models import Items

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ResponseModel:
    """What moments need of a model; J items, K categories, Q nodes of theta.

    Attributes
    ----------
    probabilities : (J, K, Q) array
        0 for categories an item has not.
    weights : (Q,) array
        Of the nodes, summing to 1.
    slopes : tuple of J arrays (P, K, Q)
        Derivatives of each item's probabilities in its parameters.
    free : FreeParameters
    tilts : tuple of (Q,) arrays
        Derivatives of the weights in the free parameters of the population.
    """

    probabilities: Floats
    weights: Floats
    slopes: tuple[Floats, ...]
    free: FreeParameters
    tilts: tuple[Floats, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemFunctions:
    """Numbers for categories; the last J of them are the scores, in the order of the items.

    Attributes
    ----------
    item : (F,) array
        Whose function it is.
    values : (F, K) array
    n_univariate : int
        The first of them are univariate moments; 0 where the scores themselves are.
    """

    item: Integers
    values: Floats
    n_univariate: int

    @property
    def scores(self) -> Integers:
        """Positions of the scores, one an item."""
        return np.arange(len(self.item) - int(self.item.max()) - 1, len(self.item))

    @property
    def univariate(self) -> Integers:
        """Positions of the functions whose expectation is a moment."""
        return np.arange(self.n_univariate) if self.n_univariate else self.scores


def item_functions(n_categories: NDArray[np.intp], *, collapsed: bool) -> ItemFunctions:
    """Scores of all items, and unless ``collapsed`` indicators of categories 1, 2, ... too."""
    n_items, widest = len(n_categories), int(n_categories.max())
    scores = np.where(np.arange(widest) < n_categories[:, None], np.arange(widest), 0).astype(float)
    if collapsed:
        return ItemFunctions(np.arange(n_items), scores, 0)
    owner = np.repeat(np.arange(n_items), n_categories - 1)
    category = np.concatenate([np.arange(1, k) for k in n_categories])
    indicators = (np.arange(widest) == category[:, None]).astype(float)
    return ItemFunctions(
        np.concatenate([owner, np.arange(n_items)]), np.vstack([indicators, scores]), len(owner)
    )


def irt_model(
    items: Items, nodes: Floats, weights: Floats, free: FreeParameters, mean: float, sd: float
) -> ResponseModel:
    """An item response model in a normal population."""
    probabilities = items.probabilities(nodes)
    by_item: dict[int, Floats] = {}
    for block in items.blocks:
        gradient = block.model.gradient(block.parameters, nodes)
        for position, item in enumerate(block.columns):
            k = gradient.shape[2]
            by_item[int(item)] = gradient[position] * probabilities[item, :k]
    z = (nodes - mean) / sd
    tilts = [weights * z / sd] * free.mean + [weights * (z**2 - 1) / (2 * sd**2)] * free.variance
    slopes = tuple(by_item[item] for item in range(len(items)))
    return ResponseModel(probabilities, weights, slopes, free, tuple(tilts))


@dataclass(frozen=True, slots=True)
class Moments:
    """Univariate moments, then the products of scores of items j < k, row by row.

    Attributes
    ----------
    expected : (M,) array
    covariance : (M, M) array
        Of one person's functions.
    derivatives : (M, n_free) array
    """

    expected: Floats
    covariance: Floats
    derivatives: Floats


def moments(model: ResponseModel, functions: ItemFunctions) -> Moments:
    """Moments of a model with all that a quadratic form in their residuals needs."""
    means = np.einsum("fk,fkq->fq", functions.values, model.probabilities[functions.item])
    uni = functions.univariate
    scores = means[functions.scores]
    first, second = np.triu_indices(len(scores), 1)
    conditional = np.concatenate([means[uni], scores[first] * scores[second]])
    expected = conditional @ model.weights
    centred = (conditional - expected[:, None]) * np.sqrt(model.weights)
    covariance = centred @ centred.T
    _add_response_error(covariance, model, functions, means, (first, second))
    return Moments(expected, covariance, _derivatives(model, functions, conditional, scores))


def _add_response_error(
    covariance: Floats,
    model: ResponseModel,
    functions: ItemFunctions,
    means: Floats,
    pairs: tuple[Integers, Integers],
) -> None:
    """Add the covariance of responses at one theta: only moments that share an item have any."""
    first, second = pairs
    uni, scores = functions.univariate, functions.scores
    n_uni, n_items = len(uni), len(scores)
    numbers = np.arange(len(first)) + n_uni
    variances = np.zeros((n_items, len(model.weights)))
    for item in range(n_items):
        own = np.flatnonzero(functions.item[uni] == item)
        with_other = np.flatnonzero((first == item) | (second == item))
        other = np.where(first == item, second, first)[with_other]
        where = np.concatenate([own, numbers[with_other]])
        function = np.concatenate([uni[own], np.full(len(other), scores[item])])
        cofactor = np.concatenate([np.ones((len(own), len(model.weights))), means[scores[other]]])
        for one in np.unique(function):
            for two in np.unique(function):
                together = functions.values[one] * functions.values[two]
                spread = together @ model.probabilities[item] - means[one] * means[two]
                rows, columns = function == one, function == two
                covariance[np.ix_(where[rows], where[columns])] += (
                    cofactor[rows] * (spread * model.weights)
                ) @ cofactor[columns].T
                if one == two == scores[item]:
                    variances[item] = spread
    covariance[numbers, numbers] += (variances[first] * variances[second]) @ model.weights


def _derivatives(
    model: ResponseModel, functions: ItemFunctions, conditional: Floats, scores: Floats
) -> Floats:
    n_free, uni = model.free.n, functions.univariate
    n_items = len(scores)
    result = np.zeros((len(conditional), n_free))
    first, second = np.triu_indices(n_items, 1)
    number = np.zeros((n_items, n_items), dtype=np.intp)
    number[first, second] = number[second, first] = np.arange(len(first)) + len(uni)
    for item, (slopes, index) in enumerate(zip(model.slopes, model.free.index, strict=True)):
        weighted = slopes * model.weights
        k = slopes.shape[1]
        for own in np.flatnonzero(functions.item[uni] == item):
            change = np.einsum("k,pkq->p", functions.values[uni[own], :k], weighted)
            _add(result[own], index, change)
        others = np.delete(np.arange(n_items), item)
        of_score = np.einsum("k,pkq->pq", functions.values[functions.scores[item], :k], weighted)
        change = of_score @ scores[others].T
        for parameter, at in enumerate(index):
            if at != FIXED:
                result[number[item, others], at] += change[parameter]
    for position, tilt in enumerate(model.tilts):
        result[:, n_free - len(model.tilts) + position] = conditional @ tilt
    return result


def _add(row: Floats, index: NDArray[np.int64], change: Floats) -> None:
    free = index != FIXED
    np.add.at(row, index[free], change[free])
