"""The rows that `irt decisions` writes, and its ``report.json``."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from exam_engine.analysis.decisions import Judged

Rows = list[dict[str, Any]]

COLUMNS = (
    *("method", "cut", "measure", "cut_points", "cut_theta", "cut_scaled"),
    *("accuracy", "consistency", "chance", "kappa", "false_positive", "false_negative"),
    *("standard_error", "flags"),
)
ERROR_COLUMNS = (
    *("theta", "theta_error", "expected", "raw_error", "scaled_expected", "scaled_error"),
)


def decision_rows(found: Judged) -> Rows:
    """The rows of ``decisions.csv``: by method, each cut, then all cuts together."""
    rows: Rows = []
    for method, decisions in found.by.items():
        for cut, one in zip(found.cuts, decisions.cuts, strict=True):
            rows.append(
                {
                    "method": method,
                    "cut": one.cut,
                    "measure": "theta" if method == "rudner" else "points",
                    "cut_points": cut.points,
                    "cut_theta": cut.theta,
                    "cut_scaled": cut.scaled,
                    "accuracy": one.agreement.accuracy,
                    "consistency": one.agreement.consistency,
                    "chance": one.agreement.chance,
                    "kappa": one.agreement.kappa,
                    "false_positive": one.false_positive,
                    "false_negative": one.false_negative,
                    "standard_error": one.standard_error,
                    "flags": [flag.code for flag in decisions.flags],
                }
            )
        if len(found.cuts) > 1:
            rows.append(
                {
                    "method": method,
                    "cut": None,
                    "measure": "all cuts together",
                    **{
                        key: getattr(decisions, key)
                        for key in ("accuracy", "consistency", "chance", "kappa")
                    },
                    "flags": [flag.code for flag in decisions.flags],
                }
            )
    return rows


def error_rows(found: Judged) -> tuple[Sequence[str], Rows]:
    """The rows of ``errors.csv``: standard errors along the scale."""
    errors = found.errors
    if errors is None:
        if found.effective is None:
            return ("score", "raw_error"), []
        low, high, n = found.basis.lowest, found.basis.highest, found.effective.n_items
        scores = np.linspace(low, high, 41)
        share = (scores - low) / (high - low)
        spread = (high - low) * np.sqrt(share * (1 - share) / n)
        return ("score", "raw_error"), [
            {"score": float(score), "raw_error": float(error)}
            for score, error in zip(scores, spread, strict=True)
        ]
    columns = ERROR_COLUMNS if errors.scaled_error is not None else ERROR_COLUMNS[:4]
    return columns, [
        {
            name: float(values[k])
            for name in columns
            if (values := getattr(errors, name)) is not None
        }
        for k in range(len(errors.theta))
    ]


def decisions_document(found: Judged) -> dict[str, Any]:
    """What ``report.json`` says."""
    basis, effective = found.basis, found.effective
    return {
        "responses": basis.path,
        "n_scores": None if basis.scores is None else len(basis.scores),
        "n_left_out": basis.n_left_out,
        "lowest": basis.lowest,
        "highest": basis.highest,
        "reliability": basis.reliability if np.isfinite(basis.reliability) else None,
        "reliability_source": basis.source,
        "population": {"mean": basis.mean, "sd": basis.sd, "source": basis.population}
        if basis.items is not None
        else None,
        "cuts": [
            {"points": cut.points, "theta": cut.theta, "scaled": cut.scaled} for cut in found.cuts
        ],
        "decisions": [{**row, "flags": list(row["flags"])} for row in decision_rows(found)],
        "true_by_observed": {name: one.true_by_observed for name, one in found.by.items()},
        "form_by_form": {name: one.form_by_form for name, one in found.by.items()},
        "effective_test": None
        if effective is None
        else {
            "length": effective.length,
            "n_items": effective.n_items,
            "alpha": effective.true_scores.alpha,
            "beta": effective.true_scores.beta,
            "low": effective.true_scores.low,
            "high": effective.true_scores.high,
        },
        "not_computed": dict(found.left_out),
        "remarks": list(found.remarks),
        "flags": [
            {"method": name, "code": flag.code, "sentence": flag.sentence}
            for name, one in found.by.items()
            for flag in one.flags
        ],
    }
