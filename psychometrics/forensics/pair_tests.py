"""Answer copying and similarity of pairs: omega and the generalized binomial test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from psychometrics.forensics.answers import Answers, Moments, Positions, read_pairs
from psychometrics.forensics.control import Control, control_false_positives
from psychometrics.forensics.flags import SHOWN, ForensicFlag
from psychometrics.forensics.generalized_binomial import upper_tails
from psychometrics.models import Items

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

PAIRS_AT_A_TIME = 16_384
ROWS_AT_A_TIME = 256
FEWEST_SHARED = 10


@dataclass(frozen=True, slots=True, eq=False)
class PairTests:
    """A test of each pair; arrays have shape (n_pairs,).

    Attributes
    ----------
    pairs : (n_pairs, 2) array of int
        Rows of the two persons: the source and the one who may have copied, if the test is given
        the source's answers.
    n_items : array of int
        Items that both were given: only those are compared.
    matches : array of int
        Items that both answered alike.
    expected, sd : array
        Of the matches if nobody copied.
    z : array
        (matches - expected) / sd; this is omega.  NaN where a flag "no_value" says so.
    p : array
        Probability of so many matches or more; NaN as ``z``.
    p_adjusted, flagged : array
        Allowing for the number of pairs; see `control_false_positives`.
    flags : tuple of ForensicFlag
    """

    pairs: Positions
    n_items: Counts
    matches: Counts
    expected: Floats
    sd: Floats
    z: Floats
    p: Floats
    p_adjusted: Floats
    flagged: NDArray[np.bool_]
    flags: tuple[ForensicFlag, ...]


def omega(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    *,
    pairs: ArrayLike | None = None,
    given_source: bool = True,
    control: Control = "benjamini-hochberg",
    level: float = 0.05,
    missing: int | None = None,
) -> PairTests:
    """Test for answer copying by the normal distribution of the matches.

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        Categories: options chosen, with nominal ``items``, or scores; NaN (or the code
        ``missing``) for not administered.
    items : Items
        Of any model.
    theta : (n_persons,) array_like
        Abilities in logits.  The copier's should not rest on copied answers alone.
    pairs : (n_pairs, 2) array_like of int, optional
        Rows: source, copier.  All pairs, both ways, if not given.
    given_source : bool
        Whether the source's answers are taken as they are (copying); else both persons answer by
        themselves (similarity), and a pair counts once.
    control : str
        Over the pairs tested; see `control_false_positives`.
    level : float
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    PairTests
        ``p`` is one-sided.

    Raises
    ------
    BadResponses, BadOption
    NotEnoughData
        There is only one person, or no pair.

    Notes
    -----
    Wollack (1997); without the source, Romero, Riascos & Jara (2015).  With n matches,
    omega = (n - sum P_j) / sqrt(sum P_j (1 - P_j)).  Right answers count as well as wrong ones.
    The normal distribution is too light in its tail where few matches are expected: `gbt` is exact.
    """
    answers = Answers.read(responses, items, theta, missing)
    read = read_pairs(pairs, len(answers.codes), directed=given_source)
    if pairs is None:
        moments = _all_moments(answers, given_source)
    else:
        moments = _joined(
            [answers.moments(some, given_source) for some in in_blocks(read, PAIRS_AT_A_TIME)]
        )
    return adjusted(read, moments, ndtr(-moments.z), control, level)


def gbt(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    *,
    pairs: ArrayLike | None = None,
    given_source: bool = True,
    control: Control = "benjamini-hochberg",
    level: float = 0.05,
    missing: int | None = None,
) -> PairTests:
    """Test for answer copying by the exact distribution of the matches.

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        Categories: options chosen, with nominal ``items``, or scores; NaN (or the code
        ``missing``) for not administered.
    items : Items
        Of any model.
    theta : (n_persons,) array_like
        Abilities in logits.
    pairs : (n_pairs, 2) array_like of int, optional
        Rows: source, copier.  All pairs, both ways, if not given.
    given_source : bool
        Whether the source's answers are taken as they are (copying); else both persons answer by
        themselves (similarity), and a pair counts once.
    control : str
        Over the pairs tested; see `control_false_positives`.
    level : float
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    PairTests
        ``p`` is the chance of as many matches or more.

    Raises
    ------
    BadResponses, BadOption
    NotEnoughData
        There is only one person, or no pair.

    Notes
    -----
    van der Linden & Sotaridona (2006): a sum of independent events of different chances, its
    distribution by recursion over the items.
    """
    answers = Answers.read(responses, items, theta, missing)
    read = read_pairs(pairs, len(answers.codes), directed=given_source)
    moments, p = [], []
    for some in in_blocks(read, PAIRS_AT_A_TIME):
        moments.append(answers.moments(some, given_source))
        p.append(exact_p(answers, some, moments[-1], given_source))
    return adjusted(read, _joined(moments), np.concatenate(p), control, level)


def exact_p(answers: Answers, pairs: Positions, moments: Moments, given_source: bool) -> Floats:
    """Chance of as many matches or more, shape (n_pairs,); NaN where nothing is uncertain."""
    chances = np.clip(answers.chances_of_same(pairs, given_source), 0.0, 1.0)
    tails = upper_tails(chances, moments.matches.astype(np.int64))
    return np.where(np.isnan(moments.z), np.nan, tails)


def in_blocks(pairs: Positions, size: int) -> list[Positions]:
    """Pairs a block at a time; no block is empty."""
    return [pairs[start : start + size] for start in range(0, len(pairs), size)]


def adjusted(
    pairs: Positions,
    moments: Moments,
    p: Floats,
    control: Control,
    level: float,
    n_tests: int | None = None,
) -> PairTests:
    """The result, its probabilities adjusted, with what should be known about it."""
    controlled = control_false_positives(p, by=control, level=level, n_tests=n_tests)
    return PairTests(
        pairs=pairs,
        n_items=moments.n_items.astype(np.int64),
        matches=moments.matches.astype(np.int64),
        expected=moments.expected,
        sd=np.sqrt(moments.variance),
        z=moments.z,
        p=p,
        p_adjusted=controlled.p_adjusted,
        flagged=controlled.flagged,
        flags=pair_flags(pairs, moments.n_items, p),
    )


def pair_flags(pairs: Positions, n_items: Floats, p: Floats) -> tuple[ForensicFlag, ...]:
    """Pairs without a value, and pairs compared on few items."""
    flags = []
    none = np.flatnonzero(np.isnan(p))
    if len(none):
        first, second = pairs[none[0]].tolist()
        sentence = (
            f"{len(none)} of {len(pairs)} pairs have no value: no item was given to both, an "
            f"ability is not finite, or no answer was uncertain. The first is {first}, {second}."
        )
        flags.append(ForensicFlag("no_value", sentence, tuple(none[:SHOWN].tolist())))
    few = np.flatnonzero((n_items < FEWEST_SHARED) & ~np.isnan(p))
    if len(few):
        first, second = pairs[few[0]].tolist()
        sentence = (
            f"{len(few)} of {len(pairs)} pairs share fewer than {FEWEST_SHARED} items, so that "
            f"hardly any copying would show. The first is {first}, {second}."
        )
        flags.append(ForensicFlag("few_shared_items", sentence, tuple(few[:SHOWN].tolist())))
    return tuple(flags)


def _all_moments(answers: Answers, given_source: bool) -> Moments:
    """In the order of `read_pairs`."""
    n_persons = len(answers.codes)
    blocks = []
    for start in range(0, n_persons, ROWS_AT_A_TIME):
        rows = slice(start, min(start + ROWS_AT_A_TIME, n_persons))
        between = answers.moments_between(rows, slice(0, n_persons), given_source)
        row, column = np.ogrid[rows, :n_persons]
        wanted = (row != column) if given_source else (row < column)
        blocks.append(
            Moments(
                between.n_items[wanted],
                between.matches[wanted],
                between.expected[wanted],
                between.variance[wanted],
            )
        )
    return _joined(blocks)


def _joined(parts: list[Moments]) -> Moments:
    return Moments(
        np.concatenate([part.n_items for part in parts]),
        np.concatenate([part.matches for part in parts]),
        np.concatenate([part.expected for part in parts]),
        np.concatenate([part.variance for part in parts]),
    )
