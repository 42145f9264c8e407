"""The report of a fit to given parameters."""

import numpy as np

from exam_engine.analysis.fit import Fit, PersonsFit
from exam_engine.analysis.plots.information import information
from exam_engine.analysis.plots.wright_map import wright_map
from exam_engine.analysis.populations import Populations
from exam_engine.analysis.report import fit_sections
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.page import facts, figure, listed, moment, notice, page, table
from exam_engine.analysis.report.remarks import serious
from exam_engine.analysis.responses import Responses

UNLIKELY = 0.01
MOST_PERSONS = 30
FEW = 200


def fit_report(
    responses: Responses,
    fit: Fit,
    persons: PersonsFit,
    populations: Populations,
    occasion: Occasion,
) -> str:
    """One HTML document."""
    marked = {
        name for name, words in zip(fit.items.names, fit.flags, strict=True) if serious(words)
    }
    sections = [
        fit_sections.model_fit(fit),
        fit_sections.item_fit(fit),
        fit_sections.pairs(fit),
        ("persons", "Persons", _persons(responses, persons)),
        ("map", "Persons and items", figure(wright_map(fit.items, fit.eap.theta, marked))),
        (
            "precision",
            "Where the test measures well",
            figure(information(fit.items, fit.eap.theta)),
        ),
        fit_sections.curves(fit, fit.flags),
        ("notes", "How it was made", listed([*occasion.notes, f"Command: {occasion.recipe}"])),
    ]
    n_persons, n_items = responses.codes.shape
    mean, sd = populations.pooled(responses.groups, n_persons)
    top = ""
    if n_persons < FEW:
        top += notice(
            "warn",
            "Few persons: read these figures with care",
            [
                f"With {n_persons} persons, fit figures find only gross misfit. An item without a "
                "remark is not proved good."
            ],
        )
    top += facts(
        [
            ("Persons", f"{n_persons:,}", f"population mean {mean:.2f}, sd {sd:.2f}"),
            ("Items", f"{n_items:,}", "with parameters and responses"),
            ("To look at", f"{len(marked):,}", "items with a remark"),
            ("Unusual persons", f"{len(unusual(persons)):,}", f"lz* with p under {UNLIKELY}"),
        ]
    )
    return page(
        f"Fit: {responses.path}",
        f"{n_persons:,} persons, {n_items:,} items. Made {moment(occasion.now)}.",
        sections,
        top,
        f"Made by exam-engine irt fit on {moment(occasion.now)}.",
    )


def unusual(persons: PersonsFit) -> list[int]:
    """Persons whose pattern is unlikely, the unlikeliest first."""
    p = np.nan_to_num(persons.likelihood.p_value, nan=1.0)
    return [int(i) for i in np.argsort(p, kind="stable") if p[i] < UNLIKELY]


def _persons(responses: Responses, persons: PersonsFit) -> str:
    those = unusual(persons)
    expected = UNLIKELY * np.isfinite(persons.likelihood.p_value).sum()
    lead = listed(
        [
            f"{len(those)} persons have a pattern that the model gives less than 1 in 100; about "
            f"{expected:.0f} would by chance.",
            "It may be guessing, lost place, copying, or a language problem. It accuses nobody: a "
            "person has to look.",
        ]
    )
    star = persons.likelihood.lz_star
    squares = persons.mean_squares
    rows = [
        (
            responses.persons[i],
            int(persons.likelihood.n[i]),
            float(persons.wle.theta[i]),
            None if star is None else float(star[i]),
            float(persons.likelihood.p_value[i]),
            None if squares is None else float(squares.infit[i]),
            None if squares is None else float(squares.outfit[i]),
        )
        for i in those[:MOST_PERSONS]
    ]
    if not rows:
        return lead
    columns = ("Person", "n", "θ (WLE)", "lz*", "p", "infit", "outfit")
    what = "The most unusual patterns" if len(those) > MOST_PERSONS else "Unusual patterns"
    return lead + table(what, columns, rows)
