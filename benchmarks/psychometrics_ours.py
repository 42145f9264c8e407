"""Our side, one data set in a process of its own: ``python -m benchmarks.psychometrics_ours SET``.

The limit is what no implementation on these nodes can do without: the matrix products and
exponentials of its EM cycles, timed in the same process.
"""

import json
import resource
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.psychometrics_sets import SCORED, best, generated, rmse
from psychometrics import Beta, Calibration, calibrate, score
from psychometrics.fit import s_x2

ONE_PERSON_ROUNDS = 200
STATUS = Path("/proc/self/status")


def calibrated(name: str) -> dict[str, Any]:
    """CPU seconds, memory, recovery and limit of a calibration without standard errors."""
    model, x, truth = generated(name)
    options: dict[str, Any] = {"missing": -1, "errors": None}
    if model == "3PL":
        options["priors"] = {"c": Beta(5, 17)}

    def work(threads: int = 1) -> Calibration:
        return calibrate(x, model, threads=threads, **options)

    cpu, wall, found = best(work)
    peak = _peak_mb()
    result = {
        "set": name,
        "cpu_s": cpu,
        "wall_s": wall,
        "MB": peak,
        "cycles": found.cycles,
        "nodes": found.certificate.nodes[0],
        "log_likelihood": found.log_likelihood,
        "largest_gradient": found.largest_gradient,
        "rmse": rmse({key: getattr(found, key) for key in truth}, truth),
        "limit_s": found.cycles * _limit(x, model, found.certificate.nodes[0]),
    }
    if (x < 0).any():
        result["wall_2_s"] = best(lambda: work(2), 2)[1]
        cpu_all, wall_all, _ = best(lambda: calibrate(x, model, missing=-1), 1)
        result["errors_cpu_s"] = cpu_all - cpu
        result["errors_wall_s"] = wall_all - wall
        _, wall_2, _ = best(lambda: calibrate(x, model, missing=-1, threads=2), 1)
        result["errors_wall_2_s"] = wall_2 - result["wall_2_s"]
    return result


def after_calibration() -> dict[str, float]:
    """CPU milliseconds of what is asked of the items of `SCORED`."""
    model, x, _ = generated(SCORED)
    items = calibrate(x, model, missing=-1, errors=None).items
    times = {"S-X2, 100 items": best(partial(s_x2, x, items, missing=-1))[0]}
    for method in ("EAP", "ML", "WLE"):
        many, one = (partial(score, rows, items, method, missing=-1) for rows in (x, x[0]))
        times[f"{method}, 10,000 persons"] = best(many)[0]
        times[f"{method}, one person"] = best(one, ONE_PERSON_ROUNDS)[0]
    return {task: 1e3 * seconds for task, seconds in times.items()}


def _peak_mb() -> float:
    """Peak resident memory; the kernel's own figure, since getrusage's includes the parent's."""
    if STATUS.is_file():
        lines = STATUS.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _limit(x: np.ndarray, model: str, n_nodes: int) -> float:
    """CPU seconds of one cycle's products and exponentials, in blocks that stay in the cache."""
    n_persons, n_items = x.shape
    n_cells = n_items * int(x.max())
    rng = np.random.default_rng(0)
    size = min(1024, n_persons)
    columns = rng.random((size, n_cells))
    posterior = -rng.random((n_nodes, size))
    out = np.empty_like(posterior)
    of_person, of_cell = rng.random(size), rng.random(n_cells)
    tables = rng.random((n_nodes, n_cells))

    def vectors() -> None:
        columns @ of_cell
        of_person @ columns

    def matrices() -> None:
        np.matmul(tables, columns.T, out=out)
        posterior @ columns

    products = [] if model in {"3PL", "GRM"} else [vectors]
    if not products or (x < 0).any():
        products.append(matrices)
    parts = [*products, lambda: np.exp(posterior, out=out)]
    return n_persons / size * sum(best(part, 30)[0] for part in parts)


if __name__ == "__main__":
    asked = sys.argv[1]
    print(json.dumps(after_calibration() if asked == "after" else calibrated(asked)))
