"""irt fit: how well given parameters fit responses."""

import argparse

from exam_engine.analysis import documents, fit_rows, parameters, scoring
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.fit import fitted, nothing_free, persons_fitted
from exam_engine.analysis.matching import matched
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.fit import fit_report
from exam_engine.analysis.report.remarks import serious
from exam_engine.commands.irt.arguments import (
    add_items,
    add_responses,
    population_note,
    populations_in,
    responses_in,
)
from exam_engine.commands.irt.outcome import Outcome, many
from exam_engine.commands.progress import Progress

HELP = "see how well items, pairs and persons fit given parameters"
EXAMPLES = """\
example:
  exam-engine irt fit responses.csv --items calibration/items.csv --out fit
"""
WRITTEN = frozenset({"items.csv", "persons.csv", "pairs.csv", "report.json", "report.html"})


def add(parser: argparse.ArgumentParser) -> None:
    add_responses(parser)
    add_items(parser)
    parser.add_argument(
        "--fixed",
        action="store_true",
        help="the parameters were not estimated from these responses",
    )


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    given = parameters.read_parameters(arguments.items)
    responses, items = matched(responses_in(arguments, progress), given.items, given.path)
    populations = populations_in(arguments)
    free = nothing_free(items) if arguments.fixed else None
    fit = fitted(responses, items, populations, free, progress.step)
    progress.step("Person fit")
    persons = persons_fitted(responses, items, populations)
    notes = (*given.notes, *responses.notes, *population_note(arguments, populations))
    files = {
        "items.csv": csv_text(*fit_rows.item_table(fit)),
        "persons.csv": csv_text(
            scoring.columns_for(responses, fit_rows.PERSON_COLUMNS),
            fit_rows.person_rows(responses, persons),
        ),
        "pairs.csv": csv_text(fit_rows.PAIR_COLUMNS, fit_rows.pair_rows(fit)),
    }
    if not arguments.no_html:
        progress.step("Report")
        told = Occasion(occasion.now, occasion.recipe, notes)
        files["report.html"] = fit_report(responses, fit, persons, populations, told)
    document = documents.persons_fit_document(responses, fit, persons)
    n_marked = sum(1 for words in fit.flags if serious(words))
    line = (
        f"Compared {many(len(items), 'item')} with {many(len(responses.codes), 'person')}: "
        f"{many(n_marked, 'item')} to look at."
    )
    return Outcome(files, document, [line], notes)
