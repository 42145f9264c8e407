"""The report of an event's forensics: what to look at next, and never a verdict."""

from collections.abc import Sequence

from exam_engine.analysis.forensics.suspicion import (
    SUSPICIONS,
    Suspicion,
    control_told,
    remarks,
)
from exam_engine.analysis.report import forensic_sections as sections_of
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.forensic_sections import MOST_ROWS
from exam_engine.analysis.report.page import (
    facts,
    flag_words,
    listed,
    moment,
    notice,
    page,
    paragraph,
    table,
)

NEXT = {
    "similar_pair": "Pairs: where did they sit, when did each start and answer the items they "
    "share, do they come from one school or course? Read the answers side by side, the wrong ones "
    "first.",
    "named_pair": "Named pairs: who named them, and before or after seeing the answers?",
    "misfit": "Answers that do not fit: was the key right for their form, did they lose their "
    "place, was the language a hurdle? Look at the items they failed and should not have.",
    "rapid_guesses": "Rapid answers: was the time too short, did the person give up, was the "
    "connection lost? Answers not read say nothing of ability.",
    "quick_answers": "Quick single answers: were these items leaked, or seen in practice? Look "
    "whether the same items stand out for several persons.",
    "odd_times": "Odd times: breaks, a shared device, another person at the keyboard? Look at the "
    "log of the session.",
    "preknowledge": "Leaked items: where and since when were they in circulation, and did these "
    "persons have a way to them?",
    "score_gain": "Gains: was there a course in between, or an illness the first time? A retest "
    "under supervision settles it.",
}


def forensics_report(found: Suspicion, occasion: Occasion) -> str:
    """One HTML document."""
    event = found.event
    sections = [
        ("next", "What to look at next", _next(found)),
        ("pairs", "Pairs that agree too well", sections_of.pairs(found)),
    ]
    if found.named is not None:
        sections.append(("named", "Pairs named before looking", sections_of.named(found)))
    if found.times is not None:
        sections.append(("times", "Response times", sections_of.times(found)))
    if found.leaked is not None:
        sections.append(("leaked", "Items that may have leaked", sections_of.leaked(found)))
    if found.gains is not None:
        sections.append(("gains", "Gains since the last test", sections_of.gains(found)))
    sections += [
        ("fit", "Answers that do not fit", sections_of.fit(found)),
        ("method", "What stands behind it", _method(found, occasion)),
    ]
    n_persons, n_items = event.scored.shape
    return page(
        f"Forensics: {event.responses.path}",
        f"{n_persons:,} persons, {n_items:,} items. Made {moment(occasion.now)}.",
        sections,
        _notice() + _facts(found),
        f"Made by exam-engine irt forensics on {moment(occasion.now)}.",
    )


def _notice() -> str:
    return notice(
        "warn",
        "Statistics never prove misconduct",
        [
            "A flag says that an honest person would seldom look like this. Honest persons "
            "sometimes do: because of a wrong key, a shared course, a lost line, or luck.",
            "Nobody is to be accused, and no result withheld, on this page alone. A person looks "
            "at everything else first, hears the candidate, and decides.",
            "This page names people. Keep it where only those who decide can read it.",
        ],
    )


def _facts(found: Suspicion) -> str:
    words = found.words()
    similar = found.pairs.similar
    rows = [
        ("Persons", f"{len(words):,}", f"{sum(bool(own) for own in words):,} with a flag"),
        (
            "Pairs tested",
            f"{similar.n_tested:,}",
            f"{int(similar.found.flagged.sum()):,} flagged",
        ),
    ]
    if found.times is not None:
        rows.append(
            (
                "Rapid answers",
                f"{found.times.guesses.n_rapid:,}",
                f"{int(found.times.guesses.unmotivated.sum()):,} persons under 0.90 effort",
            )
        )
    if found.leaked is not None:
        rows.append(
            (
                "Preknowledge",
                f"{int(found.leaked.found.flagged.sum()):,}",
                f"persons flagged, {len(found.leaked.items)} items listed",
            )
        )
    if found.gains is not None:
        n = int(found.gains.found.flagged.sum())
        rows.append(("Gains", f"{n:,}", "persons flagged"))
    rows.append(("Misfit", f"{int(found.fit.flagged.sum()):,}", "persons flagged by lz*"))
    return facts(rows)


def _next(found: Suspicion) -> str:
    words, event = found.words(), found.event
    flagged = [i for i, own in enumerate(words) if own]
    lead = paragraph(
        f"{control_told(found)} Each test controls its own false alarms: with several tests, more "
        "honest persons have some flag."
    )
    if not flagged:
        return lead + paragraph(
            "Nobody is flagged. That does not prove that nobody cheated: few copied answers, or "
            "few items known before, are beyond any statistic."
        )
    order = sorted(flagged, key=lambda i: (-len(words[i]), i))
    rows = [
        [event.responses.persons[i], int(event.raw[i]), float(event.theta[i]), flag_words(words[i])]
        for i in order[:MOST_ROWS]
    ]
    kinds = [word for word in SUSPICIONS if any(word in own for own in words)]
    what = f"Persons with a flag, most flags first ({min(len(order), MOST_ROWS)} of {len(order)})"
    return (
        lead
        + listed(NEXT[word] for word in kinds)
        + table(what, ("Person", "points", "θ", "Flags"), rows, words=("Flags",))
    )


def _method(found: Suspicion, occasion: Occasion) -> str:
    similar = found.pairs.similar
    told: Sequence[str] = [
        f"Item parameters: {found.event.source}.",
        f"Pairs: all {similar.n_pairs:,}, in blocks. A pair whose normal p is at most "
        f"{similar.screen:g} is tested exactly; {len(similar.found.p):,} were. Adjusted "
        f"probabilities allow for all {similar.n_tested:,} pairs with anything to compare.",
        control_told(found),
        *remarks(found),
        *occasion.notes,
        f"Command: {occasion.recipe}",
    ]
    return listed(dict.fromkeys(told))
