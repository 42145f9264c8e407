"""The data sets of the psychometrics benchmark, what is asked of them, and what both sides share:
a stopwatch, and the log likelihood by one rule for everybody's parameters."""

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from psychometrics import Items

ROUNDS = 5
GENERATOR = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "psychometrics_data.py"
BARS: dict[str, dict[str, float]] = {
    "d1_2pl_1k_50": {"cpu_s": 0.02},
    "d2_2pl_10k_100": {"cpu_s": 0.12, "a": 0.031, "b": 0.041},
    "d3_3pl_10k_100": {"cpu_s": 0.5, "a": 0.081, "b": 0.135, "c": 0.036},
    "d4_grm_5k_30": {"cpu_s": 0.25, "a": 0.037, "b": 0.037},
    "d5_2pl_100k_200_m70": {"cpu_s": 5.0, "MB": 300, "a": 0.020, "b": 0.018},
}
SCORED = "d2_2pl_10k_100"
TASK_BARS_MS = {
    "EAP, 10,000 persons": 10.0,
    "ML, 10,000 persons": 200.0,
    "WLE, 10,000 persons": 200.0,
    "EAP, one person": 0.2,
    "ML, one person": 0.2,
    "WLE, one person": 0.2,
    "S-X2, 100 items": 1000.0,
}

Codes = NDArray[np.int8]


def generated(name: str) -> tuple[str, Codes, dict[str, list[Any]]]:
    """Model, responses (-1 for not administered) and true parameters of a set."""
    spec = importlib.util.spec_from_file_location("psychometrics_data", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model, _, generate = module.SETS[name]
    x, _, truth = generate()
    return model, x, truth


def rmse(found: dict[str, Any], truth: dict[str, list[Any]]) -> dict[str, float]:
    """Root mean squared error of each kind of parameter."""
    return {
        key: float(np.sqrt(np.mean((np.asarray(found[key]) - np.asarray(value)) ** 2)))
        for key, value in truth.items()
    }


def best(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float, Any]:
    """Least CPU seconds, least wall seconds and a result of the work."""
    cpu, wall = [], []
    for _ in range(rounds):
        at, began = time.process_time(), time.perf_counter()
        result = work()
        cpu.append(time.process_time() - at)
        wall.append(time.perf_counter() - began)
    return min(cpu), min(wall), result


def log_likelihood(model: str, x: Codes, found: dict[str, Any]) -> float:
    """Marginal log likelihood of anybody's a, b (and c) under theta ~ N(0, 1), on 161 nodes."""
    theta = np.linspace(-8.0, 8.0, 161)
    log_weights = -0.5 * theta**2
    log_weights -= logsumexp(log_weights)
    items = Items.from_irt(model, found["a"], found["b"], found.get("c"), negative_slopes=True)
    log_p = items.log_probabilities(theta)
    total = 0.0
    for low in range(0, len(x), 4096):
        some = x[low : low + 4096]
        joint = np.tile(log_weights, (len(some), 1))
        for k in range(log_p.shape[1]):
            joint += (some == k).astype(np.float64) @ log_p[:, k]
        total += float(logsumexp(joint, axis=1).sum())
    return total
