"""irt calibrate, score, fit, classical, simulate: response files in, tables and a report out."""

import argparse
from typing import Any

from exam_engine.analysis import documents, fit_rows, parameters, scoring, simulated
from exam_engine.analysis.calibration import Plan, calibrated, item_columns, item_rows, prior_in
from exam_engine.analysis.classical import (
    ITEM_COLUMNS,
    OPTION_COLUMNS,
    PERSON_COLUMNS,
    analysed,
    option_rows,
)
from exam_engine.analysis.classical import item_rows as classical_rows
from exam_engine.analysis.classical import person_rows as raw_rows
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.fit import fitted, nothing_free, persons_fitted, taken_evenly
from exam_engine.analysis.matching import matched
from exam_engine.analysis.populations import Populations, beside
from exam_engine.analysis.report.calibration import Occasion, calibration_report, item_flags
from exam_engine.analysis.report.classical import classical_report
from exam_engine.analysis.report.fit import fit_report
from exam_engine.analysis.report.remarks import serious
from exam_engine.analysis.report.scores import scores_report
from exam_engine.analysis.responses import Responses, Roles, read_responses
from exam_engine.commands import Refused
from exam_engine.commands.analysis_outcome import Outcome, many, runner, sentence
from exam_engine.commands.analysis_words import add_words
from exam_engine.commands.progress import Progress
from psychometrics import MODELS

FITTED_PERSONS = 20_000  # for the pictures of a calibration; `irt fit` takes everybody


def add_to(commands: Any) -> None:
    add_words(
        commands,
        {
            "calibrate": runner("calibrate", _calibrate),
            "score": runner("score", _score),
            "fit": runner("fit", _fit),
            "classical": runner("classical", _classical),
            "simulate": runner("simulate", _simulate),
        },
    )


def _calibrate(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    plan, notes = _plan(arguments)
    responses = _responses(arguments, progress)
    found = calibrated(responses, plan, progress.step)
    notes = (*responses.notes, *notes)
    files = {
        "items.csv": csv_text(item_columns(found.result), item_rows(found)),
        "persons.csv": csv_text(
            scoring.columns_for(responses), scoring.person_rows(responses, found.scores)
        ),
    }
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
        model=_model(arguments.model),
        models={} if arguments.models is None else parameters.read_models(arguments.models),
        priors=dict(prior_in(text) for text in arguments.prior),
        anchors=None if anchors is None else anchors.items,
        errors=None if arguments.errors == "none" else arguments.errors,
        random_groups=arguments.random_groups,
        threads=arguments.threads,
        max_cycles=arguments.max_cycles,
    )
    return plan, () if anchors is None else anchors.notes


def _score(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    given = parameters.read_parameters(arguments.items)
    responses, items = matched(_responses(arguments, progress), given.items, given.path)
    populations = _populations(arguments)
    progress.step(f"Scoring {len(responses.codes):,} persons")
    scores = scoring.scored(responses, items, arguments.method, populations)
    notes = (*given.notes, *responses.notes, *_prior_note(arguments, populations))
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


def _fit(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    given = parameters.read_parameters(arguments.items)
    responses, items = matched(_responses(arguments, progress), given.items, given.path)
    populations = _populations(arguments)
    free = nothing_free(items) if arguments.fixed else None
    fit = fitted(responses, items, populations, free, progress.step)
    progress.step("Person fit")
    persons = persons_fitted(responses, items, populations)
    notes = (*given.notes, *responses.notes, *_prior_note(arguments, populations))
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


def _classical(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    key = None if arguments.key is None else parameters.read_key(arguments.key)
    responses = _responses(arguments, progress, labels=key is not None)
    progress.step("Item analysis")
    found = analysed(responses, key, key_path=arguments.key or "", omitted=arguments.omitted)
    files = {
        "items.csv": csv_text(ITEM_COLUMNS, classical_rows(found)),
        "persons.csv": csv_text(scoring.columns_for(responses, PERSON_COLUMNS), raw_rows(found)),
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


def _simulate(arguments: argparse.Namespace, progress: Progress, occasion: Occasion) -> Outcome:
    n_persons, n_items = arguments.persons, arguments.items
    if n_persons * n_items > simulated.MOST_RESPONSES:
        raise Refused(f"At most {simulated.MOST_RESPONSES:,} responses can be drawn at once.")
    model = _model(arguments.model)
    progress.step(f"Drawing {n_persons:,} persons on {n_items:,} items")
    items, drawn = simulated.simulated(
        model,
        n_persons,
        n_items,
        arguments.seed,
        n_categories=arguments.categories,
        length=arguments.length,
    )
    progress.step("Tables")
    document = {
        "model": model,
        "n_persons": n_persons,
        "n_items": n_items,
        "seed": arguments.seed,
        "length": arguments.length,
    }
    line = (
        f"Drew {many(n_persons, 'person')} on {many(n_items, 'item')} with seed {arguments.seed}."
    )
    return Outcome(simulated.files(items, drawn), document, [line])


def _responses(
    arguments: argparse.Namespace, progress: Progress, *, labels: bool = False
) -> Responses:
    progress.step(f"Reading {arguments.responses}")
    roles = Roles(
        person=arguments.person,
        item=arguments.item,
        response=arguments.response,
        group=arguments.group,
        weight=getattr(arguments, "weight", None),
        ignore=tuple(arguments.ignore),
    )
    return read_responses(arguments.responses, roles, labels=labels)


def _populations(arguments: argparse.Namespace) -> Populations:
    """As the words say, else as the calibration beside the items estimated, else N(0, 1)."""
    if arguments.mean is not None or arguments.sd is not None:
        mean = 0.0 if arguments.mean is None else arguments.mean
        sd = 1.0 if arguments.sd is None else arguments.sd
        return Populations({"all": (mean, sd)}, "the command line")
    return beside(arguments.items) or Populations.standard()


def _prior_note(arguments: argparse.Namespace, populations: Populations) -> tuple[str, ...]:
    told = ", ".join(
        f"{name} mean {mean:.4g} sd {sd:.4g}" for name, (mean, sd) in populations.of_group.items()
    )
    several = len(populations.of_group) > 1 and arguments.group is None
    first = " Without --group, the first is used for everybody." if several else ""
    return (f"Population of theta from {populations.source}: {told}.{first}",)


def _model(name: str) -> str:
    found = parameters.model_called(name)
    if found is None:
        raise Refused(f"There is no model {name!r}. The models are {', '.join(MODELS)}.")
    return found
