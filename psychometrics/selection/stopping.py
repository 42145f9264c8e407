"""When a session ends: length, precision, or a decision about a cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from psychometrics.errors import BadOption
from psychometrics.models import FloatArray, Items
from psychometrics.selection.pool import Pool
from psychometrics.selection.session import read_session
from psychometrics.selection.states import Estimate, States

StopReason = Literal["decision", "precision", "length", "pool_exhausted"]
Decisions = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class ConfidenceInterval:
    """Decided when an interval about theta leaves the cut out (Kingsbury & Weiss, 1983).

    Attributes
    ----------
    cut : float
        In logits.
    level : float
        Of the two-sided interval, above 0 and below 1.
    """

    cut: float
    level: float = 0.95

    def __post_init__(self) -> None:
        _check_cut(self.cut)
        if not 0.0 < self.level < 1.0:
            raise BadOption(f"level = {self.level} is not between 0 and 1")

    def decide(self, pool: Pool, states: States) -> Decisions:
        """1 above, -1 below, 0 undecided, (n,)."""
        reach = float(ndtri(0.5 + 0.5 * self.level)) * states.standard_error
        distance = states.theta - self.cut
        return np.where(np.abs(distance) > reach, np.sign(distance), 0.0).astype(np.int8)


@dataclass(frozen=True, slots=True)
class SequentialTest:
    """Wald's sequential probability ratio test of theta above or below a cut (Reckase, 1983).

    Log L(cut + half_width) - log L(cut - half_width) against log((1 - beta) / alpha) and
    log(beta / (1 - alpha)).

    Attributes
    ----------
    cut : float
        In logits.
    half_width : float
        Of the region of indifference, in logits; above 0.
    alpha, beta : float
        Shares of wrong passes and of wrong fails at its ends; above 0, together below 1.
    generalised : bool
        The largest likelihood beyond either end instead of the one at it (Thompson, 2009).
    """

    cut: float
    half_width: float = 0.3
    alpha: float = 0.05
    beta: float = 0.05
    generalised: bool = False

    def __post_init__(self) -> None:
        _check_cut(self.cut)
        if not (np.isfinite(self.half_width) and self.half_width > 0.0):
            raise BadOption(f"half_width = {self.half_width} is not above 0")
        if not (self.alpha > 0.0 and self.beta > 0.0 and self.alpha + self.beta < 1.0):
            raise BadOption(f"alpha = {self.alpha}, beta = {self.beta} are no shares of errors")

    @property
    def bounds(self) -> tuple[float, float]:
        """Log ratios at which it fails and passes."""
        return (
            float(np.log(self.beta / (1.0 - self.alpha))),
            float(np.log((1.0 - self.beta) / self.alpha)),
        )

    def log_ratio(self, pool: Pool, states: States) -> FloatArray:
        """Log of the ratio of likelihoods, (n,)."""
        low, high = self.cut - self.half_width, self.cut + self.half_width
        below, above = _at_ends(pool, low, high)[:, states.given, states.answers].sum(axis=2)
        if self.generalised:
            likelihood = states.log_posterior - pool.log_prior
            for side in (pool.nodes < low, pool.nodes > high):
                if side.any():
                    most = likelihood[:, side].max(axis=1)
                    below = np.maximum(below, most) if side[0] else below
                    above = above if side[0] else np.maximum(above, most)
        return np.asarray(above - below)

    def decide(self, pool: Pool, states: States) -> Decisions:
        """1 above, -1 below, 0 undecided, (n,)."""
        ratio = self.log_ratio(pool, states)
        low, high = self.bounds
        return np.where(ratio >= high, 1, np.where(ratio <= low, -1, 0)).astype(np.int8)


@dataclass(frozen=True, slots=True)
class Stopping:
    """When a session ends.

    Attributes
    ----------
    most : int
        Items at the most; 1 or more.
    least : int
        Items before any other rule is asked.
    standard_error : float or None
        Precise enough, in logits.
    decision : SequentialTest, ConfidenceInterval or None
        Ends when it is decided; asked before precision.
    """

    most: int
    least: int = 1
    standard_error: float | None = None
    decision: SequentialTest | ConfidenceInterval | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most or self.most < 1:
            raise BadOption(f"from {self.least} to {self.most} items is no length of a test")
        error = self.standard_error
        if error is not None and not (np.isfinite(error) and error > 0.0):
            raise BadOption(f"standard_error = {error} is not above 0")

    def verdict(self, pool: Pool, states: States) -> tuple[Sequence[StopReason | None], Decisions]:
        """Why each session ends, None where it goes on, and what is decided, (n,)."""
        n, n_given = states.given.shape
        decided = np.zeros(n, dtype=np.int8)
        if self.decision is not None and n_given:
            decided = self.decision.decide(pool, states)
        reasons: list[StopReason | None] = [None] * n
        if n_given >= len(pool.items):
            reasons = ["pool_exhausted"] * n
        if n_given >= self.most:
            reasons = ["length"] * n
        if n_given >= self.least:
            if self.standard_error is not None:
                for session in np.flatnonzero(states.standard_error <= self.standard_error):
                    reasons[session] = "precision"
            for session in np.flatnonzero(decided):
                reasons[session] = "decision"
        return reasons, decided


@dataclass(frozen=True, slots=True)
class Stop:
    """Whether a session ends.

    Attributes
    ----------
    reason : "decision", "precision", "length", "pool_exhausted" or None
        None: it goes on.
    decision : int
        1 above the cut, -1 below, 0 undecided or not asked.
    theta, standard_error : float
        In logits.
    """

    reason: StopReason | None
    decision: int
    theta: float
    standard_error: float


def stop_now(
    items: Items,
    given: Sequence[int] | NDArray[np.intp],
    answers: Sequence[int] | NDArray[np.intp],
    stopping: Stopping,
    *,
    estimate: Estimate = "EAP",
    mean: float = 0.0,
    sd: float = 1.0,
) -> Stop:
    """Whether a live session ends after these answers; the same as in `simulate_sessions`.

    Parameters
    ----------
    items : Items
        The bank.
    given, answers : sequence of int
        Positions of the items given, and the categories of the answers.
    stopping : Stopping
    estimate : {"EAP", "MAP"}
    mean, sd : float
        Of theta's normal prior, in logits.

    Returns
    -------
    Stop

    Raises
    ------
    BadResponses, BadOption
        An answer is no category of its item; an option is not what it may be.

    Notes
    -----
    Length and precision: Weiss & Kingsbury (1984); decisions: Reckase (1983).
    """
    pool, state = read_session(items, given, answers, estimate, mean, sd, None)
    reasons, decided = stopping.verdict(pool, state)
    return Stop(reasons[0], int(decided[0]), float(state.theta[0]), float(state.standard_error[0]))


@lru_cache(maxsize=32)
def _at_ends(pool: Pool, low: float, high: float) -> FloatArray:
    """log P(X = k) at two values of theta, (2, J, K)."""
    logs = pool.items.log_probabilities([low, high]).transpose(2, 0, 1)
    return np.where(np.isfinite(logs), logs, 0.0)


def _check_cut(cut: float) -> None:
    if not np.isfinite(cut):
        raise BadOption(f"cut = {cut} is not a value of theta")
