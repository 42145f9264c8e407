"""The page on standards runs, and names every public function of its three packages."""

import re
from pathlib import Path
from typing import Any

import pytest

from psychometrics import decisions, scales, standards

PAGE = Path(__file__).parents[3].joinpath("docs/psychometrics-standards.md").read_text("utf-8")


def test_its_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own page
    assert names["panel"].cut == pytest.approx(names["table"].raw_cut, abs=1)
    assert names["table"].scaled[names["table"].raw_cut] >= 600
    assert 0.7 < names["worth"].consistency < names["worth"].accuracy < 1
    assert names["at_cut"].scaled_error > names["at_cut"].raw_error


def test_every_function_is_in_the_table_of_proofs() -> None:
    proofs = PAGE.partition("## What proves it")[2]
    for package in (standards, decisions, scales):
        for name in package.__all__:
            if name.islower():
                assert f"`{name}" in proofs, name
