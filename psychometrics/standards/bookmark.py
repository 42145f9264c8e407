"""Bookmark: items in order of difficulty, and where judges stop expecting mastery.

Source: Mitzel, Lewis, Patz & Green (2001), in Cizek (Ed.), Setting Performance Standards.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit

from psychometrics.errors import BadItems, BadOption, BadRatings, NotEnoughData
from psychometrics.models import Items
from psychometrics.scales import true_score
from psychometrics.standards.angoff import outlying_judges
from psychometrics.standards.flags import StandardFlag, few_judges

Floats = NDArray[np.float64]
Place = Literal["before", "at", "between"]
Statistic = Literal["median", "mean"]

REACH = 64.0  # logits to each side, where boundaries of graded items are looked for
HALVINGS = 70
MEDIAN_ERROR = float(np.sqrt(np.pi / 2))  # of a median over a mean, in large normal samples


@dataclass(frozen=True, slots=True, eq=False)
class Booklet:
    """Items in order of difficulty, one page for each point an item can give.

    Attributes
    ----------
    item : (P,) array of int
        Position of the page's item.
    category : (P,) array of int
        1 for right; k for k points or more.
    location : (P,) array
        Theta in logits at which that has the response probability; ascending.
    """

    item: NDArray[np.intp]
    category: NDArray[np.intp]
    location: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Bookmark:
    """The standard a Bookmark panel recommends.

    Attributes
    ----------
    cut : float
        Median or mean of the judges' cuts, theta in logits.
    standard_error : float
        Of ``cut``, over judges, in logits.
    raw_cut : float
        True score at ``cut``, in points; not rounded.
    rounds : (R, J) array
        Each judge's cut in each round; ``cut`` is of the last.
    round_cuts : (R,) array
    booklet : Booklet
    flags : tuple of StandardFlag
        Of the last round.
    """

    cut: float
    standard_error: float
    raw_cut: float
    rounds: Floats
    round_cuts: Floats
    booklet: Booklet
    flags: tuple[StandardFlag, ...]


def order_booklet(
    items: Items, *, probability: float = 2 / 3, without_guessing: bool = False
) -> Booklet:
    """Items in order of where they are mastered (Mitzel et al., 2001).

    Parameters
    ----------
    items : Items
        Of any model but the nominal; categories count as points.
    probability : float
        Of a right answer (of k points or more) that counts as mastery, between 0 and 1.
    without_guessing : bool
        Whether it means knowing the answer, (P - c) / (1 - c), rather than giving it.

    Returns
    -------
    Booklet
        Ties stand in the order of the items.

    Raises
    ------
    BadItems
        An item never reaches, or never falls below, the probability, is nominal or rewards the
        less able.
    BadOption
        ``probability`` is not between 0 and 1.
    """
    if not 0 < probability < 1:
        raise BadOption(f"a response probability of {probability} is not between 0 and 1")
    ordered = ~np.isnan(items.a) & ~items.negative
    if not ordered.all():
        name = items.names[int(np.argmin(ordered))]
        raise BadItems(f"item {name!r} has no order of mastery: it is nominal or of negative slope")
    pages = []
    for item in range(len(items)):
        if items.n_categories[item] == 2:
            found = [_location(items, item, probability, without_guessing=without_guessing)]
        else:
            found = _boundaries(items.select([item]), probability)
        pages += [(location, item, k + 1) for k, location in enumerate(found)]
    pages.sort()
    location, position, category = zip(*pages, strict=True)
    return Booklet(
        np.array(position, dtype=np.intp), np.array(category, dtype=np.intp), np.array(location)
    )


def bookmark(
    items: Items,
    pages: ArrayLike,
    *,
    probability: float = 2 / 3,
    without_guessing: bool = False,
    place: Place = "before",
    statistic: Statistic = "median",
) -> Bookmark:
    """The cut of a Bookmark panel (Mitzel, Lewis, Patz & Green, 2001).

    Parameters
    ----------
    items : Items
        In the booklet of `order_booklet`.
    pages : (J,) or (R, J) array_like of int
        The page, counted from 1, on which each judge put the bookmark: the first that a
        just-qualified candidate is not expected to master; one more than the last page if all are.
        By rounds if there were several.
    probability, without_guessing
        As for `order_booklet`.
    place : "before", "at" or "between"
        The judge's cut is the location of the page before the bookmark, of the bookmarked page, or
        half way.
    statistic : "median" or "mean"
        Of the judges' cuts.

    Returns
    -------
    Bookmark

    Raises
    ------
    BadRatings
        A page is not in the booklet, or has no page before it where one is needed.
    NotEnoughData
        Fewer than two judges.
    BadItems, BadOption
        As for `order_booklet`; an option is none of those named.

    Notes
    -----
    The standard error is that of a mean, times sqrt(pi / 2) for the median (of a large normal
    panel).  It is of the judges alone; the items' own errors are not in it.
    """
    if place not in {"before", "at", "between"}:
        raise BadOption(f"place = {place!r} is none of before, at, between")
    if statistic not in {"median", "mean"}:
        raise BadOption(f"statistic = {statistic!r} is neither median nor mean")
    booklet = order_booklet(items, probability=probability, without_guessing=without_guessing)
    placed = _read_pages(pages, len(booklet.location), place)
    before = booklet.location[np.maximum(placed - 2, 0)]
    at = booklet.location[np.minimum(placed - 1, len(booklet.location) - 1)]
    cuts = {"before": before, "at": at, "between": (before + at) / 2}[place]
    centre = np.median if statistic == "median" else np.mean
    round_cuts = np.asarray(centre(cuts, axis=1), dtype=np.float64)
    last = cuts[-1]
    factor = MEDIAN_ERROR if statistic == "median" else 1.0
    return Bookmark(
        cut=float(round_cuts[-1]),
        standard_error=factor * float(last.std(ddof=1) / np.sqrt(len(last))),
        raw_cut=float(true_score(items, round_cuts[-1:])[0]),
        rounds=cuts,
        round_cuts=round_cuts,
        booklet=booklet,
        flags=(*few_judges(len(last)), *outlying_judges(last)),
    )


def _read_pages(pages: ArrayLike, n_pages: int, place: Place) -> NDArray[np.intp]:
    given = np.atleast_2d(np.asarray(pages, dtype=np.float64))
    if given.ndim != 2 or given.shape[1] < 2:
        raise NotEnoughData("a bookmark standard needs the pages of two judges or more")
    first = 1 if place == "at" else 2
    last = n_pages if place in {"at", "between"} else n_pages + 1
    bad = ~((given >= first) & (given <= last) & (given == np.floor(given)))
    if bad.any():
        number, judge = np.argwhere(bad)[0]
        raise BadRatings(
            f"judge {judge} put the bookmark of round {number + 1} on page {given[number, judge]:g}"
            f": with place = {place!r} it lies on a whole page from {first} to {last}"
        )
    return given.astype(np.intp)


def _location(items: Items, item: int, probability: float, *, without_guessing: bool) -> float:
    a, b, c, u = items.a[item], items.metric.b[item, 0], items.c[item], items.u[item]
    wanted = probability
    if without_guessing:
        wanted = c + (1 - c) * probability
    if not c < wanted < u:
        raise BadItems(
            f"item {items.names[item]!r} has no location: its probability runs from {c:g} to {u:g} "
            f"and {wanted:.4g} was asked for"
        )
    return float(b + logit((wanted - c) / (u - c)) / a)


def _boundaries(item: Items, probability: float) -> list[float]:
    """Where P(X >= k) is the probability, k = 1, ..., of one item."""
    n_steps = int(item.n_categories[0]) - 1
    low, high = np.full(n_steps, -REACH), np.full(n_steps, REACH)
    step = np.arange(n_steps)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        reached = item.probabilities(middle)[0, ::-1].cumsum(axis=0)[::-1][step + 1, step]
        low, high = (
            np.where(reached < probability, middle, low),
            np.where(reached < probability, high, middle),
        )
    return [float(place) for place in (low + high) / 2]
