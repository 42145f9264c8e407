"""Ratings of items as a recommended cut: modified Angoff."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.grids import Grid, GridNames, read_grid
from exam_engine.analysis.standards.standard import (
    JUDGE_NAMES,
    ROUND_NAMES,
    Aids,
    Rows,
    Standard,
    Told,
    check_conversion,
    check_scores,
    impact_of,
    margin,
    refused,
    steps_from,
    theta_of,
    told_of,
    words_of,
)
from psychometrics import Items
from psychometrics.errors import PsychometricsError
from psychometrics.standards import Angoff, JudgeConsistency, angoff, judge_consistency

NAMES = GridNames(
    JUDGE_NAMES, ("item", "item_id"), ("rating", "probability"), ROUND_NAMES, "rating"
)
ITEM_COLUMNS = ("item", "n_rated", "points", "mean", "sd", "lowest", "highest")


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """Ratings with the parameters of their items, where given."""

    grid: Grid
    items: Items | None
    found: Angoff
    within: JudgeConsistency | None


def angoff_standard(path: str, aids: Aids, *, percent: bool = False) -> Standard:
    """Read a panel's ratings and find the cut they recommend.

    Parameters
    ----------
    path : str
        Wide (a row a judge and round, a column an item) or long (judge, round, item, rating).
    aids : Aids
        With ``items``, each gives as many points as it has steps, and judges are compared with
        the model.
    percent : bool
        Whether ratings are from 0 to 100.

    Raises
    ------
    BadFile
    """
    grid = read_grid(path, NAMES, lambda value: _wrong(value, percent=percent))
    _check_silent(grid)
    items = None if aids.items is None else _of(grid, aids.items, aids.items_path)
    ratings = grid.values / 100 if percent else grid.values
    worth = None if items is None else (items.n_categories - 1).astype(float)
    try:
        found = angoff(ratings, points=worth)
        binary = items is not None and not (items.n_categories > 2).any()
        within = judge_consistency(ratings[-1], items) if items is not None and binary else None
    except PsychometricsError as error:
        raise refused(path, error, grid.rows, grid.columns) from None
    return _standard(_Read(grid, items, found, within), ratings, aids)


def _standard(read: _Read, ratings: Any, aids: Aids) -> Standard:
    grid, found, items = read.grid, read.found, read.items
    highest = float(len(grid.columns) if items is None else (items.n_categories - 1).sum())
    check_conversion(aids.conversion, highest)
    check_scores(aids.scores, highest)
    last, judges = found.rounds[-1], grid.rows
    half = margin(len(judges)) * found.standard_error
    told = told_of(last.flags, judges)
    told += () if read.within is None else told_of(read.within.flags, judges)
    theta = None if items is None else theta_of(items, found.cut)
    at = steps_from(found.cut, found.standard_error, highest)
    columns, rows = _judge_rows(read, told, ratings)
    return Standard(
        method="angoff",
        path=grid.path,
        highest=highest,
        cut=found.cut,
        standard_error=found.standard_error,
        lower=max(0.0, found.cut - half),
        upper=min(highest, found.cut + half),
        theta=None,
        at=at,
        judges=judges,
        rounds=grid.layers,
        judge_cuts=np.array([one.judge_cuts for one in found.rounds]),
        round_cuts=np.array([one.cut for one in found.rounds]),
        impact=impact_of(at, aids.points(), aids.conversion),
        scores=aids.points(),
        qualified=None,
        conversion=aids.conversion,
        columns=columns,
        rows=rows,
        told=told,
        tables={"items.csv": (ITEM_COLUMNS, _item_rows(read, ratings[-1]))},
        details={
            "share": last.share,
            "standard_error_items": last.standard_error_items,
            "theta": theta,
            "variance": {
                "judges": last.variance.judges,
                "items": last.variance.items,
                "residual": last.variance.residual,
            },
            "icc_single": last.variance.single,
            "icc_panel": last.variance.panel,
            "rounds": [
                {
                    "round": name,
                    "cut": one.cut,
                    "standard_error": one.standard_error,
                    "spread": float(one.judge_cuts.std(ddof=1)),
                    "icc_panel": one.variance.panel,
                    "ratings_changed": None if k == 0 else float(found.ratings_changed[k - 1]),
                }
                for k, (name, one) in enumerate(zip(grid.layers, found.rounds, strict=True))
            ],
        },
        notes=grid.notes,
    )


def _judge_rows(read: _Read, told: tuple[Told, ...], ratings: Any) -> tuple[list[str], Rows]:
    """One row a judge: of the last round, with the cut of every round."""
    found, within, grid = read.found, read.within, read.grid
    last = found.rounds[-1]
    columns = ["judge", "n_rated", "cut", "share", "agreement"]
    columns += [] if within is None else ["theta", "error", "consistency", "correlation"]
    several = len(grid.layers) > 1
    columns += [f"cut_round_{name}" for name in grid.layers] if several else []
    rows = []
    for j, judge in enumerate(grid.rows):
        row: dict[str, Any] = {
            "judge": judge,
            "n_rated": int((~np.isnan(ratings[-1][j])).sum()),
            "cut": float(last.judge_cuts[j]),
            "share": float(last.judge_cuts[j] / found.cut * last.share) if found.cut else 0.0,
            "agreement": float(last.judge_agreement[j]),
            "flags": words_of(told, judge),
        }
        if within is not None:
            row |= {
                key: float(getattr(within, key)[j])
                for key in ("theta", "error", "consistency", "correlation")
            }
        if several:
            row |= {
                f"cut_round_{name}": float(one.judge_cuts[j])
                for name, one in zip(grid.layers, found.rounds, strict=True)
            }
        rows.append(row)
    return [*columns, "flags"], rows


def _item_rows(read: _Read, ratings: Any) -> Rows:
    last = read.found.rounds[-1]
    worth = (
        np.ones(len(read.grid.columns))
        if read.items is None
        else (read.items.n_categories - 1).astype(float)
    )
    return [
        {
            "item": name,
            "n_rated": int((~np.isnan(ratings[:, i])).sum()),
            "points": int(worth[i]),
            "mean": float(last.item_ratings[i]),
            "sd": float(last.item_spread[i]),
            "lowest": float(np.nanmin(ratings[:, i])),
            "highest": float(np.nanmax(ratings[:, i])),
        }
        for i, name in enumerate(read.grid.columns)
    ]


def _wrong(value: float, *, percent: bool) -> str | None:
    top = 100 if percent else 1
    if 0 <= value <= top:
        return None
    more = " Say --percent if ratings are per cent." if 1 < value <= 100 else ""
    return (
        f"A rating is the share of just-qualified candidates who answer right, from 0 to {top}."
        f"{more}"
    )


def _check_silent(grid: Grid) -> None:
    """Every judge rates something in every round, and every item is rated."""
    rated = ~np.isnan(grid.values)
    several = len(grid.layers) > 1
    for one, who in np.argwhere(~rated.any(axis=2))[:1].tolist():
        where = f" in round {grid.layers[one]}" if several else ""
        raise BadFile(
            f"{grid.path}: judge {grid.rows[who]!r} rated nothing{where}. Fill in the ratings, or "
            "delete the judge's rows of every round."
        )
    for one, what in np.argwhere(~rated.any(axis=1))[:1].tolist():
        where = f" in round {grid.layers[one]}" if several else ""
        raise BadFile(
            f"{grid.path}: item {grid.columns[what]!r} was rated by no judge{where}. Fill in the "
            "ratings, or delete the item."
        )


def _of(grid: Grid, items: Items, path: str) -> Items:
    without = [name for name in grid.columns if name not in items.names]
    if without:
        raise BadFile(
            f"{path} has no parameters for {without[0]!r}, an item of {grid.path}. Add them, or go "
            "without --items."
        )
    return items.select(list(grid.columns))
