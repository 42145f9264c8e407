"""Anchors change until they stay the same, and the result says when they do not."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics.dif import mantel_haenszel
from psychometrics.dif.purification import purified, read_anchors
from psychometrics.errors import BadOption
from tests.psychometrics.dif.populations import two_groups

Booleans = NDArray[np.bool_]


def test_items_that_differ_leave_the_score_and_the_others_are_cleared() -> None:
    harder = dict.fromkeys(range(6), 0.9)
    x, group = two_groups(1, n=(1500, 1500), impact=0.0, harder=harder)
    plain, pure = (mantel_haenszel(x, group, purify=purify) for purify in (False, True))
    assert pure.flagged[:6].all()
    assert plain.flagged[6:].sum() > pure.flagged[6:].sum()
    assert pure.anchors.tolist() == (~pure.flagged).tolist()
    assert pure.rounds >= 1
    assert abs(pure.delta[6:].mean()) < abs(plain.delta[6:].mean()) / 3


def test_nothing_flagged_is_nothing_to_purify() -> None:
    calls = []

    def evaluate(anchors: Booleans) -> tuple[str, Booleans]:
        calls.append(anchors.tolist())
        return "found", np.zeros(3, dtype=bool)

    last = purified(evaluate, 3, anchors=None, purify=True)
    assert (last.rounds, last.flags, calls) == (0, (), [[True] * 3])


def test_a_circle_ends_and_is_said() -> None:
    def evaluate(anchors: Booleans) -> tuple[None, Booleans]:
        return None, np.array([anchors[1], anchors[0], False])  # each blames the other

    def shifts(anchors: Booleans) -> tuple[None, Booleans]:
        return None, np.array([anchors[0], not anchors[0], False])

    for function in (evaluate, shifts):
        last = purified(function, 3, anchors=None, purify=True)
        assert last.rounds == 10
        (flag,) = last.flags
        assert flag.code == "not_purified"
        assert "go in a circle" in flag.sentence


def test_too_few_anchors_left_keep_those_of_the_round_before() -> None:
    def evaluate(anchors: Booleans) -> tuple[None, Booleans]:
        return None, np.array([True, True, anchors.all()])

    last = purified(evaluate, 3, anchors=None, purify=True)
    assert last.anchors.all()
    assert last.flags[0].code == "too_few_anchors"
    assert "3 of 3 items are flagged" in last.flags[0].sentence


def test_anchors_that_all_differ_are_said() -> None:
    x, group = two_groups(2, n=(3000, 3000), n_items=4, impact=0.0, harder={0: 2.0, 1: -2.0})
    x[group == 1, 2] |= x[group == 1, 0]
    x[group == 1, 3] &= x[group == 1, 1]
    found = mantel_haenszel(x, group)
    assert found.flagged.all()
    assert found.anchors.all()
    assert [flag.code for flag in found.flags] == ["too_few_anchors"]


@pytest.mark.parametrize(
    ("anchors", "sentence"),
    [
        ([], "there are no anchors"),
        ([False] * 4, "there are no anchors"),
        ([4], "anchor 4 is none of the 4 items"),
        ([-1], "anchor -1 is none of the 4 items"),
        ([0.5], "anchors are positions"),
        ([True, False], "anchors are positions"),
        (["a"], "anchors are positions"),
    ],
)
def test_anchors_that_are_none_are_refused(anchors: list[Any], sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        read_anchors(anchors, 4)
