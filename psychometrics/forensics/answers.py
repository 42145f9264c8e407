"""Two persons' answers beside each other: which are the same, and how likely that was.

Given the source's answers, the copier gives the same one to item j with chance P_j(x_source |
theta_copier).  Taking both persons as answering by themselves, the chance is the sum over the
categories k of P_j(k | theta_1) P_j(k | theta_2).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption, NotEnoughData
from psychometrics.fit.residuals import BLOCK, read_scored, read_theta
from psychometrics.models import Items
from psychometrics.responses import Codes

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Positions = NDArray[np.int32]

MOST_PAIRS = 5_000_000  # in one result that holds every pair


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Of the number of matches, for pairs in any shape: all arrays share it.

    Attributes
    ----------
    n_items, matches : array
        Items that both were given, and those answered alike.
    expected, variance : array
        Of the matches.
    """

    n_items: Floats
    matches: Floats
    expected: Floats
    variance: Floats

    @property
    def z(self) -> Floats:
        """Matches beyond expectation in standard deviations; NaN where nothing is uncertain."""
        uncertain = self.variance > 1e-12
        spread = np.sqrt(np.where(uncertain, self.variance, 1.0))
        return np.where(uncertain, (self.matches - self.expected) / spread, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Persons' answers and the chances of all answers at their abilities.

    Attributes
    ----------
    codes : (n_persons, n_items) array of int8
        -1 where not administered, or where the person's ability is not finite.
    chances : (n_persons, n_items, K) array
        Of each category; 0 where the code is -1.
    """

    codes: Codes
    chances: Floats

    @classmethod
    def read(
        cls, responses: ArrayLike, items: Items, theta: ArrayLike, missing: int | None
    ) -> "Answers":
        """Check responses and abilities, and compute the chances.

        Raises
        ------
        BadResponses, BadOption
        NotEnoughData
            There is only one person.
        """
        codes = read_scored(responses, items, missing)
        values = read_theta(theta, len(codes))
        if len(codes) < 2:
            raise NotEnoughData("one person makes no pair: two or more are needed")
        codes = np.where(np.isfinite(values)[:, None], codes, np.int8(-1))
        chances = np.zeros((*codes.shape, int(items.n_categories.max())))
        for start in range(0, len(codes), BLOCK):
            those = slice(start, start + BLOCK)
            at = np.nan_to_num(values[those], posinf=0.0, neginf=0.0)
            chances[those] = items.probabilities(at).transpose(2, 0, 1)
        chances[codes < 0] = 0.0
        return cls(codes, chances)

    def given_to_both(self, pairs: Positions) -> Booleans:
        """Items that both persons were given, shape (n_pairs, n_items)."""
        return np.asarray((self.codes[pairs[:, 0]] >= 0) & (self.codes[pairs[:, 1]] >= 0))

    def same(self, pairs: Positions) -> Booleans:
        """Items that both answered alike, shape (n_pairs, n_items)."""
        first, second = self.codes[pairs[:, 0]], self.codes[pairs[:, 1]]
        return np.asarray((first == second) & (first >= 0))

    def chances_of_same(self, pairs: Positions, given_source: bool) -> Floats:
        """Chance of answering alike, shape (n_pairs, n_items); 0 where one was not given it."""
        first, second = pairs.T
        if not given_source:
            found = np.einsum("pjk,pjk->pj", self.chances[first], self.chances[second])
            return np.asarray(found)
        source = self.codes[first]
        items = np.arange(source.shape[1])
        found = self.chances[second[:, None], items, np.maximum(source, 0)]
        return np.asarray(np.where(source >= 0, found, 0.0))

    def moments(self, pairs: Positions, given_source: bool) -> Moments:
        """Moments of the matches of some pairs, shape (n_pairs,)."""
        p = self.chances_of_same(pairs, given_source)
        return Moments(
            self.given_to_both(pairs).sum(axis=1).astype(float),
            self.same(pairs).sum(axis=1).astype(float),
            p.sum(axis=1),
            (p * (1.0 - p)).sum(axis=1),
        )

    def moments_between(self, first: slice, second: slice, given_source: bool) -> Moments:
        """Moments of the matches of everyone in one range with everyone in another.

        Shape (persons in first, persons in second); matrix products only, so fast.
        """
        seen_first, seen_second = self._indicators(first), self._indicators(second)
        given = (self.codes[first] >= 0).astype(float) @ (self.codes[second] >= 0).astype(float).T
        matches = seen_first @ seen_second.T
        chances = self.chances[second].reshape(seen_second.shape)
        if given_source:
            expected = seen_first @ chances.T
            squares = seen_first @ (chances**2).T
        else:
            expected = self.chances[first].reshape(seen_first.shape) @ chances.T
            squares = self._products(first) @ self._products(second).T
        return Moments(given, matches, expected, np.maximum(expected - squares, 0.0))

    def _indicators(self, rows: slice) -> Floats:
        """1 for the category that was answered, shape (rows, n_items times K)."""
        categories = np.arange(self.chances.shape[2])
        seen = self.codes[rows][:, :, None] == categories
        return np.asarray(seen.reshape(len(seen), -1), dtype=np.float64)

    def _products(self, rows: slice) -> Floats:
        """P_k P_l of each item, such that inner products are squared chances of matching."""
        chances = self.chances[rows]
        one, other = np.triu_indices(chances.shape[2])
        weights = np.where(one == other, 1.0, np.sqrt(2.0))
        products = chances[:, :, one] * chances[:, :, other] * weights
        return np.asarray(products.reshape(len(chances), -1))


def read_pairs(pairs: ArrayLike | None, n_persons: int, *, directed: bool) -> Positions:
    """Pairs of rows, shape (n_pairs, 2); all of them (both ways if ``directed``) if not given.

    Raises
    ------
    BadOption
        A pair is not two different rows, or all pairs are too many for one result.
    NotEnoughData
        There is no pair.
    """
    if pairs is None:
        n_pairs = n_persons * (n_persons - 1) // (1 if directed else 2)
        if n_pairs > MOST_PAIRS:
            raise BadOption(
                f"{n_persons} persons make {n_pairs} pairs, more than one result holds: "
                "similar_pairs goes through them in blocks"
            )
        both = ~np.eye(n_persons, dtype=bool)
        return np.argwhere(both if directed else np.triu(both)).astype(np.int32)
    given = np.asarray(pairs)
    if given.size == 0:
        raise NotEnoughData("no pair was given")
    if given.ndim != 2 or given.shape[1] != 2 or given.dtype.kind not in "iu":
        raise BadOption("pairs are rows of two persons, by position")
    outside = np.flatnonzero(((given < 0) | (given >= n_persons)).any(axis=1))
    if len(outside):
        raise BadOption(
            f"pair {outside[0]} is {tuple(given[outside[0]].tolist())}, but the persons are 0 to "
            f"{n_persons - 1}"
        )
    twice = np.flatnonzero(given[:, 0] == given[:, 1])
    if len(twice):
        raise BadOption(f"pair {twice[0]} is person {given[twice[0], 0]} with itself")
    return given.astype(np.int32)
