"""The page on differential item functioning says what the code does."""

from pathlib import Path
from typing import get_args

import pytest

from psychometrics import dif
from psychometrics.dif.flags import DifFlagCode

PAGE = (Path(__file__).parents[3] / "docs" / "psychometrics-dif.md").read_text("utf-8")


@pytest.mark.parametrize("code", get_args(DifFlagCode))
def test_it_lists_every_flag_and_the_code_uses_each(code: str) -> None:
    assert f"`{code}`" in PAGE
    source = "".join(path.read_text("utf-8") for path in Path(dif.__path__[0]).glob("*.py"))
    assert source.count(f'"{code}"') > 1


@pytest.mark.parametrize("name", [name for name in dif.__all__ if name.islower()])
def test_it_names_every_method_its_source_and_its_test(name: str) -> None:
    assert PAGE.count(f"`{name}`") >= 2
