"""Breslow and Day: is the odds ratio the same at every score?  A test of non-uniform DIF."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from psychometrics.dif.flags import DifFlag
from psychometrics.dif.groups import read_binary, read_groups, small_groups
from psychometrics.dif.mantel_haenszel import odds_ratios
from psychometrics.dif.matching import Tables, form_flags, matched
from psychometrics.dif.purification import purified, read_anchors, read_level

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class BreslowDay:
    """Tests of a common odds ratio; arrays have shape (n_items,), NaN where a flag says why.

    Attributes
    ----------
    chi2, p : array
    df : array of int
        Strata that tell something, less one; 0 where there is no test.
    flagged : array of bool
        ``p`` below the level.
    anchors : array of bool
        The items whose sum persons are matched on; none where ``match`` was given.
    rounds : int
        Of purification.
    flags : tuple of DifFlag
    """

    chi2: Floats
    p: Floats
    df: NDArray[np.int64]
    flagged: Booleans
    anchors: Booleans
    rounds: int
    flags: tuple[DifFlag, ...]


def breslow_day(
    responses: ArrayLike,
    group: ArrayLike,
    *,
    purify: bool = True,
    anchors: ArrayLike | None = None,
    match: ArrayLike | None = None,
    focal: Any = None,
    missing: int | None = None,
    level: float = 0.05,
) -> BreslowDay:
    """Test whether the odds ratio of `mantel_haenszel` is the same at all scores.

    Parameters
    ----------
    responses, group, purify, anchors, match, focal, missing, level
        As for `mantel_haenszel`.

    Returns
    -------
    BreslowDay

    Raises
    ------
    BadResponses, BadOption, NotEnoughData
        As for `mantel_haenszel`.

    Notes
    -----
    Breslow & Day (1980, p. 142); for DIF, Penfield (2003).  Strata in which both groups and both
    answers are count.  Its chi-square needs several persons in each cell: with many scores and few
    persons it is unreliable.
    """
    codes = read_binary(responses, missing)
    is_focal = read_groups(group, len(codes), focal)
    data = matched(codes, is_focal, match)
    level = read_level(level)

    def evaluate(used: Booleans) -> tuple[_Tests, Booleans]:
        found = _tests(data.tables(used))
        return found, found.p < level

    last = purified(
        evaluate,
        codes.shape[1],
        anchors=read_anchors(anchors, codes.shape[1]),
        purify=purify and match is None,
    )
    found = last.found
    consequence = "With few persons at each score this test is unreliable."
    undefined = [
        DifFlag("undefined", f"Item {item} has no test: no odds ratio, or one score only.", item)
        for item in np.flatnonzero(np.isnan(found.chi2)).tolist()
    ]
    return BreslowDay(
        chi2=found.chi2,
        p=found.p,
        df=found.df,
        flagged=found.p < level,
        anchors=last.anchors & (match is None),
        rounds=last.rounds,
        flags=(
            *small_groups(is_focal, consequence),
            *form_flags(data),
            *last.flags,
            *undefined,
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Tests:
    chi2: Floats
    p: Floats
    df: NDArray[np.int64]


def _tests(tables: Tables) -> _Tests:
    alpha, _ = odds_ratios(tables)
    given, solved = tables.given, tables.right.sum(axis=0)
    wrong = tables.wrong.sum(axis=0)
    tells = (given > 0).all(axis=0) & (solved > 0) & (wrong > 0) & np.isfinite(alpha)
    ratio = np.where(np.isfinite(alpha), alpha, 1.0)
    expected = _expected(
        np.where(tells, given[0], 1.0),
        np.where(tells, given[1], 1.0),
        np.where(tells, solved, 1.0),
        ratio,
    )
    cells = 1 / expected + 1 / (np.where(tells, given[0], 1.0) - expected)
    first = np.where(tells, solved, 1.0) - expected
    cells += 1 / first + 1 / (np.where(tells, given[1], 1.0) - first)
    parts = np.where(tells, (tables.right[0] - expected) ** 2 * cells, 0.0)
    df = np.maximum(tells.sum(axis=0) - 1, 0)
    chi2 = np.where(df > 0, parts.sum(axis=0), np.nan)
    p = np.full(len(df), np.nan)
    p[df > 0] = chdtrc(df[df > 0], chi2[df > 0])
    return _Tests(chi2, p, df.astype(np.int64))


def _expected(reference: Floats, focal: Floats, solved: Floats, ratio: Floats) -> Floats:
    """Right answers of the reference group that give a stratum this odds ratio.

    The root of a quadratic, in the form that loses no digits as the ratio nears 1.
    """
    linear = focal - solved + ratio * (reference + solved)
    root = np.sqrt(np.maximum(linear**2 - 4 * (ratio - 1) * ratio * reference * solved, 0.0))
    return np.asarray(2 * ratio * reference * solved / (linear + root))
