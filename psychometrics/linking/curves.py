"""Curves of items and how they move with theta and with the items' parameters.

``J`` items, ``K`` categories, ``Q`` values of theta, ``P`` parameters of all items together, item
after item.
"""

from typing import NamedTuple

import numpy as np

from psychometrics.models import FloatArray, Items
from psychometrics.models.model import Model

STEP = 1e-4  # logits; central differences of a derivative, good to eight digits


class Curves(NamedTuple):
    """P(X = k | theta) and its first two derivatives by theta, each (J, K, Q)."""

    value: FloatArray
    slope: FloatArray
    bend: FloatArray


def category_curves(items: Items, theta: FloatArray) -> Curves:
    """The curves of all categories; 0 for categories an item has not."""
    value = items.probabilities(theta)
    first, second = items.theta_derivatives(theta)
    return Curves(value, value * first, value * (second + first**2))


def points(items: Items) -> FloatArray:
    """Points of each category, 0, ..., K - 1, shape (K, 1)."""
    return np.arange(items.n_categories.max(), dtype=np.float64)[:, None]


def parameter_slopes(
    items: Items, theta: FloatArray, by_value: FloatArray, by_slope: FloatArray | None = None
) -> FloatArray:
    """Weighted sums of the curves' derivatives by the items' parameters, shape (R, P).

    Parameters
    ----------
    items : Items
    theta : (Q,) array
    by_value : (R, J, K, Q) array
        Weights of the derivatives of the curves.
    by_slope : (R, J, K, Q) array, optional
        Weights of the derivatives of their slopes in theta.
    """
    lengths = [len(row) for row in items.rows]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    result = np.zeros((len(by_value), int(starts[-1])))
    for block in items.blocks:
        k = block.n_categories
        here = _moves(block.model, block.parameters, theta)
        part = np.einsum("rjkq,jpkq->rjp", by_value[:, block.columns, :k], here, optimize=True)
        if by_slope is not None:
            up = _moves(block.model, block.parameters, theta + STEP)
            down = _moves(block.model, block.parameters, theta - STEP)
            turned = (up - down) / (2.0 * STEP)
            weights = by_slope[:, block.columns, :k]
            part += np.einsum("rjkq,jpkq->rjp", weights, turned, optimize=True)
        at = starts[block.columns][:, None] + np.arange(part.shape[2])
        result[:, at.astype(np.intp)] = part
    return result


def expected_score_slopes(items: Items, theta: FloatArray) -> FloatArray:
    """Derivatives of the expected score of all items by their parameters, (Q, P)."""
    starts = np.concatenate([[0], np.cumsum([len(row) for row in items.rows])])
    result = np.zeros((len(theta), int(starts[-1])))
    for block in items.blocks:
        moves = _moves(block.model, block.parameters, theta)
        part = np.einsum("k,jpkq->qjp", np.arange(float(block.n_categories)), moves)
        at = starts[block.columns][:, None] + np.arange(part.shape[2])
        result[:, at.astype(np.intp)] = part
    return result


def _moves(model: Model, parameters: FloatArray, theta: FloatArray) -> FloatArray:
    """dP(X = k) / d parameter, (J, P, K, Q)."""
    log_p = model.log_probabilities(parameters, theta)
    return np.asarray(np.exp(log_p)[:, None] * model.gradient(parameters, theta, log_p))
