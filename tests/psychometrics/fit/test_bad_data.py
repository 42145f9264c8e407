"""Whatever the data, a fit statistic is finite, flagged, or refused with a sentence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from psychometrics.errors import PsychometricsError
from psychometrics.fit import (
    full_information,
    item_mean_squares,
    item_zh,
    ld_x2,
    limited_information,
    person_fit,
    person_mean_squares,
    q3,
    s_x2,
    theta_groups,
)
from psychometrics.models import Items

ITEMS = Items.from_parameters(
    ["2PL", "2PL", "GRM", "PCM"],
    [[1.2, 0.3], [8.0, -30.0], [1.1, 1.0, -0.5], [1.0, 0.4, -0.2]],
)
WITH_THETA: dict[str, Callable[..., Any]] = {
    "item_mean_squares": item_mean_squares,
    "person_mean_squares": person_mean_squares,
    "person_fit": person_fit,
    "item_zh": item_zh,
    "q3": q3,
    "theta_groups": theta_groups,
}
WITHOUT: dict[str, Callable[..., Any]] = {
    "s_x2": s_x2,
    "ld_x2": ld_x2,
    "limited_information": limited_information,
    "full_information": full_information,
}


@st.composite
def matrices(draw: st.DrawFn) -> NDArray[np.int8]:
    rows = draw(st.integers(1, 15))
    chosen = draw(arrays(np.int8, (rows, 4), elements=st.integers(-1, 2)))
    return np.minimum(chosen, [1, 1, 2, 2]).astype(np.int8)


@pytest.mark.parametrize("name", [*WITH_THETA, *WITHOUT])
@given(matrices(), st.lists(st.floats(-40, 40) | st.just(np.inf) | st.just(np.nan), min_size=15))
def test_nothing_is_missing_in_silence(
    name: str, responses: NDArray[np.int8], theta: list[float]
) -> None:
    try:
        if name in WITHOUT:
            result = WITHOUT[name](responses, ITEMS, missing=-1)
        else:
            result = WITH_THETA[name](responses, ITEMS, theta[: len(responses)], missing=-1)
    except PsychometricsError:
        return
    parts = [result.x2, result.g2] if name == "theta_groups" else [result]
    for part in parts:
        undefined = getattr(part, "undefined", None)
        for attribute in part.__slots__:
            value = getattr(part, attribute)
            if attribute in {"undefined", "flags"} or value is None:
                continue
            finite = np.isfinite(np.asarray(value, dtype=float))
            if undefined is not None and finite.shape == (len(undefined),):
                told = np.array([reason is not None for reason in undefined])
                assert (finite | told).all()
            elif attribute == "q3":
                np.testing.assert_array_equal(finite, part.defined)
            else:
                assert finite.all() or getattr(part, "flags", ())
