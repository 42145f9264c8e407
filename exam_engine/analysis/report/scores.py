"""The report of scores."""

import numpy as np

from exam_engine.analysis.plots.information import information
from exam_engine.analysis.plots.wright_map import wright_map
from exam_engine.analysis.populations import Populations
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.page import facts, figure, listed, moment, notice, page, table
from exam_engine.analysis.responses import Responses
from exam_engine.analysis.scoring import Scores
from psychometrics import Items, sum_score_table

MOST_SCORES = 400


def scores_report(
    responses: Responses,
    items: Items,
    scores: Scores,
    populations: Populations,
    occasion: Occasion,
) -> str:
    """One HTML document."""
    theta = scores.finite()
    known = theta[np.isfinite(theta)]
    sections = [
        ("map", "Persons and items", figure(wright_map(items, theta, ()))),
        ("precision", "Where the test measures well", figure(information(items, theta))),
    ]
    n_scores = int((items.n_categories - 1).sum()) + 1
    if n_scores <= MOST_SCORES and all(model.ordered for model in items.models):
        sections.append(("raw", "Raw scores", _raw(items, populations)))
    sections.append(
        ("notes", "How it was made", listed([*occasion.notes, f"Command: {occasion.recipe}"]))
    )
    reliability = scores.reliability
    top = _notices(scores) + facts(
        [
            (
                "Persons",
                f"{len(theta):,}",
                f"{int((scores.n_answered == 0).sum())} without answers",
            ),
            ("Items", f"{len(items):,}", "with parameters and responses"),
            ("Mean θ", f"{known.mean():.2f}" if len(known) else "–", "logits"),
            ("Standard deviation", f"{known.std():.2f}" if len(known) else "–", "logits"),
            (
                "Reliability",
                f"{reliability:.2f}" if np.isfinite(reliability) else "–",
                "share of the variance that is ability",
            ),
        ]
    )
    return page(
        f"Scores: {responses.path}",
        f"{scores.method} scores of {len(theta):,} persons on {len(items):,} items. "
        f"Made {moment(occasion.now)}.",
        sections,
        top,
        f"Made by exam-engine irt score on {moment(occasion.now)}.",
    )


def _notices(scores: Scores) -> str:
    n_bound = int((scores.at_bound != 0).sum())
    if not n_bound:
        return ""
    return notice(
        "info",
        "Estimates at a bound",
        [
            f"{n_bound} persons have no finite {scores.method} estimate (all right, all wrong, or "
            "nearly so). They stand at the bound, with a flag, and in no figure on this page. EAP "
            "has a finite estimate for everybody."
        ],
    )


def _raw(items: Items, populations: Populations) -> str:
    mean, sd = next(iter(populations.of_group.values()))
    found = sum_score_table(items, mean=mean, sd=sd)
    rows = [
        (int(raw), float(theta), float(error), float(share))
        for raw, theta, error, share in zip(
            found.score, found.theta, found.standard_error, found.probability, strict=True
        )
    ]
    columns = ("Raw score", "θ (EAP)", "SE", "share of persons expected")
    return table("Ability by raw score on all of the items", columns, rows)
