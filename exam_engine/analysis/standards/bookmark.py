"""Judges' pages in an ordered item booklet as a recommended cut: Bookmark."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.records import Records, read_records
from exam_engine.analysis.standards.standard import (
    JUDGE_NAMES,
    ROUND_NAMES,
    STEPS,
    Aids,
    Rows,
    Standard,
    Told,
    check_conversion,
    check_scores,
    impact_of,
    margin,
    refused,
    told_of,
    words_of,
)
from psychometrics.errors import PsychometricsError
from psychometrics.scales import true_score
from psychometrics.standards import Booklet, Bookmark, bookmark
from psychometrics.standards.bookmark import Place, Statistic

Floats = NDArray[np.float64]
BOOKLET_COLUMNS = ("page", "item", "category", "location")


@dataclass(frozen=True, slots=True)
class BookmarkPlan:
    """How bookmarks are read; see `psychometrics.standards.bookmark`."""

    probability: float = 2 / 3
    without_guessing: bool = False
    place: Place = "before"
    statistic: Statistic = "median"


def bookmark_standard(path: str, aids: Aids, plan: BookmarkPlan) -> Standard:
    """Read the judges' pages (columns judge, round, page) and find the cut they recommend.

    Raises
    ------
    BadFile
    """
    items = aids.items
    if items is None:
        raise BadFile("A bookmark stands in a booklet of items. Give their parameters: --items.")
    read = read_records(path, JUDGE_NAMES, {"page": ("page", "bookmark")}, layer=ROUND_NAMES)
    judges, rounds, tables = by_round(read)
    pages = tables["page"]
    try:
        found = bookmark(
            items,
            pages,
            probability=plan.probability,
            without_guessing=plan.without_guessing,
            place=plan.place,
            statistic=plan.statistic,
        )
    except PsychometricsError as error:
        raise refused(path, error, judges) from None
    highest = float((items.n_categories - 1).sum())
    check_conversion(aids.conversion, highest)
    check_scores(aids.scores, highest)
    half = margin(len(judges)) * found.standard_error
    ends = (found.cut - half, found.cut + half)
    at = true_score(items, found.cut + np.array(STEPS) * found.standard_error)
    told = told_of(found.flags, judges)
    points = np.array([true_score(items, row) for row in found.rounds])
    return Standard(
        method="bookmark",
        path=path,
        highest=highest,
        cut=found.raw_cut,
        standard_error=float(at[3] - at[1]) / 2,
        lower=float(true_score(items, ends[:1])[0]),
        upper=float(true_score(items, ends[1:])[0]),
        theta=(found.cut, found.standard_error, *ends),
        at=at,
        judges=judges,
        rounds=rounds,
        judge_cuts=points,
        round_cuts=true_score(items, found.round_cuts),
        impact=impact_of(at, aids.points(), aids.conversion),
        scores=aids.points(),
        qualified=None,
        conversion=aids.conversion,
        columns=_columns(rounds),
        rows=_rows(judges, rounds, pages, found, points, told),
        told=told,
        tables={"booklet.csv": (BOOKLET_COLUMNS, _booklet(found.booklet, items.names))},
        details={
            "theta": found.cut,
            "theta_standard_error": found.standard_error,
            "theta_interval": list(ends),
            "response_probability": plan.probability,
            "without_guessing": plan.without_guessing,
            "place": plan.place,
            "statistic": plan.statistic,
            "rounds": [
                {"round": name, "theta": float(theta), "cut": float(cut)}
                for name, theta, cut in zip(
                    rounds, found.round_cuts, true_score(items, found.round_cuts), strict=True
                )
            ],
        },
        notes=read.notes,
    )


def by_round(read: Records) -> tuple[tuple[str, ...], tuple[str, ...], Mapping[str, Floats]]:
    """Judges, rounds in order, and each number as an array (R, J).

    Raises
    ------
    BadFile
        A judge is absent from a round.
    """
    judges = tuple(dict.fromkeys(read.names))
    rounds = tuple(sorted(dict.fromkeys(read.layers), key=lambda name: (len(name), name)))
    at = {key: k for k, key in enumerate(zip(read.layers, read.names, strict=True))}
    for name in rounds:
        for judge in judges:
            if (name, judge) not in at:
                raise BadFile(
                    f"{read.path}: judge {judge!r} is absent from round {name}. Add the row, or "
                    "delete the judge's rows of every round."
                )
    order = np.array([[at[name, judge] for judge in judges] for name in rounds])
    return judges, rounds, {what: values[order] for what, values in read.values.items()}


def _columns(rounds: tuple[str, ...]) -> list[str]:
    earlier = [f"page_round_{name}" for name in rounds] if len(rounds) > 1 else []
    return ["judge", "page", "theta", "cut", *earlier, "flags"]


def _rows(
    judges: tuple[str, ...],
    rounds: tuple[str, ...],
    pages: Floats,
    found: Bookmark,
    points: Floats,
    told: tuple[Told, ...],
) -> Rows:
    rows = []
    for j, judge in enumerate(judges):
        row: dict[str, Any] = {
            "judge": judge,
            "page": int(pages[-1, j]),
            "theta": float(found.rounds[-1, j]),
            "cut": float(points[-1, j]),
            "flags": words_of(told, judge),
        }
        row |= {f"page_round_{name}": int(pages[k, j]) for k, name in enumerate(rounds)}
        rows.append(row)
    return rows


def _booklet(booklet: Booklet, names: tuple[str, ...]) -> Rows:
    return [
        {
            "page": page + 1,
            "item": names[booklet.item[page]],
            "category": int(booklet.category[page]),
            "location": float(booklet.location[page]),
        }
        for page in range(len(booklet.location))
    ]
