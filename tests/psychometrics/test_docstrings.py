"""Every public name says what its signature cannot: parameters, results, source."""

import dataclasses
import inspect
import re
from importlib import import_module
from typing import Any

import pytest

PACKAGES = (
    *("models", "calibration", "conditional", "ability", "classical", "fit", "simulation"),
    *("responses", "quadrature", "dif", "standards", "decisions", "scales", "linking", "equating"),
    "selection",
    "forensics",
)
# conventions and plumbing of our own, which no paper describes
NO_SOURCE = {
    *("equally_spaced", "model_named", "free_parameters", "read_responses", "simulate"),
    *("assign_forms", "change_items", "draw_copying", "draw_forms", "draw_items", "drift_items"),
    *("draw_response_times", "item_covariance"),
}


def public_names() -> dict[str, Any]:
    found = {}
    for package in PACKAGES:
        module = import_module(f"psychometrics.{package}")
        own = [
            name
            for name, o in vars(module).items()
            if getattr(o, "__module__", "") == module.__name__
        ]
        for name in getattr(module, "__all__", own):
            found[f"{package}.{name}"] = getattr(module, name)
    return {name: o for name, o in found.items() if not name.rpartition(".")[2].startswith("_")}


FUNCTIONS = {name: o for name, o in public_names().items() if inspect.isfunction(o)}
CLASSES = {name: o for name, o in public_names().items() if inspect.isclass(o)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_describes_its_parameters_and_result(name: str) -> None:
    function = FUNCTIONS[name]
    text = inspect.getdoc(function) or ""
    assert "Parameters\n----" in text
    assert "Returns\n----" in text or "shape (" in text.splitlines()[0]
    for parameter in inspect.signature(function).parameters:
        assert re.search(rf"\b{parameter}\b", text.partition("Parameters\n")[2]), parameter


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_refuses_says_what(name: str) -> None:
    function = FUNCTIONS[name]
    text = inspect.getdoc(function) or ""
    for error in set(re.findall(r"raise ([A-Z]\w+)\(", inspect.getsource(function))):
        assert error in text, error


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_method_of_the_literature_names_its_source(name: str) -> None:
    function = FUNCTIONS[name]
    told = (inspect.getdoc(function) or "") + (inspect.getmodule(function).__doc__ or "")  # type: ignore[union-attr]
    known = re.search(r"\b(18|19|20)\d\d\b", told) is not None
    assert known or name.rpartition(".")[2] in NO_SOURCE


@pytest.mark.parametrize("name", CLASSES)
def test_a_result_describes_every_field(name: str) -> None:
    described = CLASSES[name]
    text = inspect.getdoc(described) or ""
    assert text
    if dataclasses.is_dataclass(described):
        for field in dataclasses.fields(described):
            assert re.search(rf"\b{field.name}\b", text), field.name
        params = described.__dataclass_params__  # type: ignore[attr-defined]
        assert params.frozen
