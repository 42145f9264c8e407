"""Conditional maximum likelihood for the Rasch, partial credit and rating scale models."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import null_space

from psychometrics.conditional.identification import (
    informative_persons,
    refuse_unidentified,
    usable_items,
)
from psychometrics.conditional.likelihood import (
    ConditionalLikelihood,
    ScoreGroups,
    collapse,
)
from psychometrics.errors import BadOption, BadResponses, NotIdentified
from psychometrics.models import Items
from psychometrics.responses import Codes, read_responses

Floats = NDArray[np.float64]
ConditionalModel = Literal["Rasch", "PCM", "RSM"]

LARGEST_GRADIENT = 1e-8
SHRINKAGE = 0.2  # a cheap step that leaves more of the gradient is followed by an exact one
LONGEST_STEP = 2.0  # logits
LEAST_INFORMATION = 1e-4  # a standard error of 100 logits places nothing


@dataclass(frozen=True, slots=True)
class ConditionalCalibration:
    """Items calibrated by conditional maximum likelihood, in logits (D = 1).

    Attributes
    ----------
    model : {"Rasch", "PCM", "RSM"}
    b, se_b : (n_items,) array
        Location of each item, the mean of its thresholds; their mean over items is 0.
        NaN for an item that was left out (see ``flags``).
    thresholds, se_thresholds : (n_items, n_steps) array
        ``thresholds[j, k - 1]`` is where categories k - 1 and k of item j are equally likely;
        NaN beyond an item's last category and for an item left out.
    covariance : (n_thresholds, n_thresholds) array
        Of the defined thresholds, in row order; of rank ``n_parameters``.
    log_likelihood : float
        Conditional on raw scores, at the estimates.
    n_parameters : int
    largest_gradient : float
        Largest absolute derivative of the log-likelihood in a free parameter.
    cycles : int
    converged : bool
        Whether ``largest_gradient`` is below 1e-8.
    n_persons : int
        Persons given; ``n_informative`` of them have a raw score that is neither 0 nor full.
    n_informative : int
    flags : tuple of str
        Sentences, each naming the item or the persons it is about.
    """

    model: ConditionalModel
    b: Floats
    se_b: Floats
    thresholds: Floats
    se_thresholds: Floats
    covariance: Floats
    log_likelihood: float
    n_parameters: int
    largest_gradient: float
    cycles: int
    converged: bool
    n_persons: int
    n_informative: int
    flags: tuple[str, ...]

    @property
    def kept(self) -> NDArray[np.intp]:
        """Columns of the items that were calibrated."""
        return np.flatnonzero(~np.isnan(self.b))

    def items(self) -> Items:
        """The calibrated items, in the order of ``kept``, to score persons with."""
        return Items.from_irt(self.model, np.ones(len(self.kept)), self.thresholds[self.kept])


@dataclass(frozen=True, slots=True)
class Design:
    """How free parameters make thresholds, and thresholds easiness.

    ``thresholds = basis @ free``; ``cells @ thresholds`` is the easiness of all cells.
    """

    basis: Floats  # (n_thresholds, n_free)
    cells: Floats  # (n_items * n_categories, n_thresholds)
    outside: NDArray[np.bool_]  # (n_items, n_categories), above an item's maximum

    def easiness(self, free: Floats) -> Floats:
        values = (self.cells @ (self.basis @ free)).reshape(self.outside.shape)
        return np.where(self.outside, -np.inf, values)

    def in_free(self, cells: Floats) -> Floats:
        """Carry derivatives in the cells over to the free parameters."""
        return np.asarray(self.basis.T @ (self.cells.T @ cells))


def design(model: ConditionalModel, maxima: NDArray[np.int64]) -> Design:
    """The design of a model: locations have mean 0, and a rating scale's steps too."""
    n_items, n_steps = len(maxima), int(maxima.max())
    owner = np.repeat(np.arange(n_items), maxima)
    step = np.concatenate([np.arange(maximum) for maximum in maxima])
    if model == "RSM":
        effects = np.zeros((len(owner), n_items + n_steps))
        effects[np.arange(len(owner)), owner] = 1
        effects[np.arange(len(owner)), n_items + step] = 1
        sums = np.zeros((2, n_items + n_steps))
        sums[0, :n_items], sums[1, n_items:] = 1, 1
        basis = effects @ null_space(sums)
    else:
        basis = null_space((1 / maxima[owner])[None, :])
    category = np.arange(n_steps + 1)
    passed = (owner[None, None, :] == np.arange(n_items)[:, None, None]) & (
        step[None, None, :] < category[None, :, None]
    )
    return Design(
        basis=basis,
        cells=-passed.reshape(-1, len(owner)).astype(float),
        outside=category[None, :] > maxima[:, None],
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the ascent ended."""

    free: Floats
    likelihood: ConditionalLikelihood
    log_likelihood: float
    largest_gradient: float
    cycles: int


def ascend(groups: ScoreGroups, plan: Design, start: Floats, *, most_cycles: int = 200) -> Fit:
    """Climb the concave log-likelihood by Newton steps, each halved until it rises.

    The approximate information neglects what is of the order of 1 / n_items and shrinks the error
    by about that factor a step; where that is too slow, exact second derivatives take over.
    """
    free = start
    here = ConditionalLikelihood(groups, plan.easiness(free))
    height, before = here.log_likelihood(), np.inf
    for cycle in range(most_cycles + 1):
        probabilities = here.probabilities()
        expected = np.tensordot(groups.weight, probabilities, axes=1)
        gradient = plan.in_free((groups.counts - expected).ravel())
        steepest = float(np.abs(gradient).max(initial=0.0))
        if steepest < LARGEST_GRADIENT or cycle == most_cycles:
            break
        if steepest < SHRINKAGE * before:
            cells = here.approximate_information(probabilities)
        else:
            cells = here.information()
        metric = plan.in_free(plan.in_free(cells.reshape(len(plan.cells), -1)).T)
        step = np.linalg.lstsq(metric, gradient)[0]
        step *= min(1.0, LONGEST_STEP / np.abs(plan.basis @ step).max(initial=1e-300))
        for _ in range(40):
            there = ConditionalLikelihood(groups, plan.easiness(free + step))
            above = there.log_likelihood()
            if above >= height - 1e-12 * abs(height):
                break
            step = step / 2
        else:
            break
        free, here, height, before = free + step, there, above, steepest
    return Fit(free, here, height, steepest, cycle)


def calibrate_conditionally(
    responses: ArrayLike,
    model: ConditionalModel = "Rasch",
    *,
    weights: ArrayLike | None = None,
    missing: int | None = None,
) -> ConditionalCalibration:
    """Calibrate items by the likelihood of responses given raw scores.

    No distribution of ability is assumed: the raw score is sufficient for a person's ability, and
    conditioning on it removes the ability altogether.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories 0, 1, ...; NaN (or the code ``missing``) for not administered, in any pattern.
        Time grows with the number of different patterns.
    model : {"Rasch", "PCM", "RSM"}
        Two categories; steps of its own for each item; steps shared by all items.
    weights : (n_persons,) array, optional
        How often each person counts, at least 0.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    ConditionalCalibration
        Items that every informative person passed, or failed, are left out and flagged.

    Raises
    ------
    BadResponses
        A response is no category, or exceeds 1 under "Rasch".
    BadOption
        An unknown model, or weights that are negative or not finite.
    NotEnoughData, NotLinked, NotIdentified
        See `psychometrics.conditional.identification.refuse_unidentified`; also where the
        likelihood has no maximum at finite values although every category is used.

    Notes
    -----
    Andersen (1972) for the Rasch model, Andersen (1995) for more categories.  Standard errors come
    from the exact second derivatives.
    """
    codes, counts, maxima = read_data(responses, model, weights, missing)
    usable = usable_items(codes, maxima)
    return calibrate_items(codes, counts, maxima, usable, model)


def read_data(
    responses: ArrayLike,
    model: ConditionalModel,
    weights: ArrayLike | None,
    missing: int | None,
) -> tuple[Codes, Floats, NDArray[np.int64]]:
    """Checked codes, weights, and the highest category of each item under the model."""
    if model not in ("Rasch", "PCM", "RSM"):
        raise BadOption(f"model {model!r} has no conditional likelihood: Rasch, PCM and RSM have")
    codes = read_responses(responses, missing=missing)
    counts = np.ones(len(codes)) if weights is None else np.asarray(weights, dtype=float)
    if counts.shape != (len(codes),) or not (np.isfinite(counts) & (counts >= 0)).all():
        raise BadOption("weights are one finite number from 0 for each person")
    codes, counts = codes[counts > 0], counts[counts > 0]
    maxima = np.maximum(codes.max(axis=0, initial=0), 1).astype(np.int64)
    if model == "Rasch" and maxima.max() > 1:
        row, column = np.argwhere(codes > 1)[0]
        raise BadResponses(
            f"row {row}, column {column} holds {codes[row, column]}; "
            "the Rasch model has categories 0 and 1"
        )
    if model == "RSM":
        maxima[:] = maxima.max()
    return codes, counts, maxima


def calibrate_items(
    codes: Codes,
    counts: Floats,
    maxima: NDArray[np.int64],
    usable: NDArray[np.bool_],
    model: ConditionalModel,
) -> ConditionalCalibration:
    """Calibrate the ``usable`` items of checked data; the others get NaN and a flag."""
    names = np.flatnonzero(usable)
    kept, tops = codes[:, usable], maxima[usable]
    refuse_unidentified(kept, tops, names, steps="shared" if model == "RSM" else "own")
    informative = informative_persons(kept, tops)
    groups = collapse(kept[informative], tops, counts[informative])
    plan = design(model, tops)
    fit = ascend(groups, plan, _start(groups, plan))
    cells = fit.likelihood.information()
    information = plan.in_free(plan.in_free(cells).T)
    size, vectors = np.linalg.eigh(information)
    converged = fit.largest_gradient < LARGEST_GRADIENT
    if not converged or size[0] < LEAST_INFORMATION:
        raise NotIdentified(
            "the conditional likelihood has no maximum at finite thresholds: "
            "some category is too rare to place"
        )
    spread = plan.basis @ (vectors / np.sqrt(size))
    covariance = spread @ spread.T
    thresholds, se_thresholds = np.full((2, len(maxima), int(maxima.max())), np.nan)
    defined = (np.arange(maxima.max()) < maxima[:, None]) & usable[:, None]
    thresholds[defined] = plan.basis @ fit.free
    se_thresholds[defined] = np.sqrt(np.diag(covariance))
    owner = np.nonzero(defined)[0]
    average = (owner == np.arange(len(maxima))[:, None]) / maxima[:, None]
    b = np.where(usable, average @ thresholds[defined], np.nan)
    se_b = np.where(usable, np.sqrt(((average @ covariance) * average).sum(axis=1)), np.nan)
    return ConditionalCalibration(
        model=model,
        b=b,
        se_b=se_b,
        thresholds=thresholds,
        se_thresholds=se_thresholds,
        covariance=covariance,
        log_likelihood=fit.log_likelihood,
        n_parameters=plan.basis.shape[1],
        largest_gradient=fit.largest_gradient,
        cycles=fit.cycles,
        converged=converged,
        n_persons=len(codes),
        n_informative=int(informative.sum()),
        flags=tuple(_flags(usable, informative)),
    )


def _start(groups: ScoreGroups, plan: Design) -> Floats:
    """Thresholds as log odds of neighbouring categories, fitted into the design."""
    counts = groups.counts + 0.5
    odds = np.log(counts[:, :-1] / counts[:, 1:])
    return np.asarray(np.linalg.lstsq(plan.basis, odds[~plan.outside[:, 1:]])[0])


def _flags(usable: NDArray[np.bool_], informative: NDArray[np.bool_]) -> Iterator[str]:
    for item in np.flatnonzero(~usable):
        yield f"Item {item} is left out: all informative persons passed it, or all failed it."
    extreme = int((~informative).sum())
    if extreme:
        yield f"{extreme} persons have a raw score of 0 or full and say nothing about the items."
