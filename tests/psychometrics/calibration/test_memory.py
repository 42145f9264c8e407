"""Large sparse data stay int8 inside: memory grows by the matrix once more, not by its floats."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MEGABYTE = 2**20
STATED_BESIDE_THE_COPY = 100  # MiB: at most 64 of floats at a time, and blocks

FIT = """
import json, resource, sys
import numpy as np
from psychometrics import calibrate, simulate
from psychometrics.simulation import draw_items

n_persons, n_items, answered = map(int, sys.argv[1:])
rng = np.random.default_rng(1)
items = draw_items(n_items, "2PL", rng=rng)
x = np.full((n_persons, n_items), -1, dtype=np.int8)
for low in range(0, n_persons, 2000):
    some = x[low : low + 2000]
    drawn = simulate(items, len(some), rng=rng).responses
    given = rng.random(some.shape).argpartition(answered, axis=1)[:, :answered]
    np.put_along_axis(some, given, np.take_along_axis(drawn, given, axis=1), axis=1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = calibrate(x, "2PL", missing=-1, errors=None)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({
    "grown": (after - before) * 1024,
    "converged": found.converged,
    "rmse": float(np.sqrt(np.mean((found.b - items.b) ** 2))),
}))
"""


def test_a_large_sparse_matrix_is_calibrated_within_the_stated_memory(
    only_in_full: None,
) -> None:
    """A tenth of a million persons by 300 items, 40 answers each; as floats 229 MiB."""
    n_persons, n_items = 100_000, 300
    done = subprocess.run(
        [sys.executable, "-c", FIT, str(n_persons), str(n_items), "40"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout)
    assert result["converged"]
    assert result["rmse"] < 0.05
    assert result["grown"] < n_persons * n_items + STATED_BESIDE_THE_COPY * MEGABYTE
