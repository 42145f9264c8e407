"""What is left out or doubtful is told: flags and the certificate."""

import numpy as np
import pytest

from psychometrics import Beta, Items, LogNormal, calibrate
from tests.psychometrics.examples import answers, sat


def test_items_without_information_are_left_out_and_told() -> None:
    x = sat("2PL", 300, 8)
    x[:, 1], x[:, 4], x[:, 6] = 1, 0, np.nan
    found = calibrate(x, "2PL")
    assert found.converged
    assert [f for f in found.item_flags() if f] == [("all_same",), ("all_same",), ("no_responses",)]
    np.testing.assert_array_equal(np.isnan(found.a), np.isin(np.arange(8), [1, 4, 6]))
    assert found.n.tolist() == [300] * 6 + [0, 300]
    assert found.items.names == ("I1", "I3", "I4", "I6", "I8")
    kept = calibrate(x[:, [0, 2, 3, 5, 7]], "2PL")
    np.testing.assert_allclose(found.b[[0, 2, 3, 5, 7]], kept.b, atol=1e-9)
    sentence = next(flag.sentence for flag in found.flags if flag.item == 1)
    assert "all 300 answers to item 'I2' are 1" in sentence


def test_persons_without_answers_are_left_out_and_told() -> None:
    x = sat("2PL", 300, 6)
    silent = np.insert(x, [4, 100], np.nan, axis=0)
    found = calibrate(silent, "2PL")
    np.testing.assert_array_equal(found.b, calibrate(x, "2PL").b)
    assert found.n_persons == 300
    assert [flag.rows for flag in found.flags if flag.code == "no_responses"] == [(4, 101)]


def test_all_right_and_all_wrong_persons_stay() -> None:
    x = sat("2PL", 300, 6)
    x[:5], x[5:9] = 1, 0
    assert calibrate(x, "2PL").n_persons == 300


def test_a_small_sample_is_told_and_rasch_recommended() -> None:
    flags = {flag.code: flag.sentence for flag in calibrate(sat("2PL", 120, 6), "2PL").flags}
    assert "120 persons are few for the 2PL model" in flags["small_sample"]
    assert "Rasch model is recommended" in flags["small_sample"]
    assert calibrate(sat("Rasch", 120, 6), "Rasch").flags == ()


def test_a_difficulty_far_out_is_kept_and_told() -> None:
    rng = np.random.default_rng(2)
    items = Items.from_irt("2PL", [1, 1.2, 0.9, 1.1, 0.3], [0, 0.5, -0.5, 1, 11])
    found = calibrate(answers(items, rng.standard_normal(4000), rng), "2PL")
    assert found.b[4] > 6
    assert found.item_flags()[4] == ("large_difficulty",)


def test_no_convergence_is_said_and_not_hidden() -> None:
    found = calibrate(sat("2PL", 400, 8), "2PL", max_cycles=2)
    assert not found.converged
    assert not found.certificate.converged
    assert found.cycles < 20
    sentence = next(flag.sentence for flag in found.flags if flag.code == "not_converged")
    assert found.certificate.at in sentence


@pytest.mark.parametrize("model", ["Rasch", "2PL", "3PL"])
def test_the_same_item_thrice_ends_in_flags(model: str) -> None:
    x = sat("2PL", 200, 2)
    found = calibrate(np.hstack([x, x[:, :1], x[:, :1]]), model)
    codes = {flag.code for flag in found.flags}
    assert "duplicate_item" in codes
    assert found.converged or "not_converged" in codes


@pytest.mark.parametrize("model", ["Rasch", "2PL"])
def test_a_total_that_never_varies_ends_in_flags(model: str) -> None:
    rng = np.random.default_rng(0)
    x = np.array([rng.permutation([1, 1, 1, 0, 0, 0]) for _ in range(200)])
    found = calibrate(x, model)
    codes = {flag.code for flag in found.flags}
    assert codes & {"small_variance", "flat_slope"}


def test_an_asymptote_that_runs_to_its_end_is_told() -> None:
    found = calibrate(sat("2PL", 1500, 10), "3PL")
    told = [flag for flag in found.flags if flag.code == "at_bound"]
    assert told
    for flag in told:
        assert found.c[flag.item] < 1e-2
        assert np.isnan(found.se_c[flag.item])
        assert np.isfinite(found.se_a[flag.item])


def test_the_certificate_holds_all_that_is_promised() -> None:
    x = sat("3PL", 300, 8, c=0.2)
    found = calibrate(x, "3PL", priors={"c": Beta(5, 17), "a": LogNormal(0, 0.5)})
    certificate = found.certificate
    assert "c: Beta(alpha=5, beta=17)" in certificate.objective
    assert certificate.value == found.objective
    assert certificate.nodes[0] == len(found.quadrature.nodes)
    assert certificate.cycles == found.cycles
    assert certificate.seed is None
    assert "numpy" in certificate.version
    changed = x.copy()
    changed[0, 0] = 1 - changed[0, 0]
    other = calibrate(changed, "3PL", priors={"c": Beta(5, 17)}).certificate
    assert certificate.data_hash != other.data_hash
