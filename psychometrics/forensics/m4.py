"""M4: similarity of two persons by their identical right and identical wrong answers together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption
from psychometrics.forensics.answers import Answers, Positions, read_pairs
from psychometrics.forensics.control import Control, control_false_positives
from psychometrics.forensics.flags import ForensicFlag
from psychometrics.forensics.generalized_binomial import dominance_tails
from psychometrics.forensics.pair_tests import in_blocks, pair_flags
from psychometrics.models import Items

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

PAIRS_AT_A_TIME = 1024


@dataclass(frozen=True, slots=True, eq=False)
class M4:
    """M4 of each pair; arrays have shape (n_pairs,).

    Attributes
    ----------
    pairs : (n_pairs, 2) array of int
        Rows of the two persons.
    n_items : array of int
        Items that both were given.
    same_right, same_wrong : array of int
        Items both answered right, and both wrong in the same way.
    expected_right, expected_wrong : array
        What these would be if both answered by themselves.
    p : array
        Probability of a pair of counts as extreme; NaN where a flag "no_value" says so.
    p_adjusted, flagged : array
        Allowing for the number of pairs; see `control_false_positives`.
    flags : tuple of ForensicFlag
    """

    pairs: Positions
    n_items: Counts
    same_right: Counts
    same_wrong: Counts
    expected_right: Floats
    expected_wrong: Floats
    p: Floats
    p_adjusted: Floats
    flagged: NDArray[np.bool_]
    flags: tuple[ForensicFlag, ...]


def m4(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    *,
    right: ArrayLike | None = None,
    pairs: ArrayLike | None = None,
    control: Control = "benjamini-hochberg",
    level: float = 0.05,
    missing: int | None = None,
) -> M4:
    """Test pairs for similarity by identical right and identical wrong answers.

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        Categories: options chosen, with nominal ``items``, or scores; NaN (or the code
        ``missing``) for not administered.
    items : Items
        Of any model.
    theta : (n_persons,) array_like
        Abilities in logits.
    right : (n_items,) array_like of int, optional
        The category that is right.  The highest if not given; nominal items need it.
    pairs : (n_pairs, 2) array_like of int, optional
        Rows of two persons; all pairs if not given.
    control : str
        Over the pairs tested; see `control_false_positives`.
    level : float
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    M4

    Raises
    ------
    BadResponses, BadOption
    NotEnoughData
        There is only one person, or no pair.

    Notes
    -----
    Maynes (2014): the joint distribution of both counts by recursion over the items.  Of all
    outcomes, those count as extreme that are no likelier to be reached or passed in both counts
    than the one observed.
    """
    answers = Answers.read(responses, items, theta, missing)
    key = _read_key(right, items)
    read = read_pairs(pairs, len(answers.codes), directed=False)
    columns = [_of_block(answers, key, some) for some in in_blocks(read, PAIRS_AT_A_TIME)]
    n_items, n_right, n_wrong, e_right, e_wrong, p = np.concatenate(columns, axis=1)
    controlled = control_false_positives(p, by=control, level=level)
    return M4(
        pairs=read,
        n_items=n_items.astype(np.int64),
        same_right=n_right.astype(np.int64),
        same_wrong=n_wrong.astype(np.int64),
        expected_right=e_right,
        expected_wrong=e_wrong,
        p=p,
        p_adjusted=controlled.p_adjusted,
        flagged=controlled.flagged,
        flags=pair_flags(read, n_items, p),
    )


def _of_block(answers: Answers, key: NDArray[np.intp], pairs: Positions) -> Floats:
    """One row each: items, same right, same wrong, both expected, p."""
    first, second = pairs.T
    items = np.arange(len(key))
    both_right = answers.chances[first[:, None], items, key]
    both_right = both_right * answers.chances[second[:, None], items, key]
    alike = answers.chances_of_same(pairs, given_source=False)
    both_wrong = np.maximum(alike - both_right, 0.0)
    same = answers.same(pairs)
    is_right = answers.codes[first] == key
    n_right, n_wrong = (same & is_right).sum(axis=1), (same & ~is_right).sum(axis=1)
    tails = dominance_tails(both_right, both_wrong, n_right, n_wrong)
    certain = (alike * (1.0 - alike)).sum(axis=1) <= 1e-12
    return np.stack(
        [
            answers.given_to_both(pairs).sum(axis=1),
            n_right,
            n_wrong,
            both_right.sum(axis=1),
            both_wrong.sum(axis=1),
            np.where(certain, np.nan, tails),
        ]
    )


def _read_key(right: ArrayLike | None, items: Items) -> NDArray[np.intp]:
    if right is None:
        for name, model in zip(items.names, items.models, strict=True):
            if not model.ordered:
                raise BadOption(f"item {name} is nominal: say which category is right")
        return items.n_categories - 1
    key = np.asarray(right)
    if key.shape != (len(items),) or key.dtype.kind not in "iu":
        raise BadOption("right holds the category that is right, one a item")
    outside = np.flatnonzero((key < 0) | (key >= items.n_categories))
    if len(outside):
        raise BadOption(f"item {items.names[outside[0]]} has no category {key[outside[0]]}")
    return key.astype(np.intp)
