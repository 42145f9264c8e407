"""Adaptive tests: sessions in lock-step, and one live choice, on banks of 3PL items.

CPU microseconds of an administered item and wall milliseconds of a choice, one thread, the best of
several; beside them catsim from its own environment, where that is there.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.printing import json_line, table
from benchmarks.psychometrics_peers import FOLDER, ONE_THREAD
from psychometrics.selection import Progressive, Randomesque, Stopping, next_item, simulate_sessions
from psychometrics.selection.criteria import CRITERIA
from psychometrics.simulation import draw_items

LENGTH = 30
BAR_US = 10.0  # of an administered item, maximum information, 500 items
BAR_MS = 0.2  # of a live choice, maximum information, 2,000 items
ROUNDS = 5
WAYS: dict[str, dict[str, Any]] = {
    "maximum information": {},
    "randomesque": {"chance": Randomesque(5)},
    "progressive": {"chance": Progressive(LENGTH)},
    "KLP": {"criterion": "KLP"},
}
CATSIM = """
import json, time, numpy as np
from catsim.simulation import Simulator
from catsim.initialization import FixedPointInitializer
from catsim.selection import MaxInfoSelector
from catsim.estimation import NumericalSearchEstimator
from catsim.stopping import TestLengthStopper
from catsim.item_bank import ItemBank
bank = np.array(json.loads(input()))
sit = Simulator(ItemBank(bank), 3, initializer=FixedPointInitializer(0.0),
    selector=MaxInfoSelector(), estimator=NumericalSearchEstimator(), stopper=TestLengthStopper(30))
t = time.process_time()
sit.simulate(verbose=False)
print(1e6 * (time.process_time() - t) / 90)
"""


def main() -> None:
    rows, figures = [], {}
    for n_items, persons in ((500, 1000), (2000, 300)):
        items = draw_items(n_items, "3PL", rng=np.random.default_rng(1))
        next_item(items)
        for name, options in WAYS.items():
            best = min(_administered(items, persons, options) for _ in range(ROUNDS))
            bar = BAR_US if n_items == 500 and not options else None
            rows.append([f"{n_items:,} items, {name}", *_beside(best, bar, "us an item")])
            figures[f"batch_{n_items}_{name.replace(' ', '_')}_us"] = round(best, 2)
        if n_items == 500:
            theirs = _catsim(items)
            rows.append([f"{n_items:,} items, catsim", theirs, "", "us an item"])
    given, answers = list(range(15)), [0, 1, 1] * 5
    for criterion in CRITERIA:
        best = np.inf
        for _ in range(10 if criterion == "MEI" else 200):
            started = time.perf_counter()
            next_item(items, given, answers, criterion=criterion)
            best = min(best, 1e3 * (time.perf_counter() - started))
        bar = BAR_MS if criterion == "MFI" else None
        rows.append([f"2,000 items, one live choice, {criterion}", *_beside(best, bar, "ms")])
        figures[f"live_2000_{criterion}_ms"] = round(best, 4)
    table(
        f"Adaptive tests of {LENGTH} items, the best (! misses)", ["", "found", "bar", "unit"], rows
    )
    json_line("psychometrics_selection", figures)


def _administered(items: Any, persons: int, options: dict[str, Any]) -> float:
    started = time.process_time()
    simulate_sessions(items, persons, Stopping(LENGTH), rng=np.random.default_rng(2), **options)
    return 1e6 * (time.process_time() - started) / (persons * LENGTH)


def _beside(found: float, bar: float | None, unit: str) -> list[str]:
    missed = " !" if bar is not None and found > bar else ""
    return [f"{found:.3g}{missed}", "" if bar is None else f"{bar:g}", unit]


def _catsim(items: Any) -> str:
    """CPU microseconds of an item in catsim's simulator, or in a word why not."""
    python: Path = FOLDER / "catsim" / "bin" / "python"
    if not python.exists():
        return "not there"
    bank = np.column_stack([items.a, items.b, items.c, items.u]).tolist()
    done = subprocess.run(
        [str(python), "-c", CATSIM],
        input=json.dumps(bank),
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{float(done.stdout):.0f}" if done.returncode == 0 else "fails"


if __name__ == "__main__":
    main()
