"""Do items keep their difficulty from group to group?  Andersen's and Wald's tests."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr

from psychometrics.conditional.estimation import (
    ConditionalCalibration,
    ConditionalModel,
    calibrate_items,
    read_data,
)
from psychometrics.conditional.identification import informative_persons, usable_items
from psychometrics.errors import BadOption, NotEnoughData
from psychometrics.responses import Codes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AndersenTest:
    """Andersen's likelihood-ratio test that all groups share the item parameters.

    Attributes
    ----------
    statistic : float
        Twice the gain in conditional log-likelihood of calibrating each group on its own.
    df : int
    p_value : float
        Of the chi-square distribution with ``df`` degrees of freedom.
    groups : tuple
        Labels of the groups; for the median split "low" and "high".
    calibrations : tuple of ConditionalCalibration
        One a group, in that order, for `wald_tests`.
    together : ConditionalCalibration
        All groups together, on the same items.
    flags : tuple of str
        Items left out because a group cannot place them.
    """

    statistic: float
    df: int
    p_value: float
    groups: tuple[Any, ...]
    calibrations: tuple[ConditionalCalibration, ...]
    together: ConditionalCalibration
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaldTests:
    """Difference of two calibrations, item by item.

    Attributes
    ----------
    z, p_value : (n_items,) array
        Standardised difference of the locations (second minus first) and its two-sided
        probability; NaN for an item that either calibration left out.
    z_thresholds, p_thresholds : (n_items, n_steps) array
        The same for each threshold; NaN also beyond an item's last category.
    """

    z: Floats
    p_value: Floats
    z_thresholds: Floats
    p_thresholds: Floats


def andersen_test(
    responses: ArrayLike,
    model: ConditionalModel = "Rasch",
    *,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    missing: int | None = None,
) -> AndersenTest:
    """Test whether item parameters are the same in groups of persons (Andersen, 1973).

    Parameters
    ----------
    responses, model, weights, missing
        As for `psychometrics.conditional.calibrate_conditionally`.
    groups : (n_persons,) array, optional
        A label for each person.  By default persons are split at the median of the share of
        points they earned: "low" up to it, "high" above.

    Returns
    -------
    AndersenTest
        An item that some group passed or failed throughout, or a category of which some group
        made no use, cannot be compared: the item is left out of every calibration and flagged.

    Raises
    ------
    BadOption
        ``groups`` has not one label a person, or there is only one group.
    NotEnoughData, NotLinked, NotIdentified, BadResponses
        As for the calibration, of all persons or of one group.
    """
    codes, counts, maxima, member, labels = _grouped(responses, model, groups, weights, missing)
    parts = [codes[member == group] for group in range(len(labels))]
    usable = _usable_in_all(parts, maxima, model)
    if usable.sum() < 2:
        raise NotEnoughData("fewer than two items can be compared between the groups")

    def calibrated(who: NDArray[np.bool_]) -> ConditionalCalibration:
        return calibrate_items(codes[who], counts[who], maxima, usable, model)

    together = calibrated(np.ones(len(codes), dtype=bool))
    calibrations = tuple(calibrated(member == group) for group in range(len(labels)))
    gain = sum(each.log_likelihood for each in calibrations) - together.log_likelihood
    df = sum(each.n_parameters for each in calibrations) - together.n_parameters
    return AndersenTest(
        statistic=2 * gain,
        df=df,
        p_value=float(chdtrc(df, 2 * gain)),
        groups=tuple(labels),
        calibrations=calibrations,
        together=together,
        flags=tuple(
            f"Item {item} is left out: a whole group passed it, failed it or skipped a category."
            for item in np.flatnonzero(~usable)
        ),
    )


def wald_tests(first: ConditionalCalibration, second: ConditionalCalibration) -> WaldTests:
    """Compare two independent calibrations of the same items (Fischer & Scheiblechner, 1970).

    Parameters
    ----------
    first, second : ConditionalCalibration
        Of different persons, for example ``andersen_test(...).calibrations``.  Both centre their
        locations on the items they have in common only if neither left an item out that the
        other kept, so calibrations that differ there are refused.

    Returns
    -------
    WaldTests

    Raises
    ------
    BadOption
        The calibrations do not have the same items and categories.
    """
    if first.thresholds.shape != second.thresholds.shape or not np.array_equal(
        np.isnan(first.thresholds), np.isnan(second.thresholds)
    ):
        raise BadOption("the two calibrations do not have the same items and categories")
    z = (second.b - first.b) / np.hypot(first.se_b, second.se_b)
    z_thresholds = (second.thresholds - first.thresholds) / np.hypot(
        first.se_thresholds, second.se_thresholds
    )
    return WaldTests(z, 2 * ndtr(-np.abs(z)), z_thresholds, 2 * ndtr(-np.abs(z_thresholds)))


def _grouped(
    responses: ArrayLike,
    model: ConditionalModel,
    groups: ArrayLike | None,
    weights: ArrayLike | None,
    missing: int | None,
) -> tuple[Codes, Floats, NDArray[np.int64], NDArray[np.int64], list[Any]]:
    """Checked data with the group of each person and the labels of the groups."""
    codes, counts, maxima = read_data(responses, model, weights, missing)
    if groups is None:
        given = codes >= 0
        earned = np.where(given, codes, 0).sum(axis=1)
        share = earned / np.maximum(given @ maxima, 1)
        high = share > np.median(share[given.any(axis=1)])
        return codes, counts, maxima, high.astype(np.int64), ["low", "high"]
    names = np.asarray(groups)
    positive = np.ones(len(names), bool) if weights is None else np.asarray(weights) > 0
    if names.ndim != 1 or positive.sum() != len(codes):
        raise BadOption("groups are one label for each person")
    labels, member = np.unique(names[positive], return_inverse=True)
    if len(labels) < 2:
        raise BadOption("one group cannot be compared: groups need two labels or more")
    return codes, counts, maxima, member.astype(np.int64), labels.tolist()


def _usable_in_all(
    parts: list[Codes], maxima: NDArray[np.int64], model: ConditionalModel
) -> NDArray[np.bool_]:
    usable = np.ones(len(maxima), dtype=bool)
    while usable.any():
        still = np.ones(int(usable.sum()), dtype=bool)
        tops = maxima[usable]
        for part in parts:
            kept = part[:, usable]
            still &= usable_items(kept, tops)
            if model == "PCM":
                told = kept[informative_persons(kept, tops)]
                still &= [
                    np.isin(np.arange(top + 1), column).all()
                    for top, column in zip(tops, told.T, strict=True)
                ]
        if still.all():
            break
        usable[np.flatnonzero(usable)[~still]] = False
    return usable
