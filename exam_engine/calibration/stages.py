"""What each stage of a run computes: documents in, a document out.

Nothing here knows a database.  Numbers travel as JSON, whose floats come back to the last bit, so
a run that goes on in another process ends with the same digits.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from exam_engine.analysis import calibration as estimation
from exam_engine.analysis.classical import Classical, analysed, option_rows
from exam_engine.analysis.classical import item_rows as classical_rows
from exam_engine.analysis.documents import calibration_document, fit_document
from exam_engine.analysis.exports import plain
from exam_engine.analysis.fit import LEVEL, adjusted_p, dependent_pairs, fitted
from exam_engine.analysis.fit_rows import ITEM_FIT, item_table
from exam_engine.analysis.plots.dependence import dependence
from exam_engine.analysis.plots.fit_map import fit_map
from exam_engine.analysis.plots.information import information
from exam_engine.analysis.plots.item_curves import item_curves
from exam_engine.analysis.plots.svg import Figure
from exam_engine.analysis.plots.trace_lines import trace_lines
from exam_engine.analysis.plots.wright_map import wright_map
from exam_engine.analysis.populations import Populations
from exam_engine.analysis.report.remarks import MEANINGS, serious
from exam_engine.calibration.at_cut import FormAtCut, at_cut
from exam_engine.calibration.errors import DataUnsound
from exam_engine.calibration.fairness import functioning
from exam_engine.calibration.frozen import OMITTED, UNNAMED, Frozen
from exam_engine.calibration.plans import Plan
from psychometrics import Items
from psychometrics.calibration.sharded import Workers
from psychometrics.classical import reliability
from psychometrics.errors import PsychometricsError
from psychometrics.fit import s_x2

Document = dict[str, Any]
Step = Callable[[str], None]
Cycle = Callable[[int, float], None]

PARAMETERS = ("a", "b", "c", "u", "intercept")
MOST_CELLS = 1_000_000_000
"""Candidates times items, a byte each: more is refused before it is begun."""
MOST_PAIRS = 200


@dataclass(frozen=True, slots=True)
class Anchor:
    """Parameters that are fixed, of an item by code."""

    code: str
    model: str
    values: Mapping[str, float]


def drawn(figure: Figure) -> Document:
    """A figure as it is stored and shown."""
    document: Document = plain(asdict(figure))
    return document


def calibrated(
    frozen: Frozen,
    plan: Plan,
    anchors: Sequence[Anchor],
    step: Step,
    told: Cycle,
    workers: Workers | None = None,
) -> Document:
    """Parameters, errors and abilities; large data by ``workers``.

    Raises
    ------
    DataUnsound, BadFile
    """
    if frozen.answers.size > MOST_CELLS:
        raise DataUnsound(
            f"{len(frozen.persons):,} candidates on {len(frozen.columns):,} items are more than "
            f"one run takes ({MOST_CELLS:,} cells). Choose fewer forms or a shorter time."
        )
    responses = frozen.responses(plan.unanswered, plan.groups)
    priors = dict(estimation.prior_in(text) for text in plan.priors)
    asked = estimation.Plan(
        model=plan.model,
        priors=priors,
        anchors=_anchored(anchors),
        max_cycles=plan.max_cycles,
        timed=False,
        workers=workers,
    )
    found = estimation.calibrated(responses, asked, step, told)
    result = found.result
    rows = estimation.item_rows(found)
    flagged = {row["item"] for row in rows if serious(row["flags"])}
    step("Wright map")
    document = calibration_document(found, None)
    del document["cpu_seconds"], document["cpu_seconds_standard_errors"]  # no two runs share them
    return {
        "items": [
            {"code": name, "model": model.name, "row": row.tolist()}
            for name, model, row in zip(
                result.items.names, result.items.models, result.items.rows, strict=True
            )
        ],
        "anchored": sorted(estimation.anchored_names(found)),
        "populations": {name: list(pair) for name, pair in found.populations.of_group.items()},
        "rows": plain(rows),
        "report": plain(document),
        "versions": {"psychometrics": result.certificate.version, "numpy": np.__version__},
        "figures": [drawn(wright_map(result.items, found.scores.theta, flagged))],
    }


def _anchored(anchors: Sequence[Anchor]) -> Items | None:
    if not anchors:
        return None
    a, b, c, u = ([one.values[name] for one in anchors] for name in ("a", "b", "c", "u"))
    models = [one.model for one in anchors]
    return Items.from_irt(models, a, b, c, u, names=[one.code for one in anchors])


def items_of(calibration: Document) -> Items:
    """The items that a calibration ended with, to the last bit."""
    stored = calibration["items"]
    return Items.from_parameters(
        [one["model"] for one in stored],
        [np.array(one["row"]) for one in stored],
        names=[one["code"] for one in stored],
    )


def populations_of(calibration: Document) -> Populations:
    pairs = {name: (mean, sd) for name, (mean, sd) in calibration["populations"].items()}
    return Populations(pairs, "this run")


def compared(frozen: Frozen, plan: Plan, calibration: Document, step: Step) -> Document:
    """How items and pairs fit, with a curve of each item."""
    items = items_of(calibration)
    used = frozen.select(items.names).responses(plan.unanswered, plan.groups)
    free = estimation.free_beside(items, set(calibration["anchored"]))
    fit = fitted(used, items, populations_of(calibration), free, step)
    _, rows = item_table(fit)
    figures = [] if fit.mean_squares is None else [fit_map(fit)]
    if fit.q3 is not None and len(items) > 2:
        figures.append(dependence(items.names, fit.q3))
    pairs = []
    for j, k in dependent_pairs(fit.q3)[:MOST_PAIRS]:
        assert fit.q3 is not None  # noqa: S101 - pairs come of it
        pairs.append({"item": items.names[j], "with": items.names[k], "q3": float(fit.q3.q3[j, k])})
    if fit.s_x2 is None:
        _by_score_of_forms(rows, frozen.select(items.names), plan, items, calibration)
    step("Differential functioning between administrations")
    return {
        "fairness": plain(functioning(frozen, plan.unanswered)),
        "rows": {
            row["item"]: plain({name: row.get(name) for name in (*ITEM_FIT, "flags")})
            for row in rows
        },
        "report": plain(fit_document(fit)),
        "pairs": plain(pairs),
        "figures": [drawn(figure) for figure in figures],
        "curves": {
            name: drawn(item_curves(items, j, fit.curves[j], f"curve-{j + 1}"))
            for j, name in enumerate(items.names)
        },
    }


def _by_score_of_forms(
    rows: list[Document], frozen: Frozen, plan: Plan, items: Items, calibration: Document
) -> None:
    """S-X2 needs complete answers, which candidates of several forms have by form only: each item
    gets that of the form where it was shown to most."""
    points = frozen.points(plan.unanswered)
    behind = dict.fromkeys(items.names, 0)
    by_code = {row["item"]: row for row in rows}
    mean, sd = next(iter(populations_of(calibration).of_group.values()))
    for form in sorted(set(frozen.forms)):
        here = points[frozen.of_form(form)]
        shown = np.flatnonzero((here >= 0).any(axis=0))
        own = items.select([items.names[j] for j in shown])
        free = estimation.free_beside(own, set(calibration["anchored"]))
        try:
            found = s_x2(here[:, shown], own, mean=mean, sd=sd, free=free, missing=-1)
        except PsychometricsError:
            continue
        for j, code in enumerate(own.names):
            if found.undefined[j] or behind[code] >= len(here):
                continue
            behind[code] = len(here)
            by_code[code] |= {
                "s_x2": float(found.statistic[j]),
                "df": int(found.df[j]),
                "p_value": float(found.p_value[j]),
                "rmsea": float(found.rmsea[j]),
            }
    adjusted = adjusted_p(np.array([row.get("p_value", np.nan) for row in rows], dtype=float))
    for row, p in zip(rows, adjusted.tolist(), strict=True):
        if np.isfinite(p):
            row["adjusted_p"] = p
            row["flags"] = [*row["flags"], *(["s_x2"] if p < LEVEL else [])]


def classical(frozen: Frozen, step: Step) -> Document:
    """Classical figures, and what is chosen beside the key."""
    step("Classical figures and key checks")
    found = analysed(
        frozen.chosen(),
        {column.code: column.right for column in frozen.columns},
        key_path="the bank",
        omitted=OMITTED,
    )
    options: dict[str, list[Document]] = {}
    for row in option_rows(found):
        options.setdefault(row["item"], []).append(plain(row))
    return {
        "rows": {row["item"]: plain(row) for row in classical_rows(found)},
        "options": {
            column.code: [
                row
                for row in options[column.code]
                if row["option"] in (*column.shown, OMITTED)
                or (row["option"] == UNNAMED and row["n"])
            ]
            for column in frozen.columns
        },
        "traces": _traces(found),
    }


def _traces(found: Classical) -> Document:
    tables = zip(found.responses.items, found.options or (), strict=True)
    return {
        code: drawn(trace_lines(code, table, f"trace-{j}"))
        for j, (code, table) in enumerate(tables, 1)
    }


def informed(
    frozen: Frozen, plan: Plan, calibration: Document, forms: Sequence[FormAtCut], step: Step
) -> Document:
    """How sharply each form measures at the cut, and how right its decisions are."""
    items = items_of(calibration)
    populations = populations_of(calibration)
    told = []
    figures = []
    for number, form in enumerate(forms, 1):
        step(f"Form {form.code} at the cut")
        of_form = frozen.of_form(form.code)
        groups = {"form": form.code}.get(plan.groups)
        mean, sd = populations.of_group.get(groups or "", next(iter(populations.of_group.values())))
        row: Document = {
            "form": form.code,
            "n": int(of_form.sum()),
            "n_scored": len(form.scored),
            "raw_cut": form.raw_cut,
        }
        row |= _reliability(frozen, plan, of_form, form)
        slopes = dict(zip(items.names, items.a.tolist(), strict=True))
        usable = [code for code in form.scored if slopes.get(code, 0.0) > 0.0]
        row["n_usable"] = len(usable)
        own = items.select(usable)
        row |= at_cut(own, form, mean, sd)
        if "theta" in row:
            cut = (row["theta"], f"cut, raw {form.raw_cut}")
            sample = np.random.default_rng(0).normal(mean, sd, 2000)
            figures.append(
                {
                    **drawn(information(own, sample, cut=cut, name=f"information-{number}")),
                    "title": f"Form {form.code}: information and standard error",
                }
            )
        told.append(plain(row))
    return {"forms": told, "figures": figures}


def _reliability(frozen: Frozen, plan: Plan, of_form: Any, form: FormAtCut) -> Document:
    here = {column.code for column in frozen.columns}
    chosen = frozen.select([code for code in form.scored if code in here])
    points = chosen.points(plan.unanswered)[of_form]
    if points.shape[0] < 2 or points.shape[1] < 2:
        return {}
    try:
        whole = reliability(points, missing=-1)
    except PsychometricsError:
        return {}
    return {"alpha": whole.alpha.value, "alpha_undefined": whole.alpha.undefined}


def table(frozen: Frozen, calibration: Document, fit: Document, found: Document) -> list[Document]:
    """The run's items, one row each, all figures together."""
    columns = {column.code: column for column in frozen.columns}
    fitted_rows, classical_ones = fit["rows"], found["rows"]
    rows = []
    for row in calibration["rows"]:
        code = row["item"]
        column = columns[code]
        beside, counted = fitted_rows.get(code, {}), classical_ones[code]
        words = [*row["flags"], *beside.get("flags", []), *counted["flags"]]
        flags = [word for word in dict.fromkeys(words) if word in MEANINGS]
        rows.append(
            {
                "item_version_id": str(column.item_version_id),
                "code": code,
                "role": column.role,
                "area": column.area,
                "model": row["model"],
                "n": row["n"],
                "parameters": {name: row.get(name) for name in PARAMETERS},
                "errors": {name: row.get(f"se_{name}") for name in PARAMETERS},
                "figures": {
                    "version": column.number,
                    "p": counted["difficulty"],
                    "point_biserial": counted["point_biserial"],
                    "remarks": counted["remarks"],
                    **{name: beside.get(name) for name in ITEM_FIT},
                },
                "flags": flags,
                "also": list(column.also),
            }
        )
    return rows


def digits(calibration: Document) -> str:
    """A SHA-256 over every parameter, error and population, to the last bit."""
    told = []
    for row in calibration["rows"]:
        values = [row.get(name) for name in (*PARAMETERS, *(f"se_{one}" for one in PARAMETERS))]
        told.append(f"{row['item']} {values!r}")
    told += [f"{one['code']} {one['row']!r}" for one in calibration["items"]]
    told.append(repr(sorted(calibration["populations"].items())))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
