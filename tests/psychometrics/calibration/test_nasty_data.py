"""Whatever the matrix, a calibration is finite, flagged, or refused with a sentence."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from psychometrics import MODELS, Calibration, calibrate, score
from psychometrics.errors import PsychometricsError

LEFT_OUT = {"all_same", "no_responses"}
NO_ERRORS = {"information_not_positive", "at_bound", "not_converged", "flat_slope"}


@st.composite
def matrices(draw: st.DrawFn) -> NDArray[np.int8]:
    """Noise, perfect order, one column many times, two answers a person, or forms apart."""
    n_persons, n_items = draw(st.integers(10, 24)), draw(st.integers(2, 6))
    answers = st.integers(0, draw(st.integers(1, 3)))
    kind = draw(st.sampled_from(["noise", "order", "repeated", "sparse", "apart"]))
    if kind == "noise":
        return draw(arrays(np.int8, (n_persons, n_items), elements=st.just(-1) | answers))
    if kind == "order":
        raw = draw(arrays(np.int8, n_persons, elements=st.integers(0, n_items)))
        return (np.arange(n_items) < raw[:, None]).astype(np.int8)
    if kind == "repeated":
        return np.repeat(draw(arrays(np.int8, (n_persons, 1), elements=answers)), n_items, axis=1)
    x = np.full((n_persons, n_items), -1, dtype=np.int8)
    if kind == "sparse":
        for _ in range(2):
            at = draw(arrays(np.intp, n_persons, elements=st.integers(0, n_items - 1)))
            x[np.arange(n_persons), at] = draw(arrays(np.int8, n_persons, elements=answers))
        return x
    whole = draw(arrays(np.int8, (n_persons, n_items), elements=answers))
    persons, items = n_persons // 2, n_items // 2
    x[:persons, :items] = whole[:persons, :items]
    x[persons:, items:] = whole[persons:, items:]
    return x


@settings(max_examples=100)
@given(
    x=matrices(),
    model=st.sampled_from(sorted(MODELS)),
    errors=st.sampled_from(["observed", "cross-product", "sandwich"]),
)
def test_nothing_is_missing_in_silence(x: NDArray[np.int8], model: str, errors: Any) -> None:
    try:
        found = calibrate(x, model, missing=-1, errors=errors, max_cycles=200)
    except PsychometricsError:
        return
    finite_or_told(found, x)
    for method in ("EAP", "MAP", "ML", "WLE"):
        kept = [found.names.index(name) for name in found.items.names]
        abilities = score(x[:, kept], found.items, method, missing=-1)
        silent = abilities.n_answered == 0
        assert (np.isfinite(abilities.theta) | silent).all()
        assert ((abilities.standard_error >= 0) | silent).all()


def finite_or_told(found: Calibration, x: NDArray[np.int8]) -> None:
    whole = {flag.code for flag in found.flags if flag.item is None}
    assert found.converged or "not_converged" in whole
    assert np.isfinite([found.log_likelihood, found.objective, found.largest_gradient]).all()
    for item, codes in enumerate(found.item_flags()):
        told = whole | set(codes)
        if told & LEFT_OUT and np.isnan(np.atleast_1d(found.intercept[item])).all():
            continue
        steps = slice(max(int(x[:, item].max()), 1))
        assert np.isfinite(np.atleast_1d(found.intercept[item])[steps]).all()
        if found.models[item] == "NRM":
            continue
        assert np.isfinite(found.a[item])
        defined = np.isfinite(np.atleast_1d(found.b[item])[steps]).all()
        assert defined or told & {"flat_slope", "not_converged"}
        # a fixed slope has no error, nor the location that a rating scale is counted from
        errors = np.atleast_1d(found.se_b[item])[steps]
        assert np.isfinite(errors).all() or told & NO_ERRORS


def test_a_variance_that_grows_for_ever_is_told() -> None:
    """Three equal columns: under the Rasch model every wider population is likelier."""
    x = np.ones((21, 3))
    x[0] = 0
    found = calibrate(x, "Rasch")
    assert not found.converged
    sentence = next(flag.sentence for flag in found.flags if flag.code == "not_converged")
    assert "variance of theta leaves all bounds" in sentence
    assert np.isfinite([found.log_likelihood, *found.b]).all()


def test_the_steepest_items_have_derivatives_far_out() -> None:
    """At a z of 800, where the chance of a wrong answer is no longer a floating-point number."""
    for model, row in (("3PL", [80.0, 0.0, -2.0]), ("4PL", [80.0, 0.0, -2.0, 40.0])):
        block = MODELS[model]
        theta, parameters = np.array([-10.0, 10.0]), np.array([row])
        gradient = block.gradient(parameters, theta)
        first, second = block.theta_derivatives(parameters, theta)
        assert np.isfinite(gradient).all()
        assert np.isfinite([first, second]).all()
        by_slope_if_wrong = gradient[0, 0, 0]
        np.testing.assert_allclose(by_slope_if_wrong, [0.0, -10.0], atol=1e-12)
