"""The container: order kept, formats mixed, impossible items refused by name."""

from typing import Any

import numpy as np
import pytest

from psychometrics.errors import BadItems
from psychometrics.models import MODELS, Items

THETA = np.linspace(-3, 3, 7)


@pytest.fixture
def mixed() -> Items:
    return Items.from_irt(
        ["GRM", "2PL", "GPCM", "3PL", "GRM"],
        a=[1.0, 0.8, 1.2, 1.5, 0.9],
        b=[[-1, 0, 1], [0.3, *[np.nan] * 2], [-1, 0.5, np.nan], [1.0, *[np.nan] * 2], [-2, 0, 2]],
        c=[np.nan, 0, np.nan, 0.2, np.nan],
        names=["graded", "two", "credit", "three", "last"],
    )


def test_everything_is_in_the_order_of_the_items(mixed: Items) -> None:
    np.testing.assert_allclose(mixed.a, [1.0, 0.8, 1.2, 1.5, 0.9])
    np.testing.assert_allclose(mixed.b[2], [-1, 0.5, np.nan], atol=1e-12)
    np.testing.assert_allclose(mixed.c, [np.nan, 0, np.nan, 0.2, np.nan])
    np.testing.assert_allclose(mixed.u, [np.nan, 1, np.nan, 1, np.nan])
    np.testing.assert_allclose(mixed.intercept[:, 0], [1.0, -0.24, 1.2, -1.5, 1.8])
    assert mixed.n_categories.tolist() == [4, 2, 3, 2, 4]
    assert [model.name for model in mixed.models] == ["GRM", "2PL", "GPCM", "3PL", "GRM"]


def test_each_item_answers_as_it_does_alone(mixed: Items) -> None:
    together = mixed.probabilities(THETA)
    first, second = mixed.theta_derivatives(THETA)
    for j, (model, row) in enumerate(zip(mixed.models, mixed.rows, strict=True)):
        alone = np.exp(model.log_probabilities(row[None], THETA))[0]
        np.testing.assert_allclose(together[j, : len(alone)], alone)
        assert (together[j, len(alone) :] == 0).all()
        one, two = model.theta_derivatives(row[None], THETA)
        np.testing.assert_allclose(first[j, : len(alone)], one[0])
        np.testing.assert_allclose(second[j, : len(alone)], two[0])
        np.testing.assert_allclose(
            mixed.information(THETA)[j], model.information(row[None], THETA)[0]
        )
        np.testing.assert_allclose(
            mixed.expected_score(THETA)[j], model.expected_score(row[None], THETA)[0]
        )


def test_items_are_selected_by_name_or_position_in_that_order(mixed: Items) -> None:
    chosen = mixed.select(["last", "two"])
    assert chosen.names == ("last", "two")
    np.testing.assert_allclose(chosen.a, [0.9, 0.8])
    assert mixed.select([3, 0]).names == ("three", "graded")
    with pytest.raises(BadItems, match="no item 'missing'"):
        mixed.select(["missing"])


def test_items_of_two_categories_have_flat_difficulties() -> None:
    items = Items.from_irt("2PL", [1, 2], [0.5, -0.5])
    assert items.b.shape == items.intercept.shape == (2,)
    assert items.names == ("I1", "I2")


def test_nominal_items_come_by_their_slopes_and_intercepts() -> None:
    items = Items.from_parameters("NRM", [[0.5, 1.0, 0.1, -0.2], [1.0, 0.3]])
    assert items.n_categories.tolist() == [3, 2]
    assert np.isnan(items.a).all()
    np.testing.assert_allclose(items.intercept, [[0.1, -0.2], [0.3, np.nan]])
    with pytest.raises(BadItems, match=r"nominal items have no \(a, b\) form"):
        Items.from_irt("NRM", [1.0], [0.0])


REFUSED = [
    ({"a": [1, 0.0]}, "'I2': a = 0"),
    ({"a": [1, -0.5]}, "'I2': a = -0.5 is negative"),
    ({"a": [1, np.nan]}, "'I2': a = nan"),
    ({"a": [1, 1e308]}, r"'I2': a = 1e\+308"),
    ({"b": [0, 1e308]}, "'I2': b = .* out of any range"),
    ({"b": [0, np.nan]}, "'I2': b = .* not a row of numbers"),
    ({"b": [0, np.inf]}, "'I2': b = .* out of any range"),
    ({"c": [0.1, 1.0]}, r"'I2': c = 1.0 is not in \[0, 1\)"),
    ({"c": [-0.1, 0.2]}, r"'I1': c = -0.1"),
    ({"model": "4PL", "c": [0.2, 0.2], "u": [0.9, 0.15]}, "'I2': u = 0.15"),
    ({"model": "4PL", "c": [0.2, 0.2], "u": [1.1, 0.9]}, "'I1': u = 1.1"),
    ({"model": "2PL", "c": [0.2, 0.0]}, "'I1': c = 0.2, but a 2PL item has no c"),
    ({"model": "2PL", "b": [[0, 1], [0, np.nan]]}, "'I1': a 2PL item has one b, not 2"),
    ({"model": "GRM", "b": [[0, 1], [1, 0]]}, "'I2': its b .* not in increasing order"),
    ({"names": ["x", "x"]}, "two items are called 'x'"),
    ({"names": ["x"]}, "1 names for 2 items"),
    ({"b": [0, 1, 2]}, "b has shape"),
    ({"c": [0.1]}, "c has shape"),
    ({"model": ["2PL"]}, "1 models for 2 items"),
    ({"a": [], "b": np.empty((0, 1))}, "there are no items"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_impossible_items_are_refused_by_name(change: dict[str, Any], sentence: str) -> None:
    given = {"model": "3PL", "a": [1, 1.2], "b": [0.0, 0.5]} | change
    with pytest.raises(BadItems, match=sentence):
        Items.from_irt(**given)


def test_a_negative_slope_is_let_through_on_demand_and_told() -> None:
    items = Items.from_irt("2PL", [1.0, -0.5], [0, 0], negative_slopes=True)
    assert items.negative.tolist() == [False, True]


@pytest.mark.parametrize(
    ("model", "row", "sentence"),
    [
        ("2PL", [1.0], "one row of two numbers"),
        ("2PL", [1.0, np.nan], "d is nan"),
        ("2PL", [1.0, 0.0, 0.0], "a 2PL item has two categories"),
        ("NRM", [1.0, 0.0, 0.0], "a NRM item has no 3 parameters"),
        ("GRM", [1.0, 0.0, 0.5], "not in decreasing order"),
        ("4PL", [1.0, 0.0, 1.0, 0.5], "u is not above c"),
    ],
)
def test_rows_outside_their_model_are_refused(model: str, row: list[float], sentence: str) -> None:
    with pytest.raises(BadItems, match=f"'I1': .*{sentence}"):
        Items.from_parameters(model, [row])


def test_an_asymptote_of_zero_is_a_two_parameter_item() -> None:
    three = Items.from_irt("3PL", [1.1], [0.2], [0.0])
    two = Items.from_irt("2PL", [1.1], [0.2])
    far = np.array([-400.0, -3.0, 0.0, 3.0, 400.0])
    np.testing.assert_allclose(
        three.log_probabilities(far), two.log_probabilities(far), atol=1e-150
    )


def test_all_models_are_listed() -> None:
    assert set(MODELS) == {"Rasch", "1PL", "2PL", "3PL", "4PL", "GRM", "PCM", "RSM", "GPCM", "NRM"}
