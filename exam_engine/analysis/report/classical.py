"""The report of a classical analysis."""

from typing import Any

import numpy as np

from exam_engine.analysis.classical import Classical, person_rows
from exam_engine.analysis.plots.difficulty_map import difficulty_map
from exam_engine.analysis.plots.raw_scores import raw_scores
from exam_engine.analysis.plots.trace_lines import trace_lines
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.galleries import Card, gallery
from exam_engine.analysis.report.page import (
    facts,
    figure,
    flag_words,
    listed,
    minus,
    moment,
    notice,
    page,
    paragraph,
    table,
)
from exam_engine.analysis.report.remarks import serious
from psychometrics.classical import Coefficient

FEW = 100


def classical_report(found: Classical, occasion: Occasion) -> str:
    """One HTML document."""
    names, items = found.responses.items, found.items
    shares = np.array(
        [np.nan if row["share"] is None else row["share"] for row in person_rows(found)]
    )
    marked = [name for name, words in zip(names, found.words, strict=True) if serious(words)]
    sections = [
        ("scores", "Scores", figure(raw_scores(shares))),
        (
            "overview",
            "Items at a glance",
            figure(difficulty_map(names, items, tuple(tuple(serious(w)) for w in found.words))),
        ),
        ("items", "Items", _items(found)),
        ("notes", "How it was made", listed([*occasion.notes, f"Command: {occasion.recipe}"])),
    ]
    if found.options is not None:
        sections.insert(3, ("options", "Options", _options(found)))
    n_persons, n_items = found.codes.shape
    scored = "scored by a key" if found.key is not None else "scored as they stand"
    return page(
        f"Classical analysis: {found.responses.path}",
        f"{n_persons:,} persons, {n_items:,} items, {scored}. Made {moment(occasion.now)}.",
        sections,
        _warnings(found) + _facts(found, len(marked)),
        f"Made by exam-engine irt classical on {moment(occasion.now)}.",
    )


def _warnings(found: Classical) -> str:
    n_persons = len(found.codes)
    parts = ""
    if n_persons < FEW:
        half = 2 / np.sqrt(max(n_persons - 3, 1))
        parts += notice(
            "warn",
            "Few persons: read these figures with care",
            [
                f"With {n_persons} persons a correlation is known to about {half:.2f} either way, "
                "so a low one may be chance and a good one luck.",
                "Use them to find items to look at. Do not retire an item on them alone.",
            ],
        )
    wrong = [
        name
        for name, words in zip(found.responses.items, found.words, strict=True)
        if {"negative_discrimination", "check_key"} & set(words)
    ]
    if wrong:
        listed_names = ", ".join(wrong[:15]) + (
            f" and {len(wrong) - 15} more" if len(wrong) > 15 else ""
        )
        parts += notice("bad", "Check the key", [f"Read these items first: {listed_names}."])
    return parts


def _facts(found: Classical, n_marked: int) -> str:
    whole = found.reliability
    deviation, error = whole.standard_deviation, whole.standard_error_of_measurement
    html = facts(
        [
            ("Persons", f"{whole.n_persons:,}", "with a response"),
            ("Items", f"{whole.n_items:,}", f"{n_marked} with a remark"),
            ("Mean score", f"{whole.mean:.2f}", f"standard deviation {deviation:.2f}"),
            ("Alpha", *_coefficient(whole.alpha)),
            ("Omega", *_coefficient(whole.omega)),
            (
                "SEM",
                f"{error:.2f}" if np.isfinite(error) else "–",
                "standard error of a score, in points",
            ),
        ]
    )
    reasons = [
        f"{name} is undefined: {one.undefined}"
        for name, one in (("Alpha", whole.alpha), ("Omega", whole.omega))
        if one.undefined
    ]
    return html + listed(reasons)


def _coefficient(found: Coefficient) -> tuple[str, str]:
    if found.undefined:
        return "–", "undefined"
    return minus(f"{found.value:.3f}"), minus(f"95 % from {found.lower:.3f} to {found.upper:.3f}")


def _items(found: Classical) -> str:
    items, whole = found.items, found.reliability
    columns = ["Item", "n", "p", "sd", "point-biserial", "biserial", "alpha without", "loading"]
    rows: list[list[Any]] = [
        [
            name,
            int(items.n[j]),
            float(items.difficulty[j]),
            float(items.standard_deviation[j]),
            float(items.point_biserial[j]),
            float(items.biserial[j]),
            float(whole.alpha_without[j]),
            float(whole.loadings[j]),
            flag_words(found.words[j]),
        ]
        for j, name in enumerate(found.responses.items)
    ]
    links = (
        []
        if found.options is None
        else [f"#item-{j + 1}" for j in range(len(found.responses.items))]
    )
    lead = paragraph(
        "p: share of the points earned. Point-biserial: with the score on the other items; under "
        "0.1 an item hardly tells strong from weak persons.",
        "note",
    )
    return lead + table("Items", [*columns, "Remarks"], rows, links=links, words=("Remarks",))


def _options(found: Classical) -> str:
    cards = []
    for j, (name, option) in enumerate(
        zip(found.responses.items, found.options or (), strict=False)
    ):
        line = f"p {found.items.difficulty[j]:.2f}" if found.items.n[j] else "no responses"
        if np.isfinite(found.items.point_biserial[j]):
            line += "  ·  point-biserial " + minus(f"{found.items.point_biserial[j]:.2f}")
        line += f"  ·  n {found.items.n[j]:,}"
        drawn = trace_lines(name, option, f"trace-{j + 1}")
        cards.append(Card(f"item-{j + 1}", name, line, found.words[j], drawn, found.remarks[j]))
    lead = paragraph(
        "Each line is an option: the share of each score group that chose it, weakest group at the "
        "left. The key (solid) should rise and every distractor fall. Horizontal: share of the "
        "other items right.",
        "note",
    )
    return lead + gallery(cards)
