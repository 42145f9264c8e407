"""Sheets as they come, and the shards they are kept in."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.calibration.sample import PERSONS_A_FORM
from psychometrics.errors import BadResponses
from psychometrics.responses import HIGHEST_CATEGORY, NOT_ADMINISTERED

Codes = NDArray[np.int8]
Indices = NDArray[np.intp]

PERSONS_A_SHARD = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Answers of some persons to the same items.

    Attributes
    ----------
    codes : (n, m) int8 array
        Categories; -1 for not administered.
    items : (m,) integer array
        Where these items are in the bank, ascending.
    group : str
        The population that the persons are of.
    """

    codes: Codes
    items: Indices
    group: str = "all"


def sheets_of(codes: Codes, groups: Sequence[str] | None = None) -> Iterator[Sheet]:
    """A matrix (n, J), -1 for not administered, as sheets: those given the same items together.

    Where nearly everybody was given their own, a group's persons come with all its items.
    """
    labels = np.zeros(len(codes), dtype=np.intp)
    names: tuple[str, ...] = ("all",)
    if groups is not None:
        different, labels = np.unique(np.asarray(groups), return_inverse=True)
        names = tuple(str(name) for name in different)
    masks = np.packbits(codes >= 0, axis=1)
    for number, name in enumerate(names):
        mine = np.flatnonzero(labels == number)
        own, form = np.unique(masks[mine], axis=0, return_inverse=True)
        if len(own) * PERSONS_A_FORM > len(mine):
            own, form = own[:1], np.zeros_like(form)
        for each in range(len(own)):
            rows = codes[mine[form == each]]
            items = np.flatnonzero((rows >= 0).any(axis=0))
            if len(items):
                yield Sheet(np.ascontiguousarray(rows[:, items]), items, name)


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """Sheets of one group and the same items, put together, `PERSONS_A_SHARD` rows at most.

    ``items`` are positions among the study's items, ``group`` is the number of the group;
    ``complete`` tells that no answer is missing.
    """

    codes: Codes
    items: Indices
    group: int
    complete: bool


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """All sheets, by group and items in the order in which these were first met.

    Attributes
    ----------
    parts : tuple of (group, items, codes)
        Each with the rows of one group and the same items; persons without an answer are gone.
    counts : (J, K) integer array
        Responses in each category.
    n_persons, n_silent : int
        Those with an answer, and those without.
    data_hash : str
        SHA-256 over the parts.
    """

    parts: tuple[tuple[str, Indices, Codes], ...]
    counts: Indices
    n_persons: int
    n_silent: int
    data_hash: str


def gather(sheets: Iterable[Sheet], n_items: int) -> Gathered:
    """Check and put together.  Raises `BadResponses`."""
    rows: dict[tuple[str, bytes], list[Codes]] = {}
    counts = np.zeros((n_items, HIGHEST_CATEGORY + 1), dtype=np.intp)
    n_persons = n_silent = 0
    for number, sheet in enumerate(sheets, 1):
        codes, items = _checked(sheet, number, n_items)
        silent = codes.max(axis=1) < 0
        if silent.any():
            codes = codes[~silent]
        n_silent += int(silent.sum())
        n_persons += len(codes)
        if not len(codes):
            continue
        for category in range(int(codes.max()) + 1):
            counts[items, category] += np.count_nonzero(codes == category, axis=0)
        rows.setdefault((sheet.group, items.tobytes()), []).append(codes)
    digest = hashlib.sha256(f"{n_items}".encode())
    parts = []
    for group, key in rows:
        items = np.frombuffer(key, dtype=np.intp)
        several = rows[group, key]
        codes = several[0] if len(several) == 1 else np.concatenate(several)
        several.clear()
        digest.update(f"{group!r} {codes.shape}".encode())
        digest.update(key)
        digest.update(np.ascontiguousarray(codes).data)
        parts.append((group, items, codes))
    highest = int(np.flatnonzero(counts.any(axis=0)).max(initial=0))
    return Gathered(tuple(parts), counts[:, : highest + 1], n_persons, n_silent, digest.hexdigest())


def _checked(sheet: Sheet, number: int, n_items: int) -> tuple[Codes, Indices]:
    codes, items = np.asarray(sheet.codes), np.asarray(sheet.items, dtype=np.intp)
    if codes.dtype != np.int8 or codes.ndim != 2 or codes.shape[1:] != items.shape:
        raise BadResponses(
            f"sheet {number} holds {codes.dtype} of shape {codes.shape} for {items.size} items, "
            "not int8 with a row a person and a column an item"
        )
    if not len(items) or items[0] < 0 or items[-1] >= n_items or (np.diff(items) <= 0).any():
        raise BadResponses(
            f"the items of sheet {number} are not ascending positions among {n_items} items"
        )
    if len(codes) and not NOT_ADMINISTERED <= codes.min() <= codes.max() <= HIGHEST_CATEGORY:
        row, column = np.argwhere((codes < NOT_ADMINISTERED) | (codes > HIGHEST_CATEGORY))[0]
        raise BadResponses(
            f"sheet {number}, row {row} holds {codes[row, column]} for item {items[column]}: "
            f"categories are 0 to {HIGHEST_CATEGORY}, and {NOT_ADMINISTERED} is not administered"
        )
    return codes, items


def shards(gathered: Gathered, columns: Indices, group_names: Sequence[str]) -> Iterator[Shard]:
    """What is computed with: only the items at ``columns``, and persons who answered one."""
    position = np.full(len(gathered.counts), -1)
    position[columns] = np.arange(len(columns))
    numbers = {name: number for number, name in enumerate(group_names)}
    for group, items, every in gathered.parts:
        kept = position[items] >= 0
        codes = every if kept.all() else every[:, kept]
        if not codes.shape[1]:
            continue
        for low in range(0, len(codes), PERSONS_A_SHARD):
            some = codes[low : low + PERSONS_A_SHARD]
            complete = bool(some.min() >= 0)
            if not complete:
                some = some[some.max(axis=1) >= 0]
            if len(some):
                yield Shard(some, position[items[kept]], numbers[group], complete)
