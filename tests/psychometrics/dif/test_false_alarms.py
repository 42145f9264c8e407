"""Without DIF each test raises its nominal share of alarms; with DIF it finds it.

20 seeded administrations in the suite, 200 under ``make evidence``, which prints the rates.
"""

import sys
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics import calibrate
from psychometrics.dif import (
    ItemEstimates,
    breslow_day,
    likelihood_ratio,
    logistic_dif,
    lord,
    mantel_haenszel,
    raju,
    sibtest,
)
from tests.psychometrics.dif.populations import Group, Scored, two_groups

Floats = NDArray[np.float64]
Method = Callable[[Scored, Group, int], Floats]

IMPACT = -0.4
LEVEL = 0.05


def separately(x: Scored, group: Group) -> tuple[ItemEstimates, ItemEstimates]:
    first, second = (
        ItemEstimates.from_calibration(calibrate(x[group == g], "2PL")) for g in (0, 1)
    )
    return first, second


# p of every item; the scale of Lord and Raju is the true one
BY_SCORE: dict[str, Method] = {
    "mantel_haenszel": lambda x, group, _: mantel_haenszel(x, group).p,
    "mantel_haenszel exact": lambda x, group, _: mantel_haenszel(x, group, exact=True).p,
    "breslow_day": lambda x, group, _: breslow_day(x, group, purify=False).p,
    "logistic_dif both": lambda x, group, _: logistic_dif(x, group).p,
    "logistic_dif uniform": lambda x, group, _: logistic_dif(x, group, kind="uniform").p,
    "logistic_dif nonuniform": lambda x, group, _: logistic_dif(x, group, kind="nonuniform").p,
    "sibtest": lambda x, group, _: sibtest(x, group).p,
    "sibtest crossing": lambda x, group, seed: (
        sibtest(x, group, purify=False, rng=np.random.default_rng(seed), draws=200).p_crossing
    ),
}
BY_PARAMETERS: dict[str, Method] = {
    "lord": lambda x, group, _: lord(*separately(x, group), scale=(1, IMPACT)).p,
    "raju signed": lambda x, group, _: raju(*separately(x, group), scale=(1, IMPACT)).p_signed,
    "raju unsigned": lambda x, group, _: raju(*separately(x, group), scale=(1, IMPACT)).p_unsigned,
    "likelihood_ratio": lambda x, group, _: likelihood_ratio(x, group, purify=False).p,
}
EVERY = {**BY_SCORE, **BY_PARAMETERS}
# the exact test and the correction for continuity are conservative, and so are Wald tests of
# parameters whose estimates are skewed
BOUNDS = {
    "lord": (0.02, 0.065),
    "raju signed": (0.01, 0.065),
    "mantel_haenszel": (0.025, 0.065),
    "mantel_haenszel exact": (0.025, 0.065),
    "raju unsigned": (0.01, 0.07),
}
# what finds a difference of the kind below
FINDS_HARDER = EVERY.keys() - {"breslow_day", "logistic_dif nonuniform"}
FINDS_FLATTER = {
    *("breslow_day", "logistic_dif both", "logistic_dif nonuniform", "sibtest crossing"),
    *("lord", "raju unsigned", "likelihood_ratio"),
}


def size(name: str) -> dict[str, int]:
    return {"n_items": 20} if name in BY_SCORE else {"n_items": 10}


def alarm_rate(name: str, seeds: range) -> tuple[float, float]:
    """Share of alarms, and its standard error over administrations."""
    rates = []
    for seed in seeds:
        x, group = two_groups(seed, impact=IMPACT, n=(500, 500), **size(name))
        rates.append((EVERY[name](x, group, seed) < LEVEL).mean())
    return float(np.mean(rates)), float(np.std(rates) / np.sqrt(len(rates)))


def power(name: str, seeds: range) -> tuple[float, float]:
    """Share of a harder and of a flatter item found."""
    found = []
    for seed in seeds:
        x, group = two_groups(
            seed, impact=IMPACT, n=(500, 500), harder={2: 0.6}, flatter={5: 0.4}, **size(name)
        )
        found.append(EVERY[name](x, group, seed)[[2, 5]] < LEVEL)
    harder, flatter = np.mean(found, axis=0)
    return float(harder), float(flatter)


@pytest.mark.parametrize("name", sorted(BY_SCORE.keys() - {"mantel_haenszel exact"}))
def test_false_alarms_are_near_the_level(name: str) -> None:
    rate, error = alarm_rate(name, range(20))
    low, high = BOUNDS.get(name, (LEVEL - 0.01, LEVEL + 0.015))
    assert low - 2 * error < rate < high + 2 * error


@pytest.mark.parametrize("name", ["lord", "likelihood_ratio"])
def test_false_alarms_by_parameters_are_near_the_level(name: str) -> None:
    rate, error = alarm_rate(name, range(3))
    assert rate < LEVEL + 0.015 + 2 * error


@pytest.mark.evidence
@pytest.mark.parametrize("name", EVERY)
def test_false_alarms_over_many_administrations(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    n = 200 if name in BY_SCORE or name.startswith(("lord", "raju")) else 60
    rate, error = alarm_rate(name, range(n))
    harder, flatter = power(name, range(n))
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {name}: false alarms {rate:.3f} +- {error:.3f} at {LEVEL}, finds "
            f"b + 0.6 in {harder:.2f} and a x 0.4 in {flatter:.2f} of {n} administrations"
        )
    low, high = BOUNDS.get(name, (LEVEL - 0.01, LEVEL + 0.015))
    assert low - 2 * error < rate < high + 2 * error
    if name in FINDS_HARDER:
        assert harder > 0.5
    if name in FINDS_FLATTER:
        assert flatter > 0.3
