"""Adaptive tests: sessions in lock-step, and one live choice, on banks of 3PL items.

CPU microseconds of an administered item and CPU milliseconds of a choice, one thread, the best of
several; beside them catsim and mirt from their own environments, where these are there, each
simulating tests of the same length from the same bank.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchmarks.printing import json_line, table
from benchmarks.psychometrics_peers import FOLDER, ONE_THREAD
from benchmarks.psychometrics_sets import best
from psychometrics.selection import (
    Criterion,
    Progressive,
    Randomesque,
    Stopping,
    next_item,
    simulate_sessions,
)
from psychometrics.selection.criteria import CRITERIA
from psychometrics.simulation import draw_items

LENGTH = 30
BAR_US = 10.0  # of an administered item
BAR_MS = 0.2  # of a live choice, 2,000 items
ROUNDS = 5
BLOCKS = ("MEI", "MEPV", "KL", "KLP")  # tables of every answer of every item: fewer sessions do
WAYS: dict[str, dict[str, Any]] = {
    "MFI": {},
    "MFI, randomesque": {"chance": Randomesque(5)},
    "MFI, progressive": {"chance": Progressive(LENGTH)},
    **{name: {"criterion": name} for name in CRITERIA if name != "MFI"},
}
PEERS = {
    "catsim": """
import json, time, numpy as np
from catsim.simulation import Simulator
from catsim.initialization import FixedPointInitializer
from catsim.selection import MaxInfoSelector
from catsim.estimation import NumericalSearchEstimator
from catsim.stopping import TestLengthStopper
from catsim.item_bank import ItemBank
bank = np.array(json.loads(input()))
sit = Simulator(ItemBank(bank), 10, initializer=FixedPointInitializer(0.0),
    selector=MaxInfoSelector(), estimator=NumericalSearchEstimator(),
    stopper=TestLengthStopper(max_items=30))
t = time.process_time()
sit.simulate(verbose=False)
print(1e6 * (time.process_time() - t) / 300)
""",
    "mirt": """
import json, time, numpy as np
from mirt.cat import CATEngine
from mirt.cat.stopping import MaxItemsStop
from mirt.models import ThreeParameterLogistic
bank = np.array(json.loads(input()))
model = ThreeParameterLogistic(n_items=len(bank))
model.set_parameters(discrimination=bank[:, 0], difficulty=bank[:, 1], guessing=bank[:, 2])
model._is_fitted = True
engine = CATEngine(model, stopping_rule=MaxItemsStop(30), max_items=30, n_quadpts=61,
    theta_bounds=(-6.0, 6.0), seed=1)
theta = np.random.default_rng(2).standard_normal(300)
t = time.process_time()
engine.run_batch_simulation(theta)
print(1e6 * (time.process_time() - t) / 9000)
""",
}


def main() -> None:
    rows: list[list[str]] = []
    figures = {}
    for n_items in (500, 2000):
        items = draw_items(n_items, "3PL", rng=np.random.default_rng(1))
        for name, options in WAYS.items():
            persons = 100 if name in BLOCKS else 500
            found = 1e6 * best(partial(_simulate, items, persons, options), ROUNDS)[0]
            found /= persons * LENGTH
            rows.append([f"{n_items:,} items, {name}", *_beside(found, BAR_US, "us an item")])
            figures[f"batch_{n_items}_{name.replace(', ', '_')}_us"] = round(found, 2)
        for peer in PEERS:
            theirs = _theirs(peer, items)
            rows.append([f"{n_items:,} items, MFI, {peer}", theirs, "", "us an item"])
    given, answers = list(range(15)), [0, 1, 1] * 5
    for criterion in CRITERIA:
        choose = partial(next_item, items, given, answers, criterion=cast("Criterion", criterion))
        choose()  # the tables are made
        found = 1e3 * best(choose, 300)[0]
        rows.append([f"2,000 items, one live choice, {criterion}", *_beside(found, BAR_MS, "ms")])
        figures[f"live_2000_{criterion}_ms"] = round(found, 4)
    began = time.process_time()
    next_item(draw_items(2000, "3PL", rng=np.random.default_rng(3)))
    figures["first_choice_2000_s"] = round(time.process_time() - began, 3)
    first = f"{figures['first_choice_2000_s']:.2g}"
    rows.append(["2,000 items, the tables and a first choice", first, "", "s"])
    table(
        f"Adaptive tests of {LENGTH} items, the best (! misses)", ["", "found", "bar", "unit"], rows
    )
    json_line("psychometrics_selection", figures)


def _simulate(items: Any, persons: int, options: dict[str, Any]) -> None:
    simulate_sessions(items, persons, Stopping(LENGTH), rng=np.random.default_rng(2), **options)


def _beside(found: float, bar: float, unit: str) -> list[str]:
    return [f"{found:.3g}{' !' if found > bar else ''}", f"{bar:g}", unit]


def _theirs(peer: str, items: Any) -> str:
    """CPU microseconds of an item in a peer's simulator, or in a word why not."""
    python: Path = FOLDER / peer / "bin" / "python"
    if not python.exists():
        return "not there"
    bank = np.column_stack([items.a, items.b, items.c, items.u]).tolist()
    done = subprocess.run(
        [str(python), "-c", PEERS[peer]],
        input=json.dumps(bank),
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{float(done.stdout):.0f}" if done.returncode == 0 else "fails"


if __name__ == "__main__":
    main()
