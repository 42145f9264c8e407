"""Each kind of bad input, given to every method that takes responses and groups."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from psychometrics.dif import (
    breslow_day,
    likelihood_ratio,
    logistic_dif,
    mantel_haenszel,
    sibtest,
    standardise,
)
from psychometrics.errors import (
    BadOption,
    BadResponses,
    NotEnoughData,
    PsychometricsError,
)
from tests.psychometrics.dif.populations import two_groups

SCORED: dict[str, Callable[..., Any]] = {
    "mantel_haenszel": mantel_haenszel,
    "breslow_day": breslow_day,
    "logistic_dif": logistic_dif,
    "standardise": standardise,
    "sibtest": sibtest,
}
EVERY = {**SCORED, "likelihood_ratio": likelihood_ratio}
X, GROUP = two_groups(1, n=(60, 60), n_items=5)


def replaced(row: int, column: int, cell: object) -> NDArray[Any]:
    changed = X.astype(object)
    changed[row, column] = cell
    return changed


REFUSED: dict[str, tuple[Any, Any, type[PsychometricsError], str]] = {
    "an empty focal group": (X, np.zeros(120), NotEnoughData, "the focal group is empty"),
    "an empty reference group": (X, np.ones(120), NotEnoughData, "the reference group is empty"),
    "three groups": (X, np.arange(120) % 3, BadOption, "there are 3 groups"),
    "labels that name no focal group": (
        X,
        np.where(GROUP == 1, "f", "m"),
        BadOption,
        "say which is the focal one, for example focal='f'",
    ),
    "a label missing": (X, np.where(np.arange(120) == 7, np.nan, GROUP), BadOption, "row 7 has no"),
    "None for a label": (X, [None, *GROUP[1:]], BadOption, "row 0 has no group"),
    "too few labels": (X, GROUP[1:], BadOption, "one label for each of 120 persons"),
    "one item": (X[:, :1], GROUP, NotEnoughData, "one item"),
    "no person": (X[:0], [], NotEnoughData, "the responses are empty"),
    "text": (replaced(3, 2, "yes"), GROUP, BadResponses, "row 3, column 2 holds 'yes'"),
    "infinity": (replaced(3, 2, np.inf), GROUP, BadResponses, "row 3, column 2"),
    "a fraction": (replaced(3, 2, 0.5), GROUP, BadResponses, "row 3, column 2 holds 0.5"),
    "-1 undeclared": (replaced(0, 1, -1), GROUP, BadResponses, "row 0, column 1 holds -1"),
}


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_analysed_is_refused_in_a_sentence(name: str, case: str) -> None:
    responses, group, error, sentence = REFUSED[case]
    with pytest.raises(error, match=sentence):
        EVERY[name](responses, group)


@pytest.mark.parametrize("name", EVERY)
def test_a_focal_group_nobody_is_in_is_refused(name: str) -> None:
    with pytest.raises(NotEnoughData, match="no person has the label 'x'"):
        EVERY[name](X, np.where(GROUP == 1, "f", "m"), focal="x")


@pytest.mark.parametrize("name", SCORED)
def test_a_third_category_is_refused(name: str) -> None:
    with pytest.raises(BadResponses, match="row 4, column 1 holds 2, but this method takes"):
        SCORED[name](replaced(4, 1, 2), GROUP)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("anchors", [[], [5], [0.5]])
def test_anchors_that_are_none_are_refused(name: str, anchors: list[float]) -> None:
    with pytest.raises(BadOption, match="anchor"):
        EVERY[name](X, GROUP, anchors=anchors)


@pytest.mark.parametrize("name", sorted(EVERY.keys() - {"standardise"}))
@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, np.nan])
def test_a_level_outside_0_to_1_is_refused(name: str, level: float) -> None:
    with pytest.raises(BadOption, match="significance level"):
        EVERY[name](X, GROUP, level=level)


@pytest.mark.parametrize("name", ["mantel_haenszel", "breslow_day", "logistic_dif", "standardise"])
@pytest.mark.parametrize(
    ("match", "sentence"),
    [
        (np.zeros(7), "one number for each of 120"),
        (np.where(np.arange(120) == 5, np.nan, 0.0), "row 5 has no finite match"),
        (["a"] * 120, "not one number for each person"),
    ],
)
def test_a_match_that_is_none_is_refused(name: str, match: Any, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        EVERY[name](X, GROUP, match=match)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: logistic_dif(X, GROUP, kind="all"), BadOption, "kind = 'all'"),  # type: ignore[arg-type]
        (lambda: standardise(X, GROUP, weights="none"), BadOption, "weights = 'none'"),  # type: ignore[arg-type]
        (lambda: standardise(X, GROUP, threshold=0.0), BadOption, "threshold of 0.0"),
        (lambda: sibtest(X, GROUP, kind="both"), BadOption, "kind = 'both'"),  # type: ignore[arg-type]
        (lambda: sibtest(X, GROUP, fewest=1), BadOption, "fewest = 1"),
        (lambda: sibtest(X, GROUP, draws=0), BadOption, "draws = 0"),
        (lambda: sibtest(X, GROUP, crossing=[1, 2]), BadOption, "crossing is one finite score"),
        (lambda: sibtest(X, GROUP, crossing=np.nan), BadOption, "crossing is one finite score"),
        (lambda: sibtest(X[:, :2], GROUP), NotEnoughData, "two are needed"),
        (lambda: sibtest(X, GROUP, anchors=[1]), NotEnoughData, "two are needed"),
        (
            lambda: sibtest(np.where(GROUP[:, None] == 1, np.nan, X), GROUP),
            NotEnoughData,
            "the focal group has 0 persons",
        ),
    ],
)
def test_options_of_single_methods_are_checked(
    call: Callable[[], Any], error: type[PsychometricsError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        call()


@pytest.mark.parametrize("name", SCORED)
def test_a_code_for_missing_is_the_same_as_nan(name: str) -> None:
    responses = X.astype(float)
    responses[::7, 2] = np.nan
    codes = np.where(np.isnan(responses), -1, responses).astype(np.int8)
    first = SCORED[name](responses, GROUP, purify=False)
    second = SCORED[name](codes, GROUP, purify=False, missing=-1)
    assert first.flags == second.flags
    for field in ("chi2", "statistic", "difference"):
        if hasattr(first, field):
            np.testing.assert_array_equal(getattr(first, field), getattr(second, field))


@pytest.mark.parametrize("name", SCORED)
@settings(max_examples=25)
@given(
    responses=arrays(
        np.int8, st.tuples(st.integers(4, 25), st.integers(3, 6)), elements=st.integers(-1, 1)
    ),
    turn=st.integers(1, 3),
)
def test_every_number_is_finite_or_flagged(
    name: str, responses: NDArray[np.int8], turn: int
) -> None:
    group = (np.arange(len(responses)) % (turn + 1) == 0).astype(int)
    try:
        found = SCORED[name](responses, group, missing=-1)
    except PsychometricsError:
        return
    flagged = {flag.item for flag in found.flags}
    n_items = responses.shape[1]
    for field in found.__dataclass_fields__:
        value = getattr(found, field)
        if field == "crossing" or not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            continue
        assert not np.isinf(value).any(), field
        missing = np.isnan(value).reshape(n_items, -1).any(axis=1)
        assert set(np.flatnonzero(missing).tolist()) <= flagged, field
