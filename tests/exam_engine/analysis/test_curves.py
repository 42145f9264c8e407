"""Observed proportions: right by a slow obvious version, and fair to items that fit."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from exam_engine.analysis.curves import observed_curves
from exam_engine.analysis.fit import adjusted_p
from exam_engine.analysis.populations import Populations
from exam_engine.analysis.responses import Responses
from psychometrics import Items, score, simulate
from psychometrics.simulation import draw_items

STANDARD = Populations.standard()


def as_responses(codes: np.ndarray, groups: tuple[str, ...] | None = None) -> Responses:
    return Responses(
        "r.csv",
        tuple(f"P{i}" for i in range(len(codes))),
        tuple(f"I{j + 1}" for j in range(codes.shape[1])),
        codes.astype(np.int8),
        (),
        groups,
        None,
        np.arange(2, len(codes) + 2),
        {},
        (),
    )


def drawn(model: str, n_items: int, n_persons: int, seed: int) -> tuple[Items, np.ndarray]:
    rng = np.random.default_rng(seed)
    items = draw_items(n_items, model, rng=rng)
    return items, simulate(items, n_persons, rng=rng).responses


def test_groups_are_made_of_ability_on_the_other_items() -> None:
    """Against `score` on the test without the item, person by person."""
    items, codes = drawn("GPCM", 12, 200, 3)
    codes = codes.copy()
    codes[::7, 1] = -1
    found = observed_curves(as_responses(codes), items, STANDARD)
    for item in range(12):
        others = [j for j in range(12) if j != item]
        ability = score(codes[:, others], items.select(others), "EAP", missing=-1).theta
        given = np.flatnonzero(codes[:, item] >= 0)
        parts = np.array_split(given[np.argsort(ability[given], kind="stable")], len(found[item].n))
        shares = [np.bincount(codes[part, item], minlength=4) / len(part) for part in parts]
        assert found[item].share == pytest.approx(np.array(shares).T)
        assert found[item].n.sum() == len(given)


@pytest.mark.parametrize("model", ["2PL", "3PL", "GRM", "NRM"])
def test_points_scatter_about_a_true_curve_by_chance_alone(model: str) -> None:
    z = []
    for seed in range(4):
        items, codes = drawn(model, 15, 2000, seed)
        z += [found.z for found in observed_curves(as_responses(codes), items, STANDARD)]
    assert abs(np.concatenate(z).mean()) < 0.1
    assert 0.88 < np.concatenate(z).std() < 1.12


def test_points_stand_on_the_curve_where_the_model_expects_them() -> None:
    items, codes = drawn("2PL", 15, 1000, 8)
    for item, found in enumerate(observed_curves(as_responses(codes), items, STANDARD)):
        curve = items.select([item]).probabilities(found.theta)[0, 1]
        assert curve == pytest.approx(found.expected[1], abs=1e-3)


def test_each_group_of_persons_has_its_own_population() -> None:
    items, codes = drawn("2PL", 6, 400, 8)
    groups = ("a",) * 200 + ("b",) * 200
    both = Populations({"a": (0.0, 1.0), "b": (1.0, 0.5)}, "test")
    alone = Populations({"b": (1.0, 0.5)}, "test")
    mixed = observed_curves(as_responses(codes, groups), items, both)
    only_b = observed_curves(as_responses(codes[200:]), items, alone)
    assert mixed[0].n.sum() == 400
    assert only_b[0].expected[1].mean() > mixed[0].expected[1].mean()


def test_too_few_responses_give_no_points() -> None:
    items, codes = drawn("2PL", 6, 39, 8)
    assert all(len(o.theta) == 0 for o in observed_curves(as_responses(codes), items, STANDARD))


def test_intervals_hold_what_was_seen() -> None:
    items, codes = drawn("GRM", 6, 300, 8)
    for found in observed_curves(as_responses(codes), items, STANDARD):
        assert (found.lower <= found.share).all()
        assert (found.share <= found.upper).all()
        assert found.share.sum(axis=0) == pytest.approx(1.0)


def test_p_values_are_adjusted_as_scipy_does() -> None:
    p = np.random.default_rng(4).random(40) ** 3
    assert adjusted_p(p) == pytest.approx(false_discovery_control(p), abs=1e-12)
    holed = np.insert(p, 7, np.nan)
    assert np.isnan(adjusted_p(holed)[7])
    assert np.delete(adjusted_p(holed), 7) == pytest.approx(false_discovery_control(p), abs=1e-12)
