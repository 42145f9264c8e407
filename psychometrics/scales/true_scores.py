"""Between theta and the true score, the expected number of points on a form.

Source: Lord (1980), Applications of Item Response Theory, eq. 4-5.
"""

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.errors import BadItems, BadOption
from psychometrics.models import FloatArray, Items

HALVINGS = 70  # from 64 logits to below the spacing of floats
FURTHEST = 4096.0  # logits; nobody is there, but a very flat form's curve goes on


def true_score(items: Items, theta: ArrayLike) -> FloatArray:
    """Expected points on a form, shape (Q,) (Lord, 1980, eq. 4-5).

    Parameters
    ----------
    items : Items
        Of the form.
    theta : (Q,) array_like
        Logits.
    """
    return np.asarray(items.expected_score(theta).sum(axis=0))


def theta_at(items: Items, score: ArrayLike) -> FloatArray:
    """Theta of which a score is the true score, shape (S,) (Lord, 1980).

    Parameters
    ----------
    items : Items
        Of the form; none nominal or with a negative slope, so that the true score rises.
    score : (S,) array_like
        Points, not whole ones necessarily, between those that guessing alone gives and all.

    Raises
    ------
    BadItems
        An item is nominal, or rewards the less able.
    BadOption
        A score is no true score of any finite theta.
    """
    ordered = ~np.isnan(items.a) & ~items.negative
    if not ordered.all():
        name = items.names[int(np.argmin(ordered))]
        raise BadItems(f"the true score does not rise with theta: see item {name!r}")
    wanted = np.atleast_1d(np.asarray(score, dtype=np.float64))
    reach = 64.0
    while True:
        low, high = true_score(items, [-reach, reach])
        outside = ~((wanted > low) & (wanted < high))
        if not outside.any():
            break
        if reach >= FURTHEST:
            raise BadOption(
                f"a score of {wanted[outside][0]:g} belongs to no theta: true scores on this form "
                f"lie between {low:.6g} and {high:.6g}"
            )
        reach *= 4
    left, right = np.full(wanted.shape, -reach), np.full(wanted.shape, reach)
    for _ in range(HALVINGS):
        middle = (left + right) / 2
        below = true_score(items, middle) < wanted
        left, right = np.where(below, middle, left), np.where(below, right, middle)
    return np.asarray((left + right) / 2)
