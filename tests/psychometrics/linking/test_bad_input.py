"""What cannot be linked is refused in a sentence, or linked and flagged; never NaN."""

from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from psychometrics import Items, calibrate, simulate
from psychometrics.errors import (
    BadItems,
    BadOption,
    NotEnoughData,
    NotLinked,
    PsychometricsError,
)
from psychometrics.linking import anchor_drift, chain, item_covariance, link, rescale_items
from tests.psychometrics.linking.forms import own_form

X, COV_X = own_form("X")
Y, COV_Y = own_form("Y")
ONE_B = Items.from_irt("2PL", [1.0, 1.2], [0.5, 0.5])
TOLD = Items.from_irt("2PL", [1.0, 1.2], [0.5, 0.7])
NEGATIVE = Items.from_irt("2PL", [-1.0, 1.2], [0.5, 0.7], negative_slopes=True)
GRADED = Items.from_irt("GRM", [1.0, 1.2], [[0.0, 0.5], [0.2, 0.7]])
NOMINAL = Items.from_parameters("NRM", [[0.5, 1.0, 0.1, 0.2], [0.4, 1.1, 0.2, 0.1]])
FAR = Items.from_irt("2PL", [40.0, 40.0], [400.0, 420.0])
APART = (
    Items.from_irt("3PL", [0.001, 20.0], [5.0, 30.0], [0.4, 0.0]),
    Items.from_irt("3PL", [0.05, 1.0], [-30.0, -30.0], [0.4, 0.4]),
)
UNEVEN = COV_X + np.triu(np.ones_like(COV_X))

CASES: list[tuple[Any, type[PsychometricsError], str]] = [
    (lambda: link(X, TOLD), NotLinked, "share no item"),
    (lambda: link(X, Y, anchors=[]), NotLinked, "share no item"),
    (lambda: link(X, Y, anchors=["A01", "X01"]), BadItems, "'X01' is not among"),
    (lambda: link(X, Y, anchors=["A01", "A01"]), BadItems, "twice"),
    (lambda: link(TOLD, GRADED), BadItems, "2 categories"),
    (lambda: link(GRADED, NOMINAL), BadItems, "'I1'"),
    (lambda: link(NOMINAL, NOMINAL), BadItems, "nominal"),
    (lambda: link(NOMINAL, NOMINAL, method="mean-mean"), BadItems, "Haebara"),
    (lambda: link(ONE_B, TOLD, method="mean-sigma"), NotLinked, "different difficulty"),
    (lambda: link(X, Y, anchors=["A01"], method="mean-sigma"), NotLinked, "more anchors"),
    (lambda: link(NEGATIVE, TOLD), BadItems, "slope -1"),
    (lambda: link(TOLD, NEGATIVE, method="haebara"), BadItems, "slope -1"),
    (lambda: link(TOLD, NEGATIVE, method="mean-gmean"), BadItems, "slope -1"),
    (lambda: link(FAR, FAR), NotLinked, "flat"),
    (lambda: link(*APART, symmetric=True), NotLinked, "without an end"),
    (lambda: link(X, Y, method="median"), BadOption, "no method 'median'"),  # type: ignore[arg-type]
    (lambda: link(X, Y, theta=[0.0]), BadOption, "theta"),
    (lambda: link(X, Y, theta=[0.0, np.nan]), BadOption, "theta"),
    (lambda: link(X, Y, theta=[0.0, 1.0], weights=[1.0]), BadOption, "1 weights for 2"),
    (lambda: link(X, Y, theta=[0.0, 1.0], weights=[0.0, 0.0]), BadOption, "not all of them 0"),
    (lambda: link(X, Y, theta=[0.0, 1.0], weights=[-1.0, 2.0]), BadOption, "weights"),
    (lambda: link(X, Y, cov_from=np.eye(3)), BadOption, r"cov_from has shape \(3, 3\)"),
    (lambda: link(X, Y, cov_to=np.full_like(COV_Y, np.nan)), BadOption, "not finite"),
    (lambda: link(X, Y, cov_to=-COV_Y), BadOption, "negative variance"),
    (lambda: link(X, Y, cov_from=UNEVEN), BadOption, "not symmetric"),
    (lambda: rescale_items(X, 0.0, 1.0), BadOption, "A is above 0"),
    (lambda: rescale_items(X, 1.0, np.inf), BadOption, "finite"),
    (lambda: chain(), BadOption, "needs a link"),
    (lambda: chain(link(X, Y), link(X, Y)), BadOption, "other items"),
    (lambda: chain(link(X, Y), link(rescale_items(Y, 2, 0), X)), BadOption, "other parameters"),
    (lambda: chain(link(X, Y, cov_to=COV_Y), link(Y, X)), BadOption, "another covariance"),
    (lambda: anchor_drift(TOLD, TOLD), NotEnoughData, "2 are too few"),
    (lambda: anchor_drift(X, Y, by="t"), BadOption, "not by 't'"),  # type: ignore[arg-type]
    (lambda: anchor_drift(X, Y, limit=0), BadOption, "limit"),
    (lambda: anchor_drift(X, Y, least_kept=0), BadOption, "least_kept"),
]


@pytest.mark.parametrize(("call", "error", "words"), CASES)
def test_what_cannot_be_is_refused_in_a_sentence(call: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_a_calibration_without_errors_has_no_covariance() -> None:
    truth = Items.from_irt("2PL", np.ones(6), np.linspace(-1, 1, 6))
    responses = simulate(truth, 300, rng=np.random.default_rng(1)).responses
    with pytest.raises(BadOption, match="no covariance"):
        item_covariance(calibrate(responses, "2PL", errors=None))


def test_wild_parameters_end_in_numbers_or_a_refusal() -> None:
    rng = np.random.default_rng(5)
    linked = 0
    for _ in range(15):
        n = int(rng.integers(1, 6))
        one, other = (
            Items.from_irt("2PL", np.exp(rng.normal(0, 2, n)), rng.normal(0, 4, n))
            for _ in range(2)
        )
        for method in ("stocking-lord", "haebara", "mean-mean", "mean-sigma"):
            with suppress(NotLinked):
                found = link(one, other, method=method, cov_from=np.eye(2 * n))  # type: ignore[arg-type]
                linked += 1
                assert np.isfinite([found.A, found.B, found.se_A, found.se_B]).all()
                assert found.A > 0
    assert linked > 30


@pytest.mark.parametrize("method", ["mean-sigma", "mean-mean", "haebara", "stocking-lord"])
def test_a_guessing_of_zero_moves_no_constant(method: Any) -> None:
    """Its logit lies at infinity; errors are those of a guessing that is all but 0."""
    found = []
    for c in (0.0, 1e-9):
        form = Items.from_irt("3PL", [1.0, 1.2, 0.8, 1.5], [-1.0, 0.0, 0.5, 1.0], [c, 0.2, 0.1, c])
        known = np.eye(sum(map(len, form.rows))) / 100
        moved = rescale_items(form, 1.1, 0.3)
        one = link(form, moved, method=method, cov_from=known, cov_to=known)
        found.append((one.A, one.B, one.se_A, one.se_B))
    assert found[0] == pytest.approx(found[1], rel=1e-6)
