"""Honest persons raise no more than the nominal share of alarms; copiers and the rest are found.

20 seeded events in the suite, 200 under ``make evidence``, which prints the rates.
"""

import sys
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics import Items, score, simulate
from psychometrics.forensics import (
    gbt,
    m4,
    misfitting_persons,
    omega,
    preknowledge,
    score_gains,
    similar_pairs,
    time_residuals,
)
from psychometrics.simulation import Copying, ResponseTimes, Simulation
from tests.psychometrics.forensics.events import event, options

Floats = NDArray[np.float64]
LEVEL = 0.05
KNOWN = np.arange(40) < 16


def scored(seed: int, *, cheats: bool) -> tuple[Items, Floats, Simulation, ResponseTimes]:
    """60 persons, 40 items right or wrong, with times; if asked, person 1 knew the first 16."""
    rng = np.random.default_rng(seed)
    items = Items.from_irt("2PL", np.exp(rng.normal(0.1, 0.2, 40)), rng.normal(0, 1, 40))
    times = ResponseTimes(rng.normal(3.7, 0.3, 40), rng.uniform(1.5, 2.5, 40))
    theta = np.clip(rng.normal(0, 1, 60), -2, 2)
    left = simulate(items, theta, rng=rng, times=times)
    assert left.seconds is not None
    if cheats:
        left.responses[1, KNOWN] = rng.random(16) < 0.95
        left.seconds[1, KNOWN] *= 0.6
    return items, theta, left, times


def pair_p(test: Callable[..., object], seed: int, cheats: bool, **options_: object) -> Floats:
    """p of all pairs at true abilities; the first is that of the copier if there is one."""
    items, theta, left = event(seed, 30, 40, copied=0.5 if cheats else 0.0)
    p: Floats = test(left.responses, items, theta, **options_).p  # type: ignore[attr-defined]
    return p


def knew(seed: int, cheats: bool, part: str) -> Floats:
    items, _, left, times = scored(seed, cheats=cheats)
    found = preknowledge(left.responses, items, KNOWN, seconds=left.seconds, times=times)
    p: Floats = getattr(found, part)
    return np.concatenate([p[1:2], p[:1], p[2:]])


def quick(seed: int, cheats: bool) -> Floats:
    _, _, left, times = scored(seed, cheats=cheats)
    assert left.seconds is not None
    if cheats:
        left.seconds[0, 0] *= 0.15
    return time_residuals(left.seconds, times).p_quick.ravel()


def uneven(seed: int, cheats: bool) -> Floats:
    _, _, left, times = scored(seed, cheats=False)
    assert left.seconds is not None
    if cheats:
        left.seconds[0, ::2] *= 0.4
    return time_residuals(left.seconds, times).person_p


def misfit(seed: int, cheats: bool) -> Floats:
    items, _, left, _ = scored(seed, cheats=False)
    if cheats:
        left.responses[0] = items.b > 0
    theta = score(left.responses, items, "WLE").theta
    return misfitting_persons(left.responses, items, theta).p


def gained(seed: int, cheats: bool) -> Floats:
    rng = np.random.default_rng(seed)
    items, theta, first, _ = scored(seed, cheats=False)
    second = simulate(items, theta + 0.2 + 1.5 * (cheats * (np.arange(60) == 0)), rng=rng)
    one, two = (score(x.responses, items, "WLE") for x in (first, second))
    return score_gains(one.theta, two.theta, one.standard_error, two.standard_error).p


Method = Callable[[int, bool], Floats]
EVERY: dict[str, Method] = {
    "omega": lambda seed, cheats: pair_p(omega, seed, cheats),
    "omega of similarity": lambda seed, cheats: pair_p(omega, seed, cheats, given_source=False),
    "gbt": lambda seed, cheats: pair_p(gbt, seed, cheats),
    "gbt of similarity": lambda seed, cheats: pair_p(gbt, seed, cheats, given_source=False),
    "m4": lambda seed, cheats: pair_p(m4, seed, cheats, right=np.full(40, 3)),
    "preknowledge by scores": lambda seed, cheats: knew(seed, cheats, "p_scores"),
    "preknowledge by times": lambda seed, cheats: knew(seed, cheats, "p_times"),
    "preknowledge by both": lambda seed, cheats: knew(seed, cheats, "p_both"),
    "time_residuals": quick,
    "time_residuals, persons": uneven,
    "misfitting_persons": misfit,
    "score_gains": gained,
}
# exact tests of counts are conservative, and lz* and ability have small samples of items
BOUNDS = {
    "omega": (0.04, 0.06),
    "omega of similarity": (0.04, 0.06),
    "gbt": (0.02, 0.052),
    "gbt of similarity": (0.02, 0.052),
    "m4": (0.02, 0.052),
    "score_gains": (0.03, 0.07),
    "misfitting_persons": (0.03, 0.065),
    "preknowledge by scores": (0.035, 0.07),
    "preknowledge by both": (0.035, 0.07),
}


def alarm_rate(name: str, seeds: range) -> tuple[float, float]:
    """Share of alarms, and its standard error over events."""
    rates = [(EVERY[name](seed, False) < LEVEL).mean() for seed in seeds]
    return float(np.mean(rates)), float(np.std(rates) / np.sqrt(len(rates)))


def power(name: str, seeds: range) -> float:
    """Share of events whose one cheat is found at the level."""
    return float(np.mean([EVERY[name](seed, True)[0] < LEVEL for seed in seeds]))


def false_accusations(seeds: range) -> float:
    """Share of honest events in which any of 435 pairs is flagged under control."""
    flagged = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        items, theta = options(40, rng), rng.normal(0, 1, 30)
        x = simulate(items, theta, rng=rng).responses
        flagged.append(similar_pairs(x, items, theta, control="holm").found.flagged.any())
    return float(np.mean(flagged))


def found_under_control(seeds: range) -> tuple[float, float]:
    """Among 435 pairs, one of which copied half: how often found, and false among the flagged."""
    hits, wrong = [], []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        items, theta = options(60, rng), rng.normal(0, 1, 30)
        copying = (Copying(0, 1, tuple(range(30))),)
        x = simulate(items, theta, rng=rng, copying=copying).responses
        found = similar_pairs(x, items, score(x, items, "EAP").theta).found
        pairs = found.pairs[found.flagged].tolist()
        hits.append([0, 1] in pairs)
        wrong.append(sum(pair != [0, 1] for pair in pairs) / max(len(pairs), 1))
    return float(np.mean(hits)), float(np.mean(wrong))


@pytest.mark.parametrize("name", EVERY)
def test_false_alarms_are_near_the_level(name: str) -> None:
    rate, error = alarm_rate(name, range(20))
    low, high = BOUNDS.get(name, (LEVEL - 0.01, LEVEL + 0.01))
    assert low - 2 * error < rate < high + 2 * error
    assert power(name, range(20)) > 0.5


def test_an_honest_event_is_seldom_accused_and_a_copier_mostly_found() -> None:
    assert false_accusations(range(20)) <= 0.15
    hit, wrong = found_under_control(range(20))
    assert hit > 0.6
    assert wrong < 0.15


@pytest.mark.evidence
@pytest.mark.parametrize("name", EVERY)
def test_false_alarms_over_many_events(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rate, error = alarm_rate(name, range(200))
    found = power(name, range(200))
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {name}: false alarms {rate:.4f} +- {error:.4f} at {LEVEL}, finds the one cheat "
            f"in {found:.2f} of 200 events"
        )
    low, high = BOUNDS.get(name, (LEVEL - 0.005, LEVEL + 0.005))
    assert low - 2 * error < rate < high + 2 * error
    assert found > 0.5


@pytest.mark.evidence
def test_accusations_over_many_events(capsys: pytest.CaptureFixture[str]) -> None:
    accused = false_accusations(range(200))
    hit, wrong = found_under_control(range(200))
    with capsys.disabled():
        sys.stdout.write(
            f"\n  similar_pairs: any of 435 honest pairs flagged (Holm) in {accused:.3f} of 200 "
            f"events; a copier of half of 60 found (BH) in {hit:.2f}, false flags {wrong:.3f}"
        )
    assert accused <= LEVEL + 0.035
    assert hit > 0.6
    assert wrong <= LEVEL + 0.035
