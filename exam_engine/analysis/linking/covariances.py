"""Covariances of item parameters: a file of their own, or what standard errors say of them.

The order is that of `psychometrics.linking`: item after item, each in its estimation metric.
"""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.cells import number_in
from exam_engine.analysis.errors import BadFile, place
from exam_engine.analysis.exports import cell
from exam_engine.analysis.sheets import read_sheet
from psychometrics import Calibration, Items
from psychometrics.linking import item_covariance
from psychometrics.models.model import Model

Floats = NDArray[np.float64]

FILE = "covariance.csv"
SHARING = frozenset({"1PL", "RSM"})  # models in which items share a parameter
SAME = 1e-4  # relative; a covariance and a standard error of the same calibration


def parameter_names(items: Items) -> list[str]:
    """``item.parameter`` of every parameter, in order."""
    return [
        f"{name}.{parameter}"
        for name, model, row in zip(items.names, items.models, items.rows, strict=True)
        for parameter in model.parameter_names(model.n_categories(len(row)))
    ]


def covariance_text(calibration: Calibration) -> str:
    """``covariance.csv``: a row and a column for each parameter.

    Raises
    ------
    BadOption
        The calibration has no covariance.
    """
    matrix = item_covariance(calibration)
    names = parameter_names(calibration.items)
    lines = [",".join(_quoted(name) for name in ("parameter", *names))]
    lines += [
        ",".join([_quoted(name), *map(cell, row)])
        for name, row in zip(names, matrix.tolist(), strict=True)
    ]
    return "\n".join(lines) + "\n"


def covariance_beside(path: str, items: Items, errors: list[Mapping[str, float]]) -> Floats | None:
    """The matrix in the ``covariance.csv`` beside a file of items; None if there is none of these.

    Parameters
    ----------
    path : str
        Of the items.
    items : Items
    errors : list of mappings
        Standard errors of each item, by which another calibration's matrix is known.

    Raises
    ------
    BadFile
        A cell is no number.
    """
    beside = Path(path).with_name(FILE)
    if not beside.is_file():
        return None
    sheet = read_sheet(str(beside))
    names = parameter_names(items)
    if list(sheet.header[1:]) != names:
        return None
    rows = []
    for number, cells in sheet.rows:
        values = [number_in(text) for text in cells[1:]]
        if None in values:
            at = values.index(None) + 1
            where = place(str(beside), number, at, sheet.header[at])
            raise BadFile(f'{where} holds "{cells[at]}". It must be a number, like 0.0012.')
        rows.append(values)
    if len(rows) != len(names):
        return None
    matrix = np.array(rows, dtype=np.float64)
    start = 0
    for row, own in zip(items.rows, errors, strict=True):
        known = own.get("se_a")
        if known is not None and not math.isclose(
            math.sqrt(max(matrix[start, start], 0.0)), known, rel_tol=SAME, abs_tol=1e-9
        ):
            return None
        start += len(row)
    return matrix


def approximate(
    items: Items, errors: list[Mapping[str, float]], n_persons: int | None
) -> Floats | None:
    """What standard errors alone say of the covariance; None without errors.

    Parameters
    ----------
    items : Items
    errors : list of mappings
        Of each item, ``se_a``, ``se_b``, ... as in ``items.csv``; what is absent is fixed.
    n_persons : int or None
        Of the sample whose mean and spread fix the scale; None where it was fixed otherwise.

    Notes
    -----
    Within an item of two categories the covariance of slope and intercept is what its three errors
    se_a, se_b, se_intercept leave no choice of; c is taken as independent of both.  Of others, a
    and b1, b2, ... are.

    Between items: a calibration sets the sample's mean and standard deviation to 0 and 1, so by
    how much the sample is off (variances 1 / N and 1 / 2N), all its items are off together.  The
    rest of their errors is taken as independent.
    """
    if not any(errors):
        return None
    size = sum(len(row) for row in items.rows)
    result, moves = np.zeros((size, size)), np.zeros((size, 2))
    start = 0
    for j, (model, row) in enumerate(zip(items.models, items.rows, strict=True)):
        here = slice(start, start + len(row))
        result[here, here] = _block(model, items, j, errors[j])
        moves[here] = _moves(model, items, j, errors[j])
        start += len(row)
    if n_persons:
        together = moves @ np.diag([1.0 / n_persons, 0.5 / n_persons]) @ moves.T
        result += np.where(_same_item(items), 0.0, together)
    return result


def _moves(model: Model, items: Items, item: int, errors: Mapping[str, float]) -> Floats:
    """Derivatives of an item's parameters by the mean and the spread of theta; 0 if fixed."""
    row, n_steps = items.rows[item], int(items.n_categories[item]) - 1
    result = np.zeros((len(row), 2))
    if not model.ordered or not errors:
        return result
    a = float(items.metric.a[item])
    steps = np.ones(n_steps) if model.name == "GRM" else np.arange(1.0, n_steps + 1)
    result[1 : n_steps + 1, 0] = a * steps
    result[0, 1] = a if "se_a" in errors else 0.0
    return result


def _same_item(items: Items) -> NDArray[np.bool_]:
    """Which cells of the matrix are of one item's own parameters."""
    owner = np.repeat(np.arange(len(items)), [len(row) for row in items.rows])
    return np.asarray(owner[:, None] == owner)


def _block(model: Model, items: Items, item: int, errors: Mapping[str, float]) -> Floats:
    row = items.rows[item]
    if not model.ordered:
        half = len(row) // 2
        own = [errors.get(f"se_slope{k}", 0.0) for k in range(1, half + 1)]
        own += [errors.get(f"se_intercept{k}", 0.0) for k in range(1, half + 1)]
        return np.diag(np.square(own))
    n_steps = int(items.n_categories[item]) - 1
    metric = items.metric
    a, b = float(metric.a[item]), metric.b[item, :n_steps]
    block = np.zeros((len(row), len(row)))
    block[: n_steps + 1, : n_steps + 1] = (
        _line(a, float(b[0]), errors) if n_steps == 1 else _steps(model, a, b, errors)
    )
    for at, (limit, key) in enumerate((("c", "se_c"), ("u", "se_u")), n_steps + 1):
        if at < len(row):
            value = float(getattr(metric, limit)[item])
            spread = value * (1.0 - value)
            block[at, at] = (errors.get(key, 0.0) / spread) ** 2 if spread > 0 else 0.0
    return block


def _line(a: float, b: float, errors: Mapping[str, float]) -> Floats:
    """Of slope a and intercept d, where b = -d / a has a known variance."""
    var_a, var_b = errors.get("se_a", 0.0) ** 2, errors.get("se_b", 0.0) ** 2
    if "se_intercept" not in errors:
        return np.array([[var_a, -b * var_a], [-b * var_a, a**2 * var_b + b**2 * var_a]])
    var_d = errors["se_intercept"] ** 2
    most = math.sqrt(var_a * var_d)
    shared = (a**2 * var_b - var_d - b**2 * var_a) / (2 * b) if abs(b) > 1e-6 else 0.0
    shared = shared if abs(shared) < most else 0.0
    return np.array([[var_a, shared], [shared, var_d]])


def _steps(model: Model, a: float, b: Floats, errors: Mapping[str, float]) -> Floats:
    """Of slope and intercepts, from a and b1, b2, ... taken as independent."""
    n = len(b)
    sums = np.eye(n) if model.name == "GRM" else np.tril(np.ones((n, n)))
    jacobian = np.zeros((n + 1, n + 1))
    jacobian[0, 0] = 1.0
    jacobian[1:, 0] = -sums @ b
    jacobian[1:, 1:] = -a * sums
    own = [errors.get("se_a", 0.0), *(errors.get(f"se_b{k}", 0.0) for k in range(1, n + 1))]
    return np.asarray(jacobian @ np.diag(np.square(own)) @ jacobian.T)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',;"\t\n') else name
