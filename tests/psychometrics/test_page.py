"""The page for psychometricians says what the code does."""

import re
from pathlib import Path
from typing import Any

from psychometrics.calibration.report import RECOMMENDED_PERSONS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "psychometrics.md").read_text("utf-8")


def test_its_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own page
    assert names["fit"].converged
    assert len(names["abilities"].theta) == 1000


def test_its_sample_sizes_are_those_of_the_flag() -> None:
    told = {}
    for models, number in re.findall(
        r"^\| ([\w, ]+) \| ([\d,]+)(?: persons)? \|$", PAGE, re.MULTILINE
    ):
        told |= dict.fromkeys(models.split(", "), int(number.replace(",", "")))
    assert told == RECOMMENDED_PERSONS


def test_it_lists_every_flag() -> None:
    source = "".join(
        path.read_text("utf-8") for path in (ROOT / "psychometrics" / "calibration").glob("*.py")
    )
    codes = set(re.findall(r'Flag\(\s*"(\w+)"', source))
    assert codes
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()


def test_it_names_every_module_that_a_user_meets() -> None:
    for part in (ROOT / "psychometrics").iterdir():
        if part.stem.isidentifier() and part.stem not in {"__init__", "__pycache__", "posterior"}:
            assert f"`{part.stem}`" in PAGE, part.stem
