"""Standardised differences against difR and the published definition."""

import numpy as np
import pytest

from psychometrics.dif import standardise
from psychometrics.dif.standardisation import Weights
from tests.psychometrics.dif.figures import BOTH, PURIFY, Published, agree, listed, numbered
from tests.psychometrics.dif.populations import two_groups


@BOTH
@PURIFY
def test_the_differences_are_difrs(published: Published, purify: bool) -> None:
    found = standardise(published.responses, published.group, purify=purify)
    agree(found.difference, published.get(purify, "std_pdif"))
    assert numbered(found.flagged) == listed(published.get(purify, "std_flag"))


@pytest.mark.parametrize("weights", ["focal", "reference", "all"])
def test_the_weights_are_whose_was_asked_for(weights: Weights) -> None:
    x, group = two_groups(1, n=(200, 180), n_items=6)
    found = standardise(x, group, weights=weights, purify=False)
    score = x.sum(axis=1)
    for item in range(6):
        total = number = 0.0
        for value in range(7):
            here = score == value
            reference, focal = here & (group == 0), here & (group == 1)
            if reference.any() and focal.any():
                who = {"focal": focal, "reference": reference, "all": here}[weights]
                gap = x[focal, item].mean() - x[reference, item].mean()
                total, number = total + who.sum() * gap, number + who.sum()
        assert found.difference[item] == pytest.approx(total / number, abs=1e-12)


def test_the_error_is_the_spread_over_samples() -> None:
    differences, errors = [], []
    for seed in range(60):
        x, group = two_groups(seed, n=(300, 300), n_items=15, impact=0.0)
        found = standardise(x, group, purify=False, match=np.repeat(0.0, 600))
        differences.append(found.difference)
        errors.append(found.standard_error)
    z = np.array(differences) / np.array(errors)
    assert z.std() == pytest.approx(1.0, abs=0.1)


def test_groups_that_share_no_score_have_no_difference() -> None:
    x, group = two_groups(2, n=(50, 50), n_items=4)
    found = standardise(x, group, match=group)
    assert np.isnan(found.difference).all()
    assert found.effect_class == (None,) * 4
    assert {flag.item for flag in found.flags if flag.code == "undefined"} == {0, 1, 2, 3}
    assert not found.flagged.any()


def test_sizes_have_classes() -> None:
    x, group = two_groups(3, n=(3000, 3000), harder={0: 0.9, 1: 0.4})
    found = standardise(x, group)
    sizes = np.abs(found.difference)
    assert found.effect_class[0] == "C"
    assert found.effect_class[1] == "B"
    assert {found.effect_class[item] for item in np.flatnonzero(sizes < 0.05)} == {"A"}
