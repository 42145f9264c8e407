"""What decisions are worth: shares of agreement, whatever model of the scores they come from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption

Floats = NDArray[np.float64]

DecisionFlagCode = Literal["kappa_undefined", "two_parameters", "theta_of_cut_undefined"]


@dataclass(frozen=True, slots=True)
class DecisionFlag:
    """Something to know about a result.

    Attributes
    ----------
    code : str
        Stable, for machines; see `DecisionFlagCode`.
    sentence : str
        For people.
    """

    code: DecisionFlagCode
    sentence: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Decisions at one cut, or at all cuts together.

    Attributes
    ----------
    accuracy : float
        Share of persons put in the class they belong to.
    consistency : float
        Share put in the same class by two equivalent forms.
    chance : float
        Consistency of two forms that have nothing in common but these shares of classes.
    kappa : float
        (consistency - chance) / (1 - chance) (Cohen, 1960); NaN where a flag
        "kappa_undefined" says that everyone is in one class.
    """

    accuracy: float
    consistency: float
    chance: float
    kappa: float


@dataclass(frozen=True, slots=True)
class CutDecisions:
    """Decisions at one cut: below it, or at or above it.

    Attributes
    ----------
    cut : float
        In the measure the decision is made in.
    agreement : Agreement
    false_positive : float
        Share of all persons who pass and should not.
    false_negative : float
        Share of all persons who fail and should not.
    standard_error : float
        Conditional standard error of measurement at the cut, in its measure.
    """

    cut: float
    agreement: Agreement
    false_positive: float
    false_negative: float
    standard_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """Decisions about persons at given points of the true measure.

    Attributes
    ----------
    points : (Q,) array
        Theta, or true proportions of points for Livingston and Lewis.
    weights : (Q,) array
        Shares of persons; they sum to 1.
    accuracy, consistency : (Q, C + 1) array
        One column a cut, and one for all cuts together.
    """

    points: Floats
    weights: Floats
    accuracy: Floats
    consistency: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Accuracy and consistency of classifications.

    Attributes
    ----------
    accuracy, consistency, chance, kappa : float
        Of all classes at once, as in `Agreement`.
    cuts : tuple of CutDecisions
        One a cut.
    true_by_observed : (C + 1, C + 1) array
        Shares of persons by the class they belong to and the class they are put in.
    form_by_form : (C + 1, C + 1) array
        Shares by the classes on two equivalent forms.
    conditional : Conditional
    flags : tuple of DecisionFlag
    """

    accuracy: float
    consistency: float
    chance: float
    kappa: float
    cuts: tuple[CutDecisions, ...]
    true_by_observed: Floats
    form_by_form: Floats
    conditional: Conditional
    flags: tuple[DecisionFlag, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Classified:
    """What a model of the scores says of persons at some points.

    Attributes
    ----------
    points, weights : (Q,) array
    true : (Q,) array of int
        The class a person there belongs to, 0, ..., C.
    observed : (Q, C + 1) array
        Probability of being put in each class.
    """

    points: Floats
    weights: Floats
    true: NDArray[np.intp]
    observed: Floats


def read_cuts(cuts: ArrayLike) -> Floats:
    """Cuts as an array (C,), finite and ascending; a single one may be a number."""
    found = np.atleast_1d(np.asarray(cuts, dtype=np.float64))
    if found.ndim != 1 or len(found) == 0:
        raise BadOption("cuts are a number or a list of numbers")
    if not np.isfinite(found).all():
        raise BadOption(f"a cut of {found[~np.isfinite(found)][0]} is not finite")
    if (np.diff(found) <= 0).any():
        raise BadOption("cuts ascend, each above the one before")
    return found


def read_points(theta: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """Values of theta and their weights, scaled to sum 1; all alike unless given."""
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    if points.ndim != 1 or len(points) == 0 or not np.isfinite(points).all():
        raise BadOption("theta holds one finite number or more, in one dimension")
    if weights is None:
        return points, np.full(len(points), 1 / len(points))
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != points.shape:
        raise BadOption(f"there are {given.size} weights for {len(points)} values of theta")
    if not (np.isfinite(given).all() and (given >= 0).all() and given.sum() > 0):
        raise BadOption("weights are finite, none below 0, and not all 0")
    return points, given / given.sum()


def decisions_of(
    cuts: Floats,
    standard_errors: Floats,
    classified: Classified,
    flags: tuple[DecisionFlag, ...] = (),
    *,
    shares: Floats | None = None,
) -> Decisions:
    """Sum up over persons.

    ``shares`` (C + 1,), if given, are those of the classes in fact observed; the columns of both
    tables are scaled to them.
    """
    observed, weights = classified.observed, classified.weights
    n_classes = observed.shape[1]
    belongs = classified.true[:, None] == np.arange(n_classes)
    true_by_observed = (weights[:, None] * belongs).T @ observed
    form_by_form = (weights[:, None] * observed).T @ observed
    if shares is not None:
        predicted = weights @ observed
        factor = np.zeros(n_classes)
        np.divide(shares, predicted, out=factor, where=predicted > 0)
        true_by_observed, form_by_form = true_by_observed * factor, form_by_form * factor
    told: list[DecisionFlag] = list(flags)
    at = []
    for number, (cut, error) in enumerate(zip(cuts, standard_errors, strict=True)):
        two_true = _two_classes(true_by_observed, number + 1)
        agreement = _agreement(two_true, _two_classes(form_by_form, number + 1))
        if np.isnan(agreement.kappa):
            sentence = f"Everyone is on one side of the cut {cut:g}: kappa is undefined."
            told.append(DecisionFlag("kappa_undefined", sentence))
        at.append(
            CutDecisions(
                float(cut), agreement, float(two_true[0, 1]), float(two_true[1, 0]), float(error)
            )
        )
    whole = _agreement(true_by_observed, form_by_form)
    return Decisions(
        accuracy=whole.accuracy,
        consistency=whole.consistency,
        chance=whole.chance,
        kappa=whole.kappa,
        cuts=tuple(at),
        true_by_observed=true_by_observed,
        form_by_form=form_by_form,
        conditional=_conditional(classified),
        flags=tuple(told),
    )


def _two_classes(table: Floats, cut: int) -> Floats:
    """A table of classes, folded into below and not below a cut."""
    below = table[:cut]
    above = table[cut:]
    return np.array(
        [
            [below[:, :cut].sum(), below[:, cut:].sum()],
            [above[:, :cut].sum(), above[:, cut:].sum()],
        ]
    )


def _agreement(true_by_observed: Floats, form_by_form: Floats) -> Agreement:
    consistency = float(np.trace(form_by_form))
    chance = float(form_by_form.sum(axis=0) @ form_by_form.sum(axis=1))
    left = 1.0 - chance
    kappa = (consistency - chance) / left if left > 1e-12 else np.nan
    return Agreement(float(np.trace(true_by_observed)), consistency, chance, kappa)


def _conditional(classified: Classified) -> Conditional:
    observed, true = classified.observed, classified.true
    above = observed[:, ::-1].cumsum(axis=1)[:, -2::-1]  # (Q, C): probability of each cut passed
    passed = true[:, None] > np.arange(above.shape[1])
    accuracy = np.where(passed, above, 1 - above)
    right = np.take_along_axis(observed, true[:, None], axis=1)
    return Conditional(
        points=classified.points,
        weights=classified.weights,
        accuracy=np.hstack([accuracy, right]),
        consistency=np.hstack([above**2 + (1 - above) ** 2, (observed**2).sum(1, keepdims=True)]),
    )
