"""Anchors that are no longer the items they were: robust z, displacement, removal one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadItems, BadOption, NotEnoughData
from psychometrics.linking.anchors import Anchors, common_items
from psychometrics.linking.linked import Method, link
from psychometrics.linking.result import Link, LinkFlag
from psychometrics.models import FloatArray, Items

Statistic = Literal["robust-z", "displacement"]
LIMITS = {"robust-z": 1.645, "displacement": 0.5}
FEWEST_TO_COMPARE = 3
IQR_OF_NORMAL = 0.74  # sd in interquartile ranges, as Huynh & Meyer round it
LEAST_SPREAD = 1e-6  # logits; below it every difference is rounding


@dataclass(frozen=True, slots=True, eq=False)
class AnchorDrift:
    """How far each anchor moved; arrays are (J,), in the order of ``names``.

    Attributes
    ----------
    names : tuple of str
    displacement : array
        b_to - (A b_from + B) under ``link``, in logits; the mean over the steps of an item.
    z_b, z_a : array
        Robust z of the displacements and of log(a_to A / a_from); ``z_a`` is 0 where anchors have
        no slopes of their own.
    kept : array of bool
    removed_in : integer array
        The round in which an anchor was left out, from 1; 0 for those kept.
    link : Link
        By the anchors kept.
    correlation, sd_ratio : float or None
        Of the kept anchors' difficulties on the two forms (to / from); Huynh & Meyer (2010) ask
        for .95 and more, and .9 to 1.1.  None where they do not vary.
    flags : tuple of LinkFlag
    """

    names: tuple[str, ...]
    displacement: FloatArray
    z_b: FloatArray
    z_a: FloatArray
    kept: NDArray[np.bool_]
    removed_in: NDArray[np.intp]
    link: Link
    correlation: float | None
    sd_ratio: float | None
    flags: tuple[LinkFlag, ...]


def anchor_drift(
    items_from: Items,
    items_to: Items,
    *,
    by: Statistic = "robust-z",
    limit: float | None = None,
    method: Method = "stocking-lord",
    remove: bool = True,
    least_kept: float = 0.5,
    anchors: Sequence[str] | None = None,
    cov_from: ArrayLike | None = None,
    cov_to: ArrayLike | None = None,
) -> AnchorDrift:
    """Which anchors drifted, and the link without them.

    Parameters
    ----------
    items_from, items_to : Items
        Earlier and later calibration, say.
    by : {"robust-z", "displacement"}
        What decides: |z| of difficulty or slope, or |displacement|.
    limit : float, optional
        1.645 for robust z (a tenth of stable anchors exceed it for difficulty, and again for
        slope), 0.5 logits for displacement.
    method : str
        As for `link`.
    remove : bool
        Whether the worst anchor over the limit is left out, the rest linked again, and so on
        until none is over it.  Otherwise all are kept and judged once.
    least_kept : float
        Share of the anchors that removal never goes below.
    anchors : sequence of str, optional
        The anchors to judge, if not all common items.
    cov_from, cov_to : (P, P) array_like, optional
        As for `link`.

    Returns
    -------
    AnchorDrift
        Flagged ``anchors_all_drift`` where removal stopped with anchors over the limit: most of
        them moved, each by its own amount, and what is stable cannot be told.

    Raises
    ------
    NotEnoughData
        With fewer than three anchors: none of two can be called the one that moved.
    NotLinked, BadItems
        As for `link`; BadItems also for nominal anchors.
    BadOption
        ``by``, ``limit`` or ``least_kept`` is none that can be.

    Notes
    -----
    Robust z (Huynh & Meyer, 2010): (d - median d) / (0.74 interquartile range of d), over all
    anchors.  An anchor that moved thus barely moves what it is measured by.  Displacement: Wright
    & Stone (1979); half a logit is the usual limit.
    """
    if by not in get_args(Statistic):
        raise BadOption(f"drift is judged by robust-z or displacement, not by {by!r}")
    bound = LIMITS[by] if limit is None else float(limit)
    if not bound > 0:
        raise BadOption(f"the limit is {limit}, not above 0")
    if not 0 < least_kept <= 1:
        raise BadOption(f"least_kept is {least_kept}, not a share above 0 and up to 1")
    common = common_items(items_from, items_to, anchors)
    _check(common)
    n = len(common.names)
    fewest = max(2, int(np.ceil(least_kept * n)))
    kept, removed_in = np.ones(n, dtype=bool), np.zeros(n, dtype=np.intp)
    for number in range(1, n + 1):
        names = [name for name, keep in zip(common.names, kept, strict=True) if keep]
        linked = link(
            items_from, items_to, method=method, anchors=names, cov_from=cov_from, cov_to=cov_to
        )
        moved, z_b, z_a, spread = _moved(common, linked)
        excess = np.abs(moved) if by == "displacement" else np.maximum(np.abs(z_b), np.abs(z_a))
        over = kept & (excess > bound)
        if not remove or not over.any() or kept.sum() <= fewest:
            break
        worst = int(np.where(over, excess, -1.0).argmax())
        kept[worst], removed_in[worst] = False, number
    flags = [*linked.flags]
    if remove and over.any():
        flags.append(
            LinkFlag(
                "anchors_all_drift",
                f"{int((~kept).sum() + over.sum())} of {n} anchors are beyond {bound:g}, and the "
                f"link still rests on {int(over.sum())} of them: with so many that moved, it "
                "cannot be told which are stable.",
            )
        )
    if by == "robust-z" and spread <= LEAST_SPREAD:
        flags.append(
            LinkFlag(
                "no_spread",
                "Half of the anchors or more moved by exactly the same amount, so robust z is "
                "huge for any other: read the displacement.",
            )
        )
    correlation, ratio = _agreement(common, kept)
    return AnchorDrift(
        common.names, moved, z_b, z_a, kept, removed_in, linked, correlation, ratio, tuple(flags)
    )


def robust_z(values: FloatArray) -> tuple[FloatArray, float]:
    """Distances from the median in 0.74 interquartile ranges, and that spread."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    spread = float(IQR_OF_NORMAL * (high - low))
    return (values - middle) / max(spread, LEAST_SPREAD), spread


def _check(common: Anchors) -> None:
    n = len(common.names)
    if n < FEWEST_TO_COMPARE:
        raise NotEnoughData(
            f"drift is told by comparing anchors, and {n} are too few: {FEWEST_TO_COMPARE} or more"
        )
    for items in (common.items_from, common.items_to):
        for name, model in zip(items.names, items.models, strict=True):
            if not model.ordered:
                raise BadItems(f"anchor {name!r} is nominal and has no difficulty to compare")


def _difficulties(items: Items) -> FloatArray:
    return np.asarray(np.nanmean(items.metric.b, axis=1))


def _moved(common: Anchors, linked: Link) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    b_from, b_to = _difficulties(common.items_from), _difficulties(common.items_to)
    moved = b_to - (linked.A * b_from + linked.B)
    z_b, spread = robust_z(moved)
    if common.one_slope:
        return moved, z_b, np.zeros_like(z_b), spread
    z_a, spread_a = robust_z(np.log(common.items_to.a * linked.A / common.items_from.a))
    return moved, z_b, z_a, min(spread, spread_a)


def _agreement(common: Anchors, kept: NDArray[np.bool_]) -> tuple[float | None, float | None]:
    b_from = _difficulties(common.items_from)[kept]
    b_to = _difficulties(common.items_to)[kept]
    if min(b_from.std(), b_to.std()) <= LEAST_SPREAD:
        return None, None
    return float(np.corrcoef(b_from, b_to)[0, 1]), float(b_to.std() / b_from.std())
