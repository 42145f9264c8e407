"""The page on adaptive tests says what the code does."""

from pathlib import Path
from typing import get_args

import pytest

from psychometrics import selection
from psychometrics.selection.criteria import CRITERIA
from psychometrics.selection.flags import SelectionFlagCode

PAGE = (Path(__file__).parents[3] / "docs" / "psychometrics-selection.md").read_text("utf-8")


@pytest.mark.parametrize("code", get_args(SelectionFlagCode))
def test_it_lists_every_flag_and_the_code_uses_each(code: str) -> None:
    assert f"`{code}`" in PAGE
    source = "".join(path.read_text("utf-8") for path in Path(selection.__path__[0]).glob("*.py"))
    assert source.count(f'"{code}"') > 1


RESULTS = {"Choice", "Constraint", "Criterion", "Exposure", "SelectionFlag", "Sessions", "Stop"}


@pytest.mark.parametrize("name", sorted(set(selection.__all__) - RESULTS))
def test_it_names_every_method_its_source_and_its_test(name: str) -> None:
    assert PAGE.count(f"`{name}`") >= 2


@pytest.mark.parametrize("criterion", CRITERIA)
def test_it_gives_the_formula_of_every_criterion(criterion: str) -> None:
    assert f'"{criterion}"' in PAGE
