"""The page on forensics says what the code does."""

import re
from pathlib import Path
from typing import Any, get_args

import psychometrics.forensics
from psychometrics.forensics.flags import ForensicFlagCode
from tests.psychometrics.forensics.events import event

PAGE = (Path(__file__).parents[3] / "docs" / "psychometrics-forensics.md").read_text("utf-8")


def test_its_example_runs() -> None:
    items, _, left = event(2, 60, 60, copied=0.6, times=True)
    names: dict[str, Any] = {"answers": left.responses, "items": items, "seconds": left.seconds}
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(example, names)  # noqa: S102 - our own page
    found = names["pairs"].found
    assert found.pairs[found.flagged].tolist() == [[0, 1]]
    assert names["pairs"].n_tested == 60 * 59 // 2


def test_it_lists_every_flag_and_function() -> None:
    for code in get_args(ForensicFlagCode):
        assert f"`{code}`" in PAGE, code
    for name in psychometrics.forensics.__all__:
        if name[0].islower():
            assert f"`{name}" in PAGE, name
