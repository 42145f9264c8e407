"""What cannot be calibrated is refused in a sentence that names where."""

from typing import Any

import numpy as np
import pytest

from psychometrics import Items, LogitNormal, LogNormal, Normal, calibrate
from psychometrics.errors import (
    BadItems,
    BadOption,
    BadResponses,
    NotEnoughData,
    NotIdentified,
    NotLinked,
    UnknownModel,
)
from tests.psychometrics.examples import sat

GOOD = sat("2PL", 60, 5)


def with_cell(value: object) -> np.ndarray:
    x = GOOD.astype(object)
    x[7, 3] = value
    return x if isinstance(value, str) else x.astype(float)


def disconnected() -> np.ndarray:
    x = sat("2PL", 60, 6)
    x[:30, 3:], x[30:, :3] = np.nan, np.nan
    return x


REFUSALS: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (np.empty((0, 5)), {}, NotEnoughData, "0 persons by 5 items"),
    (GOOD[:1], {}, NotEnoughData, "not enough data: 1 person and 5 items, but 10 persons"),
    (GOOD[:, :1], {}, NotEnoughData, "1 item"),
    (np.ones((60, 5)), {}, NotEnoughData, "only 0 items of 5 had different answers"),
    (GOOD[:, :2], {}, NotIdentified, "4 free parameters cannot be had from 2 items"),
    (with_cell(2), {}, BadResponses, r"row 7, column 3 \('I4'\) holds 2, but a 2PL item"),
    (with_cell(-1), {}, BadResponses, "row 7, column 3 holds -1.0"),
    (with_cell(np.inf), {}, BadResponses, "row 7, column 3 holds inf"),
    (with_cell("NaN"), {}, BadResponses, "row 7, column 3 holds 'NaN'"),
    (GOOD * 2, {"model": "GRM"}, BadResponses, r"nobody chose category 1 of column 0 \('I1'\)"),
    (disconnected(), {}, NotLinked, r"2 sets .*'I1', 'I2', 'I3' \(group 'all'\)"),
    (GOOD, {"model": "5PL"}, UnknownModel, "5PL"),
    (GOOD, {"model": ["2PL"] * 4}, BadOption, "4 models for 5 items"),
    (GOOD, {"groups": ["a"] * 59}, BadOption, "groups have shape"),
    (GOOD, {"groups": ["a"] * 59 + ["b"]}, NotEnoughData, "group 'b' has 1 person"),
    (GOOD, {"groups": [*["a"] * 59, None]}, BadOption, "row 59 has no group"),
    (GOOD, {"weights": np.ones(3)}, BadOption, "weights have shape"),
    (GOOD, {"weights": -np.ones(60)}, BadOption, "the weight of row 0 is -1.0"),
    (GOOD, {"weights": np.zeros(60)}, NotEnoughData, "0 persons with a response and a weight"),
    (GOOD, {"item_names": ["x"] * 5}, BadItems, "two items are called 'x'"),
    (GOOD, {"priors": {"slope": Normal(0, 1)}}, BadOption, "no prior of 'slope'"),
    (GOOD, {"priors": {"c": Normal(0, 1)}}, BadOption, "is no prior of c"),
    (GOOD, {"priors": {"b": LogNormal(0, 1)}}, BadOption, "only slopes are positive"),
    (GOOD, {"latent_variance": "free"}, NotIdentified, "free latent variance needs a slope"),
    (GOOD, {"latent_variance": "big"}, BadOption, "'big' is neither free nor fixed"),
    (GOOD, {"tolerance": 0.01}, BadOption, "tolerance"),
    (GOOD, {"threads": 0}, BadOption, "threads"),
    (GOOD, {"errors": "SEM"}, BadOption, "'SEM'"),
    (
        GOOD,
        {"anchors": Items.from_irt("2PL", [1.0], [0.0], names=["elsewhere"])},
        BadItems,
        "their names do not match",
    ),
]


@pytest.mark.parametrize(("x", "options", "error", "sentence"), REFUSALS)
def test_what_cannot_be_is_refused_in_a_sentence(
    x: Any, options: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        calibrate(x, **({"model": "2PL"} | options))


def test_unlinked_forms_pass_only_as_random_groups_of_one_population() -> None:
    x = disconnected()
    assert calibrate(x, "Rasch", random_groups=True).converged
    with pytest.raises(NotLinked, match="group 'b'"):
        calibrate(x, "Rasch", groups=np.repeat(["a", "b"], 30), random_groups=True)


def test_unlinked_forms_are_linked_by_anchors_in_each() -> None:
    x = disconnected()
    anchors = Items.from_irt("Rasch", [1, 1], [0.0, 0.5], names=["I1", "I4"])
    assert calibrate(x, "Rasch", anchors=anchors).converged
    with pytest.raises(NotLinked):
        calibrate(x, "Rasch", anchors=anchors.select(["I1"]))


def test_an_anchor_that_is_not_in_the_data_is_told() -> None:
    anchors = Items.from_irt("2PL", [1.0, 1.1], [0.0, 0.2], names=["I1", "gone"])
    flags = calibrate(GOOD, "2PL", anchors=anchors).flags
    assert any(flag.code == "anchor_absent" and "'gone'" in flag.sentence for flag in flags)


@pytest.mark.parametrize("prior", [Normal, LogNormal, LogitNormal])
def test_a_prior_without_spread_is_refused(prior: type) -> None:
    with pytest.raises(BadOption, match="sd = 0"):
        prior(0.0, 0.0)
