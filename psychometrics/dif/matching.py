"""Persons of two groups matched on their score: counts by stratum, for all items at once.

A stratum is a score on the anchors, among persons who were given the same items.  An item that is
no anchor is added to the score that it is studied by (Holland & Thayer, 1988), which moves those
who got it right one stratum up.  So one table of counts by anchor score serves every item.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from psychometrics.dif.flags import DifFlag
from psychometrics.errors import BadOption
from psychometrics.responses import Codes

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Counts of right and wrong answers by group, stratum and item.

    Attributes
    ----------
    right, wrong : (2, n_strata, n_items) array
        Group 0 is the reference, 1 the focal group.
    score : (n_strata, n_items) array
        What the stratum is matched on; points out of all items that are added up.
    """

    right: Floats
    wrong: Floats
    score: Floats

    @property
    def given(self) -> Floats:
        return self.right + self.wrong

    @property
    def compared(self) -> Floats:
        """(2, n_items) array: persons in strata where both groups are."""
        given = self.given
        return np.asarray(np.where((given > 0).all(axis=0), given, 0.0).sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Responses of two groups, ready to be tabled by score.

    Attributes
    ----------
    right, wrong : (n_persons, n_items) array of float32
        1 where the answer is that.
    focal : (n_persons,) array of bool
    form : (n_persons,) array of int
        Persons with the same number were given the same items.
    forms : (n_forms, n_items) array of bool
    match : (n_persons,) array or None
        What to match on instead of the score.
    """

    right: NDArray[np.float32]
    wrong: NDArray[np.float32]
    focal: Booleans
    form: Integers
    forms: Booleans
    match: Floats | None

    def tables(self, anchors: Booleans) -> Tables:
        """Counts by score on the ``anchors`` and the studied item, or by ``match``."""
        if self.match is not None:
            values, stratum = np.unique(self.match, return_inverse=True)
            right, wrong = self._counts(stratum, len(values))
            return Tables(right, wrong, np.repeat(values[:, None], right.shape[2], axis=1))
        n_items = self.right.shape[1]
        points = np.rint(self.right @ anchors.astype(np.float32)).astype(np.int64)
        own = self.form * (n_items + 2) + points
        keys = np.unique(np.concatenate([own, own + 1]))
        right, wrong = self._counts(np.searchsorted(keys, own), len(keys))
        if not anchors.all():
            there = np.flatnonzero(np.isin(keys + 1, keys))
            moved = np.zeros_like(right)
            moved[:, np.searchsorted(keys, keys[there] + 1)] = right[:, there]
            right = np.where(anchors, right, moved)
        form, score = np.divmod(keys, n_items + 2)
        length = self.forms[:, anchors].sum(axis=1)[form]
        added = (~anchors).astype(np.int64)
        possible = np.maximum(length[:, None] + added, 1)
        return Tables(right, wrong, score[:, None] * ((int(anchors.sum()) + added) / possible))

    def _counts(self, stratum: Integers, n_strata: int) -> tuple[Floats, Floats]:
        n_persons, n_items = self.right.shape
        rows = self.focal * n_strata + stratum
        ones = np.ones(n_persons, dtype=np.float32)
        member = csr_array((ones, (rows, np.arange(n_persons))), shape=(2 * n_strata, n_persons))
        shape = (2, n_strata, n_items)
        right = (member @ self.right).astype(np.float64).reshape(shape)
        return right, (member @ self.wrong).astype(np.float64).reshape(shape)


def matched(codes: Codes, focal: Booleans, match: ArrayLike | None) -> Matched:
    """Checked responses with the forms that persons were given."""
    given = codes >= 0
    forms, form = np.array([[True] * codes.shape[1]]), np.zeros(len(codes), dtype=np.int64)
    if not given.all():
        forms, form = np.unique(given, axis=0, return_inverse=True)
    return Matched(
        right=(codes == 1).astype(np.float32),
        wrong=(codes == 0).astype(np.float32),
        focal=focal,
        form=form.reshape(-1).astype(np.int64),
        forms=forms,
        match=_read_match(match, len(codes)),
    )


def form_flags(data: Matched) -> list[DifFlag]:
    """A flag where persons were not all given the same items."""
    if data.match is not None or len(data.forms) == 1:
        return []
    sentence = (
        f"There are {len(data.forms)} sets of items given; persons are matched only with others of "
        "the same set. Give match, for example an ability, where the sets are many."
    )
    return [DifFlag("matched_by_form", sentence)]


def _read_match(match: ArrayLike | None, n_persons: int) -> Floats | None:
    if match is None:
        return None
    try:
        values = np.asarray(match, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadOption("match is not one number for each person") from None
    if values.shape != (n_persons,):
        raise BadOption(f"match has shape {values.shape}, not one number for each of {n_persons}")
    if not np.isfinite(values).all():
        raise BadOption(f"row {np.flatnonzero(~np.isfinite(values))[0]} has no finite match")
    return values
