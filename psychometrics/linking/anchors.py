"""The items that two forms share, and where their parameters stand among all of a form's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadItems, BadOption, NotLinked
from psychometrics.models import FloatArray, Items

ONE_SLOPE = {"Rasch", "PCM", "RSM"}  # models whose slope is 1 and not estimated


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """The common items of two forms, in the order of the first.

    Attributes
    ----------
    names : tuple of str
    items_from, items_to : Items
        With each form's own parameters.
    """

    names: tuple[str, ...]
    items_from: Items
    items_to: Items

    @property
    def one_slope(self) -> bool:
        """Whether no anchor has a slope of its own on either form, so that A is 1."""
        models = [*self.items_from.models, *self.items_to.models]
        return all(model.name in ONE_SLOPE for model in models)


def common_items(items_from: Items, items_to: Items, names: Sequence[str] | None) -> Anchors:
    """The anchors: all items with the same name on both forms, or those asked for.

    Raises
    ------
    NotLinked
        If there are none.
    BadItems
        If one that was asked for is missing, or has other categories on the other form.
    """
    there = set(items_to.names)
    if names is None:
        names = [name for name in items_from.names if name in there]
    else:
        for name in names:
            for form, items in (("from", items_from), ("to", items_to)):
                if name not in items.names:
                    raise BadItems(f"anchor {name!r} is not among the items linked {form}")
    if not names:
        raise NotLinked(
            f"the forms share no item by name: {_few(items_from.names)} against "
            f"{_few(items_to.names)}"
        )
    if len(set(names)) < len(names):
        raise BadItems("an anchor is named twice")
    chosen = Anchors(tuple(names), items_from.select(names), items_to.select(names))
    for j, name in enumerate(names):
        k_from = chosen.items_from.n_categories[j]
        k_to = chosen.items_to.n_categories[j]
        nominal = {chosen.items_from.models[j].ordered, chosen.items_to.models[j].ordered}
        if k_from != k_to or len(nominal) > 1:
            raise BadItems(
                f"anchor {name!r} is {chosen.items_from.models[j].name} with {k_from} categories "
                f"on one form and {chosen.items_to.models[j].name} with {k_to} on the other"
            )
    return chosen


def parameter_positions(items: Items, names: Sequence[str]) -> NDArray[np.intp]:
    """Where these items' parameters stand among all parameters of a form, item after item."""
    lengths = np.array([len(row) for row in items.rows])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    at = {name: j for j, name in enumerate(items.names)}
    parts = [np.arange(starts[at[name]], starts[at[name] + 1]) for name in names]
    return np.concatenate(parts).astype(np.intp)


def checked_covariance(covariance: ArrayLike | None, items: Items, name: str) -> FloatArray | None:
    """A covariance matrix of all parameters of a form.

    Raises
    ------
    BadOption
        If it has another shape, a number that is not finite or a negative variance, or is not
        symmetric.
    """
    if covariance is None:
        return None
    matrix = np.asarray(covariance, dtype=np.float64)
    n = sum(len(row) for row in items.rows)
    if matrix.shape != (n, n):
        raise BadOption(
            f"{name} has shape {matrix.shape}, but the {len(items)} items have {n} parameters"
        )
    if not np.isfinite(matrix).all():
        raise BadOption(f"{name} holds numbers that are not finite")
    scale = np.abs(matrix).max()
    if (np.diag(matrix) < 0).any() or not np.allclose(matrix, matrix.T, atol=1e-8 * scale):
        raise BadOption(f"{name} is no covariance matrix: not symmetric, or a negative variance")
    return matrix


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
