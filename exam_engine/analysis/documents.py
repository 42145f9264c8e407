"""What ``report.json`` says of each analysis; an undefined figure is null, with the reason."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from exam_engine.analysis.calibration import Calibrated
from exam_engine.analysis.classical import Classical
from exam_engine.analysis.fit import Fit, PersonsFit, dependent_pairs
from exam_engine.analysis.populations import Populations
from exam_engine.analysis.responses import Responses
from exam_engine.analysis.scoring import Scores
from psychometrics.classical import Coefficient

Document = dict[str, Any]

REASONS = {
    "se_mean": "fixed, not estimated",
    "se_variance": "fixed, not estimated",
    "reliability": "fewer than two persons with a finite estimate",
    "p_value": "no degree of freedom",
    "standard_error_of_measurement": "alpha is undefined",
}
BLANKS = {
    "se_a": "the slope is fixed by the model, or shared as an anchor's",
    "c": "the model has no lower asymptote; 0 in models of two categories",
    "u": "the model has no upper asymptote; 1 in models of two categories",
    "se_c": "c is not estimated",
    "se_u": "u is not estimated",
    "b": "the item has several: b1, b2, ...",
    "intercept": "the item has several categories",
}
MOST_PERSONS = 100


def with_reasons(document: Document) -> Document:
    """The document with ``undefined``: the reason for each number that is not one."""
    found = {path: REASONS.get(key, "undefined") for path, key in _undefined(document, "")}
    return {**document, "undefined": {**found, **document.get("undefined", {})}}


def calibration_document(found: Calibrated, fit: Fit | None) -> Document:
    """Of a calibration; ``items.csv`` has the parameters."""
    result, certificate = found.result, found.result.certificate
    persons = found.responses.persons
    return {
        "responses": found.responses.path,
        "n_persons": result.n_persons,
        "n_items": len(result.items),
        "n_parameters": result.n_parameters,
        "model": found.plan.model,
        "log_likelihood": result.log_likelihood,
        "aic": result.aic,
        "bic": result.bic,
        "largest_gradient": result.largest_gradient,
        "converged": result.converged,
        "cycles": result.cycles,
        "cpu_seconds": found.cpu_seconds,
        "cpu_seconds_standard_errors": found.cpu_seconds_errors,
        "standard_errors": found.plan.errors,
        "reliability": found.scores.reliability,
        "groups": [
            {
                "group": name,
                "mean": float(result.means[g]),
                "variance": float(result.variances[g]),
                "se_mean": float(result.se_means[g]),
                "se_variance": float(result.se_variances[g]),
            }
            for g, name in enumerate(result.group_names)
        ],
        "certificate": {
            "objective": certificate.objective,
            "value": certificate.value,
            "largest_gradient": certificate.largest_gradient,
            "at": certificate.at,
            "converged": certificate.converged,
            "cycles": certificate.cycles,
            "nodes": list(certificate.nodes),
            "data_hash": certificate.data_hash,
            "seed": certificate.seed,
            "version": certificate.version,
        },
        "flags": [
            {
                "code": flag.code,
                "sentence": flag.sentence,
                "item": None if flag.item is None else result.names[flag.item],
                "persons": [persons[row] for row in flag.rows[:MOST_PERSONS]],
            }
            for flag in result.flags
        ],
        "fit": None if fit is None else fit_document(fit),
        "blank_cells": BLANKS,
    }


def fit_document(fit: Fit) -> Document:
    """Of the fit of items, pairs and the model."""
    model = fit.model
    names = fit.items.names
    return {
        "n_persons": len(fit.eap.theta),
        "model_fit": None
        if model is None
        else {
            "statistic": model.statistic,
            "df": model.df,
            "p_value": model.p_value,
            "rmsea": model.rmsea,
            "rmsea_90": [model.rmsea_lower, model.rmsea_upper],
            "srmsr": model.srmsr,
            "cfi": model.cfi,
            "tli": model.tli,
            "n_persons": model.n_persons,
        },
        "items_flagged": {
            name: list(words) for name, words in zip(names, fit.flags, strict=True) if words
        },
        "dependent_pairs": [[names[j], names[k]] for j, k in dependent_pairs(fit.q3)],
        "not_computed": fit.undefined,
    }


def persons_fit_document(responses: Responses, fit: Fit, persons: PersonsFit) -> Document:
    """Of `irt fit`."""
    p = np.nan_to_num(persons.likelihood.p_value, nan=1.0)
    return {
        "responses": responses.path,
        "n_items": len(fit.items),
        **fit_document(fit),
        "persons_under_p_0.01": int((p < 0.01).sum()),
    }


def score_document(responses: Responses, scores: Scores, populations: Populations) -> Document:
    """Of `irt score`."""
    known = scores.theta[np.isfinite(scores.theta)]
    return {
        "responses": responses.path,
        "method": scores.method,
        "n_persons": len(scores.theta),
        "n_items": len(responses.items),
        "mean": float(known.mean()) if len(known) else math.nan,
        "standard_deviation": float(known.std()) if len(known) else math.nan,
        "reliability": scores.reliability,
        "at_bound": int((scores.at_bound != 0).sum()),
        "no_responses": int((scores.n_answered == 0).sum()),
        "prior": [
            {"group": name, "mean": mean, "sd": sd}
            for name, (mean, sd) in populations.of_group.items()
        ],
        "prior_source": populations.source,
    }


def classical_document(found: Classical) -> Document:
    """Of `irt classical`."""
    whole = found.reliability
    document: Document = {
        "responses": found.responses.path,
        "n_persons": whole.n_persons,
        "n_items": whole.n_items,
        "mean": whole.mean,
        "standard_deviation": whole.standard_deviation,
        "alpha": _coefficient(whole.alpha),
        "omega": _coefficient(whole.omega),
        "standard_error_of_measurement": whole.standard_error_of_measurement,
        "items_flagged": {
            name: list(words)
            for name, words in zip(found.responses.items, found.words, strict=True)
            if words
        },
    }
    reasons = {
        f"{name}.{key}": one.undefined
        for name, one in (("alpha", whole.alpha), ("omega", whole.omega))
        if one.undefined
        for key in ("value", "standard_error", "lower", "upper")
    }
    return {**document, "undefined": reasons}


def _coefficient(found: Coefficient) -> Document:
    return {
        "value": found.value,
        "standard_error": found.standard_error,
        "lower": found.lower,
        "upper": found.upper,
    }


def _undefined(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Paths to numbers that are none, with their own key."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _undefined(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from _undefined(one, f"{path}[{position}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, path.rpartition(".")[2]
