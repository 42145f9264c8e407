"""MAP, ML and WLE: where the log likelihood, plus something known, is largest.

What is added: the log prior (MAP), nothing (ML), or the integral of J / (2 I) (WLE).  Its sum with
the log likelihood is tabulated on a grid, so that of several maxima the highest is found; Newton
steps then solve for theta between the neighbouring grid points.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from psychometrics.ability.tables import Tabulated, log_posteriors, tabulated_on
from psychometrics.models import FloatArray, Items
from psychometrics.posterior.features import Codes
from psychometrics.quadrature import equally_spaced

GRID_STEP = 0.1
FLAT = 1e-9  # a likelihood that falls no further than this before the bound has no maximum
SOLVED = 1e-6  # the last Newton step; the error left is its square
MOST_STEPS = 60

Integers = NDArray[np.int8]


def maxima(
    codes: Codes, items: Items, method: str, mean: float, sd: float, bounds: tuple[float, float]
) -> tuple[FloatArray, FloatArray, Integers]:
    """Theta, its standard error, and -1 or 1 where it is at a bound, each (n,)."""
    table = _on_grid(items, bounds)
    grid = table.quadrature
    prior = -0.5 * ((grid.nodes - mean) / sd) ** 2 if method == "MAP" else None
    warm = _warm_table(items, bounds) if method == "WLE" else None
    theta, error = np.empty(len(codes)), np.empty(len(codes))
    at_bound = np.zeros(len(codes), dtype=np.int8)
    for rows, height in log_posteriors(codes, table):
        some = codes[rows]
        if prior is not None:
            height += prior[:, None]
        if warm is not None:
            height += _integrated(warm, some, grid.step)
        start, low, high, side = _cell(height, grid.nodes)
        precision = (mean, 1.0 / sd**2) if method == "MAP" else (0.0, 0.0)
        equation = _Equation(items, some, precision, weighted=method == "WLE")
        theta[rows], error[rows] = _solved(equation, start, low, high, side)
        at_bound[rows] = side
    if method != "MAP":
        silent = codes.max(axis=1) < 0
        theta[silent], error[silent], at_bound[silent] = np.nan, np.nan, 0
    return theta, error, at_bound


@lru_cache(maxsize=32)
def _on_grid(items: Items, bounds: tuple[float, float]) -> Tabulated:
    """Items on the grid, under a prior so flat that it leaves the likelihood alone."""
    n_nodes = max(int(np.ceil((bounds[1] - bounds[0]) / GRID_STEP)) + 1, 5)
    return tabulated_on(items, equally_spaced(*bounds, n_nodes), 0.0, 1e6)


@lru_cache(maxsize=32)
def _warm_table(items: Items, bounds: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """I and J of each item on the grid, (J, Q) each."""
    nodes = _on_grid(items, bounds).quadrature.nodes
    first, second = items.theta_derivatives(nodes)
    p = items.probabilities(nodes)
    return (p * first**2).sum(axis=1), (p * first * (second + first**2)).sum(axis=1)


def _cell(
    height: FloatArray, nodes: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, Integers]:
    """A start by a parabola through the highest grid points, the points about it, and the bound
    (-1 or 1) of those that rise to one."""
    last = len(nodes) - 1
    top = height.max(axis=0)
    side = np.where(height[last] >= top - FLAT, 1, np.where(height[0] >= top - FLAT, -1, 0))
    best = np.clip(height.argmax(axis=0), 1, last - 1)
    person = np.arange(height.shape[1])
    before, here, after = (height[best + s, person] for s in (-1, 0, 1))
    bend = before - 2.0 * here + after
    shift = np.divide(0.5 * (before - after), bend, out=np.zeros_like(bend), where=bend < 0.0)
    start = nodes[best] + np.clip(shift, -0.9, 0.9) * (nodes[1] - nodes[0])
    start = np.where(side > 0, nodes[last], np.where(side < 0, nodes[0], start))
    return start, nodes[best - 1], nodes[best + 1], side.astype(np.int8)


class _Equation:
    """l' + (mean - theta) / sd^2 + J / (2 I) of some persons, each at a theta of their own."""

    def __init__(
        self, items: Items, codes: Codes, prior: tuple[float, float], *, weighted: bool
    ) -> None:
        self._blocks = [(block, codes[:, block.columns]) for block in items.blocks]
        self._mean, self._precision = prior
        self.weighted = weighted

    def at(
        self, theta: FloatArray, who: NDArray[np.intp]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Value, slope and information at ``theta`` of the persons ``who``, each (n,)."""
        value = self._precision * (self._mean - theta)
        slope = np.full_like(theta, -self._precision)
        information, skew = np.zeros_like(theta), np.zeros_like(theta)
        for block, codes in self._blocks:
            part = block.model.person_derivatives(block.parameters, codes[who], theta)
            value += part.first
            slope += part.second
            information += part.information
            skew += part.skewness
        if self.weighted:
            value += np.divide(
                skew, 2.0 * information, out=np.zeros_like(skew), where=information > 0.0
            )
        return value, slope, information + self._precision


def _solved(
    equation: _Equation, start: FloatArray, low: FloatArray, high: FloatArray, side: Integers
) -> tuple[FloatArray, FloatArray]:
    """Roots by Newton steps that stay between ``low`` and ``high``, and standard errors."""
    theta, low, high = start.copy(), low.copy(), high.copy()
    error = np.empty_like(theta)
    who = np.arange(len(theta))
    for _ in range(MOST_STEPS):
        value, slope, information = equation.at(theta[who], who)
        error[who] = _error(slope, information, expected=equation.weighted)
        inside = side[who] == 0
        who, value, slope = who[inside], value[inside], slope[inside]
        rising = value > 0.0
        low[who[rising]] = theta[who[rising]]
        high[who[~rising]] = theta[who[~rising]]
        middle = 0.5 * (low[who] + high[who])
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = theta[who] - value / slope
        good = (slope < 0.0) & (newton >= low[who]) & (newton <= high[who])
        after = np.where(good, newton, middle)
        moved = np.abs(after - theta[who]) > SOLVED
        theta[who] = after
        who = who[moved]
        if len(who) == 0:
            break
    return theta, error


def _error(slope: FloatArray, information: FloatArray, *, expected: bool) -> FloatArray:
    """1 / sqrt of the observed information, or of Fisher's where that is not positive."""
    curvature = information if expected else np.where(slope < 0.0, -slope, information)
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / np.sqrt(curvature))


def _integrated(warm: tuple[FloatArray, FloatArray], codes: Codes, step: float) -> FloatArray:
    """The integral of J / (2 I) over the items answered, along the grid, (Q, n) or (Q, 1)."""
    given = np.ones((1, codes.shape[1])) if codes.min() >= 0 else (codes >= 0).astype(np.float64)
    information, skew = ((given @ part).T for part in warm)
    rate = np.divide(skew, 2.0 * information, out=np.zeros_like(skew), where=information > 0.0)
    result = np.zeros_like(rate)
    result[1:] = np.cumsum(0.5 * step * (rate[1:] + rate[:-1]), axis=0)
    return result
