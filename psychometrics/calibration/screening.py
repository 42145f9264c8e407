"""What of the data can be calibrated: refusals, and what is left out and told."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import connected_components

from psychometrics.calibration.result import Flag
from psychometrics.calibration.sample import ROWS_AT_ONCE
from psychometrics.errors import BadItems, BadOption, BadResponses, NotEnoughData, NotLinked
from psychometrics.models import FloatArray, Items, Model, model_named
from psychometrics.models.imports import checked_names
from psychometrics.responses import read_responses

Codes = NDArray[np.int8]
Indices = NDArray[np.intp]

FEWEST_PERSONS = 10
FEWEST_ITEMS = 2
SHOWN = 5  # names in a sentence


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Checked data: the persons and items that are left.

    Attributes
    ----------
    codes : (n_persons, J) int8 array
        -1 for not administered.
    weights : (n_persons,) array
    groups : (n_persons,) integer array
    group_names : tuple of str
        Sorted; the first is the reference.
    columns : (J,) integer array
        Where the items are among the caller's columns.
    models : tuple of J Model
    n_categories : (J,) integer array
    anchors : dict
        Fixed parameters (P,) by item position.
    names : tuple of str
        Of all the caller's columns.
    requested : tuple of Model
        Of all the caller's columns.
    n : integer array
        Responses to each of the caller's columns.
    data_hash : str
    flags : tuple of Flag
    """

    codes: Codes
    weights: FloatArray
    groups: Indices
    group_names: tuple[str, ...]
    columns: Indices
    models: tuple[Model, ...]
    n_categories: Indices
    anchors: dict[int, FloatArray]
    names: tuple[str, ...]
    requested: tuple[Model, ...]
    n: Indices
    data_hash: str
    flags: tuple[Flag, ...]

    @property
    def n_persons(self) -> int:
        return len(self.codes)


def screen(
    responses: ArrayLike,
    model: str | Sequence[str],
    *,
    groups: ArrayLike | None,
    anchors: Items | None,
    weights: ArrayLike | None,
    missing: int | None,
    item_names: Sequence[str] | None,
    random_groups: bool,
) -> Study:
    """Check everything a caller gives; see `calibrate` for what it may be."""
    codes = read_responses(responses, missing=missing)
    n_persons, n_items = codes.shape
    if n_items < FEWEST_ITEMS or n_persons < FEWEST_PERSONS:
        raise NotEnoughData(
            f"not enough data: {_many(n_persons, 'person')} and {_many(n_items, 'item')}, but "
            f"{FEWEST_PERSONS} persons and {FEWEST_ITEMS} items are needed"
        )
    names = checked_names(item_names, n_items)
    models = models_of(model, n_items)
    fixed, flags = anchors_of(anchors, names)
    for item, (anchor, _) in fixed.items():
        models[item] = anchor
    case_weights = _weights(weights, n_persons)
    group_names, group = _groups(groups, n_persons)
    data_hash = _hash(codes, case_weights, group)

    counts = _counts(codes)
    n = counts.sum(axis=1)
    n_categories = categories_of(
        counts,
        models,
        fixed,
        names,
        lambda item, code: f"row {np.flatnonzero(codes[:, item] == code)[0]}, column {item}",
    )
    kept, left_out = items_left(counts, fixed, names)
    flags += left_out
    flags += _duplicates(codes, counts, kept, names)
    columns = np.flatnonzero(kept)
    if not kept.all():
        codes = codes[:, columns]
    silent = codes.max(axis=1) < 0
    if silent.any():
        rows = tuple(np.flatnonzero(silent).tolist())
        flags.append(
            Flag(
                "no_responses",
                f"{_many(len(rows), 'person')} answered no item: left out",
                None,
                rows,
            )
        )
    used = ~silent & (case_weights > 0.0)
    if used.sum() < FEWEST_PERSONS:
        raise NotEnoughData(
            f"not enough data: {_many(int(used.sum()), 'person')} with a response and a weight, "
            f"but {FEWEST_PERSONS} are needed"
        )
    if not used.all():
        codes, case_weights, group = codes[used], case_weights[used], group[used]
    anchored = {int(np.searchsorted(columns, j)): row for j, (_, row) in fixed.items() if kept[j]}
    _check_groups(group, group_names)
    _check_links(
        codes, group, group_names, [names[j] for j in columns], set(anchored), random_groups
    )
    return Study(
        codes,
        case_weights,
        group,
        group_names,
        columns,
        tuple(models[j] for j in columns),
        n_categories[columns],
        anchored,
        names,
        tuple(models),
        n,
        data_hash,
        tuple(flags),
    )


def models_of(model: str | Sequence[str], n_items: int) -> list[Model]:
    """A model for each item.  Raises `BadOption`, `UnknownModel`."""
    names = [model] * n_items if isinstance(model, str) else list(model)
    if len(names) != n_items:
        raise BadOption(f"there are {len(names)} models for {n_items} items")
    return [model_named(name) for name in names]


def anchors_of(
    anchors: Items | None, names: tuple[str, ...]
) -> tuple[dict[int, tuple[Model, FloatArray]], list[Flag]]:
    """Anchored items by position, and a flag for each that the data has not."""
    if anchors is None:
        return {}, []
    position = {name: item for item, name in enumerate(names)}
    fixed, flags = {}, []
    for name, model, row in zip(anchors.names, anchors.models, anchors.rows, strict=True):
        if name in position:
            fixed[position[name]] = (model, row)
        else:
            flags.append(Flag("anchor_absent", f"the anchor {name!r} is not among the items"))
    if not fixed:
        raise BadItems("none of the anchors is among the items: their names do not match")
    return fixed, flags


def _weights(weights: ArrayLike | None, n_persons: int) -> FloatArray:
    if weights is None:
        return np.ones(n_persons)
    result = np.asarray(weights, dtype=np.float64)
    if result.shape != (n_persons,):
        raise BadOption(f"weights have shape {result.shape}, but there are {n_persons} persons")
    bad = np.flatnonzero(~(np.isfinite(result) & (result >= 0.0)))
    if len(bad):
        raise BadOption(f"the weight of row {bad[0]} is {result[bad[0]]}")
    return result


def _groups(groups: ArrayLike | None, n_persons: int) -> tuple[tuple[str, ...], Indices]:
    if groups is None:
        return ("all",), np.zeros(n_persons, dtype=np.intp)
    labels = np.asarray(groups)
    if labels.shape != (n_persons,):
        raise BadOption(f"groups have shape {labels.shape}, but there are {n_persons} persons")
    missing = [row for row, label in enumerate(labels.tolist()) if label is None or label != label]
    if missing:
        raise BadOption(f"row {missing[0]} has no group")
    different, group = np.unique(labels, return_inverse=True)
    return tuple(str(label) for label in different), group.astype(np.intp)


def _hash(codes: Codes, weights: FloatArray, groups: Indices) -> str:
    digest = hashlib.sha256(f"{codes.shape}".encode())
    digest.update(np.ascontiguousarray(codes).data)
    digest.update(weights.data)
    digest.update(groups.astype(np.int64).data)
    return digest.hexdigest()


def _counts(codes: Codes) -> Indices:
    """How many answered each item with each category, (J, K)."""
    result = np.zeros((codes.shape[1], int(codes.max(initial=0)) + 1), dtype=np.intp)
    for low in range(0, len(codes), ROWS_AT_ONCE):
        some = codes[low : low + ROWS_AT_ONCE]
        for k in range(result.shape[1]):
            result[:, k] += np.count_nonzero(some == k, axis=0)
    return result


def items_left(
    counts: Indices, fixed: Mapping[int, tuple[Model, FloatArray]], names: Sequence[str]
) -> tuple[NDArray[np.bool_], list[Flag]]:
    """Items with different answers, or anchored, (J,), and a flag for each of the others."""
    kept = np.zeros(len(counts), dtype=bool)
    flags = []
    for item, own in enumerate(counts):
        seen = int((own > 0).sum())
        kept[item] = seen > 1 or (item in fixed and seen > 0)
        if not kept[item]:
            flags.append(_left_out(names[item], item, own))
    if kept.sum() < FEWEST_ITEMS:
        raise NotEnoughData(
            f"not enough data: only {_many(int(kept.sum()), 'item')} of {len(counts)} had "
            f"different answers, but {FEWEST_ITEMS} are needed"
        )
    return kept, flags


def categories_of(
    counts: Indices,
    models: Sequence[Model],
    fixed: Mapping[int, tuple[Model, FloatArray]],
    names: Sequence[str],
    where: Callable[[int, int], str],
) -> Indices:
    """K of each item; codes its model has not, and gaps, are refused.

    ``where`` tells in words where an item's code is first met.
    """
    result = np.full(len(models), 2, dtype=np.intp)
    for item, model in enumerate(models):
        seen = np.flatnonzero(counts[item])
        if len(seen) == 0:
            continue
        needed = max(int(seen[-1]) + 1, 2)
        anchored = item in fixed
        allowed = model.n_categories(len(fixed[item][1])) if anchored else needed
        if not model.takes(needed) or needed > allowed:
            code = int(seen[-1])
            limit = allowed if anchored else 2
            raise BadResponses(
                f"{where(item, code)} ({names[item]!r}) holds {code}, but a {model.name} item has "
                f"categories 0 to {limit - 1}"
            )
        if not anchored and 1 < len(seen) < needed:
            gap = int(np.setdiff1d(np.arange(needed), seen)[0])
            raise BadResponses(
                f"nobody chose category {gap} of column {item} ({names[item]!r}), though some "
                f"chose {int(seen[-1])}: number the categories without gaps, from 0"
            )
        result[item] = allowed
    return result


def _left_out(name: str, item: int, counts: Indices) -> Flag:
    seen = np.flatnonzero(counts)
    if len(seen) == 0:
        return Flag("no_responses", f"item {name!r} has no response: left out", item)
    return Flag(
        "all_same",
        f"all {counts[seen[0]]} answers to item {name!r} are {seen[0]}: it has no finite "
        "difficulty and is left out",
        item,
    )


def _duplicates(
    codes: Codes, counts: Indices, kept: NDArray[np.bool_], names: tuple[str, ...]
) -> list[Flag]:
    """Items whose column repeats an earlier one; only those with the same counts can."""
    alike: dict[bytes, list[int]] = {}
    flags = []
    for item in np.flatnonzero(kept).tolist():
        earlier = alike.setdefault(counts[item].tobytes(), [])
        same = [j for j in earlier if np.array_equal(codes[:, j], codes[:, item])]
        if same:
            sentence = f"item {names[item]!r} has the same answers as {names[same[0]]!r}"
            flags.append(Flag("duplicate_item", sentence, item))
        else:
            earlier.append(item)
    return flags


def _check_groups(groups: Indices, group_names: tuple[str, ...]) -> None:
    numbers = np.bincount(groups, minlength=len(group_names))
    for name, number in zip(group_names, numbers, strict=True):
        if number < FEWEST_ITEMS:
            raise NotEnoughData(
                f"not enough data: group {name!r} has {_many(int(number), 'person')}"
            )


def _check_links(
    codes: Codes,
    groups: Indices,
    group_names: tuple[str, ...],
    names: list[str],
    anchored: set[int],
    random_groups: bool,
) -> None:
    """Refuse items in sets that no person connects and no anchor ties to the scale."""
    part = _parts(codes)
    loose = [p for p in range(part.max() + 1) if not anchored & set(np.flatnonzero(part == p))]
    if part.max() == 0 or (not loose):
        return
    if random_groups and len(group_names) == 1:
        return
    described = []
    for p in range(part.max() + 1):
        items = np.flatnonzero(part == p)
        here = (codes[:, items[0]] >= 0) if len(items) == 1 else (codes[:, items] >= 0).any(axis=1)
        told = ", ".join(repr(group_names[g]) for g in np.unique(groups[here]))
        described.append(f"{_list([names[j] for j in items])} (group {told})")
    raise NotLinked(
        f"not linked: the items fall into {part.max() + 1} sets that no person's answers connect: "
        + "; ".join(described)
    )


def _parts(codes: Codes) -> Indices:
    """The connected set of each item, (J,), items being joined by persons who answered both."""
    n_items = codes.shape[1]
    if codes.min() >= 0:
        return np.zeros(n_items, dtype=np.intp)
    joined = np.eye(n_items, dtype=bool)
    for low in range(0, len(codes), 1024):
        given = (codes[low : low + 1024] >= 0).astype(np.float32)
        joined |= (given.T @ given) > 0
        number, part = connected_components(joined, directed=False)
        if number == 1:
            break
    return np.asarray(part, dtype=np.intp)


def _list(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
