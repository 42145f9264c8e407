"""Whether item parameters from outside can be true; what cannot is refused with the item's name."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.errors import BadItems
from psychometrics.models.model import FloatArray, Metric, Model
from psychometrics.models.names import model_named

LARGEST_SLOPE = 1e3
LARGEST_DIFFICULTY = 1e6


def checked_names(names: Sequence[str] | None, n_items: int) -> tuple[str, ...]:
    """The items' names, all different; I1, I2, ... where none are given."""
    if n_items == 0:
        raise BadItems("there are no items")
    result = tuple(f"I{j}" for j in range(1, n_items + 1)) if names is None else tuple(names)
    if len(result) != n_items:
        raise BadItems(f"there are {len(result)} names for {n_items} items")
    seen: set[str] = set()
    for name in result:
        if name in seen:
            raise BadItems(f"two items are called {name!r}")
        seen.add(name)
    return result


def checked_models(model: str | Sequence[str], n_items: int) -> list[Model]:
    """The models, one an item."""
    names = [model] * n_items if isinstance(model, str) else list(model)
    if len(names) != n_items:
        raise BadItems(f"there are {len(names)} models for {n_items} items")
    return [model_named(name) for name in names]


def checked_column(values: ArrayLike, name: str, n_items: int | None) -> FloatArray:
    """One number an item."""
    column = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if column.ndim != 1 or (n_items is not None and len(column) != n_items):
        raise BadItems(f"{name} has shape {column.shape}, but one number an item is needed")
    return column


def check_parameters(name: str, model: Model, row: FloatArray) -> None:
    """Refuse an item that its model cannot have, in the estimation metric."""
    if row.ndim != 1 or len(row) < 2:
        raise BadItems(f"item {name!r}: parameters are one row of two numbers or more")
    columns = model.parameter_names(model.n_categories(len(row)))
    if len(columns) != len(row):
        raise BadItems(f"item {name!r}: a {model.name} item has no {len(row)} parameters")
    if not model.takes(model.n_categories(len(row))):
        raise BadItems(f"item {name!r}: a {model.name} item has two categories")
    for column, value in zip(columns, row, strict=True):
        if np.isnan(value) or (np.isinf(value) and not column.startswith("logit")):
            raise BadItems(f"item {name!r}: {column} is {value}")
    if np.isnan(model.log_probabilities(row[None, :], np.zeros(1))).any():
        what = "u is not above c" if "logit_u" in columns else "its d are not in decreasing order"
        raise BadItems(f"item {name!r}: {what}")


def check_irt(
    name: str, model: Model, metric: Metric, item: int, *, negative_slopes: bool = False
) -> None:
    """Refuse an item that cannot be, in the IRT metric."""
    a, b, c, u = (column[item] for column in metric)
    steps = b[~np.isnan(b)]
    c, u = (0.0 if np.isnan(c) else float(c)), (1.0 if np.isnan(u) else float(u))
    for complaint in (
        *_of_slope(float(a), negative_slopes),
        *_of_steps(model, b, steps),
        *_of_asymptotes(model, len(steps) + 1, c, u),
    ):
        raise BadItems(f"item {name!r}: {complaint}")


def _of_slope(a: float, negative: bool) -> Iterator[str]:
    if not abs(a) <= LARGEST_SLOPE:
        yield f"a = {a} is not a slope"
    if a == 0.0:
        yield "a = 0, it says nothing about theta"
    if a < 0.0 and not negative:
        yield f"a = {a} is negative, which suggests a wrong key"


def _of_steps(model: Model, b: FloatArray, steps: FloatArray) -> Iterator[str]:
    if len(steps) == 0 or np.isnan(b[: len(steps)]).any():
        yield f"b = {b.tolist()} is not a row of numbers"
    elif (np.abs(steps) > LARGEST_DIFFICULTY).any():
        yield f"b = {steps.tolist()} is out of any range"
    elif not model.takes(len(steps) + 1):
        yield f"a {model.name} item has one b, not {len(steps)}"
    elif model.name == "GRM" and (np.diff(steps) <= 0.0).any():
        yield f"its b = {steps.tolist()} are not in increasing order"


def _of_asymptotes(model: Model, n_categories: int, c: float, u: float) -> Iterator[str]:
    if not 0.0 <= c < 1.0:
        yield f"c = {c} is not in [0, 1)"
    if not c < u <= 1.0:
        yield f"u = {u} is not in (c, 1], c being {c}"
    names = model.parameter_names(n_categories)
    for name, value, absent in (("c", c, 0.0), ("u", u, 1.0)):
        if f"logit_{name}" not in names and value != absent:
            yield f"{name} = {value}, but a {model.name} item has no {name}"
