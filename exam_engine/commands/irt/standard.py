"""irt standard: the cut that judges, or judged candidates, recommend."""

import argparse
import math

from exam_engine.analysis.conversions import read_conversion
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.parameters import read_parameters
from exam_engine.analysis.records import read_scores
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.standard import standard_report
from exam_engine.analysis.standards.angoff import angoff_standard
from exam_engine.analysis.standards.bookmark import BookmarkPlan, bookmark_standard
from exam_engine.analysis.standards.compromise import compromise_standard
from exam_engine.analysis.standards.contrasting_groups import contrasting_standard
from exam_engine.analysis.standards.document import standard_document
from exam_engine.analysis.standards.standard import METHODS, Aids, Standard
from exam_engine.commands.irt.outcome import Outcome, many
from exam_engine.commands.progress import Progress

HELP = "recommend a cut from judges' ratings, pages or wishes, or from judged candidates"
EXAMPLES = """\
ratings, by method (CSV or Parquet; round is optional):
  angoff              judge, round, and a column an item with ratings from 0 to 1; or long:
                      judge, round, item, rating
  bookmark            judge, round, page; needs --items
  beuk                judge, round, cut, pass_rate; needs --scores
  hofstee             judge, round, lowest_cut, highest_cut, lowest_fail_rate,
                      highest_fail_rate; needs --scores
  contrasting-groups  person, score, qualified (1 or 0)

examples:
  exam-engine irt standard ratings.csv --method angoff --scores scores.csv --out standard
  exam-engine irt standard pages.csv --method bookmark --items calibration/items.csv \\
      --probability 0.67 --conversion table.csv --out standard
"""
WRITTEN = frozenset({"standard.csv", "items.csv", "booklet.csv", "report.json", "report.html"})


def add(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(inputs=("ratings",))
    parser.add_argument("ratings", metavar="RATINGS")
    parser.add_argument("--method", required=True, choices=METHODS)
    parser.add_argument("--items", metavar="ITEMS.csv", help="parameters of the items rated")
    parser.add_argument(
        "--scores", metavar="SCORES.csv", help="candidates' number-right scores, for the impact"
    )
    parser.add_argument("--score", metavar="COLUMN", help="of SCORES.csv; usual names are found")
    parser.add_argument(
        "--conversion", metavar="TABLE.csv", help="columns raw, scaled: the reported scale"
    )
    parser.add_argument("--highest", type=float, metavar="N", help="points possible")
    parser.add_argument("--lowest", type=float, metavar="N", help="default: 0")
    parser.add_argument("--step", type=float, metavar="N", help="between scores (default: 1)")
    parser.add_argument("--percent", action="store_true", help="ratings or rates are per cent")
    book = parser.add_argument_group("bookmark")
    book.add_argument(
        "--probability", type=float, metavar="P", help="of a right answer (default: 2/3)"
    )
    book.add_argument("--without-guessing", action="store_true")
    book.add_argument("--place", choices=["before", "at", "between"], help="default: before")
    book.add_argument("--statistic", choices=["median", "mean"], help="default: median")
    parser.add_argument(
        "--cost", type=float, help="of a false pass (contrasting groups; default: 1)"
    )


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    progress.step(f"Reading {arguments.ratings}")
    found = _found(arguments, _aids(arguments))
    files = {"standard.csv": csv_text(found.columns, found.rows)}
    files |= {name: csv_text(*table) for name, table in found.tables.items()}
    if not arguments.no_html:
        progress.step("Report")
        told = Occasion(occasion.now, occasion.recipe, found.notes)
        files["report.html"] = standard_report(found, told)
    error = (
        "" if math.isnan(found.standard_error) else f", standard error {found.standard_error:.2f}"
    )
    scaled = found.scaled(found.cut)
    on_scale = "" if scaled is None else f" ({scaled:.1f} on the scale)"
    lines = [f"Recommended cut: {found.cut:.2f} of {found.highest:g} points{on_scale}{error}."]
    lines += [
        f"At it, {one.pass_rate:.1%} of {many(len(found.scores), 'candidate')} pass."
        for one in found.impact
        if one.steps == 0 and one.pass_rate is not None and found.scores is not None
    ]
    lines += [one.sentence for one in found.told]
    return Outcome(files, standard_document(found), lines, found.notes)


def _aids(arguments: argparse.Namespace) -> Aids:
    given = None if arguments.items is None else read_parameters(arguments.items)
    return Aids(
        items=None if given is None else given.items,
        items_path="" if given is None else given.path,
        scores=None if arguments.scores is None else read_scores(arguments.scores, arguments.score),
        conversion=None if arguments.conversion is None else read_conversion(arguments.conversion),
        highest=float("nan") if arguments.highest is None else arguments.highest,
        lowest=0.0 if arguments.lowest is None else arguments.lowest,
        step=1.0 if arguments.step is None else arguments.step,
    )


def _found(arguments: argparse.Namespace, aids: Aids) -> Standard:
    path, method = arguments.ratings, arguments.method
    if method == "angoff":
        return angoff_standard(path, aids, percent=arguments.percent)
    if method == "bookmark":
        plan = BookmarkPlan(
            2 / 3 if arguments.probability is None else arguments.probability,
            arguments.without_guessing,
            arguments.place or "before",
            arguments.statistic or "median",
        )
        return bookmark_standard(path, aids, plan)
    if method == "contrasting-groups":
        return contrasting_standard(
            path, aids, cost=1.0 if arguments.cost is None else arguments.cost
        )
    return compromise_standard(path, method, aids, percent=arguments.percent)
