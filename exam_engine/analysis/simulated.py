"""Simulated examinations as files that the other commands read."""

from typing import Any

import numpy as np

from exam_engine.analysis.exports import csv_text
from psychometrics import Items, simulate
from psychometrics.simulation import Simulation, draw_forms, draw_items

MOST_RESPONSES = 200_000_000


def simulated(
    model: str, n_persons: int, n_items: int, seed: int, *, n_categories: int, length: int | None
) -> tuple[Items, Simulation]:
    """Items and persons drawn from one seed.

    Parameters
    ----------
    length : int, optional
        Items each person is given, drawn at random; all if not given.
    """
    rng = np.random.default_rng(seed)
    wide = len(str(n_items))
    names = [f"I{j:0{wide}d}" for j in range(1, n_items + 1)]
    items = draw_items(n_items, model, rng=rng, n_categories=n_categories, names=names)
    given = None if length is None else draw_forms(n_persons, n_items, length=length, rng=rng)
    return items, simulate(items, n_persons, rng=rng, administered=given)


def files(items: Items, drawn: Simulation) -> dict[str, str]:
    """``responses.csv``, ``items.csv`` with the true parameters, ``persons.csv`` with theta."""
    n_persons = len(drawn.theta)
    wide = len(str(n_persons))
    persons = [f"P{i:0{wide}d}" for i in range(1, n_persons + 1)]
    codes = [str(code) for code in range(100)] + [""]  # -1 is the last: blank
    lines = [",".join(["person", *items.names])]
    lines += [
        ",".join([person, *[codes[code] for code in row]])
        for person, row in zip(persons, drawn.responses.tolist(), strict=True)
    ]
    return {
        "responses.csv": "\n".join(lines) + "\n",
        "items.csv": csv_text(*parameter_table(items, (drawn.responses >= 0).sum(axis=0).tolist())),
        "persons.csv": csv_text(
            ["person", "theta"],
            [
                {"person": person, "theta": theta}
                for person, theta in zip(persons, drawn.theta.tolist(), strict=True)
            ],
        ),
    }


def parameter_table(items: Items, n: list[int]) -> tuple[list[str], list[dict[str, Any]]]:
    """Parameters without errors, in the columns of ``items.csv``."""
    metric = items.metric
    widest = int(items.n_categories.max()) - 1
    columns = ["item", "model", "n", "a", "b", "c", "u", "intercept", "flags"]
    if widest > 1:
        columns += [f"b{k}" for k in range(1, widest + 1)]
    nominal = [j for j, model in enumerate(items.models) if not model.ordered]
    if nominal:
        columns += [f"{name}{k}" for name in ("slope", "intercept") for k in range(1, widest + 1)]
    rows = []
    for j, (name, model) in enumerate(zip(items.names, items.models, strict=True)):
        n_steps = int(items.n_categories[j]) - 1
        row: dict[str, Any] = {"item": name, "model": model.name, "n": n[j], "a": metric.a[j]}
        row |= {"c": metric.c[j], "u": metric.u[j]}
        if not model.ordered:
            for k in range(n_steps):
                row[f"slope{k + 1}"] = items.rows[j][k]
                row[f"intercept{k + 1}"] = items.rows[j][n_steps + k]
        elif n_steps == 1:
            row |= {"b": metric.b[j, 0], "intercept": items.rows[j][1]}
        else:
            row |= {f"b{k + 1}": metric.b[j, k] for k in range(n_steps)}
        rows.append(row)
    return columns, rows
