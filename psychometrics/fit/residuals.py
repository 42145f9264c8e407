"""Persons' responses beside what the model expects at their abilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadItems, BadOption, BadResponses
from psychometrics.models import Items
from psychometrics.quadrature import quadrature_for
from psychometrics.responses import Codes, read_responses

Floats = NDArray[np.float64]

BLOCK = 2048  # persons at a time, so that no array holds persons by items by categories whole


def read_scored(responses: ArrayLike, items: Items, missing: int | None) -> Codes:
    """Responses that the items can have.

    Raises
    ------
    BadResponses
        There is not one column an item, or a response is no category of its item.
    """
    codes = read_responses(responses, missing=missing)
    if codes.shape[1] != len(items):
        raise BadResponses(f"responses have {codes.shape[1]} columns for {len(items)} items")
    beyond = np.argwhere(codes >= items.n_categories)
    if len(beyond):
        row, column = beyond[0]
        raise BadResponses(
            f"row {row}, column {column} holds {codes[row, column]}, but item "
            f"{items.names[column]} has categories 0 to {items.n_categories[column] - 1}"
        )
    return codes


def complete_rows(codes: Codes) -> tuple[Codes, tuple[str, ...]]:
    """The persons who answered every item, and a flag that counts the others."""
    complete = (codes >= 0).all(axis=1)
    without = len(codes) - int(complete.sum())
    if not without:
        return codes, ()
    said = f"{without} of {len(codes)} persons lack a response to some item and are not used."
    return codes[complete], (said,)


def read_theta(theta: ArrayLike, n_persons: int) -> Floats:
    """Abilities, one a person; what is not finite stays and is not used.

    Raises
    ------
    BadOption
        There is not one ability a person.
    """
    values = np.asarray(theta, dtype=float)
    if values.shape != (n_persons,):
        raise BadOption(f"theta has shape {values.shape} for {n_persons} persons")
    return values


def refuse_nominal(items: Items) -> None:
    """Refuse items whose categories are no scores.

    Raises
    ------
    BadItems
    """
    for name, model in zip(items.names, items.models, strict=True):
        if not model.ordered:
            raise BadItems(f"item {name} is nominal, and its categories are no scores")


def population(items: Items, mean: float, sd: float) -> tuple[Floats, Floats]:
    """Nodes and weights, summing to 1, for integrals over N(mean, sd^2).

    Raises
    ------
    BadOption
        ``mean`` is not finite or ``sd`` not above 0.
    """
    if not (np.isfinite(mean) and np.isfinite(sd) and sd > 0):
        raise BadOption(f"theta cannot have mean {mean} and standard deviation {sd}")
    grid = np.linspace(mean - 6 * sd, mean + 6 * sd, 241)
    sharpest = items.information(grid).sum(axis=0).max()
    quadrature = quadrature_for(sharpest, mean, sd)
    return quadrature.nodes, np.exp(quadrature.log_weights(mean, sd))


@dataclass(frozen=True, slots=True)
class Residuals:
    """Scores less expected scores; every array is (n_persons, n_items), 0 where ``used`` is not.

    Attributes
    ----------
    used : array of bool
        Where a response was given by a person whose ability is finite.
    residual, variance, kurtosis : array
        Score less its expectation, and the variance and fourth central moment of the score.
    """

    used: NDArray[np.bool_]
    residual: Floats
    variance: Floats
    kurtosis: Floats


def residuals(codes: Codes, items: Items, theta: Floats) -> Residuals:
    """Residuals of checked responses at each person's ability."""
    used = (codes >= 0) & np.isfinite(theta)[:, None]
    residual, variance, kurtosis = np.zeros((3, *codes.shape))
    scores = np.arange(int(items.n_categories.max()), dtype=float)
    for start in range(0, len(codes), BLOCK):
        those = slice(start, start + BLOCK)
        at = np.where(np.isfinite(theta[those]), theta[those], 0.0)
        probabilities = items.probabilities(at)
        means = np.einsum("jkp,k->pj", probabilities, scores)
        deviations = scores[:, None, None] - means
        by_category = probabilities.transpose(1, 2, 0)
        residual[those] = codes[those] - means
        variance[those] = (by_category * deviations**2).sum(axis=0)
        kurtosis[those] = (by_category * deviations**4).sum(axis=0)
    for array in (residual, variance, kurtosis):
        array[~used] = 0.0
    return Residuals(used, residual, variance, kurtosis)
