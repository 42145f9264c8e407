"""What ``report.json`` says of a recommended cut."""

from typing import Any

import numpy as np

from exam_engine.analysis.standards.standard import LEVEL, Standard


def standard_document(found: Standard) -> dict[str, Any]:
    """Of `irt standard`; ``standard.csv`` has the judges."""
    known = bool(np.isfinite(found.standard_error))
    document: dict[str, Any] = {
        "ratings": found.path,
        "method": found.method,
        "n_judges": len(found.judges),
        "highest": found.highest,
        "cut": found.cut,
        "standard_error": found.standard_error,
        "interval": [found.lower, found.upper] if known else None,
        "interval_level": LEVEL,
        "scaled": found.scaled(found.cut),
        "scaled_interval": [found.scaled(found.lower), found.scaled(found.upper)]
        if known and found.conversion is not None
        else None,
        "n_scores": None if found.scores is None else len(found.scores),
        "impact": [
            {
                "standard_errors": one.steps,
                "cut": one.cut,
                "scaled": one.scaled,
                "n_passing": one.n_passing,
                "pass_rate": one.pass_rate,
            }
            for one in found.impact
        ],
        "flags": [
            {"code": one.code, "sentence": one.sentence, "judge": one.judge} for one in found.told
        ],
        **found.details,
    }
    reasons = {one.code: one.sentence for one in found.told}
    undefined = {}
    if not known:
        why = reasons.get("no_error") or reasons.get("separated")
        undefined["standard_error"] = why or "fewer than three judges leave no jackknife"
    if "no_variance" in reasons:
        undefined |= dict.fromkeys(("icc_single", "icc_panel"), reasons["no_variance"])
    return {**document, "undefined": undefined}
