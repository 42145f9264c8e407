"""A and B that bring the anchors' curves together: Haebara, and Stocking and Lord.

One direction holds one form still at the nodes and evaluates the other at the nodes' images:
no parameter is rescaled, so every model is linked alike.  On the to-scale the from-form moves,
u = (t - B) / A; on the from-scale the to-form does, u = A t + B.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from psychometrics.errors import NotLinked
from psychometrics.linking.anchors import Anchors
from psychometrics.linking.curves import Curves, category_curves, parameter_slopes, points
from psychometrics.models import FloatArray, Items

SMALL_STEP = 1e-8  # of Newton's method at the end, in logits
FURTHEST = 10.0  # |log A|: beyond, one form is flat or a step beside the other


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The constants with the least criterion.

    Attributes
    ----------
    A, B, criterion : float
    converged : bool
    by_from, by_to : (2, P) arrays
        Derivatives of A and B by the anchors' parameters on either form.
    """

    A: float
    B: float
    criterion: float
    converged: bool
    by_from: FloatArray
    by_to: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Direction:
    """``still`` at the nodes against ``moving`` at their images."""

    still: Items
    moving: Items
    back: bool  # whether nodes are on the to-scale
    total: bool  # whether curves are summed to the expected score first
    nodes: FloatArray
    weights: FloatArray
    target: FloatArray  # (M, K, Q)

    def image(self, A: float, B: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """u (Q,), its derivatives by (A, B), (2, Q), and second derivatives, (2, 2, Q)."""
        t, one = self.nodes, np.ones_like(self.nodes)
        if not self.back:
            return A * t + B, np.stack([t, one]), np.zeros((2, 2, len(t)))
        u = (t - B) / A
        cross = one / A**2
        second = np.stack([np.stack([2.0 * u / A**2, cross]), np.stack([cross, 0.0 * one])])
        return u, np.stack([-u / A, -one / A]), second

    def curves(self, u: FloatArray) -> Curves:
        curves = category_curves(self.moving, u)
        return Curves(*(summed(c, self.moving) for c in curves)) if self.total else curves

    def residuals(self, A: float, B: float) -> tuple[FloatArray, FloatArray]:
        """Weighted differences (n,) and their derivatives by (A, B), (n, 2)."""
        u, du, _ = self.image(A, B)
        curves = self.curves(u)
        root = np.sqrt(self.weights)
        change = -(root * curves.slope)[None] * du[:, None, None, :]
        return (root * (self.target - curves.value)).ravel(), change.reshape(2, -1).T

    def equations(self, A: float, B: float) -> tuple[FloatArray, FloatArray]:
        """Half the criterion's gradient by (A, B), (2,), and its derivatives, (2, 2)."""
        u, du, ddu = self.image(A, B)
        curves = self.curves(u)
        r = self.weights * (self.target - curves.value)
        gradient = -np.einsum("mkq,mkq,iq->i", r, curves.slope, du)
        squares = np.einsum("q,mkq,iq,jq->ij", self.weights, curves.slope**2, du, du)
        bends = np.einsum("mkq,mkq,iq,jq->ij", r, curves.bend, du, du)
        return gradient, squares - bends - np.einsum("mkq,mkq,ijq->ij", r, curves.slope, ddu)

    def by_parameters(self, A: float, B: float) -> tuple[FloatArray, FloatArray]:
        """Derivatives of the gradient by the parameters of ``still`` and ``moving``, (2, P)."""
        u, du, _ = self.image(A, B)
        curves = self.curves(u)
        change = -self.weights * curves.slope[None] * du[:, None, None, :]
        turn = -self.weights * (self.target - curves.value)[None] * du[:, None, None, :]
        if self.total:  # each category of each item counts with its points
            shape = (2, len(self.moving), int(self.moving.n_categories.max()), len(u))
            change = np.broadcast_to(change * points(self.moving), shape)
            turn = np.broadcast_to(turn * points(self.moving), shape)
        return (
            parameter_slopes(self.still, self.nodes, change),
            parameter_slopes(self.moving, u, -change, turn),
        )


def summed(curve: FloatArray, items: Items) -> FloatArray:
    """The expected score of all items, (1, 1, Q), from curves of categories."""
    return np.asarray((curve * points(items)).sum(axis=(0, 1), keepdims=True))


def optimum(
    anchors: Anchors,
    starts: list[tuple[float, float]],
    nodes: FloatArray,
    weights: FloatArray,
    *,
    total: bool,
    symmetric: bool,
) -> Optimum:
    """The least criterion from the best of some starting values.

    Raises
    ------
    NotLinked
        If the curves do not determine A and B.
    """
    form, to = anchors.items_from, anchors.items_to
    directions = [_direction(to, form, True, total, nodes, weights)]
    if symmetric:
        directions.append(_direction(form, to, False, total, nodes, weights))
    free = [1] if anchors.one_slope else [0, 1]

    def residuals(x: FloatArray) -> FloatArray:
        return np.concatenate([d.residuals(*_constants(x))[0] for d in directions])

    def jacobian(x: FloatArray) -> FloatArray:
        A, B = _constants(x)
        change = np.concatenate([d.residuals(A, B)[1] for d in directions])
        change[:, 0] *= A
        return np.asarray(change[:, free])

    points_of_start = [np.array([np.log(A), B])[free] for A, B in starts]
    start = min(points_of_start, key=lambda x: float((residuals(x) ** 2).sum()))
    found = least_squares(residuals, start, jacobian, method="lm", max_nfev=500)
    A, B = _constants(found.x)
    if abs(np.log(A)) >= FURTHEST:
        raise NotLinked(
            "the anchors' curves do not determine the link: they come closer the flatter or the "
            "steeper one form becomes, without an end"
        )
    step = np.zeros(2)
    for _ in range(3):  # Newton's steps take the last digits
        gradient, curvature = _equations(directions, A, B)
        step = np.zeros(2)
        step[free] = _solved(curvature[np.ix_(free, free)], gradient[free])
        if not np.abs(step).max() < min(0.01, A / 2.0):
            break
        A, B = A - step[0], B - step[1]
    curvature = _equations(directions, A, B)[1][np.ix_(free, free)]
    by_from = np.zeros((2, sum(map(len, form.rows))))
    by_to = np.zeros((2, sum(map(len, to.rows))))
    for direction in directions:
        still, moving = direction.by_parameters(A, B)
        by_from += moving if direction.back else still
        by_to += still if direction.back else moving
    for by in (by_from, by_to):
        by[free] = -_solved(curvature, by[free])
        by[[i for i in (0, 1) if i not in free]] = 0.0
    return Optimum(
        float(A),
        float(B),
        float((residuals(np.array([np.log(A), B])[free]) ** 2).sum()),
        bool(np.abs(step).max() < SMALL_STEP),
        by_from,
        by_to,
    )


def _constants(x: FloatArray) -> tuple[float, float]:
    """A and B from (log A, B), or from B alone where A is 1."""
    if len(x) == 1:
        return 1.0, float(x[0])
    return float(np.exp(np.clip(x[0], -FURTHEST, FURTHEST))), float(x[1])


def _equations(directions: list[_Direction], A: float, B: float) -> tuple[FloatArray, FloatArray]:
    parts = [direction.equations(A, B) for direction in directions]
    return np.asarray(sum(p[0] for p in parts)), np.asarray(sum(p[1] for p in parts))


def _solved(curvature: FloatArray, right: FloatArray) -> FloatArray:
    values = np.linalg.eigvalsh(curvature)
    if not values[0] > 1e-12 * max(values[-1], 1e-12):
        raise NotLinked(
            "the anchors' curves do not determine the link: at these nodes they are flat, or "
            "there are too few of them"
        )
    return np.asarray(np.linalg.solve(curvature, right))


def _direction(
    still: Items, moving: Items, back: bool, total: bool, nodes: FloatArray, weights: FloatArray
) -> _Direction:
    target = still.probabilities(nodes)
    target = summed(target, still) if total else target
    return _Direction(still, moving, back, total, nodes, weights, target)
