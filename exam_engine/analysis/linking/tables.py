"""What `irt link` writes: constants, drift, the items carried over, and the conversion."""

import math
from typing import Any

import numpy as np

from exam_engine.analysis.linking.forms import Form
from exam_engine.analysis.linking.links import Linked, at_limit
from exam_engine.analysis.simulated import parameter_table

CONSTANT_COLUMNS = (
    *("method", "A", "B", "se_A", "se_B", "criterion", "symmetric", "n_anchors", "used"),
)
DRIFT_COLUMNS = (
    *("item", "b_from", "b_from_linked", "b_to", "displacement", "z_b", "z_a"),
    *("kept", "removed_in", "flags"),
)
EQUATING_COLUMNS = ("score", "equivalent", "standard_error", "theta", "flags")
Z = 1.96


def constant_rows(found: Linked) -> list[dict[str, Any]]:
    """One row a method; the first carried the items over."""
    return [
        {
            "method": method,
            "A": one.A,
            "B": one.B,
            "se_A": one.se_A,
            "se_B": one.se_B,
            "criterion": one.criterion,
            "symmetric": one.symmetric and one.criterion is not None,
            "n_anchors": len(one.anchors),
            "used": one is found.used,
        }
        for method, one in found.links.items()
    ]


def drift_rows(found: Linked) -> list[dict[str, Any]]:
    """One row an anchor; b is the mean of an item's steps."""
    drift = found.drift
    if drift is None:
        return []
    b_from = difficulties(found.start, drift.names)
    b_to = difficulties(found.goal, drift.names)
    over = beyond(found)
    return [
        {
            "item": name,
            "b_from": float(b_from[j]),
            "b_from_linked": float(drift.link.A * b_from[j] + drift.link.B),
            "b_to": float(b_to[j]),
            "displacement": float(drift.displacement[j]),
            "z_b": float(drift.z_b[j]),
            "z_a": float(drift.z_a[j]),
            "kept": bool(drift.kept[j]),
            "removed_in": int(drift.removed_in[j]) or None,
            "flags": ["beyond_limit"] if over[j] else [],
        }
        for j, name in enumerate(drift.names)
    ]


def difficulties(form: Form, names: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The mean difficulty of some items' steps, in logits of the form's own scale."""
    return np.asarray(np.nanmean(form.items.select(names).metric.b, axis=1))


def beyond(found: Linked) -> list[bool]:
    """Which anchors are over the limit, whether or not they were left out."""
    drift = found.drift
    if drift is None:
        return []
    size = np.maximum(np.abs(drift.z_b), np.abs(drift.z_a))
    if found.plan.drift_by == "displacement":
        size = np.abs(drift.displacement)
    return [bool(one) for one in size > at_limit(found.plan)]


def item_table(found: Linked) -> tuple[list[str], list[dict[str, Any]]]:
    """``linked.csv``: the items on the other scale, as ``items.csv``, errors with A and B known."""
    columns, rows = parameter_table(found.items, [0] * len(found.items))
    n_steps = int(found.items.n_categories.max()) - 1
    steps = [f"se_b{k}" for k in range(1, n_steps + 1)] if n_steps > 1 else []
    errors = ["se_a", "se_b", "se_c", "se_u", "se_intercept"]
    at = columns.index("flags")
    columns = [*columns[:at], *errors, *columns[at:], *steps]
    start = 0
    for j, row in enumerate(rows):
        row["n"] = found.start.n[j]
        row["flags"] = [flag for flag in found.start.flags[j] if flag != "anchor"]
        length = len(found.start.items.rows[j])
        if found.start.covariance is not None:
            block = found.start.covariance[start : start + length, start : start + length]
            row |= _errors(found, j, block)
        start += length
    return columns, rows


def _errors(found: Linked, item: int, block: Any) -> dict[str, float | None]:
    """Standard errors of one item on the new scale; blank for what is fixed."""
    items, used = found.items, found.used
    model = items.models[item]
    if not model.ordered or model.name == "RSM":
        return {}
    n_steps = int(items.n_categories[item]) - 1
    a, b = float(items.metric.a[item]), items.metric.b[item, :n_steps]
    size = n_steps + 1
    carry = np.eye(size)
    carry[0, 0] = 1.0 / used.A
    weights = np.ones(n_steps) if model.name == "GRM" else np.arange(1.0, size)
    carry[1:, 0] = -weights * used.B / used.A
    moved = carry @ block[:size, :size] @ carry.T
    to_b = np.zeros((n_steps, size))
    to_b[:, 0] = -b / a
    unit = np.eye(n_steps)
    to_b[:, 1:] = -(unit if model.name == "GRM" else unit - np.eye(n_steps, k=-1)) / a
    spread = np.sqrt(np.maximum(np.diag(to_b @ moved @ to_b.T), 0.0))
    result: dict[str, float | None] = {"se_a": _known(moved[0, 0])}
    if n_steps == 1:
        result |= {"se_b": float(spread[0]) or None, "se_intercept": _known(moved[1, 1])}
    else:
        result |= {f"se_b{k}": float(one) or None for k, one in enumerate(spread, 1)}
    for at, key in enumerate(("c", "u"), size):
        if at < len(block):
            value = float(getattr(items.metric, key)[item])
            result[f"se_{key}"] = _known(block[at, at] * (value * (1 - value)) ** 2)
    return result


def _known(variance: float) -> float | None:
    return math.sqrt(variance) if variance > 0 else None


def equating_rows(found: Linked) -> list[dict[str, Any]]:
    """One row a number-right score of the form that was linked; not rounded."""
    table = found.conversion
    if table is None:
        return []
    flags = {score: flag.code for flag in table.flags for score in flag.scores}
    return [
        {
            "score": int(score),
            "equivalent": float(table.equivalent[k]),
            "standard_error": None
            if table.standard_error is None
            else float(table.standard_error[k]),
            "theta": None if table.theta is None else float(table.theta[k]),
            "flags": [flags[float(score)]] if float(score) in flags else [],
        }
        for k, score in enumerate(table.score.tolist())
    ]


def document(found: Linked) -> dict[str, Any]:
    """What ``report.json`` says."""
    drift, table, used = found.drift, found.conversion, found.used
    reasons = {}
    if used.se_A is None:
        reasons = {
            f"methods[{k}].{key}": "neither file has standard errors"
            for k in range(len(found.links))
            for key in ("se_A", "se_B")
        }
    return {
        "from": found.start.path,
        "to": found.goal.path,
        "n_items_from": len(found.start.items),
        "n_items_to": len(found.goal.items),
        "anchors": list(found.anchors),
        "A": used.A,
        "B": used.B,
        "se_A": used.se_A,
        "se_B": used.se_B,
        "covariance_A_B": None if used.covariance is None else float(used.covariance[0, 1]),
        "standard_errors": found.assumption or None,
        "methods": constant_rows(found),
        "not_done": dict(found.not_done),
        "drift": None
        if drift is None
        else {
            "by": found.plan.drift_by,
            "limit": at_limit(found.plan),
            "removed": [row["item"] for row in drift_rows(found) if not row["kept"]],
            "beyond_limit": [
                name for name, over in zip(drift.names, beyond(found), strict=True) if over
            ],
            "correlation": drift.correlation,
            "sd_ratio": drift.sd_ratio,
        },
        "no_drift": found.no_drift or None,
        "equating": None
        if table is None
        else {"method": table.method, "n_scores": len(table.score)},
        "no_equating": found.no_conversion or None,
        "flags": [
            {"code": flag.code, "sentence": flag.sentence, "item": flag.item}
            for flag in all_flags(found)
        ]
        + [
            {"code": flag.code, "sentence": flag.sentence, "scores": list(flag.scores)}
            for flag in (() if table is None else table.flags)
        ],
        "undefined": reasons,
    }


def all_flags(found: Linked) -> list[Any]:
    """Flags of the link that is used and of drift, each code once."""
    flags = {flag.code: flag for flag in found.used.flags}
    for flag in () if found.drift is None else found.drift.flags:
        flags.setdefault(flag.code, flag)
    return list(flags.values())
