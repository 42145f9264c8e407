"""Candidates who never were: answers to past forms, drawn from known parameters.

Everything follows from a seed and from the bank, so that whoever calibrates the answers can hold
the outcome against the truth.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

CANDIDATES = 400
SEED = 20_250_314
ABILITY_SD = 1.0
GIVES_UP = 0.004
"""Chance that a question is left without an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a form: ``options`` in the item's order, ``key`` counted from 1, and the share
    of candidates whom its writer expects to be right."""

    code: str
    options: int
    key: int
    expected: float


@dataclass(frozen=True, slots=True)
class Truth:
    """What the answers are drawn from: P(right) = expit(a (theta - b)).

    ``marked`` is the option that was taken for the key when the answers were drawn: for all items
    but one it is the key.
    """

    a: float
    b: float
    marked: int


MISKEYED = 0.37
"""The place, as a share of the items by code, of the one item that was drawn with another key."""


def truths(items: Sequence[Asked], seed: int = SEED) -> dict[str, Truth]:
    """Parameters by code, the same in whatever order the items come."""
    by_code = sorted(items, key=lambda one: one.code)
    wrong = by_code[int(MISKEYED * len(by_code))].code if by_code else ""
    return {
        one.code: _truth(one, seed, one.key % one.options + 1 if one.code == wrong else one.key)
        for one in by_code
    }


def more_truths(
    items: Sequence[Asked], known: Mapping[str, Truth], seed: int = SEED
) -> dict[str, Truth]:
    """The known ones, and those of the items that are new, all with their right keys."""
    new = {one.code: _truth(one, seed, one.key) for one in items if one.code not in known}
    return {**known, **new}


def _truth(one: Asked, seed: int, marked: int) -> Truth:
    rng = random.Random(f"{seed}:{one.code}")  # noqa: S311 - a simulation, not a secret
    share = min(max(one.expected, 0.05), 0.95)
    return Truth(
        a=exp(rng.gauss(0.05, 0.3)),
        b=-log(share / (1 - share)) + rng.gauss(0.0, 0.45),
        marked=marked,
    )


def answers(
    form: Sequence[Asked], parameters: dict[str, Truth], n: int, mean: float, seed: int
) -> bytes:
    """One byte an answer, candidates by positions: 0 for none, k for the k-th option.

    Abilities are normal with this mean, in logits.  Wrong answers fall on the other options, the
    first of them twice as often as the rest.
    """
    rng = random.Random(seed)  # noqa: S311 - a simulation, not a secret
    drawn = [parameters[one.code] for one in form]
    wrong: list[bytes] = []
    for one, truth in zip(form, drawn, strict=True):
        others = [k for k in range(1, one.options + 1) if k != truth.marked]
        wrong.append(bytes([others[0], *others]))
    sheet = bytearray()
    for _ in range(n):
        theta = rng.gauss(mean, ABILITY_SD)
        for truth, missed in zip(drawn, wrong, strict=True):
            luck = rng.random()
            if luck < GIVES_UP:
                sheet.append(0)
            elif rng.random() * (1 + exp(-truth.a * (theta - truth.b))) < 1:
                sheet.append(truth.marked)
            else:
                sheet.append(missed[int(luck * 1e6) % len(missed)])
    return bytes(sheet)
