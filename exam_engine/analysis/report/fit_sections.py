"""Sections that say how well a calibration fits; shared by the reports of two commands."""

import numpy as np

from exam_engine.analysis.fit import Fit, dependent_pairs
from exam_engine.analysis.plots.dependence import dependence
from exam_engine.analysis.plots.fit_map import fit_map
from exam_engine.analysis.plots.item_curves import item_curves
from exam_engine.analysis.report.galleries import Card, gallery
from exam_engine.analysis.report.page import facts, figure, listed, minus, paragraph, table

Section = tuple[str, str, str]


def model_fit(fit: Fit) -> Section:
    """M2 and its indices in words."""
    model = fit.model
    if model is None:
        return ("model-fit", "Fit of the model", paragraph(fit.undefined["M2"]))
    tli = "–" if model.tli is None else f"{model.tli:.3f}"
    by_chance = float(1 / np.sqrt(model.n_persons))
    html = paragraph(_verdict(model.rmsea, model.rmsea_upper))
    html += facts(
        [
            ("M2", f"{model.statistic:,.1f}", f"df {model.df:,}, p {model.p_value:.3f}"),
            (
                "RMSEA",
                f"{model.rmsea:.3f}",
                f"90 % from {model.rmsea_lower:.3f} to {model.rmsea_upper:.3f}",
            ),
            ("SRMSR", f"{model.srmsr:.3f}", f"chance alone gives about {by_chance:.3f}"),
            ("CFI", f"{model.cfi:.3f}", f"TLI {tli}"),
            ("Persons", f"{model.n_persons:,}", "with all responses"),
        ]
    )
    return ("model-fit", "Fit of the model", html)


def _verdict(rmsea: float, upper: float) -> str:
    if upper < 0.05:
        return "The model reproduces the answers to pairs of items closely."
    if rmsea < 0.05:
        return (
            "The model reproduces the answers to pairs of items well, but with so few persons a "
            "moderate misfit cannot be ruled out."
        )
    if rmsea < 0.089:
        return "The model reproduces the answers to pairs of items only roughly (RMSEA over 0.05)."
    return (
        "The model does not reproduce the answers to pairs of items: look for items that share "
        "content, wrong keys, or a second ability."
    )


def item_fit(fit: Fit) -> Section:
    """The fit map and the table of all items."""
    parts = []
    if fit.mean_squares is not None:
        parts.append(figure(fit_map(fit)))
    else:
        parts.append(paragraph(f"Infit and outfit: {fit.undefined['mean squares']}"))
    reasons = [f"{key}: {why}" for key, why in fit.undefined.items() if key in {"S-X2", "X2"}]
    parts.append(listed(reasons))
    columns = ["Item", "n", "infit", "z", "outfit", "z", "S-X²", "df", "p", "adjusted p", "RMSEA"]
    rows = []
    for j, name in enumerate(fit.items.names):
        squares, chi = fit.mean_squares, fit.s_x2
        row: list[object] = [name, int(fit.n[j])]
        row += (
            [None] * 4
            if squares is None
            else [
                *(float(squares.infit[j]), float(squares.z_infit[j])),
                *(float(squares.outfit[j]), float(squares.z_outfit[j])),
            ]
        )
        row += (
            [None] * 5
            if chi is None
            else [
                *(float(chi.statistic[j]), int(chi.df[j]), float(chi.p_value[j])),
                *(float(fit.adjusted_p[j]), float(chi.rmsea[j])),
            ]
        )
        rows.append(row)
    links = [f"#item-{j + 1}" for j in range(len(fit.items))]
    what = (
        "Fit of items. Infit and outfit at maximum likelihood abilities, persons at a bound left "
        "out; S-X² on persons with all responses"
    )
    whole = table(what, columns, rows, links=links)
    parts.append(f"<details><summary>Table of all items</summary>{whole}</details>")
    return ("item-fit", "Fit of items", "".join(parts))


def pairs(fit: Fit) -> Section:
    """Local dependence."""
    if fit.q3 is None:
        return ("pairs", "Pairs of items", paragraph(fit.undefined["Q3"]))
    strong = dependent_pairs(fit.q3)
    if not fit.q3.defined[np.triu_indices(len(fit.items), 1)].any():
        return ("pairs", "Pairs of items", paragraph("No two items were given to two persons."))
    words = (
        "No pair of items has much more in common than ability explains."
        if not strong
        else f"{len(strong)} pair{'s' if len(strong) > 1 else ''} of items "
        f"ha{'ve' if len(strong) > 1 else 's'} more in common than ability explains, the strongest "
        f"{fit.items.names[strong[0][0]]} and {fit.items.names[strong[0][1]]}."
    )
    drawn = figure(dependence(fit.items.names, fit.q3)) if len(fit.items) > 2 else ""
    return ("pairs", "Pairs of items", paragraph(words) + drawn)


def curves(fit: Fit, flags: tuple[tuple[str, ...], ...]) -> Section:
    """All items' curves, by remark."""
    metric = fit.items.metric
    cards = []
    for j, name in enumerate(fit.items.names):
        steps = metric.b[j][np.isfinite(metric.b[j])]
        told = [fit.items.models[j].name]
        told += [f"a {metric.a[j]:.2f}"] if np.isfinite(metric.a[j]) else []
        told += ["b " + ", ".join(minus(f"{b:.2f}") for b in steps)] if len(steps) else []
        told += [f"c {metric.c[j]:.2f}"] if metric.c[j] > 0 else []
        told.append(f"n {fit.n[j]:,}")
        drawn = item_curves(fit.items, j, fit.curves[j], f"curve-{j + 1}")
        cards.append(Card(f"item-{j + 1}", name, "  ·  ".join(told), flags[j], drawn))
    lead = paragraph(
        "Line: the model's chance of success (of each category, numbered, for items with several). "
        "Points: what groups of persons did, with 95 % intervals, grouped by their ability on the "
        "other items. Thick marks on the axis: b. Points off the line by more than their interval "
        "at either end are the ones to think about. Horizontal: ability θ in logits.",
        "note",
    )
    return ("curves", "Item curves", lead + gallery(cards))
