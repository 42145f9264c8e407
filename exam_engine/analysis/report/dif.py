"""The report of a comparison of two groups, item by item."""

from typing import Any

import numpy as np

from exam_engine.analysis.dif.along_score import along_score
from exam_engine.analysis.dif.findings import Comparison, Finding
from exam_engine.analysis.plots.effect_rows import Row, Zones, effect_rows
from exam_engine.analysis.plots.group_lines import group_lines
from exam_engine.analysis.report.calibration import Occasion
from exam_engine.analysis.report.galleries import Card, beside
from exam_engine.analysis.report.page import (
    Html,
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

MOST_CARDS = 24
MOST_IN_ONE_TABLE = 40
AT_TOP = ("small_group", "not_purified", "too_few_anchors")
NEXT = (
    "DIF is not bias. It says that persons of equal score do not find the item equally hard; why, "
    "and whether that is unfair, people have to judge.",
    "Give the items of class C, then those of class B, to three content reviewers or more, some "
    "of them of the focal group, without telling which group finds the item harder.",
    "Ask of each item: does it need knowledge, words or a setting that the exam does not claim to "
    "measure and that one group meets less often? If so, reword or retire it. If the difference is "
    "in what the exam does measure, keep it, and write the reason down.",
    "Do the same in both directions: items that are easier for the focal group are reviewed too.",
    "An item without a remark is not proved fair, least of all in small groups.",
)


def dif_report(found: Comparison, occasion: Occasion) -> str:
    """One HTML document."""
    groups = found.groups
    sections = [
        ("found", "What was found", _found(found)),
        *((one.method, one.scale.title, _method(found, one)) for one in found.findings),
        ("closer", "The items to review, closer", _closer(found)),
        ("next", "What to do next", listed(NEXT)),
        ("notes", "How it was made", listed([*occasion.notes, f"Command: {occasion.recipe}"])),
    ]
    return page(
        f"Differential item functioning: {groups.responses.path}",
        f"Reference group {groups.reference}: {groups.n_reference:,} persons. Focal group "
        f"{groups.focal_label}: {groups.n_focal:,} persons. {len(found.items):,} items. "
        f"Made {moment(occasion.now)}.",
        sections,
        _top(found),
        f"Made by exam-engine irt dif on {moment(occasion.now)}.",
    )


def direction_words(found: Comparison, item: int) -> str:
    """For whom an item is harder; that depends on ability where no method gives one side."""
    harder = found.direction(item)
    groups = found.groups
    if harder is None:
        return "by ability" if any(one.marks(item) for one in found.findings) else ""
    return f"harder for {groups.focal_label if harder == 'focal' else groups.reference}"


def _top(found: Comparison) -> str:
    groups, parts = found.groups, ""
    told = [
        (flag.code, flag.sentence, one.scale.title)
        for one in found.findings
        for flag in one.flags
        if flag.code in AT_TOP
    ]
    small = [f"{title}: {words}" for code, words, title in told if code == "small_group"]
    if small:
        parts += notice("warn", "Small groups: read these figures with care", small)
    unsettled = [f"{title}: {words}" for code, words, title in told if code != "small_group"]
    if unsettled:
        parts += notice("warn", "The matching score did not settle", unsettled)
    if found.not_done:
        parts += notice("bad", "Not done", list(found.not_done.values()))
    review = found.to_review()
    large = sum(found.is_large(j) for j in review)
    if found.by_hand is not None:
        matching = f"{len(found.by_hand):,} anchors", "given by hand"
    else:
        first = found.findings[0]
        matching = (
            f"{int(first.anchors.sum()):,} items",
            f"after {many_rounds(first.rounds)}, {first.scale.title}",
        )
    return parts + facts(
        [
            ("Reference", f"{groups.n_reference:,}", groups.reference),
            ("Focal", f"{groups.n_focal:,}", groups.focal_label),
            ("To review", f"{len(review):,}", f"of {len(found.items):,} items"),
            ("Class C", f"{large:,}", "large by some method"),
            ("Matched on", *matching),
        ]
    )


def many_rounds(rounds: int) -> str:
    """How often the matching score was purified."""
    return f"{rounds} round{'' if rounds == 1 else 's'} of purification"


def _found(found: Comparison) -> str:
    review = found.to_review()
    n = len(found.items)
    if not review:
        lead = f"No method puts any of the {n:,} items in class B or C, or flags it."
    else:
        lead = (
            f"{len(review):,} of {n:,} items are to be reviewed. The letters are each method's "
            "class: A negligible, B moderate, C large."
        )
    tests = [one.scale.title for one in found.findings if one.p is not None]
    chance = (
        f"At a level of {found.level:g}, chance alone makes about {found.level * n:.1f} of {n:,} "
        "fair items significant by each test; that is why classes ask for size too."
    )
    note = paragraph(chance, "note") if tests else ""
    others = [j for j in range(n) if j not in set(review)]
    if n <= MOST_IN_ONE_TABLE:
        both = _by_method(found, [*review, *others], "Items by method, those to review first")
        return paragraph(lead) + note + both
    first = _by_method(found, review, "Items to review by method") if review else ""
    rest = _by_method(found, others, "Items not to review by method")
    fold = f"<details><summary>The other {len(others):,} items</summary>{rest}</details>"
    return paragraph(lead) + note + first + fold


def _by_method(found: Comparison, items: list[int], caption: str) -> str:
    """What each method says of some items."""
    titles = [one.scale.title for one in found.findings]
    shown = set(found.to_review()[:MOST_CARDS])
    rows: list[list[Any]] = [
        [
            found.items[j],
            direction_words(found, j),
            *(_graded(one, j) for one in found.findings),
            flag_words(dict.fromkeys(word for one in found.findings for word in one.words(j))),
        ]
        for j in items
    ]
    return table(
        caption,
        ["Item", "Direction", *titles, "Remarks"],
        rows,
        links=[f"#item-{j + 1}" if j in shown else None for j in items],
        words=("Direction", *titles, "Remarks"),
    )


def _graded(one: Finding, item: int) -> Html | str:
    grade = one.grade(item)
    return flag_words([grade]) if one.marks(item) else grade


def _method(found: Comparison, one: Finding) -> str:
    scale = one.scale
    groups = found.groups
    sides = {
        -1: (f"harder for {groups.focal_label}", f"harder for {groups.reference}"),
        1: (f"harder for {groups.reference}", f"harder for {groups.focal_label}"),
        0: ("", ""),
    }[scale.harder]
    rows = [
        Row(
            name,
            float(one.effect[j]),
            None if one.error is None else float(one.error[j]),
            one.marks(j),
        )
        for j, name in enumerate(found.items)
    ]
    zones = Zones(
        scale.bounds,
        ("A", "B", "C") if scale.bounds else (),
        scale.harder != 0,
        *sides,
    )
    interval = " Lines: 95 % intervals." if one.error is not None else ""
    drawn = effect_rows(
        f"effect-{one.method}",
        f"{scale.title}: {scale.axis} of each item",
        rows,
        zones,
        axis=scale.axis,
        caption=f"{scale.explained}{interval} Triangles: items to review by this method.",
        columns=_columns(one),
        table=tuple(_cells(found, one, j) for j in range(len(found.items))),
    )
    return figure(drawn) + listed(_purification(found, one)) + listed(_sentences(one))


def _columns(one: Finding) -> tuple[str, ...]:
    names = [name.replace("_", " ") for name in one.statistics]
    return ("item", *names, *(["p"] if one.p is not None else []), "class")


def _cells(found: Comparison, one: Finding, item: int) -> tuple[Any, ...]:
    values = [value[item] if np.ndim(value) else value for value in one.statistics.values()]
    return (
        found.items[item],
        *(v if isinstance(v, int | np.integer) else float(v) for v in values),
        *([float(one.p[item])] if one.p is not None else []),
        one.grade(item),
    )


def _purification(found: Comparison, one: Finding) -> list[str]:
    what = "scale" if one.method in {"lord", "raju"} else "matching score"
    if one.method == "likelihood-ratio":
        what = "anchors"
    if found.by_hand is not None:
        return [f"The {what} rests on the {len(found.by_hand)} anchors given by hand."]
    if not found.purified:
        return [f"The {what} rests on all items; nothing was purified, as asked."]
    left = found.left_out(one)
    if not left:
        return [f"No item left the {what}."]
    told = ", ".join(left[:15]) + (f" and {len(left) - 15} more" if len(left) > 15 else "")
    return [f"After {many_rounds(one.rounds)} these left the {what}: {told}."]


def _sentences(one: Finding) -> list[str]:
    lines = [minus(flag.sentence) for flag in one.flags if flag.code not in AT_TOP]
    if one.method == "likelihood-ratio":
        mean, sd = one.figures["focal_mean"], one.figures["focal_sd"]
        lines.append(
            minus(
                f"The focal group's ability has mean {mean:.2f} and standard deviation {sd:.2f} "
                "where the reference group's mean is 0, by the anchors."
            )
        )
    if one.method in {"lord", "raju"}:
        slope, constant = one.figures["scale"]
        lines.append(
            minus(
                f"Theta of the focal group was put on the reference scale: {slope:.3f} theta + "
                f"{constant:.3f}."
            ).replace("+ \N{MINUS SIGN}", "\N{MINUS SIGN} ")
        )
    return lines


def _closer(found: Comparison) -> str:
    review = found.to_review()
    if not review:
        return paragraph("There is none.")
    groups, anchors = found.groups, found.findings[0].anchors
    if not anchors.any():
        anchors = np.ones(len(found.items), dtype=bool)
    cards = []
    for j in review[:MOST_CARDS]:
        along = along_score(groups, j, anchors)
        drawn = group_lines(
            f"along-{j + 1}", found.items[j], along, groups.reference, groups.focal_label
        )
        line = "  ·  ".join(
            f"{one.scale.title} {one.grade(j)}" for one in found.findings if one.marks(j)
        )
        cards.append(
            Card(f"item-{j + 1}", found.items[j], line, (), drawn, _gap(found, along.difference))
        )
    lead = (
        "Share right in bands of persons with about the same score on the matching items. Lines "
        "apart by the same amount: the item is harder for one group. Lines that cross: it depends "
        "on the level. Vertical: 95 % intervals."
    )
    if len(review) > MOST_CARDS:
        lead += f" The first {MOST_CARDS} of {len(review)}; dif.csv has all."
    return paragraph(lead, "note") + beside(cards)


def _gap(found: Comparison, difference: float) -> tuple[str, ...]:
    if not np.isfinite(difference):
        return ("No score is held by persons of both groups.",)
    points = round(abs(100 * difference))
    focal, reference = found.groups.focal_label, found.groups.reference
    if points == 0:
        return (f"At equal scores {focal} gets on average as many points as {reference}.",)
    side = "fewer" if difference < 0 else "more"
    return (f"At equal scores {focal} gets {points} of 100 points {side} than {reference}.",)
