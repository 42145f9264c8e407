"""Calibration and scoring beside the peers: CPU seconds, recovery, likelihood, and the limit.

Every run is a process of its own with one thread.  Ours is the best of five; a peer runs once, to
its own stopping rule (ours is tighter: no component of the gradient above 1e-4), and is stopped
when it takes too long.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import psychometrics_peers as peers
from benchmarks.printing import json_line, table
from benchmarks.psychometrics_sets import (
    BARS,
    GENERATOR,
    ROUNDS,
    SCORED,
    TASK_BARS_MS,
    generated,
    log_likelihood,
    rmse,
)
from psychometrics.errors import PsychometricsError

Result = dict[str, Any]


def main() -> None:
    if not GENERATOR.is_file():
        print(f"\nThe generator of the data sets is not here: {GENERATOR}")
        return
    there = peers.install()
    with tempfile.TemporaryDirectory(prefix="psychometrics-") as folder:
        fits = {name: _calibrations(name, there, Path(folder)) for name in BARS}
        after = _after_calibration(there, Path(folder))
    _print_speed(fits)
    _print_accuracy(fits)
    _print_tasks(after)
    _print_memory_and_threads(fits["d5_2pl_100k_200_m70"]["ours"])
    json_line("psychometrics", {"calibration": fits, "after_calibration_ms": after})


# ---- running


def _ours(name: str) -> Result:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.psychometrics_ours", name],
        env=os.environ | peers.ONE_THREAD,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: Result = json.loads(run.stdout.splitlines()[-1])
    return result


def _calibrations(name: str, there: set[str], folder: Path) -> dict[str, Any]:
    """Of one set: ours, and each peer's result or why there is none."""
    ours = _ours(name)
    model, x, truth = generated(name)
    path = folder / "responses.npz"
    np.savez(path, x=x, model=model)
    results: dict[str, Any] = {"ours": ours}
    ours["log_likelihood"] = round(ours["log_likelihood"], 3)
    for peer in peers.REQUIREMENTS:
        found = _asked(peer, model, "calibrate", path, there)
        if not isinstance(found, str):
            parameters = found.pop("found")
            known = {key: value for key, value in truth.items() if key in parameters}
            found["rmse"] = rmse(parameters, known)
            try:
                found["log_likelihood"] = round(log_likelihood(model, x, parameters), 3)
            except PsychometricsError:
                found["log_likelihood"] = None
        results[peer] = found
    return results


def _after_calibration(there: set[str], folder: Path) -> dict[str, dict[str, float | str]]:
    """Milliseconds by task and by who did it."""
    ours = _ours("after")
    model, x, truth = generated(SCORED)
    path = folder / "scored.npz"
    np.savez(path, x=x, model=model, a=truth["a"], b=truth["b"])
    result: dict[str, dict[str, float | str]] = {}
    for task in TASK_BARS_MS:
        result[task] = {"ours": ours[task]}
        for peer in peers.REQUIREMENTS:
            found = _asked(peer, task, task, path, there)
            result[task][peer] = found if isinstance(found, str) else 1e3 * found["cpu_s"]
    return result


def _asked(peer: str, offer: str, task: str, path: Path, there: set[str]) -> Result | str:
    if offer not in peers.OFFERED[peer]:
        return "-"
    if peer not in there:
        return "not installed"
    return peers.run(peer, task, path)


# ---- printing


def _print_speed(fits: dict[str, dict[str, Any]]) -> None:
    rows = []
    for name, results in fits.items():
        ours, bar = results["ours"], BARS[name]["cpu_s"]
        rows.append(
            [
                name,
                f"{ours['cpu_s']:.4f}{_missed(ours['cpu_s'], bar)}",
                bar,
                *(_seconds(results[peer]) for peer in peers.REQUIREMENTS),
                f"{ours['limit_s']:.4f}",
                f"{ours['cpu_s'] / ours['limit_s']:.1f}",
            ]
        )
    table(
        f"Calibration without standard errors, CPU seconds, ours the best of {ROUNDS} (! misses)",
        ["set", "ours", "bar", *peers.REQUIREMENTS, "limit", "ours / limit"],
        rows,
    )
    print("\n  -: has none.  The limit: products and exponentials of our cycles, timed alone.")


def _print_accuracy(fits: dict[str, dict[str, Any]]) -> None:
    rows = []
    for name, results in fits.items():
        for who in ("ours", *peers.REQUIREMENTS):
            found = results[who]
            if isinstance(found, str):
                continue
            bars = BARS[name] if who == "ours" else {}
            errors = [
                f"{value:.4f}{_missed(round(value, 3), bars.get(key))}"
                for key, value in found["rmse"].items()
            ]
            reached = found["log_likelihood"]
            rows.append(
                [
                    f"{name}, {who}",
                    *(errors + [""] * 3)[:3],
                    "-" if reached is None else f"{reached:.3f}",
                    f"{found['largest_gradient']:.0e}" if who == "ours" else "",
                    found.get("cycles", ""),
                ]
            )
        bars = BARS[name]
        if len(bars) > 1:
            rows.append([f"{name}, bar", *(bars.get(key, "") for key in "abc"), "", "1e-03", ""])
    table(
        "What was reached: RMSE against the truth, log likelihood by one rule (161 nodes; the "
        "prior of D3 not counted)",
        ["", "a", "b", "c", "log likelihood", "gradient", "cycles"],
        rows,
    )


def _print_tasks(after: dict[str, dict[str, float | str]]) -> None:
    rows = []
    for task, results in after.items():
        bar = TASK_BARS_MS[task]
        ours = float(results["ours"])
        rows.append(
            [
                task,
                f"{ours:.3f}{_missed(ours, bar)}",
                bar,
                *(
                    found if isinstance(found, str) else f"{found:.3f}"
                    for found in (results[peer] for peer in peers.REQUIREMENTS)
                ),
            ]
        )
    table(
        "After the calibration of D2 (100 items), CPU milliseconds",
        ["", "ours", "bar", *peers.REQUIREMENTS],
        rows,
    )


def _print_memory_and_threads(fifth: Result) -> None:
    bar = BARS["d5_2pl_100k_200_m70"]["MB"]
    print(
        f"\n  D5: the process holds {fifth['MB']:.0f} MB at most, bar {bar:.0f}"
        f"{_missed(fifth['MB'], bar)}\n"
        f"  D5: {fifth['wall_s']:.2f} s wall with one thread, {fifth['wall_2_s']:.2f} s with two\n"
        f"  D5: standard errors cost {fifth['errors_cpu_s']:.1f} CPU s more, "
        f"{fifth['errors_wall_s']:.1f} s wall with one thread, {fifth['errors_wall_2_s']:.1f} s "
        "with two"
    )


def _seconds(found: Result | str) -> str:
    return found if isinstance(found, str) else f"{found['cpu_s']:.2f}"


def _missed(value: float, bar: float | None) -> str:
    return " !" if bar is not None and value > bar else ""


if __name__ == "__main__":
    main()
