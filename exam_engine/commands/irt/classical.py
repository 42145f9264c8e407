"""irt classical: classical item analysis of responses."""

import argparse

from exam_engine.analysis import documents, parameters, scoring
from exam_engine.analysis.classical import (
    ITEM_COLUMNS,
    OPTION_COLUMNS,
    PERSON_COLUMNS,
    analysed,
    item_rows,
    option_rows,
    person_rows,
)
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.classical import classical_report
from exam_engine.analysis.report.remarks import serious
from exam_engine.commands.irt.arguments import add_responses, responses_in
from exam_engine.commands.irt.outcome import Outcome, many
from exam_engine.commands.progress import Progress

HELP = "difficulty, discrimination, options and reliability"
EXAMPLES = """\
examples:
  exam-engine irt classical scored.csv --out classical
  exam-engine irt classical choices.csv --key key.csv --omitted X --out classical
"""
WRITTEN = frozenset({"items.csv", "options.csv", "persons.csv", "report.json", "report.html"})


def add(parser: argparse.ArgumentParser) -> None:
    add_responses(parser)
    parser.add_argument(
        "--key", metavar="KEY.csv", help="columns item, key: responses are option labels"
    )
    parser.add_argument("--omitted", metavar="LABEL", help="the label of seen but not answered")


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    key = None if arguments.key is None else parameters.read_key(arguments.key)
    responses = responses_in(arguments, progress, labels=key is not None)
    progress.step("Item analysis")
    found = analysed(responses, key, key_path=arguments.key or "", omitted=arguments.omitted)
    files = {
        "items.csv": csv_text(ITEM_COLUMNS, item_rows(found)),
        "persons.csv": csv_text(scoring.columns_for(responses, PERSON_COLUMNS), person_rows(found)),
    }
    if found.options is not None:
        files["options.csv"] = csv_text(OPTION_COLUMNS, option_rows(found))
    if not arguments.no_html:
        told = Occasion(occasion.now, occasion.recipe, responses.notes)
        files["report.html"] = classical_report(found, told)
    whole = found.reliability
    alpha = "undefined" if whole.alpha.undefined else f"{whole.alpha.value:.3f}"
    n_marked = sum(1 for words in found.words if serious(words))
    line = (
        f"Analysed {many(whole.n_items, 'item')} and {many(whole.n_persons, 'person')}: alpha "
        f"{alpha}, {many(n_marked, 'item')} to look at."
    )
    return Outcome(files, documents.classical_document(found), [line], responses.notes)
