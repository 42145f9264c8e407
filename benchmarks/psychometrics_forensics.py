"""Forensics: all pairs of 1,000 candidates x 100 items of four options, and of 10,000 in blocks.

Wall and CPU seconds of one call, one thread, with the peak memory of the process.  10,000
candidates are done with ``python -m benchmarks.psychometrics_forensics --whole``.
"""

import resource
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.printing import json_line, table
from psychometrics import Items
from psychometrics.forensics import (
    fit_response_times,
    gbt,
    omega,
    preknowledge,
    similar_pairs,
    time_residuals,
)
from psychometrics.simulation import Copying, draw_response_times, simulate

ITEMS, OPTIONS = 100, 4
COPIERS = 20
BARS = {"omega": 10.0, "gbt_screened": 10.0, "gbt_screened_copying": 10.0}
Floats = NDArray[np.float64]


def event(n_persons: int) -> tuple[Floats, Items, Floats, Floats]:
    """Options chosen, items, abilities and seconds; 20 persons copied 60 items."""
    rng = np.random.default_rng(1)
    slopes = np.sort(rng.normal(0, 0.6, (ITEMS, OPTIONS - 1)), axis=1)
    slopes[:, -1] += 0.8
    rows = np.hstack([slopes, rng.normal(0, 0.7, slopes.shape)])
    items = Items.from_parameters("NRM", list(rows))
    theta = rng.normal(0, 1, n_persons)
    copying = tuple(
        Copying(2 * i, 2 * i + 1, tuple(rng.permutation(ITEMS)[:60].tolist()))
        for i in range(COPIERS)
    )
    times = draw_response_times(ITEMS, rng=rng)
    left = simulate(items, theta, rng=rng, times=times, copying=copying)
    assert left.seconds is not None
    return left.responses.astype(np.float64), items, theta, left.seconds


def measured(call: Callable[[], object]) -> tuple[float, float, object]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def main(whole: bool = False) -> None:
    x, items, theta, seconds = event(1000)
    times = fit_response_times(seconds).parameters
    scored = (x == OPTIONS - 1).astype(np.float64)
    binary = Items.from_irt("2PL", np.ones(ITEMS), np.linspace(-2, 2, ITEMS))
    calls: dict[str, Callable[[], object]] = {
        "omega": lambda: omega(x, items, theta),
        "gbt_screened": lambda: similar_pairs(x, items, theta),
        "gbt_screened_copying": lambda: similar_pairs(x, items, theta, given_source=True),
        "response_times": lambda: fit_response_times(seconds),
        "time_residuals": lambda: time_residuals(seconds, times),
        "preknowledge": lambda: preknowledge(
            scored, binary, np.arange(20), seconds=seconds, times=times
        ),
    }
    calls["gbt_of_every_pair"] = lambda: gbt(x, items, theta, given_source=False)
    if whole:
        many = event(10_000)
        calls["gbt_screened_of_10,000"] = lambda: similar_pairs(*many[:3])
    rows, figures = [], {}
    for name, call in calls.items():
        wall, cpu, _ = measured(call)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        bar = BARS.get(name)
        figures[f"{name}_s"] = round(wall, 3)
        missed = " !" if bar is not None and wall > bar else ""
        bars = "-" if bar is None else f"{bar:g}"
        rows.append([name, f"{wall:.2f}{missed}", f"{cpu:.2f}", bars, peak])
    table(
        f"Forensics, 1,000 candidates x {ITEMS} items of {OPTIONS} options",
        ["", "s", "CPU s", "bar", "peak MiB"],
        rows,
    )
    json_line("psychometrics_forensics", figures)


if __name__ == "__main__":
    main(whole="--whole" in sys.argv[1:])
