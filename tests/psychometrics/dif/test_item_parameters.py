"""Lord's chi-square and Raju's areas, against difR and against integrals."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from psychometrics import LogitNormal, calibrate
from psychometrics.dif import ItemEstimates, lord, raju
from psychometrics.errors import BadItems, BadOption, NotEnoughData
from tests.psychometrics.dif.figures import (
    PURIFY,
    Floats,
    agree,
    numbered,
    ours,
    verbal,
)
from tests.psychometrics.dif.populations import two_groups


def from_difr(rows: list[list[float]]) -> tuple[ItemEstimates, ItemEstimates]:
    """difR's rows: b and its error, or a, b, their errors and covariance; reference, then focal."""
    table = np.array(rows)
    if table.shape[1] == 2:
        made = ItemEstimates.from_irt(None, table[:, 0], (table[:, 1] ** 2)[:, None, None])
    else:
        a, b, se_a, se_b, shared = table.T
        covariance = np.array([[se_a**2, shared], [shared, se_b**2]]).transpose(2, 0, 1)
        made = ItemEstimates.from_irt(a, b, covariance)
    half = len(table) // 2
    return part(made, slice(None, half)), part(made, slice(half, None))


def part(all_items: ItemEstimates, which: slice) -> ItemEstimates:
    return ItemEstimates(
        *(getattr(all_items, name)[which] for name in ("a", "b", "c", "covariance"))
    )


@PURIFY
def test_lords_chi_square_is_difrs(purify: bool) -> None:
    published = ours()
    both = from_difr(published.figures["item_parameters_for_Lord_Raju"]["par"])
    figures = published.get(purify, "Lord_2PL")
    found = lord(*both, purify=purify)
    agree(found.chi2, figures["chisq"])
    agree(found.p, figures["p"])
    assert numbered(found.flagged) == figures["flag"]


@pytest.mark.parametrize("model", ["Lord_1PL", "Lord_2PL"])
def test_lords_chi_square_of_the_verbal_data_is_difrs(shared: Path, model: str) -> None:
    figures = verbal(shared).figures[model]
    found = lord(*from_difr(figures["itemParInit"]), purify=False)
    agree(found.chi2, figures["chisq"])
    agree(found.p, figures["p"])
    if "flag" in figures:
        assert numbered(found.flagged) == figures["flag"]


def right_probability(p: list[float]) -> Floats:
    """difR 5.1 forgets the absolute value: past 1 its figure is 2 less the probability."""
    return np.minimum(p, 2 - np.array(p))


@PURIFY
def test_rajus_areas_are_difrs(purify: bool) -> None:
    published = ours()
    both = from_difr(published.figures["item_parameters_for_Lord_Raju"]["par"])
    for signed, name in ((True, "Raju_2PL_signed"), (False, "Raju_2PL_unsigned")):
        figures = published.get(purify, name)
        found = raju(*both, signed=signed, purify=purify)
        agree(found.z_signed if signed else found.z_unsigned, figures["Z"])
        agree(found.p_signed if signed else found.p_unsigned, right_probability(figures["p"]))
        assert numbered(found.flagged) == figures["flag"]


def test_rajus_areas_of_the_verbal_data_are_difrs(shared: Path) -> None:
    figures = verbal(shared).figures["Raju_2PL"]
    found = raju(*from_difr(figures["itemParInit"]), purify=False)
    agree(found.z_unsigned, figures["Z"])
    agree(found.p_unsigned, right_probability(figures["p"]))


def one_item(a: float, b: float, c: float = 0.0) -> ItemEstimates:
    covariance = np.array([[[0.03, -0.004], [-0.004, 0.02]]])
    return ItemEstimates.from_irt([a], [b], covariance, [c])


CURVES = [
    (1.0, 0.0, 1.0, 0.7, 0.0),  # parallel
    (1.0, 0.5, 1.0, -0.2, 0.2),
    (0.8, 0.0, 1.6, 0.0, 0.0),  # crossing in the middle
    (1.4, -0.5, 0.7, 0.4, 0.25),
    (1.0, 0.0, 1.0 + 1e-9, 0.5, 0.0),  # all but parallel
    (2.5, 3.0, 0.4, -2.0, 0.0),
]


@pytest.mark.parametrize(("a_r", "b_r", "a_f", "b_f", "c"), CURVES)
def test_areas_are_integrals(a_r: float, b_r: float, a_f: float, b_f: float, c: float) -> None:
    def gap(theta: float) -> float:
        curves = expit(a_r * (theta - b_r)) - expit(a_f * (theta - b_f))
        return float((1 - c) * curves)

    found = raju(one_item(a_r, b_r, c), one_item(a_f, b_f, c), scale=(1, 0))
    cross = [] if a_r == a_f else [(a_r * b_r - a_f * b_f) / (a_r - a_f)]
    points = [-60.0, *(x for x in cross if abs(x) < 60), 60.0]
    pieces = [quad(gap, *ends, limit=400)[0] for ends in pairwise(points)]
    assert found.signed[0] == pytest.approx(sum(pieces), abs=1e-6)
    assert found.unsigned[0] == pytest.approx(sum(map(abs, pieces)), abs=1e-6)


@pytest.mark.parametrize(("a_r", "b_r", "a_f", "b_f", "c"), CURVES[2:4] + CURVES[5:])
def test_errors_of_areas_are_those_of_the_delta_method(
    a_r: float, b_r: float, a_f: float, b_f: float, c: float
) -> None:
    """Derivatives by differences of the areas themselves."""
    at = np.array([a_r, b_r, a_f, b_f])

    def areas(values: Floats) -> Floats:
        found = raju(
            one_item(values[0], values[1], c), one_item(values[2], values[3], c), scale=(1, 0)
        )
        return np.array([found.signed[0], found.unsigned[0]])

    steps = 1e-5 * np.eye(4)
    slopes = np.array([(areas(at + step) - areas(at - step)) / 2e-5 for step in steps])
    block = one_item(1, 0).covariance[0]
    covariance = np.block([[block, np.zeros((2, 2))], [np.zeros((2, 2)), block]])
    expected = np.sqrt(np.einsum("kq,kl,lq->q", slopes, covariance, slopes))
    found = raju(one_item(a_r, b_r, c), one_item(a_f, b_f, c), scale=(1, 0))
    agree((found.se_signed[0], found.se_unsigned[0]), expected, 1e-5)


def test_identical_items_have_no_area_and_no_distance() -> None:
    same = one_item(1.2, 0.3)
    areas, distance = raju(same, same, scale=(1, 0)), lord(same, same, scale=(1, 0))
    assert areas.unsigned[0] == areas.signed[0] == distance.chi2[0] == 0
    assert areas.p_unsigned[0] == areas.p_signed[0] == distance.p[0] == 1


@pytest.mark.parametrize("model", ["Rasch", "1PL", "2PL", "3PL"])
def test_a_calibration_gives_estimates_and_their_covariance(model: str) -> None:
    """Errors are those of the calibration; an item's covariance turns back into its own."""
    x, _ = two_groups(1, n=(800, 1), n_items=8)
    priors = {"c": LogitNormal(-1.4, 0.5)} if model == "3PL" else None
    fit = calibrate(x, model, priors=priors)
    found = ItemEstimates.from_calibration(fit)
    errors = np.sqrt(np.einsum("jpp->jp", found.covariance))
    if model in {"Rasch", "1PL"}:
        agree(found.b, -fit.intercept)
        agree(errors[:, 0], fit.se_intercept, 1e-9)
    else:
        expected = np.stack([fit.se_a, fit.se_b, fit.se_c][: found.n_free], axis=1)
        agree(errors, expected, 1e-9)
        to_d = np.array([[-b, -a] for a, b in zip(fit.a, fit.b, strict=True)])
        squared = np.einsum("jp,jpq,jq->j", to_d, found.covariance[:, :2, :2], to_d)
        agree(np.sqrt(squared), fit.se_intercept, 1e-9)


def test_calibrations_of_both_groups_show_the_items_that_differ() -> None:
    x, group = two_groups(2, n=(2000, 2000), n_items=15, harder={3: 0.7}, flatter={8: 0.4})
    both = [ItemEstimates.from_calibration(calibrate(x[group == g], "2PL")) for g in (0, 1)]
    distance, areas = lord(*both), raju(*both)
    assert {3, 8} <= set(np.flatnonzero(distance.flagged))
    assert {3, 8} <= set(np.flatnonzero(areas.flagged))
    assert distance.b_difference[3] == pytest.approx(0.7, abs=0.2)
    assert areas.signed[3] == pytest.approx(0.7, abs=0.2)
    assert not distance.anchors[[3, 8]].any()
    slope, constant = distance.scale
    assert slope == pytest.approx(1.0, abs=0.1)
    assert constant == pytest.approx(-0.4, abs=0.1)


def test_an_item_without_an_estimate_is_flagged_and_no_anchor_counts_it() -> None:
    x, group = two_groups(3, n=(600, 600), n_items=8)
    x[group == 1, 2] = 1
    both = [ItemEstimates.from_calibration(calibrate(x[group == g], "2PL")) for g in (0, 1)]
    for found in (lord(*both), raju(*both)):
        assert [flag.item for flag in found.flags if flag.code == "not_calibrated"] == [2]
    assert np.isnan(lord(*both).chi2).tolist() == [j == 2 for j in range(8)]


def test_a_scale_can_be_given_or_come_from_anchors() -> None:
    both = from_difr(ours().figures["item_parameters_for_Lord_Raju"]["par"])
    anchored = lord(*both, anchors=[0, 1, 3, 4, 5])
    given = lord(*both, scale=anchored.scale)
    agree(given.chi2, anchored.chi2, 1e-12)
    assert not given.anchors.any()
    moved = both[1].b[[0, 1, 3, 4, 5]] * anchored.scale[0] + anchored.scale[1]
    reference = both[0].b[[0, 1, 3, 4, 5]]
    agree((moved.mean(), moved.std()), (reference.mean(), reference.std()), 1e-12)


PAIR = from_difr(ours().figures["item_parameters_for_Lord_Raju"]["par"])
ONE = part(PAIR[0], slice(0, 5))


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: lord(PAIR[0], ONE), BadOption, "the reference group has 20 items"),
        (lambda: lord(*PAIR, anchors=[]), BadOption, "there are no anchors"),
        (lambda: lord(*PAIR, anchors=[20]), BadOption, "anchor 20 is none of the 20 items"),
        (lambda: lord(*PAIR, anchors=[3]), NotEnoughData, "1 anchors have estimates"),
        (lambda: lord(*PAIR, scale=(0, 1)), BadOption, "a slope above 0"),
        (lambda: lord(*PAIR, level=1.0), BadOption, "significance level of 1.0"),
        (lambda: raju(one_item(1, 0, 0.2), one_item(1, 0)), BadOption, "asymptotes"),
        (lambda: one_item(-1, 0), BadItems, "item 0 has a slope of -1"),
        (lambda: one_item(1, 0, 1.0), BadItems, "lower asymptote of 1"),
        (
            lambda: ItemEstimates.from_irt([1], [0], [[[1, 2], [2, 1]]]),
            BadItems,
            "covariance of item 0 is not positive definite",
        ),
        (lambda: ItemEstimates.from_irt([1], [0], [[1]]), BadItems, "matrices of 1, 2 or 3 rows"),
        (
            lambda: ItemEstimates.from_calibration(calibrate(FEW, "2PL", errors=None)),
            BadOption,
            "no standard errors",
        ),
        (
            lambda: ItemEstimates.from_calibration(calibrate(FEW, ["2PL", "Rasch"] * 4)),
            BadOption,
            "must be Rasch, 1PL, 2PL or 3PL",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(
    call: Callable[[], Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        call()


FEW, _ = two_groups(9, n=(300, 1), n_items=8)


def test_equally_difficult_anchors_give_no_scale() -> None:
    flat = ItemEstimates.from_irt([1, 1.2], [0, 0], np.tile(0.01 * np.eye(2), (2, 1, 1)))
    with pytest.raises(NotEnoughData, match="equally difficult"):
        lord(flat, flat)


def test_anchors_that_all_differ_leave_the_last_ones_standing() -> None:
    apart = np.array([0.0, 3.0, -3.0, 6.0, -6.0])
    tight = np.tile(1e-6 * np.eye(2), (5, 1, 1))
    reference = ItemEstimates.from_irt(np.ones(5), np.arange(5.0), tight)
    focal = ItemEstimates.from_irt(np.ones(5), np.arange(5.0) + apart, tight)
    found = lord(reference, focal)
    assert found.anchors.all()
    (flag,) = found.flags
    assert flag.code == "too_few_anchors"
    assert np.isfinite(found.chi2).all()
