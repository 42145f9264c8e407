"""Which items each person is given: planned forms, and items drawn for each person."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption

Mask = NDArray[np.bool_]


def assign_forms(
    forms: Sequence[Sequence[int]],
    n_items: int,
    *,
    form: ArrayLike | None = None,
    n_persons: int | None = None,
    rng: np.random.Generator | None = None,
) -> Mask:
    """Give each person one of several planned forms.

    Parameters
    ----------
    forms : sequence of sequences of int
        The columns on each form.
    n_items : int
        Columns of the matrix.
    form : (n_persons,) array of int, optional
        The form of each person.
    n_persons : int, optional
        If ``form`` is not given: spread so many persons evenly over the forms, in random order.
    rng : numpy.random.Generator, optional
        For that order.

    Returns
    -------
    (n_persons, n_items) array of bool
        True where the person is given the item.

    Raises
    ------
    BadOption
        A column or a form does not exist, or neither ``form`` nor ``n_persons`` and ``rng`` are
        given.
    """
    on_form = np.zeros((len(forms), n_items), dtype=bool)
    for number, columns in enumerate(forms):
        for column in columns:
            if not 0 <= column < n_items:
                raise BadOption(f"form {number} names item {column} of {n_items}")
            on_form[number, column] = True
    if form is None:
        if n_persons is None or rng is None:
            raise BadOption("give the form of each person, or a number of persons and an rng")
        assigned = rng.permutation(np.arange(n_persons) % len(forms))
    else:
        assigned = np.asarray(form)
        unknown = ~np.isin(assigned, np.arange(len(forms)))
        if unknown.any():
            raise BadOption(f"there is no form {assigned[unknown][0]} among {len(forms)}")
    return np.asarray(on_form[assigned])


def draw_forms(n_persons: int, n_items: int, *, length: int, rng: np.random.Generator) -> Mask:
    """Draw ``length`` of the items for each person (linear on-the-fly testing).

    Parameters
    ----------
    n_persons, n_items : int
    length : int
        From 1 to ``n_items``.
    rng : numpy.random.Generator

    Returns
    -------
    (n_persons, n_items) array of bool
        With ``length`` True in each row.

    Raises
    ------
    BadOption
        ``length`` is not from 1 to ``n_items``.
    """
    if not 1 <= length <= n_items:
        raise BadOption(f"a form of {length} items cannot be drawn from {n_items}")
    order = rng.random((n_persons, n_items)).argpartition(length - 1, axis=1)
    mask = np.zeros((n_persons, n_items), dtype=bool)
    np.put_along_axis(mask, order[:, :length], True, axis=1)
    return mask
