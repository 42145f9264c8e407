"""The page on linking and equating says what the code does."""

import re
from pathlib import Path
from typing import Any, get_args

import numpy as np

import psychometrics.equating
import psychometrics.linking
from psychometrics import Items, calibrate, simulate
from psychometrics.equating.conversion import EquatingFlagCode
from psychometrics.linking.result import LinkFlagCode

PAGE = (Path(__file__).parents[3] / "docs" / "psychometrics-linking.md").read_text("utf-8")


def test_its_example_runs() -> None:
    rng = np.random.default_rng(2)
    truth = Items.from_irt("2PL", np.exp(rng.normal(0.1, 0.2, 12)), rng.normal(0, 1, 12))
    bank, new = (
        calibrate(simulate(truth, rng.normal(mean, 1, 600), rng=rng).responses, "2PL")
        for mean in (0.0, 0.4)
    )
    names: dict[str, Any] = {"bank": bank, "new": new, "abilities": np.zeros(3)}
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(example, names)  # noqa: S102 - our own page
    assert abs(names["way"].B - 0.4) < 0.4
    assert len(names["table"].standard_error) == 13


def test_it_lists_every_flag_and_function() -> None:
    for code in (*get_args(LinkFlagCode), *get_args(EquatingFlagCode)):
        assert f"`{code}`" in PAGE, code
    for module in (psychometrics.linking, psychometrics.equating):
        for name in module.__all__:
            if name[0].islower():
                assert f"`{name}" in PAGE, name
