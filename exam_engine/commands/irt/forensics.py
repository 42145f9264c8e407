"""irt forensics: pairs, times and persons that call for a look."""

import argparse

from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.forensics.event import Rules, event_of
from exam_engine.analysis.forensics.pairs import (
    COPYING_COLUMNS,
    PAIR_COLUMNS,
    copying_rows,
    named_pairs,
    pair_rows,
    tested_pairs,
)
from exam_engine.analysis.forensics.persons import gains, leaked, misfit
from exam_engine.analysis.forensics.suspicion import (
    Suspicion,
    forensics_document,
    person_columns,
    person_rows,
)
from exam_engine.analysis.forensics.times import ITEM_COLUMNS, time_item_rows, timed
from exam_engine.analysis.parameters import read_key, read_parameters
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.forensics import forensics_report
from exam_engine.commands import Refused
from exam_engine.commands.irt.arguments import add_responses, model_in, responses_in
from exam_engine.commands.irt.outcome import Outcome, many
from exam_engine.commands.progress import Progress
from psychometrics.forensics.control import CONTROLS

HELP = "pairs that agree too well, times too short, answers known before: reasons to look"
EXAMPLES = """\
A flag is a reason to look, never a verdict.

examples:
  exam-engine irt forensics choices.csv --key key.csv --times times.csv --out forensics
  exam-engine irt forensics scored.csv --model calibration/items.csv --compromised leaked.csv \\
      --before last-year/persons.csv --out forensics
"""
WRITTEN = frozenset(
    {"pairs.csv", "copying.csv", "persons.csv", "items.csv", "report.json", "report.html"}
)


def add(parser: argparse.ArgumentParser) -> None:
    add_responses(parser)
    parser.add_argument(
        "--key",
        metavar="KEY.csv",
        help="columns item, key: responses are option labels, on which pairs are compared",
    )
    parser.add_argument(
        "--model",
        metavar="ITEMS.csv",
        help="parameters of the items as scored, of an honest event; else estimated here",
    )
    parser.add_argument(
        "--calibrate", default="2PL", metavar="MODEL", help="where they are (default: 2PL)"
    )
    parser.add_argument("--times", metavar="TIMES.csv", help="persons by items, or long")
    parser.add_argument("--unit", choices=["s", "ms"], default="s", help="of the times")
    parser.add_argument("--compromised", metavar="FILE", help="column item: may have leaked")
    parser.add_argument(
        "--before", metavar="FILE", help="columns person, theta, standard_error: an earlier test"
    )
    parser.add_argument(
        "--pairs", metavar="FILE", help="columns source, copier: pairs named before looking"
    )
    parser.add_argument(
        "--ability", type=str.upper, choices=["EAP", "ML", "WLE"], default="EAP", help="for pairs"
    )
    parser.add_argument(
        "--screen", type=float, default=0.01, help="normal p up to which a pair is tested exactly"
    )
    parser.add_argument(
        "--control", choices=CONTROLS, default="benjamini-hochberg", help="of false alarms"
    )
    parser.add_argument("--level", type=float, default=0.05)


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    found = _found(arguments, progress)
    event = found.event
    notes = event.notes
    progress.step("Tables")
    files = {
        "pairs.csv": csv_text(PAIR_COLUMNS, pair_rows(event, found.pairs)),
        "persons.csv": csv_text(person_columns(found), person_rows(found)),
    }
    if found.named is not None:
        files["copying.csv"] = csv_text(COPYING_COLUMNS, copying_rows(event, found.named))
    if found.times is not None:
        files["items.csv"] = csv_text(ITEM_COLUMNS, time_item_rows(event, found.times))
    if not arguments.no_html:
        progress.step("Report")
        told = Occasion(occasion.now, occasion.recipe, notes)
        files["report.html"] = forensics_report(found, told)
    n_flagged = int(found.pairs.similar.found.flagged.sum())
    n_persons = sum(bool(words) for words in found.words())
    lines = [
        f"Tested {many(found.pairs.similar.n_tested, 'pair')} of {many(len(event.theta), 'person')}"
        f": {many(n_flagged, 'pair')} and {many(n_persons, 'person')} to look at.",
        "A statistic never proves misconduct: flags are reasons to look.",
    ]
    return Outcome(files, forensics_document(found), lines, notes)


def _found(arguments: argparse.Namespace, progress: Progress) -> Suspicion:
    for name in ("level", "screen"):
        if not 0 < getattr(arguments, name) < 1:
            raise Refused(f"--{name} is {getattr(arguments, name):g}; it is above 0 and below 1.")
    rules = Rules(arguments.control, arguments.level, arguments.screen, arguments.ability)
    key = None if arguments.key is None else read_key(arguments.key)
    given = None if arguments.model is None else read_parameters(arguments.model)
    event = event_of(
        responses_in(arguments, progress, labels=key is not None),
        key,
        given,
        rules,
        key_path=arguments.key or "",
        model=model_in(arguments.calibrate),
        step=progress.step,
    )
    named = None if arguments.pairs is None else named_pairs(event, rules, arguments.pairs)
    times = None
    if arguments.times is not None:
        progress.step(f"Reading {arguments.times}")
        times = timed(event, arguments.times, arguments.unit, rules)
    known = None
    if arguments.compromised is not None:
        progress.step("Preknowledge")
        known = leaked(event, arguments.compromised, times, rules)
    more = None if arguments.before is None else gains(event, arguments.before, rules)
    progress.step("Person fit")
    fit = misfit(event, rules)
    pairs = tested_pairs(event, rules, progress.step)
    return Suspicion(event, rules, pairs, named, fit, times, known, more)
