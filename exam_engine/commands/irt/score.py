"""irt score: the ability of persons from responses and item parameters."""

import argparse

from exam_engine.analysis import documents, parameters, scoring
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.matching import matched
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.scores import scores_report
from exam_engine.commands.irt.arguments import (
    add_items,
    add_responses,
    population_note,
    populations_in,
    responses_in,
)
from exam_engine.commands.irt.outcome import Outcome, many
from exam_engine.commands.progress import Progress

HELP = "estimate the ability of persons"
EXAMPLES = """\
example:
  exam-engine irt score responses.csv --items calibration/items.csv --method WLE --out scores
"""
WRITTEN = frozenset({"persons.csv", "report.json", "report.html"})


def add(parser: argparse.ArgumentParser) -> None:
    add_responses(parser)
    add_items(parser)
    parser.add_argument(
        "--method", type=str.upper, choices=["EAP", "MAP", "ML", "WLE"], default="EAP"
    )


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    given = parameters.read_parameters(arguments.items)
    responses, items = matched(responses_in(arguments, progress), given.items, given.path)
    populations = populations_in(arguments)
    progress.step(f"Scoring {len(responses.codes):,} persons")
    scores = scoring.scored(responses, items, arguments.method, populations)
    notes = (*given.notes, *responses.notes, *population_note(arguments, populations))
    files = {
        "persons.csv": csv_text(
            scoring.columns_for(responses), scoring.person_rows(responses, scores)
        )
    }
    if not arguments.no_html:
        told = Occasion(occasion.now, occasion.recipe, notes)
        files["report.html"] = scores_report(responses, items, scores, populations, told)
    document = documents.score_document(responses, scores, populations)
    line = f"Scored {many(len(scores.theta), 'person')} on {many(len(items), 'item')}."
    return Outcome(files, document, [line], notes)
