"""Calibration and scoring: CPU seconds, memory and recovery against their bars and the limit.

Every data set has a process of its own with one BLAS thread.  The limit is what no implementation
on these nodes can do without: the matrix products and exponentials of its EM cycles, timed in the
same process on the same arrays.
"""

import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.printing import json_line, table
from psychometrics import Beta, Calibration, Items, calibrate, score

ROUNDS = 5
GENERATOR = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "psychometrics_data.py"
BARS: dict[str, dict[str, float]] = {
    "d1_2pl_1k_50": {"cpu_s": 0.02},
    "d2_2pl_10k_100": {"cpu_s": 0.12, "a": 0.031, "b": 0.041},
    "d3_3pl_10k_100": {"cpu_s": 0.5, "a": 0.081, "b": 0.135, "c": 0.036},
    "d4_grm_5k_30": {"cpu_s": 0.25, "a": 0.037, "b": 0.037},
    "d5_2pl_100k_200_m70": {"cpu_s": 5.0, "MB": 300, "a": 0.020, "b": 0.018},
}
SCORE_BARS_MS = {"EAP": 10.0, "ML": 200.0, "WLE": 200.0, "MAP": 200.0}
ONE_PERSON_BAR_MS = 0.2


def main() -> None:
    if not GENERATOR.is_file():
        print(f"\nThe generator of the data sets is not here: {GENERATOR}")
        return
    calibrations = [_in_a_process(name) for name in BARS]
    rows = []
    for found, bars in zip(calibrations, BARS.values(), strict=True):
        errors = " ".join(
            f"{key} {found['rmse'][key]:.4f}{_verdict(round(found['rmse'][key], 3), bars.get(key))}"
            for key in found["rmse"]
        )
        rows.append(
            [
                found["set"],
                f"{found['cpu_s']:.4f}{_verdict(found['cpu_s'], bars['cpu_s'])}",
                bars["cpu_s"],
                f"{found['wall_s']:.4f}",
                f"{found['limit_s']:.4f}",
                f"{found['cpu_s'] / found['limit_s']:.1f}",
                f"{found['MB']:.0f}{_verdict(found['MB'], bars.get('MB'))}",
                found["cycles"],
                f"{found['largest_gradient']:.0e}",
                errors,
            ]
        )
    head = ["set", "CPU s", "bar", "wall s", "limit s", "ratio", "MB", "cycles", "gradient", "RMSE"]
    table(f"Calibration, best of {ROUNDS}, one thread, no standard errors (! misses)", head, rows)
    fifth = calibrations[-1]
    print(
        f"\n  D5 with one thread {fifth['wall_s']:.2f} s wall, with two {fifth['wall_2_s']:.2f} s"
    )
    scores = _in_a_process("scores")
    table(
        "Scores, 100 items of the 2PL",
        ["method", "10,000 persons, CPU ms", "bar", "one person, ms", "bar"],
        [
            [
                method,
                f"{many:.1f}{_verdict(many, SCORE_BARS_MS[method])}",
                SCORE_BARS_MS[method],
                f"{one:.3f}{_verdict(one, ONE_PERSON_BAR_MS if method == 'EAP' else None)}",
                ONE_PERSON_BAR_MS if method == "EAP" else "",
            ]
            for method, (many, one) in scores["ms"].items()
        ],
    )
    json_line("psychometrics", {"calibration": calibrations, "scores_ms": scores["ms"]})


def _verdict(value: float, bar: float | None) -> str:
    return " !" if bar is not None and value > bar else ""


def _in_a_process(name: str) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.psychometrics", name],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return result


# ---- in the process of a data set


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("psychometrics_data", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _best(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float, Any]:
    """Least CPU seconds, least wall seconds and a result of the work."""
    cpu, wall = [], []
    for _ in range(rounds):
        at, began = time.process_time(), time.perf_counter()
        result = work()
        cpu.append(time.process_time() - at)
        wall.append(time.perf_counter() - began)
    return min(cpu), min(wall), result


def _calibration(name: str) -> dict[str, Any]:
    model, _, generate = _generator().SETS[name]
    x, _, truth = generate()
    options: dict[str, Any] = {"missing": -1, "errors": None}
    if model == "3PL":
        options["priors"] = {"c": Beta(5, 17)}

    def work(threads: int = 1) -> Calibration:
        return calibrate(x, model, threads=threads, **options)

    cpu, wall, found = _best(work)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = {
        "set": name,
        "cpu_s": cpu,
        "wall_s": wall,
        "MB": peak,
        "cycles": found.cycles,
        "nodes": found.certificate.nodes[0],
        "log_likelihood": found.log_likelihood,
        "largest_gradient": found.largest_gradient,
        "rmse": {
            key: float(np.sqrt(np.mean((getattr(found, key) - np.array(value)) ** 2)))
            for key, value in truth.items()
        },
        "limit_s": found.cycles * _limit(x, model, found.certificate.nodes[0]),
    }
    if (x < 0).any():
        result["wall_2_s"] = _best(lambda: work(2), 2)[1]
    return result


def _limit(x: np.ndarray, model: str, n_nodes: int) -> float:
    """CPU seconds of one cycle's products and exponentials, in blocks that stay in the cache."""
    n_persons, n_items = x.shape
    n_cells = n_items * int(x.max())
    rng = np.random.default_rng(0)
    size = min(1024, n_persons)
    columns = rng.random((size, n_cells))
    posterior = -rng.random((n_nodes, size))
    out = np.empty_like(posterior)
    weights, table_ = rng.random(size), rng.random((n_nodes, n_cells))

    def vectors() -> None:
        columns @ weights_of_cells
        weights @ columns

    def matrices() -> None:
        np.matmul(table_, columns.T, out=out)
        posterior @ columns

    weights_of_cells = rng.random(n_cells)
    blocks = n_persons / size
    products = [] if model == "3PL" or model == "GRM" else [vectors]
    if not products or (x < 0).any():
        products.append(matrices)
    parts = [*products, lambda: np.exp(posterior, out=out)]
    return blocks * sum(_best(part, 30)[0] for part in parts)


def _scores() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    items = Items.from_irt(
        "2PL", np.exp(rng.normal(0.15, 0.3, 100)), rng.standard_normal(100).clip(-2.5, 2.5)
    )
    p = items.probabilities(rng.standard_normal(10_000))[:, 1].T
    x = (rng.random(p.shape) < p).astype(np.int8)
    times = {}
    for method in ("EAP", "MAP", "ML", "WLE"):
        many = 1e3 * _best(lambda m=method: score(x, items, m, missing=-1))[0]
        one = 1e3 * _best(lambda m=method: score(x[0], items, m, missing=-1), 200)[1]
        times[method] = (many, one)
    return {"ms": times}


if __name__ == "__main__":
    asked = sys.argv[1]
    print(json.dumps(_scores() if asked == "scores" else _calibration(asked)))
