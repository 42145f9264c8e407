"""Two forms on one scale, and how what is computed from them inherits the errors of the link."""

from dataclasses import dataclass

import numpy as np

from psychometrics.equating.conversion import EquatingFlag
from psychometrics.errors import BadItems
from psychometrics.linking.anchors import parameter_positions
from psychometrics.linking.result import Link, Source
from psychometrics.models import FloatArray, Items


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Derivatives of S equivalents by all they rest on.

    Attributes
    ----------
    by_from, by_to : (S, P) arrays
        By the parameters of the forms' items, item after item.
    by_link : (S, 2) array
        By A and B.
    """

    by_from: FloatArray
    by_to: FloatArray
    by_link: FloatArray


def check_scored(items_from: Items, items_to: Items) -> None:
    """Refuse items by which the expected score need not rise with theta.

    Raises
    ------
    BadItems
        For a nominal item, or a slope that is not above 0.
    """
    for items in (items_from, items_to):
        for name, model, slope in zip(items.names, items.models, items.a, strict=True):
            if not model.ordered:
                raise BadItems(f"item {name!r} is nominal and has no score to add")
            if not slope > 0:
                raise BadItems(
                    f"item {name!r} has the slope {slope:.3g}: the conversion would not be "
                    "monotone; check its key first"
                )


def standard_errors(
    moves: Moves | None, link: Link | None, items_from: Items, items_to: Items
) -> tuple[FloatArray | None, tuple[EquatingFlag, ...]]:
    """Standard errors by the delta method, or why there are none."""
    if moves is None or link is None:
        return None, ()
    ends = ((link.sources[0], items_from, "from"), (link.sources[-1], items_to, "to"))
    for source, items, form in ends:
        missing = _not_in(items, source)
        if missing:
            sentence = (
                f"Item {missing!r} of the {form}-form is not among the items that were linked, so "
                "there are no standard errors."
            )
            return None, (EquatingFlag("no_error", sentence),)
    variance = np.zeros(len(moves.by_link))
    for number, source in enumerate(link.sources):
        if source.covariance is None:
            continue
        gradient = moves.by_link @ source.sensitivity
        if number == 0:
            gradient[:, parameter_positions(source.items, items_from.names)] += moves.by_from
        if number == len(link.sources) - 1:
            gradient[:, parameter_positions(source.items, items_to.names)] += moves.by_to
        variance += np.einsum("sp,pq,sq->s", gradient, source.covariance, gradient, optimize=True)
    return np.sqrt(np.maximum(variance, 0.0)), ()


def has_errors(link: Link | None) -> bool:
    """Whether a form came with a covariance."""
    return link is not None and any(source.covariance is not None for source in link.sources)


def _not_in(items: Items, source: Source) -> str | None:
    """The first item that is not among the source's with the same parameters."""
    known = dict(zip(source.items.names, source.items.rows, strict=True))
    for name, row in zip(items.names, items.rows, strict=True):
        if name not in known or not np.array_equal(known[name], row):
            return name
    return None
