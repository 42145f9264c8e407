"""Option analysis: who chooses which answer of a multiple-choice item, and is the key right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.classical.quantiles import quantile_groups
from psychometrics.classical.scores import attainable, rest_share, totals
from psychometrics.errors import BadOption, BadResponses

Floats = NDArray[np.float64]
Label = str | int | float

FUNCTIONING = 0.05  # a distractor that fewer choose does no work (Haladyna & Downing, 1993)


@dataclass(frozen=True, slots=True)
class OptionTable:
    """The options of one item.  Arrays have one row an option, in the order of ``options``.

    Attributes
    ----------
    options : tuple of label
        Every option chosen by anyone, the key, and those named by ``options``.
    key : int
        Position of the key in ``options``.
    count, proportion : (n_options,) array
        Persons who chose it; their share of those given the item.
    mean_score : (n_options,) array
        Mean rest score, as a share of its maximum, of those who chose it; NaN for an option that
        no one chose (a flag says so).
    point_biserial : (n_options,) array
        Correlation of choosing it with the rest score; NaN where a flag says why.
    group_size, group_score : (n_groups,) array
        Persons in each score group, lowest first, and their mean rest score.
    trace : (n_options, n_groups) array
        Share of each group that chose the option: the trace line.
    flags : tuple of str
        Sentences on the item.
    """

    options: tuple[Label, ...]
    key: int
    count: NDArray[np.int64]
    proportion: Floats
    mean_score: Floats
    point_biserial: Floats
    group_size: NDArray[np.int64]
    group_score: Floats
    trace: Floats
    flags: tuple[str, ...]


def analyse_options(
    choices: ArrayLike,
    key: Sequence[Label],
    *,
    options: Sequence[Label] = (),
    omitted: Label | None = None,
    missing: Label | None = None,
    groups: int = 5,
) -> tuple[OptionTable, ...]:
    """How attractive each option is, to whom, and whether the key stands up.

    Parameters
    ----------
    choices : (n_persons, n_items) array
        Label of the option chosen: text or numbers.  An empty text, NaN, or the label ``missing``
        is an item not administered.
    key : sequence of n_items labels
        The right option of each item.
    options : sequence of labels, optional
        Options every item has, to be listed also where no one chose them.
    omitted : label, optional
        The label of an item seen but not answered; it is listed and scored wrong, and is no
        distractor.
    missing : label, optional
        The label of an item not administered.
    groups : int
        Score groups of the trace lines, at least 2.  Equal scores stay together, so there may be
        fewer.

    Returns
    -------
    tuple of OptionTable
        One an item.  An item given to no one has empty groups and a flag.

    Raises
    ------
    BadResponses
        ``choices`` has not two dimensions.
    BadOption
        ``key`` has not one label an item or not the kind of the choices (text or numbers), or
        ``groups`` is under 2.

    Notes
    -----
    The score is the rest score of `psychometrics.classical.items.analyse_items`: the share of
    the *other* items given that the person had right.  Groups are quantile groups of it among
    those given the item.  A distractor that under 5 in 100 choose is flagged (Haladyna & Downing,
    1993).
    """
    labels = np.asarray(choices)
    if labels.ndim != 2:
        raise BadResponses(f"choices have {labels.ndim} dimensions, not persons by items")
    if len(key) != labels.shape[1]:
        raise BadOption(f"there are {len(key)} keys for {labels.shape[1]} items")
    if groups < 2:
        raise BadOption(f"{groups} score groups cannot show a trend: at least 2 can")
    if labels.dtype.kind in "Ubiuf" and any(
        isinstance(label, str) != (labels.dtype.kind == "U") for label in key
    ):
        raise BadOption("choices and keys are not both text or both numbers")
    given = _given(labels, missing)
    right = np.stack([labels[:, item] == key[item] for item in range(len(key))], axis=1)
    scores = np.where(given, right, -1).astype(np.int8)
    points = attainable(scores, 1)
    earned, possible = totals(scores, points)
    tables = []
    for item in range(len(key)):
        who = given[:, item]
        score = scores[who, item].astype(float)
        rest, has_rest = rest_share(score, earned[who], possible[who], 1)
        chosen = labels[who, item]
        tables.append(_table(chosen[has_rest], rest[has_rest], key[item], options, omitted, groups))
    return tuple(tables)


def _given(labels: NDArray[Any], missing: Label | None) -> NDArray[np.bool_]:
    if labels.dtype.kind == "f":
        given = ~np.isnan(labels)
    elif labels.dtype.kind == "U":
        given = labels != ""
    else:
        blank = [[cell is None or cell == "" or cell != cell for cell in row] for row in labels]
        given = ~np.array(blank)
    if missing is not None:
        given &= labels != missing
    return np.asarray(given)


def _table(
    chosen: NDArray[Any],
    rest: Floats,
    key: Label,
    options: Sequence[Label],
    omitted: Label | None,
    groups: int,
) -> OptionTable:
    listed = _in_order({*chosen.tolist(), *options, key}, omitted)
    choice = np.stack([chosen == option for option in listed]).astype(float)
    group = _score_groups(rest, groups)
    member = (group == np.arange(group.max(initial=-1) + 1)[:, None]).astype(float)
    count, size = choice.sum(axis=1), member.sum(axis=1)
    n_persons = len(rest)
    mean_score = np.full(len(listed), np.nan)
    np.divide(choice @ rest, count, out=mean_score, where=count > 0)
    point_biserial = _correlations(choice, rest)
    table = OptionTable(
        options=tuple(listed),
        key=listed.index(key),
        count=count.astype(np.int64),
        proportion=count / max(n_persons, 1),
        mean_score=mean_score,
        point_biserial=point_biserial,
        group_size=size.astype(np.int64),
        group_score=(member @ rest) / size,
        trace=(choice @ member.T) / size,
        flags=(),
    )
    return replace(table, flags=tuple(_remarks(table, omitted)))


def _in_order(labels: set[Label], omitted: Label | None) -> list[Label]:
    """Options in their natural order, numbers before text, the omission last."""
    plain = [
        int(label) if isinstance(label, float) and label.is_integer() else label for label in labels
    ]
    return sorted(plain, key=lambda label: (label == omitted, isinstance(label, str), label))


def _score_groups(rest: Floats, groups: int) -> NDArray[np.int64]:
    """Quantile group of each person, from 0 without gaps; equal scores share a group."""
    if not len(rest):
        return np.zeros(0, np.int64)
    return np.unique(quantile_groups(rest.round(12), groups), return_inverse=True)[1]


def _correlations(choice: Floats, rest: Floats) -> Floats:
    if not len(rest) or np.ptp(rest) <= 1e-12:
        return np.full(len(choice), np.nan)
    deviations = rest - rest.mean()
    spread = choice.std(axis=1)
    correlations = np.full(len(choice), np.nan)
    np.divide(
        choice @ deviations / len(rest), spread * rest.std(), out=correlations, where=spread > 0
    )
    return correlations


def _remarks(table: OptionTable, omitted: Label | None) -> Iterator[str]:
    if not table.group_size.sum():
        yield "No one was given this item and another: nothing is defined."
        return
    if len(table.group_size) < 2:
        yield "Everyone scored the same on the other items: correlations are undefined."
    if table.point_biserial[table.key] < 0:
        yield f"Better persons avoid the key {table.options[table.key]}: check it."
    for position, option in enumerate(table.options):
        if table.count[position] == 0:
            yield f"No one chose option {option}: its mean score and correlation are undefined."
        elif table.proportion[position] == 1:
            yield f"Everyone chose option {option}: its correlation is undefined."
        if position != table.key and option != omitted:
            yield from _remarks_on_distractor(table, position)


def _remarks_on_distractor(table: OptionTable, position: int) -> Iterator[str]:
    option, key = table.options[position], table.options[table.key]
    if 0 < table.proportion[position] < FUNCTIONING:
        yield f"Option {option} drew fewer than 5 in 100 persons: it hardly works."
    keyed = np.nan_to_num(table.point_biserial[table.key])
    if table.point_biserial[position] > max(keyed, 0.0):
        yield f"Option {option} goes with higher scores more than the key {key}: check the key."
    if len(table.group_size) > 1 and table.trace[position, -1] > table.trace[table.key, -1]:
        yield f"The best group prefers option {option} to the key {key}: check the key."
