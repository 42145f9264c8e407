"""irt decisions: how right and how repeatable pass and fail decisions are."""

import argparse
import json
import math
from pathlib import Path

import numpy as np

from exam_engine.analysis.conversions import Conversion, read_conversion
from exam_engine.analysis.decision_rows import (
    COLUMNS,
    decision_rows,
    decisions_document,
    error_rows,
)
from exam_engine.analysis.decisions import METHODS, Basis, cuts_in, judged, with_alpha
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.grids import usual
from exam_engine.analysis.matching import matched
from exam_engine.analysis.parameters import Parameters, read_parameters
from exam_engine.analysis.records import SCORE_NAMES, read_scores
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.decisions import decisions_report
from exam_engine.analysis.responses import ITEM_NAMES
from exam_engine.analysis.sheets import read_sheet
from exam_engine.commands import Refused
from exam_engine.commands.irt.arguments import add_responses, populations_in, responses_in
from exam_engine.commands.irt.outcome import Outcome
from exam_engine.commands.progress import Progress

HELP = "accuracy and consistency of decisions, and the error at the cut"
EXAMPLES = """\
A file with a column score (and no items) is taken for scores: say --highest and --reliability.

examples:
  exam-engine irt decisions responses.csv --items calibration/items.csv --cut 62 --out decisions
  exam-engine irt decisions scores.csv --highest 100 --reliability 0.91 --cut 62 --out decisions
"""
WRITTEN = frozenset({"decisions.csv", "errors.csv", "report.json", "report.html"})


def add(parser: argparse.ArgumentParser) -> None:
    add_responses(parser)
    parser.add_argument(
        "--cut",
        required=True,
        type=float,
        nargs="+",
        metavar="C",
        help="at or above it passes; several make more classes",
    )
    parser.add_argument(
        "--measure",
        choices=["points", "theta", "scaled"],
        default="points",
        help="what cuts are given in (default: points)",
    )
    parser.add_argument("--method", choices=[*METHODS, "all"], default="all")
    parser.add_argument("--items", metavar="ITEMS.csv", help="parameters, for lee and rudner")
    parser.add_argument(
        "--mean", type=float, help="of theta; else as in the report.json beside the items, else 0"
    )
    parser.add_argument("--sd", type=float, help="of theta; likewise, else 1")
    parser.add_argument("--score", metavar="COLUMN", help="of a file of scores")
    parser.add_argument(
        "--reliability", type=float, metavar="R", help="of the scores; alpha of responses if absent"
    )
    parser.add_argument("--highest", type=float, metavar="N", help="points possible")
    parser.add_argument("--lowest", type=float, metavar="N", help="default: 0")
    parser.add_argument(
        "--conversion", metavar="TABLE.csv", help="columns raw, scaled: the reported scale"
    )


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    basis = _basis(arguments, progress)
    cuts = cuts_in(arguments.cut, arguments.measure, basis)
    progress.step("Decisions")
    every = arguments.method == "all"
    found = judged(basis, cuts, METHODS if every else [arguments.method], every=every)
    files = {
        "decisions.csv": csv_text(COLUMNS, decision_rows(found)),
        "errors.csv": csv_text(*error_rows(found)),
    }
    if not arguments.no_html:
        progress.step("Report")
        told = Occasion(occasion.now, occasion.recipe, basis.notes)
        files["report.html"] = decisions_report(found, told)
    lines = [
        f"{method}: accuracy {one.accuracy:.4f}, consistency {one.consistency:.4f}, kappa "
        + (f"{one.kappa:.4f}." if math.isfinite(one.kappa) else "undefined.")
        for method, one in found.by.items()
    ]
    lines += [f"Not computed, {method}: {why}" for method, why in found.left_out.items()]
    return Outcome(files, decisions_document(found), [*lines, *found.remarks], basis.notes)


def _basis(arguments: argparse.Namespace, progress: Progress) -> Basis:
    given = None if arguments.items is None else read_parameters(arguments.items)
    table = None if arguments.conversion is None else read_conversion(arguments.conversion)
    if not 0 < (0.5 if arguments.reliability is None else arguments.reliability) < 1:
        raise Refused(f"A reliability of {arguments.reliability:g} is not between 0 and 1.")
    header = read_sheet(arguments.responses).header
    has_score = arguments.score is not None or usual(header, SCORE_NAMES) is not None
    if has_score and usual(header, ITEM_NAMES) is None:
        return _of_scores(arguments, progress, given, table)
    return _of_responses(arguments, progress, given, table)


def _of_scores(
    arguments: argparse.Namespace,
    progress: Progress,
    given: Parameters | None,
    table: Conversion | None,
) -> Basis:
    progress.step(f"Reading {arguments.responses}")
    read = read_scores(arguments.responses, arguments.score)
    highest = _highest(arguments, given, table)
    if highest is None:
        raise Refused(
            f"{arguments.responses} holds scores, and how many points are possible is not known. "
            "Say --highest."
        )
    return _whole(
        arguments, given, table, highest, (*read.notes,), np.asarray(read.values["score"])
    )


def _of_responses(
    arguments: argparse.Namespace,
    progress: Progress,
    given: Parameters | None,
    table: Conversion | None,
) -> Basis:
    responses = responses_in(arguments, progress)
    items = None
    if given is not None:
        responses, items = matched(responses, given.items, given.path)
        given = Parameters(given.path, items, given.notes)
    own = float(responses.codes.max(axis=0).clip(0).sum())
    highest = _highest(arguments, given, table)
    basis = _whole(arguments, given, table, own if highest is None else highest, responses.notes)
    return with_alpha(basis, responses.codes)


def _whole(
    arguments: argparse.Namespace,
    given: Parameters | None,
    table: Conversion | None,
    highest: float,
    notes: tuple[str, ...],
    scores: "np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None" = None,
) -> Basis:
    if table is not None and table.highest != highest:
        raise Refused(
            f"{table.path} converts raw scores from 0 to {table.highest}, but there are "
            f"{highest:g} points. Give the table of this form."
        )
    mean, sd, source = 0.0, 1.0, ""
    if given is not None:
        populations = populations_in(arguments)
        groups = list(populations.of_group.items())
        (first, (mean, sd)), source = groups[0], populations.source
        if len(groups) > 1:
            notes += (f"Population of theta: {first}, the first of {len(groups)} groups.",)
        notes += given.notes
    return Basis(
        path=arguments.responses,
        scores=scores,
        n_left_out=0,
        reliability=float("nan") if arguments.reliability is None else arguments.reliability,
        source="" if arguments.reliability is None else "as given",
        items=None if given is None else given.items,
        mean=mean,
        sd=sd,
        population=source,
        n_calibrated=None if given is None else _n_calibrated(given.path),
        lowest=0.0 if arguments.lowest is None else arguments.lowest,
        highest=highest,
        conversion=table,
        notes=notes,
    )


def _highest(
    arguments: argparse.Namespace, given: Parameters | None, table: Conversion | None
) -> float | None:
    if arguments.highest is not None:
        return float(arguments.highest)
    if given is not None:
        return float((given.items.n_categories - 1).sum())
    return None if table is None else float(table.highest)


def _n_calibrated(items_path: str) -> int | None:
    """Persons behind the parameters, as the report beside them says."""
    try:
        report = json.loads(Path(items_path).with_name("report.json").read_text("utf-8"))
        return int(report["n_persons"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
