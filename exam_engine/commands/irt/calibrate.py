"""irt calibrate: item parameters from responses."""

import argparse

from exam_engine.analysis import documents, parameters, scoring
from exam_engine.analysis.calibration import Plan, calibrated, item_columns, item_rows, prior_in
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.fit import fitted, taken_evenly
from exam_engine.analysis.linking.covariances import FILE, covariance_text
from exam_engine.analysis.report.calibration import Occasion, calibration_report, item_flags
from exam_engine.analysis.report.remarks import serious
from exam_engine.commands.irt.arguments import add_responses, model_in, responses_in
from exam_engine.commands.irt.outcome import Outcome, many, sentence
from exam_engine.commands.progress import Progress
from psychometrics import MODELS

HELP = "estimate item parameters (marginal maximum likelihood)"
EXAMPLES = """\
examples:
  exam-engine irt calibrate responses.csv --model 2pl --out calibration
  exam-engine irt calibrate new.csv --model 3pl --prior c=beta:5,17 --anchor bank.csv \\
      --group form --out new
"""
WRITTEN = frozenset({"items.csv", "persons.csv", "covariance.csv", "report.json", "report.html"})
FITTED_PERSONS = 20_000  # for the pictures of a calibration; `irt fit` takes everybody


def add(parser: argparse.ArgumentParser) -> None:
    add_responses(parser)
    parser.add_argument("--model", required=True, metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--models", metavar="FILE", help="columns item, model: those that differ")
    parser.add_argument("--anchor", metavar="ITEMS.csv", help="items with fixed parameters")
    parser.add_argument(
        "--prior",
        action="append",
        default=[],
        metavar="Q=KIND:X,Y",
        help="of a, b, intercept, c or u: normal, lognormal, beta, logitnormal",
    )
    parser.add_argument("--weight", metavar="COLUMN", help="how often each row counts")
    parser.add_argument(
        "--errors",
        choices=["observed", "cross-product", "sandwich", "none"],
        default="observed",
        help="standard errors (default: observed)",
    )
    parser.add_argument(
        "--covariance", action="store_true", help="also covariance.csv of all parameters, for link"
    )
    parser.add_argument(
        "--random-groups", action="store_true", help="forms were given to persons at random"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--max-cycles", type=int, default=2000)


def run(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    plan, notes = _plan(arguments)
    responses = responses_in(arguments, progress)
    found = calibrated(responses, plan, progress.step)
    notes = (*responses.notes, *notes)
    files = {
        "items.csv": csv_text(item_columns(found.result), item_rows(found)),
        "persons.csv": csv_text(
            scoring.columns_for(responses), scoring.person_rows(responses, found.scores)
        ),
    }
    if arguments.covariance:
        files[FILE] = covariance_text(found.result)
    fit, n_marked = None, None
    if not arguments.no_html:
        some = taken_evenly(found.used, FITTED_PERSONS)
        if len(some.codes) < len(found.used.codes):
            notes += (f"Fit figures are of {len(some.codes):,} persons taken evenly.",)
        if responses.weights is not None:
            notes += ("Fit figures count every row once, whatever its weight.",)
        fit = fitted(some, found.result.items, found.populations, found.free(), progress.step)
        progress.step("Report")
        told = Occasion(occasion.now, occasion.recipe, notes)
        files["report.html"] = calibration_report(found, fit, told)
        n_marked = sum(1 for words in item_flags(found, fit) if serious(words))
    result = found.result
    state = "converged" if result.converged else "NOT converged"
    told_lines = [
        f"Calibrated {many(len(result.items), 'item')} on {many(result.n_persons, 'person')}: "
        f"{state}, log-likelihood {result.log_likelihood:.4f}."
    ]
    general = ("small_sample", "small_variance", "information_not_positive")
    told_lines += [sentence(flag.sentence) for flag in result.flags if flag.code in general]
    told_lines += [f"{many(n_marked, 'item')} to look at."] if n_marked else []
    fault = (
        None
        if result.converged
        else sentence(next(flag.sentence for flag in result.flags if flag.code == "not_converged"))
        + " The files were written for inspection."
    )
    return Outcome(files, documents.calibration_document(found, fit), told_lines, notes, fault)


def _plan(arguments: argparse.Namespace) -> tuple[Plan, tuple[str, ...]]:
    anchors = None if arguments.anchor is None else parameters.read_parameters(arguments.anchor)
    plan = Plan(
        model=model_in(arguments.model),
        models={} if arguments.models is None else parameters.read_models(arguments.models),
        priors=dict(prior_in(text) for text in arguments.prior),
        anchors=None if anchors is None else anchors.items,
        errors=None if arguments.errors == "none" else arguments.errors,
        random_groups=arguments.random_groups,
        threads=arguments.threads,
        max_cycles=arguments.max_cycles,
    )
    return plan, () if anchors is None else anchors.notes
