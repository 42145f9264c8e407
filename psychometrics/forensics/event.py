"""All pairs of an event, in blocks: a quick screen of everybody, an exact test of what passes."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from psychometrics.errors import BadOption
from psychometrics.forensics.answers import Answers, Moments, Positions
from psychometrics.forensics.control import Control, read_level
from psychometrics.forensics.flags import ForensicFlag
from psychometrics.forensics.pair_tests import (
    PAIRS_AT_A_TIME,
    PairTests,
    adjusted,
    exact_p,
    in_blocks,
)
from psychometrics.models import Items

PERSONS_AT_A_TIME = 1024


@dataclass(frozen=True, slots=True, eq=False)
class SimilarPairs:
    """The pairs of an event that passed the screen, tested.

    Attributes
    ----------
    found : PairTests
        The pairs that passed, by p from the smallest; adjusted for all ``n_tested``.
    n_pairs : int
        Pairs of the event, both ways if the test is given the source.
    n_tested : int
        Of these, pairs with anything to compare.
    screen : float
        Pairs whose normal p was above it are not in ``found``.
    flags : tuple of ForensicFlag
    """

    found: PairTests
    n_pairs: int
    n_tested: int
    screen: float
    flags: tuple[ForensicFlag, ...]


def similar_pairs(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    *,
    method: Literal["gbt", "omega"] = "gbt",
    given_source: bool = False,
    screen: float = 0.01,
    control: Control = "benjamini-hochberg",
    level: float = 0.05,
    missing: int | None = None,
) -> SimilarPairs:
    """Test all pairs of an event, in memory that does not grow with their number.

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        Categories: options chosen, with nominal ``items``, or scores; NaN (or the code
        ``missing``) for not administered.
    items : Items
        Of any model.
    theta : (n_persons,) array_like
        Abilities in logits.
    method : {"gbt", "omega"}
        How the pairs that pass are tested: exactly, or by the normal distribution.
    given_source : bool
        As in `omega`; False tests each pair once, as two persons who answer by themselves.
    screen : float
        A pair passes if the normal distribution, without correction for continuity, gives its
        matches a probability of ``screen`` or less.
    control : str
        Over all pairs of the event; see `control_false_positives`.
    level : float
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    SimilarPairs
        Flagged "screen_binds" if a pair that did not pass might have been flagged.

    Raises
    ------
    BadResponses, BadOption
    NotEnoughData
        There is only one person.

    Notes
    -----
    van der Linden & Sotaridona (2006); Wollack (1997).  A pair far above the screen's z has an
    exact p above it too, but near it the two differ: keep the screen ten times above the smallest
    p that matters, which after control over a hundred pairs or more it is.
    """
    if method not in ("gbt", "omega"):
        raise BadOption(f"pairs are tested by gbt or omega, not by {method!r}")
    screen = read_level(screen)
    answers = Answers.read(responses, items, theta, missing)
    pairs, moments, n_tested = _passing(answers, given_source, -float(ndtri(screen)))
    p = ndtr(-moments.z)
    if method == "gbt" and len(pairs):
        blocks = in_blocks(pairs, PAIRS_AT_A_TIME)
        parts = np.split(np.arange(len(pairs)), range(PAIRS_AT_A_TIME, len(pairs), PAIRS_AT_A_TIME))
        p = np.concatenate(
            [
                exact_p(answers, some, _at(moments, part), given_source)
                for some, part in zip(blocks, parts, strict=True)
            ]
        )
    order = np.argsort(p, kind="stable")
    found = adjusted(
        pairs[order], _at(moments, order), p[order], control, level, n_tests=max(n_tested, 1)
    )
    n = len(answers.codes)
    n_pairs = n * (n - 1) // (1 if given_source else 2)
    return SimilarPairs(
        found, n_pairs, n_tested, screen, _flags(found, n_pairs, n_tested, screen, level, control)
    )


def _passing(answers: Answers, given_source: bool, least: float) -> tuple[Positions, Moments, int]:
    """Pairs with a z of ``least`` or more, their moments, and how many pairs had a z."""
    n = len(answers.codes)
    starts = range(0, n, PERSONS_AT_A_TIME)
    pairs, kept, n_tested = [], [], 0
    for start in starts:
        for other in starts:
            if not given_source and other < start:
                continue
            first = slice(start, min(start + PERSONS_AT_A_TIME, n))
            second = slice(other, min(other + PERSONS_AT_A_TIME, n))
            moments = answers.moments_between(first, second, given_source)
            row, column = np.ogrid[first, second]
            z = np.where((row != column) if given_source else (row < column), moments.z, np.nan)
            n_tested += int(np.isfinite(z).sum())
            passed = np.nonzero(np.nan_to_num(z, nan=-np.inf) >= least)
            pairs.append(np.stack([passed[0] + start, passed[1] + other], axis=1, dtype=np.int32))
            kept.append(_at(moments, passed))
    joined = Moments(
        *(
            np.concatenate([getattr(part, name) for part in kept])
            for name in ("n_items", "matches", "expected", "variance")
        )
    )
    return np.concatenate(pairs), joined, n_tested


def _at(moments: Moments, where: Any) -> Moments:
    return Moments(
        moments.n_items[where],
        moments.matches[where],
        moments.expected[where],
        moments.variance[where],
    )


def _flags(
    found: PairTests, n_pairs: int, n_tested: int, screen: float, level: float, control: Control
) -> tuple[ForensicFlag, ...]:
    flags = list(found.flags)
    if n_tested < n_pairs:
        sentence = (
            f"{n_pairs - n_tested} of {n_pairs} pairs have no value: no item was given to both, "
            "an ability is not finite, or no answer was uncertain."
        )
        flags.append(ForensicFlag("no_value", sentence))
    last = {
        "none": level,
        "benjamini-hochberg": level * (int(found.flagged.sum()) + 1) / max(n_tested, 1),
    }.get(control, level / max(n_tested, 1))
    if last >= screen:
        sentence = (
            f"With so many pairs flagged, a pair with a p of {last:.2g} might be, but the screen "
            f"let only those pass that are about {screen:g} or less: raise the screen."
        )
        flags.append(ForensicFlag("screen_binds", sentence))
    return tuple(flags)
