"""From models and anchors to the free parameters of a calibration."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from psychometrics.calibration.layout import FIXED, Layout, State
from psychometrics.calibration.priors import BlockPrior, Prior, block_prior
from psychometrics.calibration.start import Summary, starting_values
from psychometrics.models import Block, FloatArray, Model
from psychometrics.models.log_linear import LogLinear

Indices = NDArray[np.intp]


def slope_of(model: Model) -> str:
    """What a model says of its slopes: "one", "common" or "free"."""
    return str(getattr(model, "slope", "free"))


def arrange(
    models: Sequence[Model],
    n_categories: Indices,
    anchors: Mapping[int, FloatArray],
    free_means: NDArray[np.bool_],
    free_variances: NDArray[np.bool_],
) -> Layout:
    """The free parameters of a calibration.

    Parameters
    ----------
    models : J Models
    n_categories : (J,) integer array
    anchors : mapping of item position to (P,) array
        Fixed parameters.
    free_means, free_variances : (G,) bool arrays
        Which groups' means and variances are estimated; others are 0 and 1.
    """
    members: dict[tuple[bool, str, int], list[int]] = {}
    for item, (model, k) in enumerate(zip(models, n_categories, strict=True)):
        key = (not isinstance(model, LogLinear), model.name, int(k))
        members.setdefault(key, []).append(item)
    blocks, indices = [], []
    n_free = 0
    for key in sorted(members):
        columns = np.array(members[key], dtype=np.intp)
        model = models[columns[0]]
        values = np.zeros((len(columns), len(model.parameter_names(key[2]))))
        fixed = np.isin(columns, list(anchors))
        for row in np.flatnonzero(fixed):
            values[row] = anchors[int(columns[row])]
        if slope_of(model) == "one":
            values[~fixed, 0] = 1.0
        index = _index(model, fixed, values.shape[1], n_free)
        n_free = max(n_free, 1 + int(index.max(initial=FIXED)))
        blocks.append(Block(model, columns, values))
        indices.append(index)
    mean_index = np.where(free_means, n_free + np.cumsum(free_means) - 1, FIXED)
    n_free += int(free_means.sum())
    variance_index = np.where(free_variances, n_free + np.cumsum(free_variances) - 1, FIXED)
    return Layout(
        tuple(blocks),
        tuple(indices),
        mean_index,
        variance_index,
    )


def start_of(layout: Layout, summary: Summary, priors: Mapping[str, Prior]) -> State:
    """The state a calibration starts from: theta N(0, 1) in every group."""
    typical = {f"logit_{name}": priors[name].typical for name in ("c", "u") if name in priors}
    values = []
    for block, index in zip(layout.blocks, layout.indices, strict=True):
        counts = summary.counts[block.columns, : block.n_categories]
        start = starting_values(block.model, counts, summary.loadings[block.columns], typical)
        for at, times in zip(*np.unique(index[index >= 0], return_counts=True), strict=True):
            if times > 1:
                start[index == at] = start[index == at].mean()
        values.append(np.where(index >= 0, start, block.parameters))
    n_groups = len(layout.mean_index)
    return State(tuple(values), np.zeros(n_groups), np.zeros(n_groups))


def block_priors(layout: Layout, priors: Mapping[str, Prior]) -> tuple[BlockPrior, ...]:
    """Each block's priors; a parameter that several items share counts once."""
    seen: set[int] = set()
    result = []
    for block, index in zip(layout.blocks, layout.indices, strict=True):
        counted = np.zeros(index.shape, dtype=bool)
        for position, at in np.ndenumerate(index):
            if at != FIXED and at not in seen:
                seen.add(int(at))
                counted[position] = True
        result.append(block_prior(block.model, block.n_categories, priors, counted))
    return tuple(result)


def _index(
    model: Model, fixed: NDArray[np.bool_], n_parameters: int, n_free: int
) -> NDArray[np.intp]:
    """Positions of a block's parameters (J, P), numbered item by item from ``n_free``."""
    rule = slope_of(model)
    new = np.flatnonzero(~fixed)
    own = np.broadcast_to(~fixed[:, None], (len(fixed), n_parameters)).copy()
    shared: list[int] = []
    if rule == "one":
        own[:, 0] = False
    if rule == "common":
        shared = [0]
    if model.name == "RSM":
        own[new[:1], 1] = False
        shared = list(range(2, n_parameters))
    for column in shared:
        own[new[1:], column] = False
    index = np.full(own.shape, FIXED, dtype=np.intp)
    index[own] = n_free + np.arange(int(own.sum()))
    for column in shared:
        index[new[1:], column] = index[new[:1], column]
    return index
