"""Likelihood-ratio tests: an item with parameters of its own in each group, or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from psychometrics.calibration import Calibration, Prior, calibrate
from psychometrics.dif.flags import DifFlag
from psychometrics.dif.groups import read_groups, small_groups
from psychometrics.dif.purification import purified, read_anchors, read_level
from psychometrics.errors import BadOption, NotEnoughData
from psychometrics.quadrature import Quadrature
from psychometrics.responses import Codes, read_responses

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

GROUP_NAMES = ("0 reference", "1 focal")


@dataclass(frozen=True, slots=True, eq=False)
class LikelihoodRatio:
    """Likelihood-ratio tests; arrays have shape (n_items,), NaN where a flag says why.

    Attributes
    ----------
    chi2, p : array
        Twice the log-likelihood gained by parameters of its own in each group.
    df : array of int
        How many parameters that adds; 0 where there is no test.
    effect : array
        Expected item score of the focal group by its own curve less that by the reference curve,
        over the focal group's abilities, as a share of the item's points: from -1 to 1, below 0
        where the item is harder for the focal group.
    effect_class : tuple of "A", "B", "C" or None
        A unless significant; then by ``effect`` against .05 and .10, as standardised differences.
    flagged : array of bool
        ``p`` below the level.
    focal_mean, focal_sd : float
        Of theta in the focal group where the reference group has 0 and 1 (or 0 and its own spread
        under a Rasch model), by the anchors.
    anchors : array of bool
        Items with the same parameters in both groups.
    rounds : int
        Of purification.
    flags : tuple of DifFlag
    """

    chi2: Floats
    p: Floats
    df: NDArray[np.int64]
    effect: Floats
    effect_class: tuple[Literal["A", "B", "C"] | None, ...]
    flagged: Booleans
    focal_mean: float
    focal_sd: float
    anchors: Booleans
    rounds: int
    flags: tuple[DifFlag, ...]


def likelihood_ratio(
    responses: ArrayLike,
    group: ArrayLike,
    model: str = "2PL",
    *,
    purify: bool = True,
    anchors: ArrayLike | None = None,
    focal: Any = None,
    missing: int | None = None,
    priors: Mapping[str, Prior] | None = None,
    quadrature: Quadrature | None = None,
    level: float = 0.05,
) -> LikelihoodRatio:
    """Test each item by calibrating it jointly and apart (Thissen, Steinberg & Wainer, 1993).

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        Categories; NaN (or the code ``missing``) for not administered, in any pattern.
    group : (n_persons,) array_like
        Two labels; of 0 and 1, 1 is the focal group.
    model : str
        Of `psychometrics.models.MODELS`, for all items.
    purify : bool
        Anchor on the items that are not flagged, round by round until they stay the same.
    anchors : array_like, optional
        Items to anchor on, by position or as a mask; they are not purified.
    focal : optional
        Label of the focal group, where labels are not 0 and 1.
    missing : int, optional
        Code of a response not administered in an integer array.
    priors, quadrature
        As for `psychometrics.calibrate`.
    level : float
        Of significance.

    Returns
    -------
    LikelihoodRatio

    Raises
    ------
    NotEnoughData
        A group is empty, or there is too little to calibrate.
    BadOption, BadResponses, UnknownModel, NotLinked
        As for `psychometrics.calibrate`.

    Notes
    -----
    All items but the anchors are free in each group throughout.  An item that is no anchor is
    compared with the same item held equal; an anchor with the same item free, anchored on the
    others.  With all items as anchors that is the usual all-others test.  An item that the groups
    do not answer with the same categories is never an anchor.  One calibration an item and round,
    all on the same nodes.  The effect is Meade's (2010) signed item difference, over
    the focal group's normal distribution.
    """
    codes = read_responses(responses, missing=missing)
    n_items = codes.shape[1]
    is_focal = read_groups(group, len(codes), focal)
    level = read_level(level)
    given = read_anchors(anchors, n_items)
    if n_items < 2:
        raise NotEnoughData("one item has no others to be compared by")
    usable = _usable(codes, is_focal)
    if not (usable if given is None else usable & given).any():
        raise BadOption("no anchor was answered by both groups with the same categories")
    comparison = _Comparison(codes, is_focal, usable, model, priors, quadrature)

    def evaluate(used: Booleans) -> tuple[_Round, Booleans]:
        found = comparison.round(used & usable)
        return found, (found.p < level) | ~usable

    last = purified(evaluate, n_items, anchors=given, purify=purify)
    found = last.found
    consequence = "The test then finds large differences only, and its chi-square is approximate."
    return LikelihoodRatio(
        chi2=found.chi2,
        p=found.p,
        df=found.df,
        effect=found.effect,
        effect_class=tuple(
            _class(size, p, level) for size, p in zip(np.abs(found.effect), found.p, strict=True)
        ),
        flagged=found.p < level,
        focal_mean=found.focal_mean,
        focal_sd=found.focal_sd,
        anchors=last.anchors & usable,
        rounds=last.rounds,
        flags=(*small_groups(is_focal, consequence), *last.flags, *found.flags),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    chi2: Floats
    p: Floats
    df: NDArray[np.int64]
    effect: Floats
    focal_mean: float
    focal_sd: float
    flags: tuple[DifFlag, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Comparison:
    codes: Codes
    focal: Booleans
    usable: Booleans
    model: str
    priors: Mapping[str, Prior] | None
    quadrature: Quadrature | None

    def round(self, anchors: Booleans) -> _Round:
        """Every item tested against the ``anchors``."""
        base = self._fit(anchors, self.quadrature)
        nodes = self.quadrature or base.quadrature
        testable = self.usable & (~anchors | (anchors.sum() > 1))
        flags = [_no_test(item, self.usable[item]) for item in np.flatnonzero(~testable).tolist()]
        n_items = len(anchors)
        chi2, effect, df = (
            np.full(n_items, np.nan),
            np.full(n_items, np.nan),
            np.zeros(n_items, int),
        )
        for item in np.flatnonzero(testable).tolist():
            changed = anchors.copy()
            changed[item] = not anchors[item]
            other = self._fit(changed, nodes)
            free, equal = (other, base) if anchors[item] else (base, other)
            if not (free.converged and equal.converged):
                sentence = f"Item {item} has no test: its calibration does not converge."
                flags.append(DifFlag("not_converged", sentence, item))
                continue
            chi2[item] = max(2 * (free.log_likelihood - equal.log_likelihood), 0.0)
            df[item] = free.n_parameters - equal.n_parameters
            effect[item] = self._effect(free, item, nodes)
        p = np.full(n_items, np.nan)
        there = df > 0
        p[there] = chdtrc(df[there], chi2[there])
        return _Round(
            *(chi2, p, df, effect, float(base.means[1]), float(np.sqrt(base.variances[1]))),
            tuple(flags),
        )

    def _fit(self, anchors: Booleans, quadrature: Quadrature | None) -> Calibration:
        """Anchors in a column each, other items in a column for each group."""
        blank = self.codes.copy()
        blank[np.ix_(self.focal, ~anchors)] = -1
        own = self.codes[:, ~anchors].copy()
        own[~self.focal] = -1
        return calibrate(
            np.hstack([blank, own]),
            self.model,
            priors=self.priors,
            groups=np.where(self.focal, GROUP_NAMES[1], GROUP_NAMES[0]),
            missing=-1,
            item_names=[
                *(f"{item}" for item in range(len(anchors))),
                *(f"{item} focal" for item in np.flatnonzero(~anchors)),
            ],
            errors=None,
            quadrature=quadrature,
        )

    def _effect(self, free: Calibration, item: int, nodes: Quadrature) -> float:
        curves = free.items.select([f"{item}", f"{item} focal"]).expected_score(nodes.nodes)
        z = (nodes.nodes - free.means[1]) / np.sqrt(free.variances[1])
        weights = np.exp(-0.5 * z**2)
        points = max(int(self.codes[:, item].max()), 1)
        return float((curves[1] - curves[0]) @ weights / weights.sum() / points)


def _no_test(item: int, usable: bool) -> DifFlag:
    if usable:
        sentence = f"Item {item} is the only anchor and cannot be tested itself."
        return DifFlag("one_anchor", sentence, item)
    sentence = f"Item {item} has no test: the groups do not answer it with the same categories."
    return DifFlag("undefined", sentence, item)


def _usable(codes: Codes, focal: Booleans) -> Booleans:
    """Items that both groups answered, with the same two categories or more."""
    usable = np.zeros(codes.shape[1], dtype=bool)
    for item in range(codes.shape[1]):
        reference, other = (set(codes[who, item].tolist()) - {-1} for who in (~focal, focal))
        usable[item] = reference == other and len(reference) > 1
    return usable


def _class(size: float, p: float, level: float) -> Literal["A", "B", "C"] | None:
    if np.isnan(size) or np.isnan(p):
        return None
    if size < 0.05 or p >= level:
        return "A"
    return "B" if size < 0.10 else "C"
