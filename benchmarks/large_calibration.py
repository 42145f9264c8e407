"""A million candidates: 100 items each of a bank of 500, in blocks, one process and a cluster.

``LARGE_CANDIDATES`` (1,000,000) changes the size.  Answers are drawn form by form as they are
read, and never held whole.  Wall clock, CPU of all processes of ours, and the largest memory.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import hashlib
import resource
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from distributed import LocalCluster
from numpy.typing import NDArray

from benchmarks.printing import json_line, table
from exam_engine.calibration.cluster import workers_of
from psychometrics.calibration import Calibration
from psychometrics.calibration.sharded import Here, Sheet, Workers, calibrate_sheets
from psychometrics.models import Items
from psychometrics.simulation import draw_items

CANDIDATES = int(os.environ.get("LARGE_CANDIDATES", "1_000_000"))
BANK, FORM, FORMS = 500, 100, 25
AT_ONCE = 10_000
THREADS = 2
BAR_S, BAR_MIB = 300.0, 3072


def main() -> None:
    items = draw_items(BANK, "2PL", rng=np.random.default_rng(1))
    began, spent = time.perf_counter(), time.process_time()
    found = calibrated(items, Here(THREADS))
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        ["wall clock", f"{wall:.0f}", f"{BAR_S:.0f}", "s"],
        ["CPU", f"{cpu:.0f}", "", "s"],
        ["memory", f"{peak:.0f}", f"{BAR_MIB}", "MiB"],
        ["cycles", str(found.cycles), "", ""],
        ["root mean square error of a", f"{_error(found.a, items.a):.4f}", "", ""],
        [
            "root mean square error of b",
            f"{_error(found.b, items.metric.b[:, 0]):.4f}",
            "",
            "logits",
        ],
    ]
    clustered, same = _on_cluster(items, found)
    rows.append(["wall clock on a cluster of two processes", f"{clustered:.0f}", "", "s"])
    rows.append(["its digits", "the same" if same else "OTHERS !", "the same", ""])
    figures: dict[str, Any] = {
        "candidates": CANDIDATES,
        "wall_s": round(wall, 1),
        "cpu_s": round(cpu, 1),
        "peak_mib": round(peak),
        "cycles": found.cycles,
        "digits": _digits(found),
        "cluster_wall_s": round(clustered, 1),
        "cluster_same_digits": same,
    }
    table(
        f"{CANDIDATES:,} candidates x {BANK} items, {FORM} each, 2PL with errors",
        ["", "found", "bar", "unit"],
        rows,
    )
    json_line("large_calibration", figures)


def _on_cluster(items: Items, here: Calibration) -> tuple[float, bool]:
    """Wall clock of the same on a local Dask cluster, and whether each digit is the same."""
    with (
        LocalCluster(
            n_workers=THREADS, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        workers_of({"EXAM_DASK_ADDRESS": cluster.scheduler_address}) as workers,
    ):
        assert workers is not None
        began = time.perf_counter()
        found = calibrated(items, workers)
        return time.perf_counter() - began, _digits(found) == _digits(here)


def calibrated(items: Items, workers: Workers) -> Calibration:
    """The whole, with standard errors from the cross-product of scores."""
    return calibrate_sheets(sheets(items), "2PL", BANK, workers=workers)


def sheets(items: Items) -> Iterator[Sheet]:
    """Each form has a hundred items, forty of them on the next form too."""
    rng = np.random.default_rng(2)
    for form in range(FORMS):
        mine = np.sort((np.arange(FORM) + form * 60) % BANK)
        own = items.select([items.names[j] for j in mine])
        left = CANDIDATES // FORMS
        while left:
            n = min(AT_ONCE, left)
            left -= n
            yield Sheet(_drawn(own, rng, n), mine)


def _drawn(items: Items, rng: np.random.Generator, n: int) -> NDArray[np.int8]:
    theta = rng.standard_normal(n)
    p = items.probabilities(theta)[:, 1]
    return (rng.random((len(items), n)) < p).T.astype(np.int8)


def _error(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean((found - true) ** 2)))


def _digits(found: Calibration) -> str:
    return hashlib.sha256(found.a.tobytes() + found.b.tobytes() + found.se_b.tobytes()).hexdigest()


if __name__ == "__main__":
    main()
