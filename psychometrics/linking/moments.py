"""A and B from means and standard deviations of the anchors' parameters."""

from typing import NamedTuple

import numpy as np

from psychometrics.errors import BadItems, NotLinked
from psychometrics.linking.anchors import Anchors
from psychometrics.models import FloatArray, Items


class Constants(NamedTuple):
    """A, B and their derivatives by the anchors' parameters on either form, each (2, P)."""

    A: float
    B: float
    by_from: FloatArray
    by_to: FloatArray


class _Form(NamedTuple):
    a: FloatArray  # (J,)
    b: FloatArray  # (M,), all steps of all items
    a_moves: FloatArray  # (J, P)
    b_moves: FloatArray  # (M, P)


def constants(anchors: Anchors, method: str) -> Constants:
    """Mean-mean, mean-gmean or mean-sigma.

    Raises
    ------
    BadItems
        If an anchor is nominal, or its slope is not above 0 on a form.
    NotLinked
        If the method cannot tell A: mean-sigma with difficulties that do not vary.
    """
    form, to = _form(anchors.items_from), _form(anchors.items_to)
    J, M = len(form.a), len(form.b)
    mean_from, mean_to = form.b.mean(), to.b.mean()
    by_a = [np.zeros(J), np.zeros(J)]
    by_b = [np.zeros(M), np.zeros(M)]
    if anchors.one_slope:
        A = 1.0
    elif method == "mean-mean":
        A = form.a.mean() / to.a.mean()
        by_a = [np.full(J, 1.0 / (J * to.a.mean())), np.full(J, -A / (J * to.a.mean()))]
    elif method == "mean-gmean":
        A = np.exp(np.log(form.a).mean() - np.log(to.a).mean())
        by_a = [A / (J * form.a), -A / (J * to.a)]
    else:
        sd_from, sd_to = form.b.std(), to.b.std()
        if min(sd_from, sd_to) <= 1e-9 * (1.0 + np.abs(form.b).max()):
            raise NotLinked(
                f"mean-sigma needs anchors of different difficulty, and the {J} given here have "
                "one: take another method or more anchors"
            )
        A = sd_to / sd_from
        by_b = [
            -A * (form.b - mean_from) / (M * sd_from**2),
            (to.b - mean_to) / (M * sd_to * sd_from),
        ]
    sensitivities = []
    for which, side in enumerate((form, to)):
        dA = by_a[which] @ side.a_moves + by_b[which] @ side.b_moves
        own = (-A if which == 0 else 1.0) * side.b_moves.mean(axis=0)
        sensitivities.append(np.stack([dA, own - mean_from * dA]))
    return Constants(float(A), float(mean_to - A * mean_from), *sensitivities)


def _form(items: Items) -> _Form:
    for name, model, slope in zip(items.names, items.models, items.a, strict=True):
        if not model.ordered:
            raise BadItems(f"anchor {name!r} is nominal and has no a and b: use Haebara's method")
        if not slope > 0:
            raise BadItems(f"anchor {name!r} has the slope {slope:.3g}: check its key first")
    J = len(items)
    lengths = [len(row) for row in items.rows]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    a_moves = np.zeros((J, starts[-1]))
    b_rows: list[list[FloatArray]] = [[] for _ in range(J)]
    for block in items.blocks:
        moves = block.model.metric_derivatives(block.parameters)
        for row, j in enumerate(block.columns):
            full = np.zeros((moves.shape[1], starts[-1]))
            full[:, starts[j] : starts[j + 1]] = moves[row]
            a_moves[j] = full[0]
            b_rows[j] = list(full[1 : block.n_categories])
    steps = items.metric.b
    return _Form(
        items.a,
        steps[~np.isnan(steps)],
        a_moves,
        np.array([row for rows in b_rows for row in rows]),
    )
