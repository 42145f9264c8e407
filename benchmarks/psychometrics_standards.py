"""Decisions and standards: wall milliseconds on one thread beside their bars."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable
from time import perf_counter

import numpy as np

from benchmarks.printing import json_line, table
from psychometrics.decisions import (
    decisions_lee,
    decisions_livingston_lewis,
    decisions_rudner,
)
from psychometrics.scales import conversion_table, theta_at
from psychometrics.simulation import draw_items, simulate
from psychometrics.standards import angoff, bookmark

ROUNDS = 7
BAR_MS = 100.0  # Livingston and Lewis, and Lee


def main() -> None:
    rng = np.random.default_rng(5)
    items = draw_items(100, "3PL", rng=rng)
    scores = simulate(items, 10_000, rng=rng).responses.sum(axis=1)
    ratings = rng.uniform(0.3, 0.9, (3, 15, 100))
    tasks: dict[str, tuple[Callable[[], object], float | None]] = {
        "Livingston-Lewis, 10,000 scores of 0 to 100": (
            lambda: decisions_livingston_lewis(scores, 0.9, 66, highest=100),
            BAR_MS,
        ),
        "Livingston-Lewis, two cuts": (
            lambda: decisions_livingston_lewis(scores, 0.9, [55, 66], highest=100),
            BAR_MS,
        ),
        "Lee, 100 3PL items, a normal population": (lambda: decisions_lee(items, 66), BAR_MS),
        "Rudner, the same": (lambda: decisions_rudner(items, 0.3), None),
        "conversion of 101 raw scores through theta": (
            lambda: conversion_table(theta_at(items, np.linspace(40, 99, 101)), 0.3),
            None,
        ),
        "Angoff, 3 rounds, 15 judges, 100 items": (lambda: angoff(ratings), None),
        "Bookmark, 15 judges, 100 items": (lambda: bookmark(items, np.arange(50, 65)), None),
    }
    found = {name: _best(task) for name, (task, _) in tasks.items()}
    rows = [
        [name, f"{found[name]:.2f}{_missed(found[name], bar)}", "" if bar is None else bar]
        for name, (_, bar) in tasks.items()
    ]
    table(
        f"Decisions and standards, wall ms, the best of {ROUNDS} (! misses)",
        ["", "ms", "bar"],
        rows,
    )
    json_line("psychometrics_standards", {"ms": found})


def _best(task: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        task()
        times.append(1e3 * (perf_counter() - start))
    return min(times)


def _missed(found: float, bar: float | None) -> str:
    return " !" if bar is not None and found > bar else ""


if __name__ == "__main__":
    main()
