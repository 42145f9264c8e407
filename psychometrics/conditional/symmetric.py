"""Elementary symmetric functions of items, by the summation algorithm.

A test is a product of polynomials, one an item: ``w_0 + w_1 t + ... + w_m t^m``, where ``w_k``
is the weight of category k.  The coefficient of ``t^r`` of the product sums the weight of all
response patterns with raw score r.  The weights of an item are scaled to sum to 1, so every
coefficient is a probability: only products and sums of positive numbers occur, nothing cancels,
and the relative error is that of a few hundred roundings (Fischer & Molenaar, 1995, ch. 8).

``rows`` are polynomials of several forms at once, shape (n_forms, n_scores); ``weights`` has
shape (n_items, n_forms, n_categories), and an item that is not on a form weighs (1, 0, ...)
there, which changes nothing.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def times_item(rows: Floats, weights: Floats) -> Floats:
    """Multiply polynomials by those of one item; ``weights`` is (n_forms, n_categories)."""
    product = rows * weights[:, :1]
    for category in range(1, weights.shape[1]):
        product[:, category:] += weights[:, category : category + 1] * rows[:, :-category]
    return product


def times_items(rows: Floats, weights: Floats, items: Sequence[int]) -> Floats:
    """Multiply polynomials by those of several items."""
    for item in items:
        rows = times_item(rows, weights[item])
    return rows


def without_each(
    rows: Floats, weights: Floats, items: Sequence[int]
) -> Iterator[tuple[int, Floats]]:
    """Every item of ``items`` with the product of ``rows`` and all the *other* items.

    Halving the list instead of dividing out each item keeps it to ``n log n`` products and free
    of the cancellation that makes the difference algorithm unstable.
    """
    if len(items) == 1:
        yield items[0], rows
        return
    half = len(items) // 2
    first, second = items[:half], items[half:]
    yield from without_each(times_items(rows, weights, second), weights, first)
    yield from without_each(times_items(rows, weights, first), weights, second)


def without_each_pair(
    rows: Floats, weights: Floats, items: Sequence[int]
) -> Iterator[tuple[int, int, Floats]]:
    """Every pair of items, first before second, with the product of all the others."""
    for position, item in enumerate(items[:-1]):
        for other, product in without_each(rows, weights, items[position + 1 :]):
            yield item, other, product
        rows = times_item(rows, weights[item])


def one(n_forms: int, n_scores: int) -> Floats:
    """The polynomial 1, for each form."""
    rows = np.zeros((n_forms, n_scores))
    rows[:, 0] = 1.0
    return rows
