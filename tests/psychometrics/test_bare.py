"""The package stands on numpy and scipy alone, and its map is what it exports."""

import subprocess
import sys
from pathlib import Path

import psychometrics

ROOT = Path(__file__).parents[2]

BARE = """
import sys
import sysconfig
from importlib.abc import MetaPathFinder

ALLOWED = {"numpy", "scipy", "psychometrics", *sys.stdlib_module_names}


class Nothing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in ALLOWED and not top.startswith("_"):
            raise ModuleNotFoundError(f"{name} is not allowed here", name=name)
        return None


sys.meta_path.insert(0, Nothing())
try:
    import sqlalchemy
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("the finder blocks nothing")

import pkgutil
from importlib import import_module

import numpy as np
import psychometrics
from psychometrics import calibrate, score, simulate

for module in pkgutil.walk_packages(psychometrics.__path__, "psychometrics."):
    import_module(module.name)

from psychometrics.simulation import draw_items

rng = np.random.default_rng(1)
items = draw_items(12, "2PL", rng=rng)
x = simulate(items, 1000, rng=rng).responses
found = calibrate(x, "2PL")
assert found.converged, found.flags
assert np.abs((found.b - items.b) / found.se_b).max() < 5
assert np.isfinite(score(x, found.items, "WLE").theta).all()
"""


def test_calibration_needs_numpy_and_scipy_only() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BARE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_map_names_every_part_and_exports_what_it_says() -> None:
    text = psychometrics.__doc__ or ""
    parts = sorted(
        path.stem
        for path in Path(psychometrics.__path__[0]).iterdir()
        if path.stem.isidentifier() and not path.stem.startswith("_")
    )
    assert [part for part in parts if f"`{part}`" not in text] == []
    assert len(text.splitlines()) < 40
    for name in psychometrics.__all__:
        assert hasattr(psychometrics, name)
