"""Responses beside item parameters: the same items in the same order, and errors told by place."""

import re
from dataclasses import replace

import numpy as np

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.responses import Responses
from psychometrics import Items
from psychometrics.errors import PsychometricsError

SHOWN = 5
CELL = re.compile(r"row (\d+), column (\d+)(?: \('[^']*'\))?")
COLUMN = re.compile(r"\bcolumn \d+ \('([^']*)'\)")
ADVICE = {
    "bad_responses": "Correct the responses, or choose a model with those categories.",
    "not_enough_data": "Collect more responses first, or leave fewer cells blank.",
    "not_identified": "Fix more of it: anchors, priors, or a model with fewer parameters.",
    "not_linked": "Give the parts items or anchors in common, or say --random-groups if persons "
    "were given their form at random.",
    "bad_items": "Correct the parameters, or leave the item out.",
}


def in_file(error: PsychometricsError, responses: Responses) -> BadFile:
    """The library's complaint with places as they are in the file, and what to do."""

    def named(match: re.Match[str]) -> str:
        row, column = int(match[1]), int(match[2])
        return responses.place_of(row, column).removeprefix(f"{responses.path}, ")

    told = COLUMN.sub(r"item '\1'", CELL.sub(named, str(error)))
    advice = ADVICE.get(error.code, "")
    return BadFile(f"{responses.path}: {told}. {advice}".rstrip())


def matched(responses: Responses, items: Items, items_path: str) -> tuple[Responses, Items]:
    """The items that both have, in the order of the parameters.

    What only one of them has is told in the responses' notes.

    Raises
    ------
    BadFile
        They have no item in common.
    """
    at = {name: j for j, name in enumerate(responses.items)}
    both = [name for name in items.names if name in at]
    if not both:
        raise BadFile(
            f"{responses.path} and {items_path} have no item in common: "
            f"{_listed(responses.items)} against {_listed(items.names)}. "
            "Name the items alike in both."
        )
    notes = list(responses.notes)
    extra = [name for name in responses.items if name not in set(items.names)]
    if extra:
        notes.append(f"Not used, since {items_path} has no parameters: {_listed(extra)}.")
    absent = [name for name in items.names if name not in at]
    if absent:
        notes.append(f"Counted as not administered, since not in the responses: {_listed(absent)}.")
    codes = np.ascontiguousarray(responses.codes[:, [at[name] for name in both]])
    aligned = replace(responses, items=tuple(both), codes=codes, notes=tuple(notes))
    return aligned, items.select(both)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
