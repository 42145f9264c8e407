"""Where the iteration starts: slopes and intercepts from item-total correlations and proportions.

The normal-ogive reading of a factor loading: a = 1.7 lambda / sqrt(1 - lambda^2), and an item's
intercept is its normal deviate times the same stretch (Lord & Novick, 1968, chapter 16).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from psychometrics.models import FloatArray, Model
from psychometrics.models.asymptotes import Asymptotes
from psychometrics.models.graded import Graded
from psychometrics.models.nominal import Nominal
from psychometrics.posterior.features import Features

LOGISTIC_OVER_NORMAL = 1.7
TYPICAL_GUESSING = -1.5  # logit
TYPICAL_SLIPPING = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What a start needs of the responses.

    Attributes
    ----------
    counts : (J, K) array
        Weighted number of responses in each category, K the largest.
    loadings : (J,) array
        Correlation of each item with the first factor, were all loadings equal.
    """

    counts: FloatArray
    loadings: FloatArray


def summarize(features: Features, n_categories: NDArray[np.intp]) -> Summary:
    """Proportions and loadings, in two passes over the responses."""
    counts = counted(features, n_categories)
    standard = Standard.of(counts)
    covariance, squares = spread(features, standard)
    return Summary(counts, loadings(counts, float(features.weights.sum()), covariance, squares))


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """Items' mean scores, and what makes their standard deviations 1, each (J,)."""

    mean: FloatArray
    scale: FloatArray

    @classmethod
    def of(cls, counts: FloatArray) -> "Standard":
        """From the numbers of responses (J, K)."""
        scores = np.arange(counts.shape[1])
        n = np.maximum(counts.sum(axis=1), 1.0)
        mean = counts @ scores / n
        return cls(mean, 1.0 / np.sqrt(np.maximum(counts @ scores**2 / n - mean**2, 1e-12)))


def counted(features: Features, n_categories: NDArray[np.intp]) -> FloatArray:
    """Weighted numbers of responses by item and category, (J, K)."""
    n_items = len(n_categories)
    linear, general = np.zeros(len(features.linear)), np.zeros(len(features.general))
    of_form, given = np.zeros(len(features.forms)), np.zeros(n_items)
    for run in features.runs:
        weights = features.weights_of(run)
        columns = features.of(run)
        linear += weights @ columns[0]
        general += weights @ columns[1]
        if run.form >= 0:
            of_form[run.form] += weights.sum()
        else:
            given += weights @ features.mask(run)
    given += of_form @ features.forms
    counts = np.zeros((n_items, int(n_categories.max())))
    for cells, total in ((features.linear, linear), (features.general, general)):
        counts[cells.item, cells.category] = total
    counts[:, 0] = given - counts.sum(axis=1)
    return counts


def spread(features: Features, standard: Standard) -> tuple[FloatArray, float]:
    """Sums over persons of their sum of standard scores times each of these, (J,), and squared."""
    mean, scale = standard.mean, standard.scale
    items = [cells.item for cells in (features.linear, features.general)]
    points = [cells.category * scale[cells.item] for cells in (features.linear, features.general)]
    covariance = np.zeros_like(mean)
    squares = 0.0
    centres = features.forms @ (mean * scale)
    for run in features.runs:
        columns = features.of(run)
        mask = None if run.form >= 0 else features.mask(run)
        centre = centres[run.form] if mask is None else mask @ (mean * scale)
        whole = columns[0] @ points[0] + columns[1] @ points[1] - centre
        weighted = features.weights_of(run) * whole
        squares += float(weighted @ whole)
        for item, point, column in zip(items, points, columns, strict=True):
            covariance += np.bincount(item, point * (weighted @ column), len(mean))
        present = features.forms[run.form] * weighted.sum() if mask is None else weighted @ mask
        covariance -= mean * scale * present
    return covariance, squares


def loadings(
    counts: FloatArray, n_persons: float, covariance: FloatArray, squares: float
) -> FloatArray:
    """Each item's correlation with the first factor, (J,), from the sums of `spread`."""
    given = counts.sum(axis=1)
    per_person = max(float(given.sum() / n_persons), 1.0 + 1e-9)
    # one factor with equal loadings l: the variance of a sum of n items is n + n (n - 1) l^2
    common = (squares / n_persons / per_person - 1.0) / (per_person - 1.0)
    common = float(np.clip(common, 0.01, 0.9))
    found = covariance / np.maximum(given, 1.0) - 1.0
    return np.asarray(np.clip(found / ((per_person - 1.0) * np.sqrt(common)), 0.1, 0.85))


def starting_values(
    model: Model, counts: FloatArray, loadings: FloatArray, typical: dict[str, float]
) -> FloatArray:
    """Parameters (J, P) of a block from its items' counts (J, K) and loadings (J,).

    Parameters
    ----------
    typical : dict
        Starting logits of the asymptotes, by parameter name, where a prior tells them.
    """
    stretch = 1.0 / np.sqrt(1.0 - loadings**2)
    a = LOGISTIC_OVER_NORMAL * loadings * stretch
    counts = np.maximum(counts, 0.0)
    share = (counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True)
    above = share[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    n_categories = counts.shape[1]
    if isinstance(model, Graded):
        return np.column_stack([a, _deviates(above) * stretch[:, None]])
    if isinstance(model, Asymptotes):
        lower = typical.get("logit_c", TYPICAL_GUESSING)
        upper = typical.get("logit_u", TYPICAL_SLIPPING)
        c = expit(lower)
        right = np.clip((above - c) / (1.0 - c), 0.02, 0.98)
        columns = [a, _deviates(right)[:, 0] * stretch, np.full_like(a, lower)]
        return np.column_stack([*columns, np.full_like(a, upper)] if model.upper else columns)
    if n_categories == 2:
        d = _deviates(above) * stretch[:, None]
    else:
        d = np.log(share[:, 1:] / share[:, :1])
        a = a * 2.0 / n_categories
    if isinstance(model, Nominal):
        return np.column_stack([a[:, None] * np.arange(1, n_categories), d])
    if model.name == "RSM":
        pooled = np.broadcast_to(d.mean(axis=0), d.shape)
        return np.column_stack([np.ones_like(a), np.zeros_like(a), pooled])
    return np.column_stack([a, d])


def _deviates(proportions: FloatArray) -> FloatArray:
    return np.asarray(LOGISTIC_OVER_NORMAL * ndtri(proportions))
