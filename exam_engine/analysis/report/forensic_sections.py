"""Sections of the forensics report: pairs, times, leaked items, gains and person fit."""

from typing import Any

import numpy as np

from exam_engine.analysis.forensics.pairs import clusters
from exam_engine.analysis.forensics.suspicion import Suspicion
from exam_engine.analysis.plots.pair_map import pair_map
from exam_engine.analysis.plots.rapid_answers import rapid_answers
from exam_engine.analysis.plots.two_scores import two_scores
from exam_engine.analysis.report.page import figure, flag_words, listed, paragraph, table

MOST_ROWS = 40


def pairs(found: Suspicion) -> str:
    """All pairs: the picture, groups of persons, the table."""
    event, pairs = found.event, found.pairs
    tests, names = pairs.similar.found, event.responses.persons
    parts = figure(pair_map(event, pairs))
    n_flagged = int(tests.flagged.sum())
    if n_flagged:
        groups = [group for group in clusters(pairs.flagged) if len(group) > 2]
        told = [
            f"{len(group)} persons are joined by such pairs: "
            f"{', '.join(names[i] for i in group[:12])}"
            f"{f' and {len(group) - 12} more' if len(group) > 12 else ''}."
            for group in groups[:5]
        ]
        parts += listed(told)
    else:
        parts += paragraph("No pair agrees more than the control of false alarms allows.")
    if len(tests.p):
        parts += _pair_table(found, n_flagged)
    words = (
        "A pair is compared on the items both were given. Omega: matches beyond expectation in "
        "standard deviations. Adjusted p: exact chance of so many matches (generalized binomial), "
        "allowing for all pairs of the event. Copied: omega if that person copied from the other; "
        "the larger of the two hints at a direction, no more. M4 counts identical right and wrong "
        "answers apart: identical wrong ones weigh most."
    )
    return parts + paragraph(words, "note")


def _pair_table(found: Suspicion, n_flagged: int) -> str:
    pairs, names = found.pairs, found.event.responses.persons
    tests, both = pairs.similar.found, pairs.both
    n = min(max(n_flagged, 10), MOST_ROWS, len(tests.p))
    columns = ["Pair", "items", "same", "expected", "omega", "adjusted p"]
    columns += ["same wrong", "expected wrong", "M4 adjusted p"] if both is not None else []
    columns += ["1st copied", "2nd copied"]
    rows: list[list[Any]] = []
    for k in range(n):
        i, j = tests.pairs[k].tolist()
        row: list[Any] = [f"{names[i]} and {names[j]}", int(tests.n_items[k])]
        row += [int(tests.matches[k]), float(tests.expected[k]), float(tests.z[k])]
        row.append(_small(tests.p_adjusted[k]))
        if both is not None:
            row += [int(both.same_wrong[k]), float(both.expected_wrong[k])]
            row.append(_small(pairs.p_both_adjusted[k]))
        row += [float(pairs.first_copied[k]), float(pairs.second_copied[k])]
        rows.append(row)
    some = f"the first {n_flagged} flagged" if n_flagged else "none flagged"
    what = f"The {n} most alike pairs, {some}; pairs.csv has the others"
    return table(what, columns, rows)


def named(found: Suspicion) -> str:
    """Pairs that somebody named."""
    named = found.named
    if named is None:
        return ""
    names, tests = found.event.responses.persons, named.exact
    order = np.argsort(np.nan_to_num(tests.p, nan=2.0), kind="stable")[:MOST_ROWS]
    rows = [
        [
            f"{names[tests.pairs[k][1]]} from {names[tests.pairs[k][0]]}",
            *(int(tests.n_items[k]), int(tests.matches[k]), float(tests.expected[k])),
            *(float(tests.z[k]), _small(tests.p[k]), _small(tests.p_adjusted[k])),
            flag_words(["flagged"] if tests.flagged[k] else []),
        ]
        for k in order.tolist()
    ]
    columns = ("Copying", "items", "same", "expected", "omega", "p", "adjusted p", "Flags")
    return table("Named pairs, the most alike first", columns, rows, words=("Flags",))


def times(found: Suspicion) -> str:
    """Rapid answers, and persons unlike themselves."""
    times, event = found.times, found.event
    if times is None:
        return ""
    parts = figure(rapid_answers(event, times))
    residuals = times.residuals
    odd = np.flatnonzero(times.persons.flagged | residuals.flagged.any(axis=1))
    order = odd[np.argsort(np.nan_to_num(residuals.person_p[odd], nan=2.0), kind="stable")]
    rows = [
        [
            event.responses.persons[i],
            int(residuals.person_df[i]) + 1,
            float(residuals.speed[i]),
            float(residuals.person_chi2[i]),
            _small(times.persons.p_adjusted[i]),
            int(residuals.flagged[i].sum()),
            float(times.guesses.effort[i]),
        ]
        for i in order[:MOST_ROWS].tolist()
    ]
    if not rows:
        return parts + paragraph("Nobody's times are unlike those of one person at one speed.")
    columns = ("Person", "times", "speed", "chi-square", "adjusted p", "quick answers", "effort")
    words = paragraph(
        "Speed: in log seconds, above 0 is quicker than usual. Chi-square: how far the times stray "
        "from one speed. Quick answers: far shorter than the person's other times let expect, "
        "allowing for the number of times.",
        "note",
    )
    return parts + table("Times unlike one person at one speed", columns, rows) + words


def leaked(found: Suspicion) -> str:
    """Compromised items beside the others."""
    leaked = found.leaked
    if leaked is None:
        return ""
    test = leaked.found
    drawn = two_scores(
        "leaked",
        "Ability on leaked and on secure items",
        "Each sign is a person. Above the dashed line: better on the items that may have leaked "
        "than on the others. Triangles are flagged, allowing for the number of persons; with "
        "times, also for being quicker on them.",
        ("θ on secure items", "θ on items that may have leaked"),
        (test.theta_secure, test.theta_compromised),
        found.event.responses.persons,
        test.flagged,
    )
    p = test.p_scores if test.p_both is None else test.p_both
    order = np.argsort(np.nan_to_num(p, nan=2.0), kind="stable")
    n = min(max(int(test.flagged.sum()), 5), MOST_ROWS)
    rows = [
        [
            found.event.responses.persons[i],
            float(test.theta_secure[i]),
            float(test.theta_compromised[i]),
            float(test.by_scores[i]),
            None if test.by_times is None else float(test.by_times[i]),
            _small(p[i]),
            _small(test.p_adjusted[i]),
            flag_words(["flagged"] if test.flagged[i] else []),
        ]
        for i in order[:n].tolist()
    ]
    columns = (
        "Person",
        "θ secure",
        "θ leaked",
        "by scores",
        "by times",
        "p",
        "adjusted p",
        "Flags",
    )
    items = paragraph(f"Listed as compromised: {', '.join(leaked.items)}.")
    return (
        items
        + figure(drawn)
        + table(f"The {n} persons to look at first", columns, rows, words=("Flags",))
    )


def gains(found: Suspicion) -> str:
    """Scores beside those of an earlier test."""
    gains, event = found.gains, found.event
    if gains is None:
        return ""
    drawn = two_scores(
        "gains",
        "Ability before and now",
        f"Each sign is a person. The dashed line is the usual gain, {gains.usual:.2f} logits. "
        "Triangles gained more than that and errors of measurement explain.",
        ("θ before", "θ now"),
        (gains.before, event.theta),
        event.responses.persons,
        gains.found.flagged,
        gains.usual,
    )
    order = np.argsort(np.nan_to_num(gains.found.p, nan=2.0), kind="stable")
    n = min(max(int(gains.found.flagged.sum()), 5), MOST_ROWS)
    rows = [
        [
            event.responses.persons[i],
            float(gains.before[i]),
            float(event.theta[i]),
            float(event.theta[i] - gains.before[i]),
            float(gains.found.z[i]),
            _small(gains.found.p_adjusted[i]),
        ]
        for i in order[:n].tolist()
    ]
    columns = ("Person", "before", "now", "gain", "z", "adjusted p")
    return figure(drawn) + table(f"The {n} largest gains for their errors", columns, rows)


def fit(found: Suspicion) -> str:
    """Persons by lz*."""
    fit, event = found.fit, found.event
    order = np.argsort(np.nan_to_num(fit.p, nan=2.0), kind="stable")
    n = min(max(int(fit.flagged.sum()), 10), MOST_ROWS, len(order))
    rows = [
        [
            event.responses.persons[i],
            int(event.answered[i]),
            int(event.raw[i]),
            float(event.theta[i]),
            float(fit.z[i]),
            _small(fit.p[i]),
            _small(fit.p_adjusted[i]),
            flag_words(["flagged"] if fit.flagged[i] else []),
        ]
        for i in order[:n].tolist()
    ]
    columns = ("Person", "answered", "points", "θ", "lz*", "p", "adjusted p", "Flags")
    lead = paragraph(
        f"lz* is low where hard items are right and easy ones wrong. {int(fit.flagged.sum())} "
        "persons are flagged, allowing for their number."
    )
    return lead + table(f"The {n} most unusual patterns", columns, rows, words=("Flags",))


def _small(p: float) -> str:
    """A probability that may be very small."""
    if not np.isfinite(p):
        return "–"
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1e}".replace("e-0", "e-").replace("-", "−")
