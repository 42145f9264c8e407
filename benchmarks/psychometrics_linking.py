"""Linking and equating: two forms of 60 2PL items, 40 of them anchors, with full covariances.

Wall milliseconds of one call, one thread, the best of seven.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.printing import json_line, table
from psychometrics import Items
from psychometrics.equating import equate_observed_score, equate_true_score
from psychometrics.linking import anchor_drift, chain, link

ANCHORS, ITEMS = 40, 60
ROUNDS = 7
BAR_MS = 100.0  # of Stocking-Lord with standard errors


def forms() -> tuple[Items, Items, NDArray[np.float64]]:
    """Two calibrations with errors, and a covariance of either."""
    rng = np.random.default_rng(1)
    a, b = np.exp(rng.normal(0.1, 0.3, ITEMS)), rng.normal(0.0, 1.0, ITEMS)
    one, other = (
        Items.from_irt(
            "2PL",
            a * np.exp(rng.normal(0.0, 0.08, ITEMS)),
            b + rng.normal(0.0, 0.08, ITEMS),
            names=[f"C{j}" if j < ANCHORS else f"{form}{j}" for j in range(ITEMS)],
        )
        for form in "XY"
    )
    root = rng.normal(0.0, 0.01, (2 * ITEMS, 2 * ITEMS))
    return one, other, root @ root.T


def main() -> None:
    one, other, covariance = forms()
    errors: dict[str, Any] = {"cov_from": covariance, "cov_to": covariance}
    way = link(one, other, **errors)
    calls: dict[str, Callable[[], object]] = {
        "stocking_lord": lambda: link(one, other, **errors),
        "stocking_lord_symmetric": lambda: link(one, other, symmetric=True, **errors),
        "haebara": lambda: link(one, other, method="haebara", **errors),
        "mean_sigma": lambda: link(one, other, method="mean-sigma", **errors),
        "chain_of_two": lambda: chain(way, way.inverse()),
        "anchor_drift": lambda: anchor_drift(one, other, by="displacement"),
        "true_scores": lambda: equate_true_score(one, other, link=way),
        "observed_scores": lambda: equate_observed_score(one, other, link=way),
    }
    rows, figures = [], {}
    for name, call in calls.items():
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            call()
            times.append(1000.0 * (time.perf_counter() - started))
        bar = BAR_MS if name == "stocking_lord" else None
        figures[f"{name}_ms"] = round(min(times), 2)
        missed = " !" if bar is not None and min(times) > bar else ""
        rows.append([name, f"{min(times):.2f}{missed}", "-" if bar is None else f"{bar:g}"])
    table("Linking and equating, 40 anchors", ["with standard errors", "ms", "bar"], rows)
    json_line("psychometrics_linking", figures)


if __name__ == "__main__":
    main()
