"""The EM iteration, accelerated, until the gradient of the log posterior is small."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from psychometrics.calibration.acceleration import Anderson
from psychometrics.calibration.layout import Layout, State
from psychometrics.calibration.maximization import LOG_VARIANCES, Maximized, maximize
from psychometrics.calibration.priors import BlockPrior
from psychometrics.models import FloatArray
from psychometrics.posterior.expectation import Expectations, Tables, expect, tabulate
from psychometrics.posterior.features import Features
from psychometrics.quadrature import Quadrature

EARLY_CYCLES = 1  # M-steps far from the maximum are worth more than one scoring step
EARLY_STEPS = 3
LARGEST_SLOPE = 50.0  # beyond, an item is a step function and its slope grows without end


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """All that stays the same while parameters move.

    Attributes
    ----------
    features : Features
    totals : (C_linear,) array
    layout : Layout
    priors : tuple of BlockPrior
    threads : int
    """

    features: Features
    totals: FloatArray
    layout: Layout
    priors: tuple[BlockPrior, ...]
    threads: int

    def expect(self, _state: State, tables: Tables, _quadrature: Quadrature) -> Expectations:
        """The E-step."""
        return expect(self.features, tables, self.totals, threads=self.threads)


class Expecting(Protocol):
    """What the iteration needs of a problem: parameters, and an E-step, wherever it is done."""

    @property
    def totals(self) -> FloatArray: ...
    @property
    def layout(self) -> Layout: ...
    @property
    def priors(self) -> tuple[BlockPrior, ...]: ...

    def expect(self, state: State, tables: Tables, quadrature: Quadrature) -> Expectations:
        """Sums over persons at a state, whose tables on the nodes are given."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Where the iteration ended.

    Attributes
    ----------
    state : State
    log_likelihood : float
    objective : float
        Log likelihood plus log prior.
    gradient : (n_free,) array
        Of the objective, at the state.
    expectations : Expectations
        At the state.
    cycles : int
    diverging : bool
        Whether a slope or a variance grew, or a variance shrank, out of all bounds: then the
        likelihood has no maximum, and a small gradient tells nothing.
    """

    state: State
    log_likelihood: float
    objective: float
    gradient: FloatArray
    expectations: Expectations
    cycles: int
    diverging: bool

    def after(self, cycles: int) -> "Estimate":
        """The same, told as the end of so many cycles."""
        return replace(self, cycles=cycles)


@dataclass(frozen=True, slots=True, eq=False)
class _Visit:
    """The objective at a state, and what an M-step makes of it."""

    state: State
    vector: FloatArray
    log_p: tuple[FloatArray, ...]
    expectations: Expectations
    objective: float


def estimate(
    problem: Expecting,
    start: State,
    quadrature: Quadrature,
    *,
    tolerance: float,
    most_cycles: int,
    told: Callable[[int, float], None] = lambda _cycles, _objective: None,
) -> Estimate:
    """Iterate from ``start`` until no component of the gradient exceeds ``tolerance``.

    ``told`` hears of each cycle and the objective before it; what it raises ends the iteration.

    A point that Anderson's extrapolation reached is kept only if it is no lower than the last;
    otherwise the plain EM image, which never is, is taken and the past forgotten.
    """
    layout = problem.layout
    here = _visit(problem, start, quadrature)
    anderson = Anderson()
    cycles = 0
    while True:
        steps = EARLY_STEPS if cycles < EARLY_CYCLES else 1
        raised = maximize(
            layout,
            here.state,
            here.log_p,
            here.expectations,
            problem.totals,
            quadrature,
            problem.priors,
            steps=steps,
        )
        gradient = layout.gathered(raised.gradient)
        cycles += 1
        told(cycles, here.objective)
        diverging = _diverging(here.state)
        small = np.abs(gradient).max(initial=0.0) < tolerance
        if small or diverging or cycles >= most_cycles:
            return Estimate(
                here.state,
                here.expectations.log_likelihood,
                here.objective,
                gradient,
                here.expectations,
                cycles,
                diverging,
            )
        here = _next(problem, here, raised, anderson, quadrature)


def _next(
    problem: Expecting, here: _Visit, raised: Maximized, anderson: Anderson, quadrature: Quadrature
) -> _Visit:
    layout = problem.layout
    image = layout.vector(raised.state)
    guess = anderson.extrapolate(here.vector, image)
    there = _visit(problem, layout.state(guess, here.state), quadrature)
    if there.objective >= here.objective - 1e-12 * abs(here.objective):
        return there
    anderson.forget()
    return _visit(problem, raised.state, quadrature)


def _diverging(state: State) -> bool:
    slopes = max(float(np.abs(values[:, 0]).max()) for values in state.blocks)
    return slopes > LARGEST_SLOPE or bool((np.abs(state.log_variances) >= LOG_VARIANCES[1]).any())


def _visit(problem: Expecting, state: State, quadrature: Quadrature) -> _Visit:
    """The E-step at a state; the objective is -inf outside the models."""
    tables = tabulate(problem.layout.filled(state), quadrature, state.means, state.sds)
    prior = sum(
        float(prior.value(values).sum())
        for prior, values in zip(problem.priors, state.blocks, strict=True)
    )
    vector = problem.layout.vector(state)
    inside = (
        np.isfinite(tables.log_zero).all()
        and np.isfinite(tables.log_odds).all()
        and np.isfinite(tables.slopes).all()
        and (np.abs(state.log_variances) <= LOG_VARIANCES[1]).all()
    )
    if not (inside and np.isfinite(prior)):
        empty = np.empty((0, 0))
        nothing = Expectations(-np.inf, empty, empty, empty, empty)
        return _Visit(state, vector, tables.log_p, nothing, -np.inf)
    found = problem.expect(state, tables, quadrature)
    return _Visit(state, vector, tables.log_p, found, found.log_likelihood + prior)
