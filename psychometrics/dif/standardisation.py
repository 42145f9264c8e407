"""Standardisation: the difference of proportions right, averaged over matched scores."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.dif.flags import DifFlag
from psychometrics.dif.groups import read_binary, read_groups, small_groups
from psychometrics.dif.matching import Tables, form_flags, matched
from psychometrics.dif.purification import purified, read_anchors
from psychometrics.errors import BadOption

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Weights = Literal["focal", "reference", "all"]

MODERATE = 0.05
LARGE = 0.10


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Standardised differences; arrays have shape (n_items,), NaN where a flag says why.

    Attributes
    ----------
    difference : array
        STD P-DIF, from -1 to 1: proportion right of the focal group less that of the reference
        group at equal scores; below 0 the item is harder for the focal group.
    standard_error : array
        Of the difference, given the scores.
    effect_class : tuple of "A", "B", "C" or None
        Below .05, below .10, from .10.
    flagged : array of bool
        ``difference`` beyond ``threshold``.
    anchors : array of bool
        The items whose sum persons are matched on; none where ``match`` was given.
    rounds : int
        Of purification.
    flags : tuple of DifFlag
    """

    difference: Floats
    standard_error: Floats
    effect_class: tuple[Literal["A", "B", "C"] | None, ...]
    flagged: Booleans
    anchors: Booleans
    rounds: int
    flags: tuple[DifFlag, ...]


def standardise(
    responses: ArrayLike,
    group: ArrayLike,
    *,
    purify: bool = True,
    anchors: ArrayLike | None = None,
    match: ArrayLike | None = None,
    focal: Any = None,
    missing: int | None = None,
    weights: Weights = "focal",
    threshold: float = LARGE,
) -> Standardised:
    """Differences of proportions right at equal scores (Dorans & Kulick, 1986).

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        0 wrong, 1 right; NaN (or the code ``missing``) for not administered.
    group : (n_persons,) array_like
        Two labels; of 0 and 1, 1 is the focal group.
    purify : bool
        Match on the items that are not flagged, round by round until they stay the same.
    anchors : array_like, optional
        Items to match on, by position or as a mask; they are not purified.
    match : (n_persons,) array_like, optional
        Strata to match on instead of the score; nothing is purified.
    focal : optional
        Label of the focal group, where labels are not 0 and 1.
    missing : int, optional
        Code of a response not administered in an integer array.
    weights : "focal", "reference" or "all"
        Whose persons weigh the scores.
    threshold : float
        Size from which an item is flagged, above 0 and below 1.

    Returns
    -------
    Standardised

    Raises
    ------
    BadResponses, BadOption
        A response is not 0 or 1; an option is not what it may be.
    NotEnoughData
        A group is empty, or there is only one item.

    Notes
    -----
    Scores that only one group holds are left out.  *Missing responses*: persons are matched among
    those who were given the same items.  The standard error takes weights as fixed, answers at one
    score as binomial (Dorans & Holland, 1993).
    """
    if weights not in {"focal", "reference", "all"}:
        raise BadOption(f"weights = {weights!r} is none of focal, reference, all")
    if not 0.0 < threshold < 1.0:
        raise BadOption(f"a threshold of {threshold} is not between 0 and 1")
    codes = read_binary(responses, missing)
    is_focal = read_groups(group, len(codes), focal)
    data = matched(codes, is_focal, match)

    def evaluate(used: Booleans) -> tuple[tuple[Floats, Floats], Booleans]:
        difference, error = _differences(data.tables(used), weights)
        return (difference, error), np.abs(difference) > threshold

    last = purified(
        evaluate,
        codes.shape[1],
        anchors=read_anchors(anchors, codes.shape[1]),
        purify=purify and match is None,
    )
    difference, error = last.found
    undefined = [
        DifFlag("undefined", f"Item {item} has no estimate: no score is held by both groups.", item)
        for item in np.flatnonzero(np.isnan(difference)).tolist()
    ]
    consequence = "A difference of .10 can then be chance: look at its standard error."
    return Standardised(
        difference=difference,
        standard_error=error,
        effect_class=tuple(_class(size) for size in np.abs(difference)),
        flagged=np.abs(difference) > threshold,
        anchors=last.anchors & (match is None),
        rounds=last.rounds,
        flags=(
            *small_groups(is_focal, consequence),
            *form_flags(data),
            *last.flags,
            *undefined,
        ),
    )


def _differences(tables: Tables, weights: Weights) -> tuple[Floats, Floats]:
    given = tables.given
    both = (given > 0).all(axis=0)
    number = np.where(both, given, 1.0)
    share = tables.right / number
    weight = {"focal": given[1], "reference": given[0], "all": given.sum(axis=0)}[weights]
    weight = np.where(both, weight, 0.0)
    total = weight.sum(axis=0)
    there = total > 0
    weight = weight / np.where(there, total, 1.0)
    difference = (weight * (share[1] - share[0])).sum(axis=0)
    variance = (weight**2 * (share * (1 - share) / number).sum(axis=0)).sum(axis=0)
    return np.where(there, difference, np.nan), np.where(there, np.sqrt(variance), np.nan)


def _class(size: float) -> Literal["A", "B", "C"] | None:
    if np.isnan(size):
        return None
    return "A" if size < MODERATE else "B" if size < LARGE else "C"
