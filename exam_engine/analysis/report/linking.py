"""The report of a link between two calibrations."""

from typing import Any

from exam_engine.analysis.linking.links import TITLES, Linked, at_limit
from exam_engine.analysis.linking.tables import (
    all_flags,
    beyond,
    constant_rows,
    difficulties,
    drift_rows,
)
from exam_engine.analysis.plots.anchor_scatter import anchor_scatter
from exam_engine.analysis.plots.effect_rows import Row, Zones, effect_rows
from exam_engine.analysis.plots.form_curves import THETA, form_curves
from exam_engine.analysis.plots.link_constants import link_constants
from exam_engine.analysis.plots.score_conversion import score_conversion
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.page import (
    facts,
    figure,
    listed,
    minus,
    moment,
    notice,
    page,
    paragraph,
)
from psychometrics.linking import AnchorDrift

GRAVE = ("anchors_all_drift", "not_converged")


def linking_report(found: Linked, occasion: Occasion) -> str:
    """One HTML document."""
    used = found.used
    sections = [
        ("constants-of", "Constants", _constants(found)),
        ("curves-of", "Before and after", _curves(found)),
        ("drift", "Anchors and drift", _drift(found)),
        ("conversion-of", "Scores of one form on the other", _conversion(found)),
        ("next", "What to do next", listed(_next(found))),
        ("notes", "How it was made", listed([*occasion.notes, f"Command: {occasion.recipe}"])),
    ]
    return page(
        "Linking two calibrations",
        f"{found.start.path} to the scale of {found.goal.path}, by {TITLES[used.method]} on "
        f"{len(found.anchors):,} anchors. Made {moment(occasion.now)}.",
        sections,
        _top(found),
        f"Made by exam-engine irt link on {moment(occasion.now)}.",
    )


def _top(found: Linked) -> str:
    used, parts = found.used, ""
    flags = all_flags(found)
    grave = [flag.sentence for flag in flags if flag.code in GRAVE]
    if grave:
        parts += notice("bad", "Do not use this link", grave)
    if found.same_items:
        parts += notice(
            "info",
            "The anchors are the same on both forms",
            [
                "Every anchor has the very same parameters in both files, so there is nothing to "
                "link. Check that the second file is another calibration."
            ],
        )
    rest = [flag.sentence for flag in flags if flag.code not in GRAVE]
    if rest:
        parts += notice("warn", "To know before the link is used", rest)
    if found.not_done:
        parts += notice(
            "info",
            "Not done",
            [f"{TITLES[method]}: {sentence}." for method, sentence in found.not_done.items()],
        )
    over = sum(beyond(found))
    removed = 0 if found.drift is None else int((~found.drift.kept).sum())
    drifted = f"{removed} left out" if found.plan.remove else "none left out"
    return parts + facts(
        [
            ("A", minus(f"{used.A:.4f}"), _error(used.se_A)),
            ("B", minus(f"{used.B:.4f}"), _error(used.se_B)),
            ("Anchors", f"{len(found.anchors):,}", TITLES[used.method]),
            (
                "Items",
                f"{len(found.start.items):,}",
                f"linked to a form of {len(found.goal.items):,}",
            ),
            (
                "Beyond the limit",
                "–" if found.drift is None else f"{over:,}",
                "no drift was judged" if found.drift is None else f"anchors; {drifted}",
            ),
        ]
    )


def _error(value: float | None) -> str:
    return "no standard error" if value is None else f"standard error {value:.4f}"


def _constants(found: Linked) -> str:
    used = found.used
    b = minus(f"{used.B:+.4f}").replace("+", "+ ").replace("\N{MINUS SIGN}", "\N{MINUS SIGN} ")
    lines = [
        f"θ on the scale of {found.goal.path} is {used.A:.4f} θ {b}; slopes a are divided by "
        f"{used.A:.4f}, difficulties b moved like θ, and c and u stay.",
        found.assumption or "Neither file has standard errors, so the link has none.",
    ]
    return listed(lines) + figure(
        link_constants({TITLES[name]: one for name, one in found.links.items()})
    )


def _curves(found: Linked) -> str:
    names = list(found.anchors)
    forms = (found.goal.items, found.start.items, found.items)
    chosen = [items.select(names) for items in forms]
    if not all(model.ordered for items in chosen for model in items.models):
        return paragraph("Nominal anchors have no expected score, so no curves are drawn.")
    curves = [items.expected_score(THETA).sum(axis=0) for items in chosen]
    points = float((chosen[0].n_categories - 1).sum())
    return figure(form_curves(curves[0], curves[1], curves[2], points))


def _drift(found: Linked) -> str:
    drift = found.drift
    if drift is None:
        return paragraph(f"Drift was not judged: {found.no_drift}.")
    limit, by = at_limit(found.plan), found.plan.drift_by
    over = beyond(found)
    moved = drift.link.A * difficulties(found.start, drift.names) + drift.link.B
    there = difficulties(found.goal, drift.names)
    scatter = anchor_scatter(drift.names, moved, there, drift.kept.tolist(), over)
    by_z = by == "robust-z"
    size = drift.z_b if by_z else drift.displacement
    axis = "Robust z of difficulty" if by_z else "Displacement (logits)"
    names = ("kept", "beyond") if found.plan.remove else ("within", "beyond")
    rows = drift_rows(found)
    drawn = effect_rows(
        "drift-rows",
        f"{axis} of each anchor",
        [
            Row(name, float(size[j]), None, over[j] or not drift.kept[j])
            for j, name in enumerate(drift.names)
        ],
        Zones((limit,), names, True, "easier on the to-form", "harder on the to-form"),
        axis=axis,
        caption=f"The limit is {limit:g}. Triangles: beyond it, here or by slope"
        + (", or left out." if found.plan.remove else "."),
        columns=(
            "item",
            "b from",
            "b linked",
            "b to",
            "displacement",
            "z b",
            "z a",
            "kept",
            "round",
        ),
        table=tuple(
            (
                *(row[key] for key in ("item", "b_from", "b_from_linked", "b_to", "displacement")),
                *(row[key] for key in ("z_b", "z_a", "kept")),
                row["removed_in"] or "",
            )
            for row in rows
        ),
    )
    return listed(_drift_words(found, drift, limit)) + figure(scatter) + figure(drawn)


def _drift_words(found: Linked, drift: AnchorDrift, limit: float) -> list[str]:
    by = "robust z (Huynh and Meyer)" if found.plan.drift_by == "robust-z" else "displacement"
    lines = [f"Judged by {by}, limit {limit:g}."]
    removed = sorted((row for row in drift_rows(found) if not row["kept"]), key=_round)
    if found.plan.remove:
        lines.append(
            "Left out one by one, the worst first: "
            + ", ".join(str(row["item"]) for row in removed)
            + "."
            if removed
            else "No anchor was beyond the limit; none was left out."
        )
    elif any(beyond(found)):
        lines.append(
            "Nothing was left out. --drift leaves the worst out, links again, and so on until none "
            "is beyond the limit."
        )
    if found.plan.drift_by == "robust-z":
        lines.append(
            "About one in ten stable anchors is beyond 1.645 in difficulty and another one in "
            "slope: look at the item before you believe that it drifted."
        )
    if drift.correlation is not None and drift.sd_ratio is not None:
        lines.append(
            f"Difficulties of the anchors kept correlate {drift.correlation:.3f} (.95 or more is "
            f"asked for); their spreads have the ratio {drift.sd_ratio:.3f} (.9 to 1.1, where "
            "both forms were calibrated on groups alike)."
        )
    return lines


def _round(row: dict[str, Any]) -> int:
    return int(row["removed_in"])


def _conversion(found: Linked) -> str:
    conversion = found.conversion
    if conversion is None:
        return paragraph(f"There is no conversion: {found.no_conversion.rstrip('.')}.")
    top = int((found.start.items.n_categories - 1).sum())
    lines = [
        "True-score equating: equal are the scores that both forms expect of the same ability. "
        "Each file is taken as a whole form; if one is an item bank, do not use this table."
    ]
    lines += [flag.sentence for flag in conversion.flags]
    return listed(lines) + figure(score_conversion(conversion, top))


def _next(found: Linked) -> list[str]:
    lines = [
        "Read the anchors beyond the limit before you leave them out: a changed position, a key, "
        "exposure, or news in the field. Write down why each was kept or left out.",
        "See that the anchors that remain still cover the content of the form and its difficulty.",
    ]
    if found.conversion is not None:
        lines.append(
            "The conversion is not rounded. Round once, at the end, by a rule written down before "
            "the scores are seen."
        )
    gaps = [abs(row["B"] - found.used.B) for row in constant_rows(found)[1:]]
    if gaps and max(gaps) > 0.1:
        lines.append(
            f"The methods' B differ by up to {max(gaps):.2f} logits: find the anchor that does it "
            "before you choose."
        )
    return lines
