"""The report of a recommended cut, for the committee that decides."""

from typing import Any

import numpy as np

from exam_engine.analysis.plots.compromise import compromise_map
from exam_engine.analysis.plots.cut_scores import cut_on_scores
from exam_engine.analysis.plots.judges import judges_by_round
from exam_engine.analysis.plots.qualified_curve import qualified_curve
from exam_engine.analysis.plots.svg import Figure
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.page import (
    facts,
    figure,
    flag_words,
    listed,
    moment,
    notice,
    page,
    paragraph,
    table,
)
from exam_engine.analysis.standards.standard import Standard

NAMED = {
    "angoff": "Modified Angoff",
    "bookmark": "Bookmark",
    "beuk": "Beuk's compromise",
    "hofstee": "Hofstee's compromise",
    "contrasting-groups": "Contrasting groups",
}
STEP = {-2: "−2 SE", -1: "−1 SE", 0: "recommended", 1: "+1 SE", 2: "+2 SE"}
SERIOUS = {"outlying_judge", "few_judges", "no_intersection", "separated", "cut_outside"}
MOST_ITEMS = 12
COMPROMISES = {"beuk", "hofstee"}
LABELS = {
    "judge": "Judge",
    "person": "Person",
    "n_rated": "items rated",
    "cut": "cut",
    "share": "share of the points",
    "agreement": "agreement",
    "theta": "θ",
    "error": "distance",
    "consistency": "consistency",
    "correlation": "correlation",
    "page": "page",
    "pass_rate": "pass rate",
    "lowest_cut": "lowest cut",
    "highest_cut": "highest cut",
    "lowest_fail_rate": "lowest fail rate",
    "highest_fail_rate": "highest fail rate",
    "score": "score",
    "qualified": "qualified",
    "passes": "passes",
}


def standard_report(found: Standard, occasion: Occasion) -> str:
    """One HTML document."""
    people = "candidates" if found.method == "contrasting-groups" else "judges"
    number = len(found.rows)
    sections = [("impact", "What the cut would do", _impact(found))]
    if found.method in COMPROMISES:
        drawn = compromise_map(found)
        sections.append(("compromise", "The compromise", figure(drawn)))
    if len(found.judges):
        sections.append(("judges", "The judges", _judges(found)))
    if len(found.rounds) > 1:
        sections.append(("rounds", "Round by round", _rounds(found)))
    if "items.csv" in found.tables:
        sections.append(("items", "Items the judges disagree about", _items(found)))
    if found.method == "contrasting-groups":
        sections.append(("groups", "The two groups", _groups(found)))
    sections.append(("method", "What stands behind it", _method(found, occasion)))
    return page(
        f"Recommended cut: {found.path}",
        f"{NAMED[found.method]}, {number} {people}. Made {moment(occasion.now)}.",
        sections,
        _notices(found) + _facts(found),
        f"Made by exam-engine irt standard on {moment(occasion.now)}.",
    )


def picture_of(found: Standard) -> Figure | None:
    """The scores with the cut through them, where scores are known."""
    return None if found.scores is None else cut_on_scores(found)


def _notices(found: Standard) -> str:
    parts = notice(
        "info",
        "A recommendation, not yet a standard",
        [
            "The panel recommends; the governing body adopts, with this page and the minutes "
            "before it. Whatever it adopts, it writes down why."
        ],
    )
    serious = [one.sentence for one in found.told if one.code in SERIOUS]
    if serious:
        parts += notice("warn", "Before it is adopted", serious)
    return parts


def _facts(found: Standard) -> str:
    scaled = found.scaled(found.cut)
    known = bool(np.isfinite(found.standard_error))
    rows = [
        ("Cut", f"{found.cut:.2f}", f"of {found.highest:g} points"),
        (
            "Standard error",
            f"{found.standard_error:.2f}" if known else "–",
            "points" if known else "undefined",
        ),
        (
            "95 % interval",
            f"{found.lower:.1f} to {found.upper:.1f}" if known else "–",
            "points",
        ),
    ]
    if scaled is not None and found.conversion is not None:
        ends = [found.conversion.at(end) for end in (found.lower, found.upper)] if known else []
        small = f"{ends[0]:.0f} to {ends[1]:.0f}" if ends else ""
        rows.append(("On the scale", f"{scaled:.0f}", small))
    theta = found.theta[0] if found.theta is not None else found.details.get("theta")
    if theta is not None:
        small = f"SE {found.theta[1]:.2f} logits" if found.theta is not None else "logits"
        rows.append(("θ", _signed(theta), small))
    middle = next((one for one in found.impact if one.steps == 0), None)
    if middle is not None and middle.pass_rate is not None:
        rows.append(("Would pass", f"{middle.pass_rate:.1%}", f"{middle.n_passing:,} candidates"))
    return facts(rows)


def _impact(found: Standard) -> str:
    columns = ["Cut at", "points", "lowest whole score that passes"]
    columns += ["on the scale"] if found.conversion is not None else []
    has_scores = any(one.pass_rate is not None for one in found.impact)
    columns += ["pass", "pass rate, %"] if has_scores else []
    rows: list[list[Any]] = []
    for one in found.impact:
        row: list[Any] = [STEP[one.steps], float(one.cut), int(np.ceil(one.cut - 1e-9))]
        row += [float(one.scaled)] if one.scaled is not None else []
        if has_scores and one.pass_rate is not None and one.n_passing is not None:
            row += [one.n_passing, 100 * one.pass_rate]
        rows.append(row)
    drawn = picture_of(found)
    lead = paragraph(
        "A candidate at or above the cut passes; it is not rounded. Standard errors are of the "
        + (
            "cut, over the candidates who were judged."
            if found.method == "contrasting-groups"
            else "panel, not of the candidates' scores."
        )
    )
    if not has_scores:
        lead += paragraph(
            "Without candidates' scores nothing can be said of pass rates: give them with "
            "--scores.",
            "note",
        )
    html = lead + table("The cut, and two standard errors to either side", columns, rows)
    return (figure(drawn) if drawn is not None else "") + html


def _judges(found: Standard) -> str:
    columns = [name for name in found.columns if name not in {"flags"} and "_round_" not in name]
    rows = [[row.get(name) for name in columns] + [flag_words(row["flags"])] for row in found.rows]
    labels = [LABELS.get(name, name) for name in columns]
    what = "Each judge" + (" in the last round" if len(found.rounds) > 1 else "")
    html = "" if found.method in COMPROMISES else figure(judges_by_round(found))
    html += table(what, [*labels, "Remarks"], rows, words=("Remarks",))
    lead = []
    if "agreement" in columns:
        lead.append(
            "Agreement: correlation of the judge's ratings with the mean of the others'. Under 0.3 "
            "the judge sees other things in the items than the panel does."
        )
    if "consistency" in columns:
        lead.append(
            "Consistency: 1 if the ratings are the chances of one candidate under the model, 0 if "
            "they are as far from them as can be. Distance: how far a typical rating is from them."
        )
    others = [one.sentence for one in found.told if one.code not in SERIOUS]
    return html + listed([*lead, *others])


def _rounds(found: Standard) -> str:
    columns = list(dict.fromkeys(key for row in found.details["rounds"] for key in row))
    labels = {
        "round": "Round",
        "standard_error": "SE",
        "spread": "sd of judges",
        "icc_panel": "agreement, ICC(2,k)",
        "ratings_changed": "ratings changed",
        "theta": "θ",
    }
    rows = [[row.get(name) for name in columns] for row in found.details["rounds"]]
    spreads = found.judge_cuts.std(axis=1, ddof=1)
    closer = spreads[-1] < spreads[0]
    words = (
        f"From the first round to the last the cut moved by "
        f"{_signed(float(found.round_cuts[-1] - found.round_cuts[0]))} points and the judges came "
        f"{'closer together' if closer else 'no closer together'} (standard deviation "
        f"{spreads[0]:.2f}, then {spreads[-1]:.2f})."
    )
    return paragraph(words) + table(
        "The panel's cut in each round", [labels.get(name, name) for name in columns], rows
    )


def _items(found: Standard) -> str:
    columns, rows = found.tables["items.csv"]
    worst = sorted(rows, key=lambda row: -row["sd"])[:MOST_ITEMS]
    lead = paragraph(
        "Ratings from very low to very high for one item: read it again together. It is ambiguous, "
        "or judges pictured different candidates.",
    )
    return lead + table(
        f"The {len(worst)} items with the widest ratings; all are in items.csv",
        ["Item", "judges", "points", "mean", "sd", "lowest", "highest"],
        [[row[name] for name in columns] for row in worst],
    )


def _groups(found: Standard) -> str:
    details = found.details
    rows = [
        ("Qualified", int(details["n_qualified"]), f"{details['false_negative']:.1%} would fail"),
        (
            "Not qualified",
            int(details["n_unqualified"]),
            f"{details['false_positive']:.1%} would pass",
        ),
    ]
    other = paragraph(
        f"Other ways to place it: half way between the groups' means, {details['midpoint']:.2f}; "
        f"the score with the fewest wrong decisions, {details['fewest_errors']:g}."
    )
    told = listed(one.sentence for one in found.told if one.code not in SERIOUS)
    columns = ("Judged", "candidates", "at the cut")
    drawn = "" if details["slope"] is None else figure(qualified_curve(found))
    return (
        drawn + table("The judged candidates", columns, rows, words=("at the cut",)) + other + told
    )


def _method(found: Standard, occasion: Occasion) -> str:
    rows = [(name, value) for name, value in _details(found)]
    return (table("Figures of the method", ("What", "Value"), rows) if rows else "") + listed(
        [*occasion.notes, f"Command: {occasion.recipe}"]
    )


def _details(found: Standard) -> list[tuple[str, Any]]:
    details = found.details
    if found.method == "angoff":
        variance = details["variance"]
        return [
            ("SE if the items too are a sample, points", details["standard_error_items"]),
            ("Agreement of one judge with another, ICC(2,1)", details["icc_single"]),
            ("Agreement of the panel's mean ratings, ICC(2,k)", details["icc_panel"]),
            ("Variance: judges are severe or lenient", variance["judges"]),
            ("Variance: items are hard or easy", variance["items"]),
            ("Variance: judges differ on single items", variance["residual"]),
        ]
    if found.method == "bookmark":
        return [
            ("Response probability", details["response_probability"]),
            ("The cut is read from", f"{details['place']} the bookmark"),
            ("Guessing taken out", "yes" if details["without_guessing"] else "no"),
            ("Of the judges", details["statistic"]),
        ]
    if found.method in COMPROMISES:
        slope = details["slope"]
        return [
            ("Share that passes at the cut, on the line", details["pass_rate_on_the_line"]),
            ("Cut in the middle of the judges' wishes", details["wanted_cut"]),
            ("Pass rate in the middle of them", details["wanted_pass_rate"]),
            ("Slope of the line, share for a point", "upright" if slope is None else slope),
        ]
    return [("Cost of a false pass, where a false fail costs 1", details["cost"])]


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
