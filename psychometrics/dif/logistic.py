"""Logistic regression of right answers on score and group: uniform and non-uniform DIF."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from psychometrics.dif.flags import DifFlag
from psychometrics.dif.groups import read_binary, read_groups, small_groups
from psychometrics.dif.matching import Tables, form_flags, matched
from psychometrics.dif.purification import purified, read_anchors, read_level
from psychometrics.dif.regression import Regression, regress
from psychometrics.errors import BadOption

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Kind = Literal["both", "uniform", "nonuniform"]
EffectClass = Literal["A", "B", "C"]

TERMS: dict[Kind, tuple[int, int]] = {"both": (2, 4), "uniform": (2, 3), "nonuniform": (3, 4)}
JODOIN_GIERL = (0.035, 0.070)
ZUMBO_THOMAS = (0.13, 0.26)


@dataclass(frozen=True, slots=True, eq=False)
class LogisticDif:
    """Comparison of two nested logistic regressions, one pair an item.

    Arrays have shape (n_items,) unless stated; NaN where a flag "undefined" or "separated" says
    why.

    Attributes
    ----------
    kind : "both", "uniform" or "nonuniform"
    statistic, p : array
        Twice the gain in log-likelihood, and its chi-square probability.
    df : int
        2 for both kinds of DIF together, else 1.
    effect : array
        Gain in Nagelkerke's R squared.
    jodoin_gierl, zumbo_thomas : tuple of "A", "B", "C" or None
        Negligible, moderate, large: A unless significant, then by ``effect`` against .035 and .070
        (Jodoin & Gierl, 2001), or .13 and .26 (Zumbo & Thomas, 1997).
    coefficients : (n_items, 4) array
        Of 1, score, group (1 for focal), score times group in the larger model, in logits; 0 for a
        term that it has not.
    smaller : (n_items, 4) array
        The same of the smaller model.
    flagged : array of bool
        ``p`` below the level.
    anchors : array of bool
        The items whose sum is the score; none where ``match`` was given.
    rounds : int
        Of purification.
    flags : tuple of DifFlag
    """

    kind: Kind
    statistic: Floats
    df: int
    p: Floats
    effect: Floats
    jodoin_gierl: tuple[EffectClass | None, ...]
    zumbo_thomas: tuple[EffectClass | None, ...]
    coefficients: Floats
    smaller: Floats
    flagged: Booleans
    anchors: Booleans
    rounds: int
    flags: tuple[DifFlag, ...]


def logistic_dif(
    responses: ArrayLike,
    group: ArrayLike,
    *,
    kind: Kind = "both",
    purify: bool = True,
    anchors: ArrayLike | None = None,
    match: ArrayLike | None = None,
    focal: Any = None,
    missing: int | None = None,
    level: float = 0.05,
) -> LogisticDif:
    """Test each item for DIF by logistic regression on the score (Swaminathan & Rogers, 1990).

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        0 wrong, 1 right; NaN (or the code ``missing``) for not administered.
    group : (n_persons,) array_like
        Two labels; of 0 and 1, 1 is the focal group.
    kind : "both", "uniform" or "nonuniform"
        Group and interaction together; group alone; interaction beyond group.
    purify : bool
        Sum only the items that are not flagged, round by round until they stay the same.
    anchors : array_like, optional
        Items to sum, by position or as a mask; they are not purified.
    match : (n_persons,) array_like, optional
        A covariate instead of the score; nothing is purified.
    focal : optional
        Label of the focal group, where labels are not 0 and 1.
    missing : int, optional
        Code of a response not administered in an integer array.
    level : float
        Of significance.

    Returns
    -------
    LogisticDif

    Raises
    ------
    BadResponses, BadOption
        A response is not 0 or 1; an option is not what it may be.
    NotEnoughData
        A group is empty, or there is only one item.

    Notes
    -----
    Nagelkerke (1991) for R squared, of persons and not of table cells.  The studied item is part
    of the score, as in `mantel_haenszel`.  *Missing responses*: the score is the share of points
    earned on the anchors given, times the number of anchors.
    """
    if kind not in TERMS:
        raise BadOption(f"kind = {kind!r} is none of {', '.join(TERMS)}")
    codes = read_binary(responses, missing)
    is_focal = read_groups(group, len(codes), focal)
    data = matched(codes, is_focal, match)
    level = read_level(level)
    fewer, more = TERMS[kind]

    def evaluate(used: Booleans) -> tuple[_Pair, Booleans]:
        pair = _compared(data.tables(used), fewer, more)
        return pair, pair.p < level

    last = purified(
        evaluate,
        codes.shape[1],
        anchors=read_anchors(anchors, codes.shape[1]),
        purify=purify and match is None,
    )
    pair = last.found
    consequence = "The test then finds large differences only, and its chi-square is approximate."
    return LogisticDif(
        kind=kind,
        statistic=pair.statistic,
        df=more - fewer,
        p=pair.p,
        effect=pair.effect,
        jodoin_gierl=effect_classes(pair.effect, pair.p, JODOIN_GIERL, level),
        zumbo_thomas=effect_classes(pair.effect, pair.p, ZUMBO_THOMAS, level),
        coefficients=_padded(pair.larger, pair.p),
        smaller=_padded(pair.smaller, pair.p),
        flagged=pair.p < level,
        anchors=last.anchors & (match is None),
        rounds=last.rounds,
        flags=(
            *small_groups(is_focal, consequence),
            *_form_flags(form_flags(data)),
            *last.flags,
            *pair.flags,
        ),
    )


def effect_classes(
    effect: Floats, p: Floats, bounds: tuple[float, float], level: float
) -> tuple[EffectClass | None, ...]:
    """A below the first bound or not significant, C from the second; None where undefined."""
    classes: list[EffectClass | None] = []
    for size, probability in zip(np.abs(effect), p, strict=True):
        if np.isnan(size) or np.isnan(probability):
            classes.append(None)
        elif size < bounds[0] or probability >= level:
            classes.append("A")
        else:
            classes.append("B" if size < bounds[1] else "C")
    return tuple(classes)


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    statistic: Floats
    p: Floats
    effect: Floats
    larger: Floats
    smaller: Floats
    flags: tuple[DifFlag, ...]


def _compared(tables: Tables, fewer: int, more: int) -> _Pair:
    small, large = regress(tables, terms=fewer), regress(tables, terms=more)
    defined = small.maximal & large.maximal
    gain = 2 * np.maximum(large.log_likelihood - small.log_likelihood, 0.0)
    statistic = np.where(defined, gain, np.nan)
    right, given = tables.right.sum(axis=(0, 1)), tables.given.sum(axis=(0, 1))
    share = np.clip(right / np.maximum(given, 1), 1e-12, 1 - 1e-12)
    empty = right * np.log(share) + (given - right) * np.log1p(-share)
    effect = _nagelkerke(large, empty, given) - _nagelkerke(small, empty, given)
    return _Pair(
        statistic=statistic,
        p=np.asarray(chdtrc(more - fewer, statistic)),
        effect=np.where(defined, effect, np.nan),
        larger=large.coefficients,
        smaller=small.coefficients,
        flags=tuple(_undefined(tables, item) for item in np.flatnonzero(~defined).tolist()),
    )


def _nagelkerke(fit: Regression, empty: Floats, number: Floats) -> Floats:
    number = np.maximum(number, 1.0)
    explained = -np.expm1(2 * (empty - fit.log_likelihood) / number)
    possible = -np.expm1(2 * empty / number)
    return np.asarray(explained / np.where(possible > 0, possible, 1.0))


def _padded(coefficients: Floats, p: Floats) -> Floats:
    """Four columns, NaN for items without a test."""
    all_terms = np.zeros((len(p), 4))
    all_terms[:, : coefficients.shape[1]] = coefficients
    all_terms[np.isnan(p)] = np.nan
    return all_terms


def _undefined(tables: Tables, item: int) -> DifFlag:
    given = tables.given[:, :, item].sum(axis=1)
    right = tables.right[:, :, item].sum(axis=1)
    if given.min() == 0:
        return DifFlag("undefined", f"Item {item} has no test: a group was not given it.", item)
    if right.sum() in {0.0, given.sum()}:
        return DifFlag("undefined", f"Item {item} has no test: all answers to it are alike.", item)
    sentence = (
        f"Item {item} has no test: score and group tell its right answers from its wrong ones "
        "without error, so a coefficient is infinite. Mantel-Haenszel may still be defined."
    )
    return DifFlag("separated", sentence, item)


def _form_flags(flags: list[DifFlag]) -> list[DifFlag]:
    sentence = (
        "Persons were not all given the same items; the score is their share of the points they "
        "could earn on the anchors."
    )
    return [DifFlag(flag.code, sentence) for flag in flags]
