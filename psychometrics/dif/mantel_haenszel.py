"""Mantel-Haenszel: the common odds ratio of right answers in two matched groups."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtri

from psychometrics.dif.exact import exact_p_values
from psychometrics.dif.flags import DifFlag
from psychometrics.dif.groups import read_binary, read_groups, small_groups
from psychometrics.dif.matching import Tables, form_flags, matched
from psychometrics.dif.purification import Purified, purified, read_anchors, read_level

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
EtsClass = Literal["A", "B", "C"]

DELTA = 2.35  # delta points a unit of log odds: 4 / 1.7, rounded as ETS does
POWER = float(ndtri(0.975) + ndtri(0.8))  # standard errors that are found in 4 of 5 cases


@dataclass(frozen=True, slots=True, eq=False)
class MantelHaenszel:
    """Mantel-Haenszel statistics; arrays have shape (n_items,).

    NaN where a flag "undefined" says why.

    Attributes
    ----------
    alpha : array
        Common odds ratio; above 1 the item is easier for the reference group.
    delta : array
        -2.35 log alpha, MH D-DIF; below 0 the item is harder for the focal group.
    se_delta : array
        Its standard error (Robins, Breslow & Greenland, 1986).
    chi2, p : array
        Chi-square with 1 degree of freedom and its probability; the exact conditional
        probability if that was asked for.
    ets_class : tuple of "A", "B", "C" or None
        Negligible, moderate, large.
    flagged : array of bool
        ``p`` below the level.
    n_reference, n_focal : array of int
        Persons in strata where both groups are.
    anchors : array of bool
        The items whose sum persons are matched on; none where ``match`` was given.
    rounds : int
        Of purification.
    flags : tuple of DifFlag
    """

    alpha: Floats
    delta: Floats
    se_delta: Floats
    chi2: Floats
    p: Floats
    ets_class: tuple[EtsClass | None, ...]
    flagged: Booleans
    n_reference: NDArray[np.int64]
    n_focal: NDArray[np.int64]
    anchors: Booleans
    rounds: int
    flags: tuple[DifFlag, ...]


def mantel_haenszel(
    responses: ArrayLike,
    group: ArrayLike,
    *,
    purify: bool = True,
    anchors: ArrayLike | None = None,
    match: ArrayLike | None = None,
    focal: Any = None,
    missing: int | None = None,
    correction: bool = True,
    exact: bool = False,
    level: float = 0.05,
) -> MantelHaenszel:
    """Test each item for uniform DIF between two groups matched on their score.

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
    correction : bool
        Whether half a person is taken off the deviation before it is squared.
    exact : bool
        Whether ``p`` is that of the exact conditional test, for small groups.
    level : float
        Of significance, for flagging and for the classes.

    Returns
    -------
    MantelHaenszel

    Raises
    ------
    BadResponses, BadOption
        A response is not 0 or 1; an option is not what it may be.
    NotEnoughData
        A group is empty, or there is only one item.

    Notes
    -----
    Mantel & Haenszel (1959); Holland & Thayer (1988).  The studied item is part of the score even
    where purification takes it out of everybody else's.  *Missing responses*: persons are matched
    among those who were given the same items.

    Classes as ETS assigns them (Zieky, 1993; Zwick, 2012): A where delta is below 1 or not
    significantly different from 0; C where it is 1.5 or more and significantly above 1, one-sided;
    else B.
    """
    codes = read_binary(responses, missing)
    is_focal = read_groups(group, len(codes), focal)
    data = matched(codes, is_focal, match)
    level = read_level(level)
    given = read_anchors(anchors, codes.shape[1])

    def evaluate(used: Booleans) -> tuple[Tables, Booleans]:
        tables = data.tables(used)
        p = exact_p_values(tables) if exact else _chi_squares(tables, correction)[1]
        return tables, p < level

    last = purified(evaluate, codes.shape[1], anchors=given, purify=purify and match is None)
    flags = form_flags(data)
    return _result(last, is_focal, flags, correction, exact, level, by_score=match is None)


def _result(
    last: Purified[Tables],
    focal: Booleans,
    flags: list[DifFlag],
    correction: bool,
    exact: bool,
    level: float,
    by_score: bool,
) -> MantelHaenszel:
    tables = last.found
    alpha, variance = odds_ratios(tables)
    delta, se_delta = -DELTA * np.log(alpha), DELTA * np.sqrt(variance)
    chi2, p = _chi_squares(tables, correction)
    if exact:
        p = exact_p_values(tables)
    estimated = np.isfinite(se_delta)
    consequence = "No item has an estimate."
    if estimated.any():
        found = POWER * np.median(se_delta[estimated])
        consequence = (
            f"In the middling item a true difference of {found:.1f} delta points is found in 4 of "
            "5 cases, a smaller one less often."
        )
    compared = tables.compared.astype(np.int64)
    return MantelHaenszel(
        alpha=alpha,
        delta=delta,
        se_delta=se_delta,
        chi2=chi2,
        p=p,
        ets_class=ets_classes(delta, se_delta, p, level),
        flagged=p < level,
        n_reference=compared[0],
        n_focal=compared[1],
        anchors=last.anchors & by_score,
        rounds=last.rounds,
        flags=(
            *small_groups(focal, consequence),
            *flags,
            *last.flags,
            *_undefined(tables, alpha, p),
        ),
    )


def odds_ratios(tables: Tables) -> tuple[Floats, Floats]:
    """Common odds ratio of each item and the variance of its logarithm; NaN where there is none.

    Robins, Breslow & Greenland (1986), in the form of Phillips & Holland (1987).
    """
    (a, c), (b, d) = tables.right, tables.wrong
    total = np.maximum(a + b + c + d, 1.0)
    up, down = (a * d / total).sum(axis=0), (b * c / total).sum(axis=0)
    there = (up > 0) & (down > 0)
    alpha = np.full(len(up), np.nan)
    alpha[there] = up[there] / down[there]
    spread = ((a * d + alpha * b * c) * (a + d + alpha * (b + c)) / total**2).sum(axis=0)
    variance = np.full(len(up), np.nan)
    variance[there] = spread[there] / (2 * up[there] ** 2)
    return alpha, variance


def ets_classes(
    delta: Floats, se_delta: Floats, p: Floats, level: float
) -> tuple[EtsClass | None, ...]:
    """The classes A, B, C of ETS; None where there is no estimate (Zwick, 2012, p. 3)."""
    size = np.abs(delta)
    large = (size >= 1.5) & (size - 1.0 > ndtri(1.0 - level) * se_delta)
    classes: list[EtsClass | None] = []
    for item in range(len(size)):
        if np.isnan(size[item]) or np.isnan(p[item]):
            classes.append(None)
        elif size[item] < 1.0 or p[item] >= level:
            classes.append("A")
        else:
            classes.append("C" if large[item] else "B")
    return tuple(classes)


def _chi_squares(tables: Tables, correction: bool) -> tuple[Floats, Floats]:
    right, given = tables.right, tables.given
    total, solved = given.sum(axis=0), right.sum(axis=0)
    counted = np.maximum(total, 1.0)
    expected = given[0] * solved / counted
    variance = given[0] * given[1] * solved * (total - solved)
    spread = (variance / (counted**2 * np.maximum(total - 1, 1.0))).sum(axis=0)
    deviation = np.abs((right[0] - expected).sum(axis=0))
    if correction:
        deviation = np.abs(deviation - 0.5)
    chi2 = np.full(len(spread), np.nan)
    np.divide(deviation**2, spread, out=chi2, where=spread > 0)
    return chi2, np.asarray(chdtrc(1, chi2))


def _undefined(tables: Tables, alpha: Floats, p: Floats) -> list[DifFlag]:
    flags = []
    for item in np.flatnonzero(np.isnan(alpha)).tolist():
        if tables.given[:, :, item].sum(axis=1).min() == 0:
            why = "one of the groups was not given it."
        elif tables.compared[0, item] == 0:
            why = "no score is held by persons of both groups."
        elif np.isnan(p[item]):
            why = "within each score that both groups hold, all answers are alike."
        else:
            why = "the odds ratio is 0 or infinite; its test stands."
        flags.append(DifFlag("undefined", f"Item {item} has no estimate: {why}", item))
    return flags
