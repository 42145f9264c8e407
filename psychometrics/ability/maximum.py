"""MAP, ML and WLE: where the log likelihood, plus something known, is largest.

What is added: the log prior (MAP), nothing (ML), or the integral of J / (2 I) (WLE).  Its sum with
the log likelihood is tabulated on a grid, so that of several maxima the highest is found; Newton
steps then solve for theta between the neighbouring grid points.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any

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

ABOUT = np.arange(-3, 4)  # the start is the highest point of the polynomial through these
COEFFICIENTS = np.linalg.inv(np.vander(ABOUT.astype(np.float64), increasing=True))
POWERS = np.arange(len(ABOUT))
TO_DERIVATIVE = np.diag(POWERS[1:], 1)
DERIVATIVES = np.stack([TO_DERIVATIVE @ COEFFICIENTS, TO_DERIVATIVE @ TO_DERIVATIVE @ COEFFICIENTS])

Integers = NDArray[np.int8]
Indices = NDArray[np.intp]
EVERYONE = slice(None)


def maxima(
    codes: Codes, items: Items, method: str, mean: float, sd: float, bounds: tuple[float, float]
) -> tuple[FloatArray, FloatArray, Integers]:
    """Theta, its standard error, and -1 or 1 where it is at a bound, each (n,)."""
    table = _on_grid(items, bounds)
    nodes = table.quadrature.nodes
    precision = 1.0 / sd**2 if method == "MAP" else 0.0
    warm = _warm_table(items, bounds) if method == "WLE" else None
    alone = len(codes) == 1
    theta, error = np.empty(len(codes)), np.empty(len(codes))
    at_bound = np.zeros(len(codes), dtype=np.int8)
    for rows, height in log_posteriors(codes, table):
        some = codes[rows]
        added = None
        if precision:
            height -= (0.5 * precision * (nodes - mean) ** 2)[:, None]
        if warm is not None:
            added = warm.integrated(some)
            height += added
        if alone:
            bends = None if added is None else added[:, 0]
            one = _alone(items, some, height[:, 0], nodes, mean, precision, bends)
            theta[0], error[0], at_bound[0] = one
            continue
        cell = _cell(height, nodes)
        bend = None if added is None else cell.bend(added)
        equation = _Equation(items, some, mean, precision, bend)
        theta[rows], error[rows] = _solved(equation, cell)
        at_bound[rows] = cell.side
    if method != "MAP":
        silent = codes.max(axis=1) < 0
        if silent.any():
            theta[silent], error[silent], at_bound[silent] = np.nan, np.nan, 0
    return theta, error, at_bound


@lru_cache(maxsize=32)
def _on_grid(items: Items, bounds: tuple[float, float]) -> Tabulated:
    """Items on the grid, under a prior so flat that it leaves the likelihood alone."""
    n_nodes = max(int(np.ceil((bounds[1] - bounds[0]) / GRID_STEP)) + 1, len(ABOUT))
    return tabulated_on(items, equally_spaced(*bounds, n_nodes), 0.0, 1e6)


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """Where on the grid each person's maximum is, all (n,).

    Attributes
    ----------
    start : array
        Near the maximum.
    low, high : arrays
        The grid points about it; all three are the bound for those that rise to one.
    side : array
        -1 or 1 for these, else 0.
    index : array
        Of the grid point in the middle.
    step : float
        Of the grid.
    """

    start: FloatArray
    low: FloatArray
    high: FloatArray
    side: Integers
    index: Indices
    step: float

    def bend(self, curves: FloatArray) -> FloatArray:
        """Second derivatives there of curves on the grid, (Q, n) or one for all, (Q, 1)."""
        column = np.arange(curves.shape[1])
        before, here, after = (curves[self.index + s, column] for s in (-1, 0, 1))
        return np.asarray((before - 2.0 * here + after) / self.step**2)


def _cell(height: FloatArray, nodes: FloatArray) -> _Cell:
    """The cells of the highest points of curves (Q, n) on the grid."""
    last, step = len(nodes) - 1, float(nodes[1] - nodes[0])
    highest = height.argmax(axis=0)
    nearly = height[highest, np.arange(len(highest))] - FLAT
    side = np.where(height[last] >= nearly, 1, np.where(height[0] >= nearly, -1, 0))
    index = _between(1, highest, last - 1)
    start, low, high = _summit(height, index, nodes), nodes[index - 1], nodes[index + 1]
    if side.any():
        bound = np.where(side > 0, nodes[last], nodes[0])
        start, low, high = (np.where(side == 0, one, bound) for one in (start, low, high))
    return _Cell(start, low, high, side.astype(np.int8), index, step)


def _summit(height: FloatArray, index: Indices, nodes: FloatArray) -> FloatArray:
    """Where the polynomials through the grid points about ``index`` are highest, no further from
    it than a step."""
    middle = _between(-ABOUT[0], index, len(nodes) - 1 - ABOUT[-1])
    window = height[middle[:, None] + ABOUT, np.arange(len(index))[:, None]]
    polynomials = DERIVATIVES @ window.T
    centre = index - middle
    slope, bend = polynomials[:, 0]
    x = _between(centre - 1.0, _newton(0.0, slope, bend), centre + 1.0)
    slope, bend = (polynomials * x ** POWERS[:, None]).sum(axis=1)
    x = _between(centre - 1.0, _newton(x, slope, bend), centre + 1.0)
    return np.asarray(nodes[middle] + x * (nodes[1] - nodes[0]))


def _newton(x: FloatArray | float, slope: FloatArray, bend: FloatArray) -> FloatArray:
    """A step towards a maximum; none where the curve is not bent downwards."""
    return x - np.divide(slope, bend, out=np.zeros_like(slope), where=bend < 0.0)


def _between(low: Any, x: NDArray[Any], high: Any) -> NDArray[Any]:
    """`numpy.clip`, whose overhead a single person would feel."""
    return np.asarray(np.minimum(np.maximum(x, low), high))


@dataclass(frozen=True, slots=True, eq=False)
class _Warm:
    """What Warm's (1989) weight needs of items on the grid.

    Attributes
    ----------
    information, skewness : (J, Q) arrays
        I and J of each item.
    complete : (Q, 1) array
        The integral of J / (2 I) for all items together.
    step : float
    """

    information: FloatArray
    skewness: FloatArray
    complete: FloatArray
    step: float

    def integrated(self, codes: Codes) -> FloatArray:
        """The integral of J / (2 I) over the items answered, along the grid, (Q, n) or (Q, 1)."""
        if codes.min() >= 0:
            return self.complete
        given = (codes >= 0).astype(np.float64)
        return _integral_of_ratio(given @ self.skewness, given @ self.information, self.step)


@lru_cache(maxsize=32)
def _warm_table(items: Items, bounds: tuple[float, float]) -> _Warm:
    grid = _on_grid(items, bounds).quadrature
    first, second = items.theta_derivatives(grid.nodes)
    p = items.probabilities(grid.nodes)
    information = (p * first**2).sum(axis=1)
    skewness = (p * first * (second + first**2)).sum(axis=1)
    skewness_of_all, of_all = (each.sum(axis=0)[None] for each in (skewness, information))
    complete = _integral_of_ratio(skewness_of_all, of_all, grid.step)
    return _Warm(information, skewness, complete, grid.step)


def _integral_of_ratio(skewness: FloatArray, information: FloatArray, step: float) -> FloatArray:
    """The integral of J / (2 I) up to a constant, (Q, n); J and I are (n, Q).

    The trapezoidal rule with the first correction of Euler and Maclaurin.
    """
    rate = _half_ratio(skewness, information).T
    return step * (np.cumsum(rate, axis=0) - 0.5 * rate) - step**2 / 12.0 * np.gradient(
        rate, step, axis=0
    )


def _half_ratio(skewness: FloatArray, information: FloatArray) -> FloatArray:
    """J / (2 I), 0 where there is no information."""
    nothing = np.zeros_like(skewness)
    return np.divide(skewness, 2.0 * information, out=nothing, where=information > 0.0)


class _Equation:
    """l' + (mean - theta) / sd^2 + J / (2 I) of some persons, each at a theta of their own.

    ``precision`` is 1 / sd^2, 0 for no prior; ``bend`` (n,) the slope of J / (2 I) near the root,
    None if that is not in the equation.
    """

    def __init__(
        self, items: Items, codes: Codes, mean: float, precision: float, bend: FloatArray | None
    ) -> None:
        self._blocks = [(block, codes[:, block.columns]) for block in items.blocks]
        self._mean, self._precision, self._bend = mean, precision, bend

    def at(
        self, theta: FloatArray, who: Indices | slice
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Value, slope, and what a standard error is had from (minus the slope, or Fisher's
        information), at ``theta`` of the persons ``who``, each (n,)."""
        parts = [
            block.model.person_derivatives(block.parameters, codes[who], theta)
            for block, codes in self._blocks
        ]
        value, slope, information, skewness = parts[0] if len(parts) == 1 else np.add.reduce(parts)
        if self._bend is not None:
            value += _half_ratio(skewness, information)
            return value, slope + self._bend[who], information
        if self._precision:
            value += self._precision * (self._mean - theta)
            slope -= self._precision
            information += self._precision
        return value, slope, np.where(slope < 0.0, -slope, information)

    def alone(self, theta: float) -> tuple[float, float, float]:
        """The same of one person, the only one."""
        value, slope, curvature = self.at(np.array([theta]), EVERYONE)
        return float(value[0]), float(slope[0]), float(curvature[0])


def _alone(
    items: Items,
    codes: Codes,
    height: FloatArray,
    nodes: FloatArray,
    mean: float,
    precision: float,
    added: FloatArray | None,
) -> tuple[float, float, int]:
    """The same of one person, ``height`` and ``added`` (Q,): `_cell` and `_solved` step by step.

    In floats, since arrays of one number would cost more than all else.
    """
    last, step = len(nodes) - 1, float(nodes[1] - nodes[0])
    highest = int(height.argmax())
    nearly = float(height[highest]) - FLAT
    side = 1 if height[last] >= nearly else -1 if height[0] >= nearly else 0
    index = min(max(highest, 1), last - 1)
    if side:
        theta = low = high = float(nodes[last if side > 0 else 0])
    else:
        theta = _summit_alone(height, index, nodes, step)
        low, high = float(nodes[index - 1]), float(nodes[index + 1])
    bend = None
    if added is not None:
        before, here, after = added[index - 1 : index + 2].tolist()
        bend = np.array([(before - 2.0 * here + after) / step**2])
    equation = _Equation(items, codes, mean, precision, bend)
    curvature = 0.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(MOST_STEPS):
            value, slope, curvature = equation.alone(theta)
            low, high = (theta, high) if value > 0.0 else (low, theta)
            newton = theta - value / slope if slope < 0.0 else np.inf
            here, theta = theta, newton if low <= newton <= high else 0.5 * (low + high)
            if not abs(theta - here) > SOLVED:
                break
    return theta, np.inf if curvature == 0.0 else 1.0 / sqrt(curvature), side


def _summit_alone(height: FloatArray, index: int, nodes: FloatArray, step: float) -> float:
    """`_summit` of one person."""
    middle = min(max(index, -int(ABOUT[0])), len(nodes) - 1 - int(ABOUT[-1]))
    polynomials = (DERIVATIVES @ height[middle + ABOUT[0] : middle + ABOUT[-1] + 1]).tolist()
    centre = float(index - middle)
    x = 0.0
    for _ in range(2):
        slope, bend = (sum(c * x**k for k, c in enumerate(one)) for one in polynomials)
        x = min(max(x - slope / bend if bend < 0.0 else x, centre - 1.0), centre + 1.0)
    return float(nodes[middle]) + x * step


def _solved(equation: _Equation, cell: _Cell) -> tuple[FloatArray, FloatArray]:
    """Roots by Newton steps that stay in the cell, and standard errors."""
    theta, low, high = cell.start.copy(), cell.low.copy(), cell.high.copy()
    curvature = np.empty_like(theta)
    who = np.arange(len(theta))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(MOST_STEPS):
            here = theta[who]
            value, slope, curvature[who] = equation.at(here, who)
            rising = value > 0.0
            low[who] = floor = np.where(rising, here, low[who])
            high[who] = ceiling = np.where(rising, high[who], here)
            newton = here - value / slope
            good = (slope < 0.0) & (newton >= floor) & (newton <= ceiling)
            theta[who] = after = np.where(good, newton, 0.5 * (floor + ceiling))
            who = who[np.abs(after - here) > SOLVED]
            if len(who) == 0:
                break
        return theta, 1.0 / np.sqrt(curvature)
