"""Anchors that drift are found; those that do not are flagged as often as is said."""

import sys

import numpy as np
import pytest

from psychometrics import Items
from psychometrics.linking import AnchorDrift, anchor_drift, link
from psychometrics.linking.drift import robust_z

N = 30


def two_forms(seed: int, drift: dict[int, float], error: float = 0.08) -> tuple[Items, Items]:
    """Two calibrations of thirty items with errors; the second on a scale of its own."""
    rng = np.random.default_rng(seed)
    a, b = np.exp(rng.normal(0.1, 0.3, N)), rng.normal(0.0, 1.0, N)
    forms = []
    for time in range(2):
        moved = b + time * np.array([drift.get(j, 0.0) for j in range(N)])
        slopes = a * np.exp(rng.normal(0.0, error, N))
        scale, origin = ((1.0, 0.0), (0.8, -0.3))[time]
        difficulty = scale * (moved + rng.normal(0.0, error, N)) + origin
        forms.append(Items.from_irt("2PL", slopes / scale, difficulty))
    return forms[0], forms[1]


@pytest.mark.parametrize("by", ["robust-z", "displacement"])
def test_the_anchors_that_drifted_are_left_out(by: str) -> None:
    one, other = two_forms(1, {4: 1.2, 17: -1.0})
    found = anchor_drift(one, other, by=by, limit=4.0 if by == "robust-z" else 0.5)  # type: ignore[arg-type]
    assert np.flatnonzero(~found.kept).tolist() == [4, 17]
    assert sorted(found.removed_in[[4, 17]].tolist()) == [1, 2]
    assert found.displacement[4] == pytest.approx(0.96, abs=0.2)
    assert set(found.link.anchors) == {f"I{j}" for j in range(1, 31)} - {"I5", "I18"}
    assert found.flags == ()
    stable, raw = found.link, link(one, other)
    assert abs(stable.B + 0.3) + abs(stable.A - 0.8) < abs(raw.B + 0.3) + abs(raw.A - 0.8)


def test_the_figures_are_those_written_out() -> None:
    one, other = two_forms(2, {})
    found = anchor_drift(one, other, remove=False)
    assert found.kept.all()
    moved = other.b - (found.link.A * one.b + found.link.B)
    np.testing.assert_allclose(found.displacement, moved)
    low, middle, high = np.quantile(moved, [0.25, 0.5, 0.75])
    np.testing.assert_allclose(found.z_b, (moved - middle) / (0.74 * (high - low)))
    ratio = np.log(other.a) - np.log(one.a)
    low, middle, high = np.quantile(ratio, [0.25, 0.5, 0.75])
    np.testing.assert_allclose(found.z_a, (ratio - middle) / (0.74 * (high - low)), atol=1e-12)
    assert found.correlation == pytest.approx(np.corrcoef(one.b, other.b)[0, 1])
    assert found.sd_ratio == pytest.approx(other.b.std() / one.b.std())


def test_anchors_that_all_drift_are_said_to() -> None:
    one, other = two_forms(3, {j: 1.5 * (-1) ** j * (1 + j / 10) for j in range(N)})
    found = anchor_drift(one, other, by="displacement")
    assert found.kept.sum() == 15
    assert "anchors_all_drift" in [flag.code for flag in found.flags]
    assert np.isfinite(found.z_b).all()


def test_identical_forms_have_no_drift() -> None:
    one, _ = two_forms(4, {})
    found = anchor_drift(one, one)
    assert found.kept.all()
    np.testing.assert_allclose(found.displacement, 0.0, atol=1e-9)
    assert np.isfinite(found.z_b).all()
    assert [flag.code for flag in found.flags] == ["no_spread"]


def test_anchors_of_one_difficulty_have_no_correlation() -> None:
    one = Items.from_irt("2PL", [1.0, 1.2, 0.9], [0.5, 0.5, 0.5])
    found = anchor_drift(one, one)
    assert found.correlation is None
    assert found.sd_ratio is None


def test_rasch_anchors_have_no_z_of_slopes() -> None:
    b = np.linspace(-1, 1, 10)
    moved = b + 0.3
    moved[2] += 1.0
    one, other = (Items.from_irt("Rasch", np.ones(10), values) for values in (b, moved))
    found = anchor_drift(one, other)
    assert (found.z_a == 0).all()
    assert np.flatnonzero(~found.kept).tolist() == [2]
    assert pytest.approx(0.3) == found.link.B


def false_alarms(replications: int) -> tuple[float, float]:
    found: list[AnchorDrift] = [
        anchor_drift(*two_forms(100 + seed, {}), method="mean-gmean", remove=False)
        for seed in range(replications)
    ]
    z_b, z_a = (np.abs([getattr(one, z) for one in found]) > 1.645 for z in ("z_b", "z_a"))
    return float(z_b.mean()), float(z_a.mean())


def test_a_tenth_of_stable_anchors_exceed_the_limit() -> None:
    """Of thirty; sample quartiles make it a little more.  Standard error about .012."""
    for rate in false_alarms(20):
        assert 0.06 < rate < 0.16


@pytest.mark.evidence
def test_a_tenth_of_stable_anchors_exceed_the_limit_in_200_replications(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rates = false_alarms(200)
    with capsys.disabled():
        sys.stdout.write(
            f"\n  false alarms of robust z at 10 %: b {rates[0]:.3f}, a {rates[1]:.3f}"
        )
    for rate in rates:
        assert 0.09 < rate < 0.13


@pytest.mark.evidence
def test_the_power_of_robust_z_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    hits = [
        not anchor_drift(*two_forms(seed, {4: 0.5}), method="mean-gmean").kept[4]
        for seed in range(200)
    ]
    with capsys.disabled():
        sys.stdout.write(
            "\n  "
            f"power of robust z at half a logit, errors of .08 on each form: {np.mean(hits):.3f}"
        )
    assert np.mean(hits) > 0.9


def test_a_normal_sample_has_the_z_of_its_standard_deviation() -> None:
    values = np.random.default_rng(1).normal(2.0, 3.0, 100_000)
    z, spread = robust_z(values)
    assert spread == pytest.approx(3.0, rel=0.02)
    assert z.std() == pytest.approx(1.0, rel=0.02)
