"""The report of what decisions at a cut are worth."""

import numpy as np

from exam_engine.analysis.decisions import CALLED, Judged
from exam_engine.analysis.plots.decided import decided
from exam_engine.analysis.plots.errors_along import errors_along
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.page import (
    facts,
    figure,
    listed,
    moment,
    notice,
    page,
    paragraph,
    table,
)

MEASURES = {
    "livingston-lewis": "Scores are those of a binomial test as reliable as this one.",
    "lee": "Raw scores vary as the item parameters say, over a normal population of ability.",
    "rudner": "Estimates of ability vary normally with the information of the test, over a normal "
    "population.",
}
LOW_KAPPA = 0.6


def decisions_report(found: Judged, occasion: Occasion) -> str:
    """One HTML document."""
    basis = found.basis
    sections = [
        ("decided", "Who is decided rightly", figure(decided(found))),
        ("cuts", "Accuracy and consistency", _agreement(found)),
        ("errors", "Errors at the cut", _errors(found)),
        ("method", "What stands behind it", _method(found, occasion)),
    ]
    cuts = ", ".join(f"{cut.points:g}" for cut in found.cuts)
    return page(
        f"Decisions: {basis.path}",
        f"Cut{'s' if len(found.cuts) > 1 else ''} at {cuts} of {basis.highest:g} points. Made "
        f"{moment(occasion.now)}.",
        sections,
        _notices(found) + _facts(found),
        f"Made by exam-engine irt decisions on {moment(occasion.now)}.",
    )


def _notices(found: Judged) -> str:
    parts = ""
    if found.remarks:
        parts += notice("warn", "Few persons: read these figures with care", list(found.remarks))
    flags = [flag.sentence for one in found.by.values() for flag in one.flags]
    if flags:
        parts += notice("warn", "Remarks", list(dict.fromkeys(flags)))
    if found.left_out:
        told = [f"{CALLED[method]}: {why}" for method, why in found.left_out.items()]
        parts += notice("info", "Not computed", told)
    return parts


def _facts(found: Judged) -> str:
    rows = []
    worst = min(found.by.values(), key=lambda one: one.accuracy)
    spread = [one.accuracy for one in found.by.values()]
    several = len(spread) > 1
    rows.append(
        (
            "Accuracy",
            _range(spread),
            "decided as they deserve" + (", by method" if several else ""),
        )
    )
    rows.append(
        (
            "Consistency",
            _range([one.consistency for one in found.by.values()]),
            "decided alike by two such forms",
        )
    )
    kappas = [one.kappa for one in found.by.values() if np.isfinite(one.kappa)]
    rows.append(("Kappa", _range(kappas) if kappas else "–", "consistency beyond chance"))
    rows.append(
        (
            "Decided wrongly",
            f"{round(1000 * (1 - worst.accuracy))}",
            "of 1,000 candidates" + (", at worst" if several else ""),
        )
    )
    if found.basis.scores is not None:
        value = found.basis.reliability
        rows.append(
            (
                "Reliability",
                f"{value:.3f}" if np.isfinite(value) else "–",
                f"{len(found.basis.scores):,} scores",
            )
        )
    return facts(rows)


def _agreement(found: Judged) -> str:
    columns = [
        *("Method", "cut", "accuracy", "consistency", "by chance", "kappa"),
        *("false positives", "false negatives"),
    ]
    rows: list[list[object]] = []
    for method, decisions in found.by.items():
        for cut, one in zip(found.cuts, decisions.cuts, strict=True):
            agreement = one.agreement
            rows.append(
                [
                    *(CALLED[method], float(cut.points), _share(agreement.accuracy)),
                    *(_share(agreement.consistency), _share(agreement.chance)),
                    *(_share(agreement.kappa), _share(one.false_positive)),
                    _share(one.false_negative),
                ]
            )
        if len(found.cuts) > 1:
            rows.append(
                [
                    *(f"{CALLED[method]}, all cuts", None, _share(decisions.accuracy)),
                    *(_share(decisions.consistency), _share(decisions.chance)),
                    *(_share(decisions.kappa), None, None),
                ]
            )
    words = [
        "Accuracy: the share of candidates put in the class they belong to. Consistency: the share "
        "put in the same class by two equivalent forms. By chance: consistency of two forms that "
        "have nothing in common. False positives pass and should not; false negatives fail and "
        "should not. All are shares of all candidates.",
    ]
    kappas = [one.kappa for one in found.by.values() if np.isfinite(one.kappa)]
    if kappas and min(kappas) < LOW_KAPPA:
        words.append(
            f"A kappa under {LOW_KAPPA} is low for a certificate: more items that measure near the "
            "cut would help most."
        )
    return table("Decisions at each cut, in points", columns, rows) + listed(words)


def _errors(found: Judged) -> str:
    columns = ["Cut", "points"]
    has_theta = any(cut.theta is not None for cut in found.cuts)
    has_scale = any(cut.scaled is not None for cut in found.cuts)
    columns += (["θ"] if has_theta else []) + (["on the scale"] if has_scale else [])
    columns += [
        f"SE, {CALLED[method]}" + (" (logits)" if method == "rudner" else " (points)")
        for method in found.by
    ]
    rows: list[list[object]] = []
    for k, cut in enumerate(found.cuts):
        row: list[object] = [str(k + 1), float(cut.points)]
        row += [cut.theta] if has_theta else []
        row += [cut.scaled] if has_scale else []
        row += [float(one.cuts[k].standard_error) for one in found.by.values()]
        rows.append(row)
    return figure(errors_along(found)) + table(
        "Conditional standard error of measurement at each cut", columns, rows
    )


def _method(found: Judged, occasion: Occasion) -> str:
    basis = found.basis
    told = [f"{CALLED[method]}: {MEASURES[method]}" for method in found.by]
    if basis.items is not None:
        told.append(
            f"Population of ability: mean {basis.mean:.2f}, standard deviation {basis.sd:.2f} "
            f"({basis.population})."
        )
    if found.effective is not None:
        told.append(
            f"Reliability {basis.reliability:.3f}: {basis.source}. The test measures like "
            f"{found.effective.n_items} equal items, right or wrong."
        )
    if basis.n_left_out:
        told.append(f"{basis.n_left_out} persons with blank responses are not among the scores.")
    lead = ""
    if len(found.by) > 1:
        lead = paragraph(
            "The methods rest on different assumptions; where they agree, the assumptions matter "
            "little."
        )
    return lead + listed([*told, *occasion.notes, f"Command: {occasion.recipe}"])


def _share(value: float) -> str | None:
    return f"{value:.3f}" if np.isfinite(value) else None


def _range(values: list[float]) -> str:
    low, high = f"{min(values):.3f}", f"{max(values):.3f}"
    return low if low == high else f"{low} to {high}"
