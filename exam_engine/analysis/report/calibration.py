"""The report of a calibration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from exam_engine.analysis.calibration import Calibrated, item_rows
from exam_engine.analysis.fit import Fit
from exam_engine.analysis.plots.information import information
from exam_engine.analysis.plots.wright_map import wright_map
from exam_engine.analysis.report import fit_sections
from exam_engine.analysis.report.page import (
    Html,
    facts,
    figure,
    flag_words,
    listed,
    minus,
    moment,
    notice,
    page,
    paragraph,
    table,
)
from exam_engine.analysis.report.remarks import serious

MOST_TOLD = 12
AT_TOP = ("small_sample", "small_variance", "information_not_positive", "anchor_absent")


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and how a report was made.

    Attributes
    ----------
    now : datetime
    recipe : str
        The command that makes it again.
    notes : tuple of str
        What was found out about the files.
    """

    now: datetime
    recipe: str
    notes: tuple[str, ...] = ()


def calibration_report(found: Calibrated, fit: Fit, occasion: Occasion) -> str:
    """One HTML document."""
    result = found.result
    flags = item_flags(found, fit)
    by_name = dict(zip(result.names, flags, strict=True))
    marked = {name for name, words in by_name.items() if serious(words)}
    kept = tuple(by_name[name] for name in result.items.names)
    theta = found.scores.theta
    sections = [
        ("precision", "Where the test measures well", figure(information(result.items, theta))),
        ("map", "Persons and items", figure(wright_map(result.items, theta, marked))),
        ("items", "Items", _items(found, flags)),
        fit_sections.model_fit(fit),
        fit_sections.item_fit(fit),
        fit_sections.pairs(fit),
        fit_sections.curves(fit, kept),
        ("certificate", "Certificate", _certificate(found, occasion)),
    ]
    n_persons, n_items = found.responses.codes.shape
    models = ", ".join(dict.fromkeys(result.models))
    return page(
        f"Calibration: {found.responses.path}",
        f"{models} model, {n_persons:,} persons, {n_items:,} items. Made {moment(occasion.now)}.",
        sections,
        "".join(_warnings(found, fit)) + _facts(found, fit, len(marked)),
        f"Made by exam-engine irt calibrate on {moment(occasion.now)}. "
        "Logistic metric, D = 1: P = c + (u - c) expit(a (θ - b)).",
    )


def item_flags(found: Calibrated, fit: Fit) -> tuple[tuple[str, ...], ...]:
    """Flags of all of the file's items: the calibration's and, where calibrated, those of fit."""
    misfit = dict(zip(fit.items.names, fit.flags, strict=True))
    return tuple((*row["flags"], *misfit.get(row["item"], ())) for row in item_rows(found))


def _warnings(found: Calibrated, fit: Fit) -> list[str]:
    result = found.result
    sentences = [flag for flag in result.flags if flag.code == "not_converged"]
    parts = (
        [notice("bad", "Do not use these figures", [_told(f.sentence) for f in sentences])]
        if sentences
        else []
    )
    general = [_told(flag.sentence) for flag in result.flags if flag.code in AT_TOP]
    small = any(flag.code == "small_sample" for flag in result.flags)
    if small:
        general += _consequences(found)
    if general:
        head = "Few persons: read these figures with care" if small else "Read with care"
        parts.append(notice("warn", head, general))
    others = [
        _told(flag.sentence) for flag in result.flags if flag.code not in {*AT_TOP, "not_converged"}
    ]
    if others:
        more = [f"And {len(others) - MOST_TOLD} more; the table of items has them all."]
        shown = others[:MOST_TOLD] + (more if len(others) > MOST_TOLD else [])
        parts.append(notice("warn", "Remarks on the data", shown))
    if not parts:
        told = ["Enough persons for the model, and no remark on the data.", *_typical_error(found)]
        parts.append(notice("ok", "Converged", [" ".join(told)]))
    return parts


def _consequences(found: Calibrated) -> list[str]:
    """What a small sample means for those who use the figures."""
    told = _typical_error(found)
    if told:
        told.append("Items that lie closer together than that may well be in the other order.")
    told.append(
        "Use them to find items to look at and to plan the next sitting. Do not set a passing "
        "score or retire an item on them alone."
    )
    return told


def _typical_error(found: Calibrated) -> list[str]:
    """How well a difficulty is known; nothing without standard errors."""
    errors = found.result.se_b[np.isfinite(found.result.se_b)]
    if not len(errors):
        return []
    half = 2 * float(np.median(errors))
    return [f"The difficulty of a typical item is known to within {half:.2f} logits either way."]


def _facts(found: Calibrated, fit: Fit, n_marked: int) -> str:
    result = found.result
    given = np.count_nonzero(found.responses.codes >= 0)
    share = given / found.responses.codes.size
    reliability = found.scores.reliability
    rows = [
        (
            "Persons",
            f"{result.n_persons:,}",
            f"{np.floor(1000 * share) / 10:g} % of cells answered",
        ),
        ("Items", f"{len(result.items):,}", _left_out(found)),
        ("To look at", f"{n_marked:,}", "items with a remark"),
        (
            "Reliability",
            "–" if np.isnan(reliability) else f"{reliability:.2f}",
            "share of the variance that is ability",
        ),
        (
            "Log-likelihood",
            minus(f"{result.log_likelihood:,.2f}"),
            f"AIC {result.aic:,.1f}, BIC {result.bic:,.1f}",
        ),
        (
            "Converged",
            "yes" if result.converged else "no",
            minus(f"gradient {result.largest_gradient:.1g}, {result.cycles} cycles"),
        ),
    ]
    html = facts(rows)
    if len(result.group_names) > 1 or not (result.means[0] == 0 and result.variances[0] == 1):
        columns = ("Group", "mean", "SE", "sd", "variance", "SE of variance")
        groups = [
            (
                name,
                float(result.means[g]),
                float(result.se_means[g]) if np.isfinite(result.se_means[g]) else "fixed",
                float(np.sqrt(result.variances[g])),
                float(result.variances[g]),
                float(result.se_variances[g]) if np.isfinite(result.se_variances[g]) else "fixed",
            )
            for g, name in enumerate(result.group_names)
        ]
        html += table("Ability in the population, logits", columns, groups)
    return html


def _left_out(found: Calibrated) -> str:
    out = len(found.result.names) - len(found.result.items)
    return f"{out} left out" if out else "all calibrated"


def _items(found: Calibrated, flags: tuple[tuple[str, ...], ...]) -> str:
    result = found.result
    position = {name: j for j, name in enumerate(result.items.names)}
    has_c = bool((np.nan_to_num(result.c) > 0).any())
    has_u = bool((np.nan_to_num(result.u, nan=1.0) < 1).any())
    columns = ["Item", "Model", "n", "a", "SE", "b", "SE"]
    columns += (["c", "SE"] if has_c else []) + (["u", "SE"] if has_u else []) + ["Remarks"]
    rows: list[list[Any]] = []
    for j, name in enumerate(result.names):
        b, error = (np.atleast_1d(getattr(result, key)[j]) for key in ("b", "se_b"))
        row: list[Any] = [name, result.models[j], int(result.n[j])]
        row += [float(result.a[j]), float(result.se_a[j]), _several(b), _several(error)]
        row += [float(result.c[j]), float(result.se_c[j])] if has_c else []
        row += [float(result.u[j]), float(result.se_u[j])] if has_u else []
        rows.append([*row, flag_words(flags[j])])
    links = [f"#item-{position[name] + 1}" if name in position else None for name in result.names]
    lead = paragraph(
        "a: how sharply an item tells persons apart. b: the ability at which it does, in logits. "
        "SE: standard error; a dash is a figure that is fixed or undefined. The same with all "
        "digits is in items.csv.",
        "note",
    )
    return lead + table("Parameters", columns, rows, links=links, words=("Model", "Remarks"))


def _several(values: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """One number, or the steps of an item with several categories."""
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return float(known[0]) if len(known) else None
    return Html(", ".join(minus(f"{value:.2f}") for value in known))


def _certificate(found: Calibrated, occasion: Occasion) -> str:
    result, certificate = found.result, found.result.certificate
    nodes, first, last = certificate.nodes
    rows: Sequence[tuple[str, Any]] = [
        ("Objective", certificate.objective),
        ("Its value", f"{certificate.value:.6f}"),
        (
            "Largest gradient",
            f"{certificate.largest_gradient:.3g} ({certificate.at or 'nothing free'})",
        ),
        ("Converged", "yes, under 0.001" if certificate.converged else "no"),
        ("Cycles", certificate.cycles),
        ("Free parameters", result.n_parameters),
        ("Quadrature", f"{nodes} equally spaced nodes from {first:.2f} to {last:.2f}"),
        ("Data (SHA-256)", certificate.data_hash),
        ("Algorithm", certificate.version),
        ("CPU seconds", f"{found.cpu_seconds:.3f}, standard errors {found.cpu_seconds_errors:.3f}"),
        ("Command", occasion.recipe),
    ]
    return (
        paragraph("What shows that the fit is what it says, and lets it be done again.", "note")
        + table("Certificate", ("What", "Value"), rows, words=("Value",))
        + listed(occasion.notes)
    )


def _told(sentence: str) -> str:
    """A sentence of the library with a capital and a full stop."""
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith(".") else ".")
