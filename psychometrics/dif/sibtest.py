"""SIBTEST: differences at equal scores, corrected for the groups' difference in ability."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.dif.flags import DifFlag
from psychometrics.dif.groups import read_binary, read_groups, small_groups
from psychometrics.dif.purification import purified, read_anchors, read_level
from psychometrics.dif.true_scores import Differences, corrected_differences
from psychometrics.errors import BadOption, NotEnoughData

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

MODERATE = 0.059
LARGE = 0.088


@dataclass(frozen=True, slots=True, eq=False)
class Sibtest:
    """SIBTEST and crossing SIBTEST; arrays have shape (n_items,), NaN where a flag says why.

    Attributes
    ----------
    beta : array
        Expected score of the reference group less that of the focal group at equal true scores,
        from -1 to 1; above 0 the item is easier for the reference group.
    standard_error : array
        Of ``beta``.
    chi2, p : array
        Of ``beta``, 1 degree of freedom.
    effect_class : tuple of "A", "B", "C" or None
        A unless significant; then by the size of ``beta`` against .059 and .088 (Roussos & Stout,
        1996).
    beta_crossing : array
        The same difference with its sign turned above the crossing.
    crossing : array
        The matching score at which the two groups' curves cross, as estimated or given; NaN where
        they are parallel.
    chi2_crossing, df_crossing, p_crossing : array
        Below and above the crossing together: 2 degrees of freedom, 1 where all scores lie on one
        side.
    flagged : array of bool
        ``p``, or ``p_crossing`` if that was asked for, below the level.
    anchors : array of bool
        The items matched on; an item is never part of its own matching score.
    rounds : int
        Of purification.
    n_persons : int
        Those with all responses.
    flags : tuple of DifFlag
    """

    beta: Floats
    standard_error: Floats
    chi2: Floats
    p: Floats
    effect_class: tuple[Literal["A", "B", "C"] | None, ...]
    beta_crossing: Floats
    crossing: Floats
    chi2_crossing: Floats
    df_crossing: NDArray[np.int64]
    p_crossing: Floats
    flagged: Booleans
    anchors: Booleans
    rounds: int
    n_persons: int
    flags: tuple[DifFlag, ...]


def sibtest(
    responses: ArrayLike,
    group: ArrayLike,
    *,
    kind: Literal["uniform", "crossing"] = "uniform",
    purify: bool = True,
    anchors: ArrayLike | None = None,
    focal: Any = None,
    missing: int | None = None,
    crossing: ArrayLike | None = None,
    fewest: int = 6,
    level: float = 0.05,
    rng: np.random.Generator | None = None,
    draws: int = 1000,
) -> Sibtest:
    """Test each item by SIBTEST (Shealy & Stout, 1993) and crossing SIBTEST (Li & Stout, 1996).

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        0 wrong, 1 right.  Persons with a response not administered are left out and counted.
    group : (n_persons,) array_like
        Two labels; of 0 and 1, 1 is the focal group.
    kind : "uniform" or "crossing"
        Which test flags items, and purifies by them.
    purify : bool
        Match on the items that are not flagged, round by round until they stay the same.
    anchors : array_like, optional
        Items to match on, by position or as a mask; they are not purified.
    focal : optional
        Label of the focal group, where labels are not 0 and 1.
    missing : int, optional
        Code of a response not administered in an integer array.
    crossing : float or (n_items,) array_like, optional
        Matching score at which the groups' curves cross; estimated if not given.
    fewest : int
        Persons of each group that a score needs to be used; 2 or more.
    level : float
        Of significance.
    rng : numpy.random.Generator, optional
        Gives ``p_crossing`` the distribution that it has where the crossing is estimated and there
        is no DIF, by drawing differences; without it, or with ``crossing``, it is chi-square.
    draws : int
        How many, for each item and round.

    Returns
    -------
    Sibtest

    Raises
    ------
    BadResponses, BadOption
        A response is not 0 or 1; an option is not what it may be.
    NotEnoughData
        A group is empty, or has fewer than two persons with all responses; fewer than two items
        are left to match on.

    Notes
    -----
    The correction takes true scores to be linear in observed ones, with coefficient alpha of the
    matching items as the slope in each group.  Scores count by the persons of both groups; the
    lowest and the highest are not used.  The crossing test is Chalmers' (2018) sum of the two
    squared differences below and above the crossing, the crossing from the weighted regression of
    the differences on the score.  Estimated from the same data, that makes the chi-square liberal
    (7 to 8 false alarms in 100 at a level of .05 with 20 items); ``rng`` mends it.
    """
    if kind not in {"uniform", "crossing"}:
        raise BadOption(f"kind = {kind!r} is neither uniform nor crossing")
    if draws < 1:
        raise BadOption(f"draws = {draws}: at least one is needed")
    if fewest < 2:
        raise BadOption(f"fewest = {fewest}: a score needs two persons of each group or more")
    codes = read_binary(responses, missing)
    n_items = codes.shape[1]
    whole = (codes >= 0).all(axis=1)
    is_focal = read_groups(group, len(codes), focal)
    level = read_level(level)
    places = _read_crossing(crossing, n_items)
    halves = (codes[whole & ~is_focal], codes[whole & is_focal])
    for half, name in zip(halves, ("reference", "focal"), strict=True):
        if len(half) < 2:
            raise NotEnoughData(
                f"the {name} group has {len(half)} persons with a response to every item: at least "
                "two are needed"
            )

    def evaluate(used: Booleans) -> tuple[Differences, Booleans]:
        found = corrected_differences(halves, used, places, fewest, rng, draws)
        return found, (found.p_crossing if kind == "crossing" else found.p) < level

    given = read_anchors(anchors, n_items)
    if n_items < 3 or (given is not None and given.sum() < 2):
        raise NotEnoughData("one item cannot be matched on with its reliability: two are needed")
    last = purified(evaluate, n_items, anchors=given, purify=purify, fewest=2)
    found = last.found
    flags = small_groups(is_focal[whole], "Scores held by few persons are not used at all.")
    if not whole.all():
        sentence = f"{(~whole).sum()} persons without a response to every item are left out."
        flags.append(DifFlag("incomplete_left_out", sentence))
    undefined = [
        DifFlag(
            "undefined",
            f"Item {item} has no test: no inner score is held by {fewest} persons of each group "
            "with different answers.",
            item,
        )
        for item in np.flatnonzero(np.isnan(found.beta)).tolist()
    ]
    return Sibtest(
        beta=found.beta,
        standard_error=found.error,
        chi2=found.chi2,
        p=found.p,
        effect_class=_classes(found.beta, found.p, level),
        beta_crossing=found.beta_crossing,
        crossing=found.crossing,
        chi2_crossing=found.chi2_crossing,
        df_crossing=found.df_crossing.astype(np.int64),
        p_crossing=found.p_crossing,
        flagged=(found.p_crossing if kind == "crossing" else found.p) < level,
        anchors=last.anchors,
        rounds=last.rounds,
        n_persons=int(whole.sum()),
        flags=(*flags, *last.flags, *undefined),
    )


def _read_crossing(crossing: ArrayLike | None, n_items: int) -> Floats | None:
    if crossing is None:
        return None
    places = np.asarray(crossing, dtype=np.float64)
    if places.shape not in {(), (n_items,)} or not np.isfinite(places).all():
        raise BadOption(f"crossing is one finite score, or one for each of {n_items} items")
    return np.broadcast_to(places, (n_items,))


def _classes(beta: Floats, p: Floats, level: float) -> tuple[Literal["A", "B", "C"] | None, ...]:
    classes: list[Literal["A", "B", "C"] | None] = []
    for size, probability in zip(np.abs(beta), p, strict=True):
        if np.isnan(size):
            classes.append(None)
        elif size < MODERATE or probability >= level:
            classes.append("A")
        else:
            classes.append("B" if size < LARGE else "C")
    return tuple(classes)
