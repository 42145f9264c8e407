"""Differential functioning between administrations: a planted item is found, and reasons told."""

from uuid import uuid4

import numpy as np
import pytest

from exam_engine.calibration.fairness import functioning
from exam_engine.calibration.frozen import Column, Frozen

N, ITEMS = 600, 20


def frozen(administrations: list[str], shift: float = 0.0, common: int = ITEMS) -> Frozen:
    """Rasch answers; item 3 is harder by ``shift`` for the second half."""
    rng = np.random.default_rng(8)
    b = np.linspace(-1.5, 1.5, ITEMS)
    harder = np.zeros((N, ITEMS))
    harder[N // 2 :, 3] = shift
    logit = rng.standard_normal((N, 1)) - b - harder
    answers = np.where(rng.random((N, ITEMS)) < 1 / (1 + np.exp(-logit)), 1, 2).astype(np.int8)
    answers[: N // 2, common:] = -1
    columns = tuple(
        Column(uuid4(), f"Q-{j:02}", 1, "scored", "IA", ("A", "B"), "A") for j in range(ITEMS)
    )
    forms = tuple("F" for _ in administrations)
    return Frozen(columns, tuple(map(str, range(N))), forms, tuple(administrations), answers)


TWO = ["2025"] * (N // 2) + ["2026"] * (N // 2)


def test_an_item_that_became_harder_is_the_furthest_apart() -> None:
    found = functioning(frozen(TWO, shift=1.2), "wrong")
    (first, row), *rest = found["rows"].items()
    assert (found["reference"], found["focal"]) == ("2025", "2026")
    assert (found["n_reference"], found["n_focal"]) == (N // 2, N // 2)
    assert first == "Q-03"
    assert row["class"] == "C"
    # 2.35 times the shift of 1.2 logits, within two of its errors
    assert row["delta"] == pytest.approx(-2.82, abs=2 * row["se_delta"])
    assert all(one["class"] == "A" for _, one in rest[3:])


def test_alike_administrations_have_nothing_large() -> None:
    found = functioning(frozen(TWO), "wrong")
    assert len(found["rows"]) == ITEMS
    assert not [code for code, row in found["rows"].items() if row["class"] == "C"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (frozen(["2025"] * N), "one administration"),
        (frozen(TWO, common=4), "have 4 questions in common"),
    ],
)
def test_what_cannot_be_compared_is_a_sentence(data: Frozen, words: str) -> None:
    found = functioning(data, "wrong")
    assert words in found["undefined"]
    assert found["rows"] == {}
