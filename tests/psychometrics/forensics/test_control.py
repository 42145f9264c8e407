"""False-positive control: by the definitions, and over all tests from the smallest p alone."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from psychometrics.forensics import control_false_positives


def p_values(seed: int, n: int = 30) -> np.ndarray:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed)
    return np.asarray(rng.random(n) ** rng.integers(1, 5, n))


@pytest.mark.parametrize("seed", range(10))
def test_benjamini_hochberg_and_yekutieli_are_scipys(seed: int) -> None:
    p = p_values(seed)
    for by, name in (("benjamini-hochberg", "bh"), ("benjamini-yekutieli", "by")):
        found = control_false_positives(p, by=by)  # type: ignore[arg-type]
        np.testing.assert_allclose(found.p_adjusted, false_discovery_control(p, method=name))


@pytest.mark.parametrize("seed", range(10))
def test_holm_steps_down_until_the_first_that_stays(seed: int) -> None:
    p = p_values(seed)
    for level in (0.01, 0.05, 0.3):
        slow = np.zeros(len(p), dtype=bool)
        for rank, at in enumerate(np.argsort(p)):
            if p[at] > level / (len(p) - rank):
                break
            slow[at] = True
        found = control_false_positives(p, by="holm", level=level)
        np.testing.assert_array_equal(found.flagged, slow)


@pytest.mark.parametrize("by", ["benjamini-hochberg", "holm", "benjamini-yekutieli"])
def test_the_smallest_of_many_are_adjusted_as_among_all(by: str) -> None:
    p = np.concatenate([p_values(1, 500), [1e-6, 1e-5, 1e-5]])
    every = control_false_positives(p, by=by)  # type: ignore[arg-type]
    small = p < 0.1
    some = control_false_positives(p[small], by=by, n_tests=len(p))  # type: ignore[arg-type]
    below = every.p_adjusted[small] < 0.1
    np.testing.assert_allclose(some.p_adjusted[below], every.p_adjusted[small][below])
    assert below.sum() >= 3


def test_no_test_is_no_test() -> None:
    found = control_false_positives([[0.01, np.nan], [0.02, 0.9]], by="holm")
    assert found.n_tests == 3
    assert found.flagged.tolist() == [[True, False], [True, False]]
    assert np.isnan(found.p_adjusted[0, 1])
    assert control_false_positives([0.04, 0.06], by="none").flagged.tolist() == [True, False]
    assert not control_false_positives([np.nan]).flagged.any()
