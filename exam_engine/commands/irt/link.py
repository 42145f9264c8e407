"""irt link: one calibration brought to the scale of another by the items that both hold."""

import argparse
from typing import Any, get_args

import numpy as np

from exam_engine.analysis import parameters
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.linking import tables
from exam_engine.analysis.linking.forms import read_form
from exam_engine.analysis.linking.links import METHODS, Linked, LinkPlan, linked
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.linking import linking_report
from exam_engine.commands import Refused
from exam_engine.commands.irt.outcome import Outcome, many
from exam_engine.commands.progress import Progress
from psychometrics.linking.drift import Statistic

HELP = "bring one calibration to the scale of another, and convert scores"
EXAMPLES = """\
FROM and TO: items.csv as irt calibrate writes it, each a whole form. Items of the same name are
anchors. Standard errors come from covariance.csv beside the items (irt calibrate --covariance),
else from the columns se_a, se_b, ...

examples:
  exam-engine irt link new/items.csv bank/items.csv --out linked
  exam-engine irt link new/items.csv bank/items.csv --drift --method haebara --out linked
"""
WRITTEN = frozenset(
    {"constants.csv", "drift.csv", "linked.csv", "equating.csv", "report.json", "report.html"}
)


def add(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(inputs=("start", "goal"))
    parser.add_argument("start", metavar="FROM.csv")
    parser.add_argument("goal", metavar="TO.csv")
    parser.add_argument(
        "--method",
        type=_methods,
        default="all",
        metavar="M,M,...",
        help=f"{', '.join(METHODS)}; the first carries the items over, the others stand beside it "
        "(default: all of them)",
    )
    parser.add_argument(
        "--symmetric", action="store_true", help="compare the curves on both scales"
    )
    parser.add_argument(
        "--theta",
        nargs=3,
        type=float,
        metavar=("LOW", "HIGH", "N"),
        help="where curves are compared (default: -4 4 81)",
    )
    parser.add_argument(
        "--anchors", metavar="FILE", help="column item: the anchors, if not all common items"
    )
    parser.add_argument("--drift", action="store_true", help="leave out anchors that drifted")
    parser.add_argument(
        "--drift-by", choices=get_args(Statistic), default="robust-z", help="default: robust-z"
    )
    parser.add_argument(
        "--limit", type=float, metavar="X", help="of drift (default: 1.645, or 0.5 logits)"
    )


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    plan = _plan(arguments)
    progress.step(f"Reading {arguments.start} and {arguments.goal}")
    start, goal = read_form(arguments.start), read_form(arguments.goal)
    found = linked(start, goal, plan, progress.step)
    notes = (*start.notes, *goal.notes)
    files = {
        "constants.csv": csv_text(tables.CONSTANT_COLUMNS, tables.constant_rows(found)),
        "linked.csv": csv_text(*tables.item_table(found)),
    }
    if found.drift is not None:
        files["drift.csv"] = csv_text(tables.DRIFT_COLUMNS, tables.drift_rows(found))
    if found.conversion is not None:
        files["equating.csv"] = csv_text(tables.EQUATING_COLUMNS, tables.equating_rows(found))
    if not arguments.no_html:
        progress.step("Report")
        told = Occasion(occasion.now, occasion.recipe, notes)
        files["report.html"] = linking_report(found, told)
    return Outcome(files, tables.document(found), _lines(found), notes, _fault(found))


def _plan(arguments: argparse.Namespace) -> LinkPlan:
    theta = None
    if arguments.theta is not None:
        low, high, number = arguments.theta
        if not (low < high and number >= 2 and number == int(number)):
            raise Refused(
                "--theta is the lowest theta, the highest, and how many from one to the other, "
                "like --theta -4 4 81."
            )
        theta = np.linspace(low, high, int(number))
    methods: Any = METHODS if arguments.method == "all" else tuple(arguments.method.split(","))
    return LinkPlan(
        methods=methods,
        symmetric=arguments.symmetric,
        theta=theta,
        anchors=None if arguments.anchors is None else parameters.read_names(arguments.anchors),
        remove=arguments.drift,
        drift_by=arguments.drift_by,
        limit=arguments.limit,
    )


def _lines(found: Linked) -> list[str]:
    used = found.used
    errors = "" if used.se_A is None else f" (standard errors {used.se_A:.4f} and {used.se_B:.4f})"
    lines = [
        f"Linked {many(len(found.start.items), 'item')} by {used.method} on "
        f"{many(len(found.anchors), 'anchor')}: A = {used.A:.4f}, B = {used.B:.4f}{errors}."
    ]
    over = sum(tables.beyond(found))
    if found.drift is not None:
        removed = int((~found.drift.kept).sum())
        told = f"{many(removed, 'anchor')} left out" if found.plan.remove else "none left out"
        lines.append(f"{many(over, 'anchor')} beyond the limit of drift, {told}.")
    lines += [flag.sentence for flag in tables.all_flags(found)]
    if found.same_items:
        lines.append("The anchors have the same parameters in both files: nothing is linked.")
    if found.conversion is None:
        lines.append(f"No equating.csv: {found.no_conversion.rstrip('.')}.")
    return lines


def _fault(found: Linked) -> str | None:
    grave = [
        flag.sentence
        for flag in tables.all_flags(found)
        if flag.code in {"anchors_all_drift", "not_converged"}
    ]
    if not grave:
        return None
    return (
        " ".join(grave) + " Choose anchors by hand (--anchors). The files were written for "
        "inspection."
    )


def _methods(text: str) -> str:
    asked = [name.strip().lower() for name in text.split(",")]
    unknown = [name for name in asked if name not in (*METHODS, "all")]
    if unknown or ("all" in asked and len(asked) > 1):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no list of methods; there are {', '.join(METHODS)}, or all"
        )
    return ",".join(dict.fromkeys(asked))
