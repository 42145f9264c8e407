"""Likelihood-ratio tests against mirt's `DIF`."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from psychometrics import equally_spaced
from psychometrics.dif import likelihood_ratio
from psychometrics.errors import BadOption
from tests.psychometrics.dif.figures import agree, ours, simulated
from tests.psychometrics.dif.populations import two_groups
from tests.psychometrics.figures import OWN, read_figures

MIRTS_NODES = equally_spaced(-6, 6, 61)


def test_items_against_anchors_are_mirts() -> None:
    published = ours()
    figures = read_figures(OWN / "mirt" / "dif_multigroup.json")
    suspects = [k - 1 for k in figures["suspect_items"]]
    found = likelihood_ratio(
        published.responses,
        published.group,
        anchors=[j for j in range(20) if j not in suspects],
        quadrature=MIRTS_NODES,
    )
    table = figures["DIF_LRT_equality_added"]
    agree(found.chi2[suspects], [row["X2"] for row in table], 1e-5)
    agree(found.p[suspects], [row["p"] for row in table], 1e-5)
    assert found.df[suspects].tolist() == [row["df"] for row in table]
    focal = figures["anchored_all_but_suspects"]["par"]["foc"]
    assert found.focal_mean == pytest.approx(focal["mean"], abs=1e-3)
    assert found.focal_sd**2 == pytest.approx(focal["cov"][0][0], abs=1e-3)


def test_items_against_anchors_and_against_all_others_are_mirts(shared: Path) -> None:
    figures, x, labels = simulated(shared)
    anchors = list(range(5, 15))
    added = likelihood_ratio(x, labels, focal="foc", anchors=anchors, quadrature=MIRTS_NODES)
    agree(added.chi2[:5], [row["X2"] for row in figures["DIF_LRT_add_items1to5"]], 1e-4)
    dropped = likelihood_ratio(x, labels, focal="foc", purify=False, quadrature=MIRTS_NODES)
    table = figures["DIF_LRT_drop_all"]
    agree(dropped.chi2, [row["X2"] for row in table], 1e-4)
    agree(dropped.p, [row["p"] for row in table], 1e-4)
    assert dropped.df.tolist() == [row["df"] for row in table]


def test_the_anchors_are_purified() -> None:
    published = ours()
    found = likelihood_ratio(published.responses, published.group)
    assert np.flatnonzero(~found.anchors).tolist() == [2, 7, 13]
    assert found.flagged.tolist() == (~found.anchors).tolist()
    assert found.rounds == 1
    assert found.flags == ()


def test_the_effect_is_the_difference_in_expected_score() -> None:
    x, group = two_groups(1, n=(3000, 3000), n_items=6, impact=-0.5, harder={2: 0.8})
    found = likelihood_ratio(x, group, "Rasch", anchors=[0, 1, 3, 4])
    rng = np.random.default_rng(1)
    rows = np.random.default_rng([1, 3000, 3000, 6])
    a, b = rows.lognormal(0, 0.25, 6)[2], rows.uniform(-1.5, 1.5, 6)[2]
    theta = rng.normal(-0.5, 1, 100_000)
    true = (expit(a * (theta - b - 0.8)) - expit(a * (theta - b))).mean()
    assert found.effect[2] == pytest.approx(true, abs=0.025)
    assert found.effect_class[2] == "C"
    assert set(found.df.tolist()) == {1}


def test_graded_items_are_tested_too() -> None:
    first, group = two_groups(2, n=(700, 700), n_items=5, harder={1: 1.0})
    second, _ = two_groups(2, n=(700, 700), n_items=5, harder={1: 1.0})
    x = first + np.random.default_rng(1).permuted(second, axis=1) * first
    found = likelihood_ratio(x, group, "GRM", purify=False)
    assert found.df.tolist() == [3] * 5
    assert (found.p > 0).all()


def test_an_item_a_group_never_answered_both_ways_is_flagged() -> None:
    x, group = two_groups(3, n=(500, 500), n_items=6)
    x[group == 1, 4] = 1
    found = likelihood_ratio(x, group, purify=False)
    assert np.isnan(found.chi2).tolist() == [j == 4 for j in range(6)]
    assert np.isnan(found.effect).tolist() == [j == 4 for j in range(6)]
    assert found.df[4] == 0
    assert found.effect_class[4] is None
    assert [(flag.code, flag.item) for flag in found.flags] == [("undefined", 4)]


def test_the_only_anchor_cannot_be_tested() -> None:
    x, group = two_groups(4, n=(300, 300), n_items=4)
    found = likelihood_ratio(x, group, "Rasch", anchors=[1])
    assert np.isnan(found.p).tolist() == [j == 1 for j in range(4)]
    assert [(flag.code, flag.item) for flag in found.flags] == [("one_anchor", 1)]


def test_anchors_that_only_one_group_answered_are_refused() -> None:
    x, group = two_groups(5, n=(200, 200), n_items=5)
    x[group == 1, :2] = 1
    with pytest.raises(BadOption, match="no anchor was answered"):
        likelihood_ratio(x, group, anchors=[0, 1])
