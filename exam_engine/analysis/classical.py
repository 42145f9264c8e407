"""Classical analysis of a response file: points as they stand, or options scored by a key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.matching import in_file
from exam_engine.analysis.responses import Responses
from psychometrics.classical import (
    ItemAnalysis,
    OptionTable,
    Reliability,
    analyse_items,
    analyse_options,
    reliability,
)
from psychometrics.errors import PsychometricsError

EASY, HARD = 0.95, 0.2
LOW_POINT_BISERIAL = 0.1
FEWEST = 30

ITEM_COLUMNS = (
    *("item", "n", "maximum", "difficulty", "standard_deviation"),
    *("point_biserial", "biserial", "alpha_without", "loading", "key", "flags", "remarks"),
)
OPTION_COLUMNS = (
    *("item", "option", "is_key", "n", "proportion", "mean_score", "point_biserial", "flags"),
)
PERSON_COLUMNS = ("person", "group", "n_answered", "raw_score", "possible", "share", "flags")


@dataclass(frozen=True, slots=True, eq=False)
class Classical:
    """Classical figures of a response file.

    Attributes
    ----------
    responses : Responses
        As read; option labels where there is a key.
    codes : (n_persons, J) int8 array
        Points; -1 is not administered.
    key : tuple of str, or None
    items : ItemAnalysis
    options : tuple of OptionTable, or None without a key
    reliability : Reliability
    words, remarks : tuples of tuples of str
        Flags and sentences of each item.
    """

    responses: Responses
    codes: NDArray[np.int8]
    key: tuple[str, ...] | None
    items: ItemAnalysis
    options: tuple[OptionTable, ...] | None
    reliability: Reliability
    words: tuple[tuple[str, ...], ...]
    remarks: tuple[tuple[str, ...], ...]


def analysed(
    responses: Responses,
    key: Mapping[str, str] | None = None,
    *,
    key_path: str = "",
    omitted: str | None = None,
) -> Classical:
    """Item analysis, option analysis if there is a key, and reliability.

    Parameters
    ----------
    responses : Responses
        Read as labels where ``key`` is given.
    key : mapping of item to option label, optional
    key_path : str
        For sentences.
    omitted : str, optional
        The label of an item seen and not answered: wrong, and no distractor.

    Raises
    ------
    BadFile
    """
    keys = None if key is None else _keys(responses, key, key_path)
    try:
        options = None
        codes = responses.codes
        if keys is not None:
            choices = np.array([*responses.labels, ""])[responses.codes]
            options = analyse_options(choices, keys, omitted=omitted)
            right = np.stack([choices[:, j] == label for j, label in enumerate(keys)], axis=1)
            codes = np.where(responses.codes < 0, -1, right).astype(np.int8)
        items = analyse_items(codes, missing=-1)
        whole = reliability(codes, missing=-1)
    except PsychometricsError as error:
        raise in_file(error, responses) from None
    remarks = tuple(
        (*own, *(options[j].flags if options else ())) for j, own in enumerate(items.flags)
    )
    words = tuple(_words(items, options, j) for j in range(len(items.n)))
    return Classical(responses, codes, keys, items, options, whole, words, remarks)


def _keys(responses: Responses, key: Mapping[str, str], key_path: str) -> tuple[str, ...]:
    without = [name for name in responses.items if name not in key]
    if without:
        raise BadFile(
            f"{key_path} has no key for {without[0]!r}, a column of {responses.path}. Add it, or "
            f"leave the column out with --ignore {without[0]}."
        )
    return tuple(key[name] for name in responses.items)


def _words(
    items: ItemAnalysis, options: tuple[OptionTable, ...] | None, item: int
) -> tuple[str, ...]:
    """What stands in ``flags``, one word each."""
    words = []
    r, p = items.point_biserial[item], items.difficulty[item]
    if items.n[item] == 0:
        return ("no_responses",)
    if items.n[item] < FEWEST:
        words.append("few_responses")
    if not np.isfinite(r):
        words.append("undefined_correlation")
    elif r < 0:
        words.append("negative_discrimination")
    elif r < LOW_POINT_BISERIAL:
        words.append("low_discrimination")
    if p > EASY:
        words.append("very_easy")
    elif p < HARD:
        words.append("very_hard")
    if options is not None:
        told = " ".join(options[item].flags)
        words += ["check_key"] if "check" in told else []
        words += ["idle_distractor"] if "hardly works" in told or "No one chose" in told else []
    return tuple(words)


def item_rows(found: Classical) -> list[dict[str, Any]]:
    """The rows of ``items.csv``."""
    items, whole = found.items, found.reliability
    return [
        {
            "item": name,
            "n": int(items.n[j]),
            "maximum": int(items.maximum[j]),
            "difficulty": float(items.difficulty[j]),
            "standard_deviation": float(items.standard_deviation[j]),
            "point_biserial": float(items.point_biserial[j]),
            "biserial": float(items.biserial[j]),
            "alpha_without": float(whole.alpha_without[j]),
            "loading": float(whole.loadings[j]),
            "key": None if found.key is None else found.key[j],
            "flags": [*found.words[j], *_blank_words(found, j)],
            "remarks": " ".join(found.remarks[j]),
        }
        for j, name in enumerate(found.responses.items)
    ]


def _blank_words(found: Classical, item: int) -> list[str]:
    whole = found.reliability
    words = [] if np.isfinite(whole.alpha_without[item]) else ["undefined_alpha_without"]
    return words + ([] if np.isfinite(whole.loadings[item]) else ["undefined_loading"])


def option_rows(found: Classical) -> list[dict[str, Any]]:
    """The rows of ``options.csv``: every option of every item."""
    return [
        {
            "item": name,
            "option": option,
            "is_key": k == table.key,
            "n": int(table.count[k]),
            "proportion": float(table.proportion[k]),
            "mean_score": float(table.mean_score[k]),
            "point_biserial": float(table.point_biserial[k]),
            "flags": []
            if np.isfinite([table.mean_score[k], table.point_biserial[k]]).all()
            else ["not_chosen" if table.count[k] == 0 else "undefined_correlation"],
        }
        for name, table in zip(found.responses.items, found.options or (), strict=False)
        for k, option in enumerate(table.options)
    ]


def person_rows(found: Classical) -> list[dict[str, Any]]:
    """The rows of ``persons.csv``: raw scores."""
    given = found.codes >= 0
    raw = np.where(given, found.codes, 0).sum(axis=1, dtype=np.int64)
    possible = given @ found.items.maximum
    groups = found.responses.groups
    return [
        {
            "person": name,
            "group": None if groups is None else groups[i],
            "n_answered": int(given[i].sum()),
            "raw_score": int(raw[i]),
            "possible": int(possible[i]),
            "share": float(raw[i] / possible[i]) if possible[i] else None,
            "flags": [] if possible[i] else ["no_responses"],
        }
        for i, name in enumerate(found.responses.persons)
    ]
