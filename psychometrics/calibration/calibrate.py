"""`calibrate`: responses in, item parameters with their certificate out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.calibration.arrangement import arrange, block_priors, slope_of, start_of
from psychometrics.calibration.estimation import Estimate, Expecting, Problem, estimate
from psychometrics.calibration.layout import Layout, State
from psychometrics.calibration.priors import BlockPrior, Prior, check_priors
from psychometrics.calibration.report import CONVERGED, Errors, assembled, standard_errors
from psychometrics.calibration.result import Calibration
from psychometrics.calibration.sample import Sample, compile_sample
from psychometrics.calibration.screening import Study, screen
from psychometrics.calibration.start import summarize
from psychometrics.errors import BadOption, NotIdentified
from psychometrics.models import Items
from psychometrics.models.log_linear import LogLinear
from psychometrics.posterior.features import features_of, merged_by_score
from psychometrics.quadrature import Quadrature, quadrature_for

MOST_QUADRATURES = 6
FORMS_EXAMINED = 512


def calibrate(
    responses: ArrayLike,
    model: str | Sequence[str],
    *,
    priors: Mapping[str, Prior] | None = None,
    groups: ArrayLike | None = None,
    anchors: Items | None = None,
    weights: ArrayLike | None = None,
    missing: int | None = None,
    item_names: Sequence[str] | None = None,
    latent_variance: Literal["free", "fixed"] | None = None,
    random_groups: bool = False,
    errors: Errors | None = "observed",
    quadrature: Quadrature | None = None,
    tolerance: float = 1e-4,
    max_cycles: int = 2000,
    threads: int = 1,
    told: Callable[[int, float], None] | None = None,
) -> Calibration:
    """Estimate item parameters by marginal maximum likelihood, or maximum a posteriori.

    EM over normal populations (Bock & Aitkin, 1981) with Anderson's acceleration.

    Parameters
    ----------
    responses : (n_persons, n_items) array_like
        Categories 0, 1, ..., K - 1; NaN is not administered, and so is the code ``missing``.
    model : str or sequence of n_items str
        Of `psychometrics.models.MODELS`.  "Rasch", "PCM" and "RSM" have slope 1 and a free latent
        variance; "1PL" has one common slope and variance 1.
    priors : mapping, optional
        Keys "a", "b", "intercept", "c", "u"; values `Normal`, `LogNormal`, `Beta`, `LogitNormal`.
        Not on what is fixed.
    groups : (n_persons,) array_like, optional
        Labels of populations.  The first in sorted order has mean 0 (and variance 1), the others
        free means and variances; all are free where there are anchors.
    anchors : Items, optional
        Items whose parameters and model are fixed, found by name among ``item_names``.
    weights : (n_persons,) array_like, optional
        How often each row counts; 0 or more.
    missing : int, optional
        A code for not administered, e.g. -1 in an int8 array.
    item_names : sequence of n_items str, optional
        "I1", "I2", ... if not given.
    latent_variance : {"free", "fixed"}, optional
        Of the first group; by default free where a slope is fixed, by a model or an anchor.
    random_groups : bool
        Whether forms that share no item may be put on one scale, because persons were spread
        over them at random.
    errors : {"observed", "cross-product", "sandwich"} or None
        Standard errors: from the observed information (Louis, 1982; the same as Oakes, 1999),
        from the cross-product of scores, or both sandwiched (White, 1982); None for none.  They
        cost one to three times the estimation itself; the cross-product a third of that.
    quadrature : Quadrature, optional
        Nodes to use as they are.  By default nodes are equally spaced, fine enough for the
        sharpest posterior and wide enough for every population.
    tolerance : float
        Largest component of the gradient of the total log posterior to stop at; at most 0.001.
    max_cycles : int
        EM cycles on one quadrature after which to stop without convergence, which is flagged.
    threads : int
        How many share the E-step and the standard errors; the digits are the same for any
        number.  Meant for BLAS set to one thread (OPENBLAS_NUM_THREADS=1), which is faster on
        these shapes in any case.
    told : callable, optional
        Hears of each EM cycle: how many there were, and the objective before the last.  What it
        raises ends the calibration.

    Returns
    -------
    Calibration

    Notes
    -----
    Memory: the responses twice as int8, at most 64 MiB of them as floats, and blocks.  Rows are
    sorted and merged first, so neither the order of persons nor repetition changes a digit.

    Raises
    ------
    BadResponses, BadItems, BadOption, UnknownModel
        Something given is not what it may be; the sentence names the cell, item or option.
    NotEnoughData
        Fewer than 10 persons or 2 items are left.
    NotLinked
        Forms or groups share neither items nor anchors.
    NotIdentified
        More free parameters than the response patterns can determine, or a free variance without
        a fixed slope.
    """
    check_options(tolerance, max_cycles, threads, errors)
    priors = dict(priors or {})
    check_priors(priors)
    study = screen(
        responses,
        model,
        groups=groups,
        anchors=anchors,
        weights=weights,
        missing=missing,
        item_names=item_names,
        random_groups=random_groups,
    )
    layout = layout_of(study, latent_variance)
    densities = block_priors(layout, priors)
    check_identified(study, layout, densities)
    sample = compile_sample(study.codes, study.weights, study.groups, len(study.group_names))
    features = features_of(
        sample.codes, sample.weights, sample.forms, sample.runs, sample.n_groups, layout.blocks
    )
    summary = summarize(features, study.n_categories)
    totals = summary.counts[features.linear.item, features.linear.category]
    by_person = Problem(features, totals, layout, densities, threads)
    problem = by_person
    if sample.by_form and _score_is_sufficient(layout):
        problem = Problem(merged_by_score(features), totals, layout, by_person.priors, threads)
    start = start_of(layout, summary, priors)
    forms = _examined_forms(sample)
    found, nodes = estimated(problem, forms, start, quadrature, tolerance, max_cycles, told)
    covariance = standard_errors(by_person, sample, found, nodes, errors)
    return assembled(study, layout, found, nodes, priors, covariance, asked=errors is not None)


def check_options(tolerance: float, max_cycles: int, threads: int, errors: str | None) -> None:
    """That options are what they may be.  Raises `BadOption`."""
    if not 0.0 < tolerance <= 1e-3:
        raise BadOption(f"tolerance = {tolerance} is not in (0, 0.001]")
    if max_cycles < 1 or threads < 1:
        raise BadOption(f"max_cycles = {max_cycles} and threads = {threads} must be 1 or more")
    if errors not in {None, "observed", "cross-product", "sandwich"}:
        raise BadOption(f"errors = {errors!r} is none of observed, cross-product, sandwich, None")


def layout_of(study: Study, latent_variance: str | None) -> Layout:
    """Which parameters are free."""
    n_groups = len(study.group_names)
    anchored = bool(study.anchors)
    fixed_slope = anchored or any(slope_of(model) == "one" for model in study.models)
    if latent_variance not in {None, "free", "fixed"}:
        raise BadOption(f"latent_variance = {latent_variance!r} is neither free nor fixed")
    if latent_variance == "free" and not fixed_slope:
        raise NotIdentified("a free latent variance needs a slope that is fixed, or anchors")
    later = np.arange(n_groups) > 0
    free_first = fixed_slope if latent_variance is None else latent_variance == "free"
    return arrange(
        study.models, study.n_categories, study.anchors, later | anchored, later | free_first
    )


def check_identified(study: Study, layout: Layout, priors: Sequence[BlockPrior]) -> None:
    """Refuse more parameters than there are independent proportions of patterns."""
    helped = sum(int(prior.counted.sum()) for prior in priors if not prior.flat)
    patterns = len(study.group_names) * np.expm1(np.log(study.n_categories).sum())
    if layout.n_free - helped > patterns:
        raise NotIdentified(
            f"{layout.n_free} free parameters cannot be had from {len(study.models)} items, whose "
            f"response patterns have {patterns:.0f} independent proportions"
        )


def _score_is_sufficient(layout: Layout) -> bool:
    """Whether all slopes are equal whatever the parameters, so that raw scores tell theta."""
    if not all(isinstance(b.model, LogLinear) for b in layout.blocks):
        return False
    slopes = set()
    for block, index in zip(layout.blocks, layout.indices, strict=True):
        if not block.model.ordered:
            return False
        slopes |= {
            (int(at), float(value) if at < 0 else 0.0)
            for at, value in zip(index[:, 0], block.parameters[:, 0], strict=True)
        }
    return len(slopes) == 1


def estimated(
    problem: Expecting,
    forms: NDArray[np.bool_],
    start: State,
    quadrature: Quadrature | None,
    tolerance: float,
    max_cycles: int,
    told: Callable[[int, float], None] | None,
) -> tuple[Estimate, Quadrature]:
    """Estimate on nodes that, at the estimate, are fine and wide enough for ``forms`` (F, J)."""
    cycles = 0

    def once(start: State, nodes: Quadrature) -> Estimate:
        def hears(cycle: int, objective: float) -> None:
            if told is not None:
                told(cycles + cycle, objective)

        return estimate(
            problem, start, nodes, tolerance=tolerance, most_cycles=max_cycles, told=hears
        )

    if quadrature is not None:
        return once(start, quadrature), quadrature
    nodes = _nodes_for(problem.layout, forms, start)
    for _ in range(MOST_QUADRATURES):
        found = once(start, nodes)
        cycles += found.cycles
        wanted = _nodes_for(problem.layout, forms, found.state)
        wide = all(
            nodes.covers(mean, sd)
            for mean, sd in zip(found.state.means, found.state.sds, strict=True)
        )
        settled = wide and nodes.step <= 1.05 * wanted.step
        gave_up = found.cycles >= max_cycles and np.abs(found.gradient).max(initial=0) >= CONVERGED
        if settled or found.diverging or gave_up:
            return found.after(cycles), nodes
        used, start, nodes = nodes, found.state, wanted
    # every estimate asked for wider or finer nodes than it was made on: it runs away
    return replace(found.after(cycles), diverging=True), used


def _examined_forms(sample: Sample) -> NDArray[np.bool_]:
    """The items of each form, or of some persons where each has their own, (F, J)."""
    if sample.by_form:
        return sample.forms
    some = np.linspace(0, len(sample.codes) - 1, FORMS_EXAMINED).astype(int)
    return np.asarray(sample.codes[np.unique(some)] >= 0)


def _nodes_for(layout: Layout, forms: NDArray[np.bool_], state: State) -> Quadrature:
    """Nodes for a state: the information that the fullest forms have where they have most."""
    theta = np.linspace(-5.0, 5.0, 81)
    information = np.zeros((forms.shape[1], len(theta)))
    for block, values in zip(layout.blocks, state.blocks, strict=True):
        information[block.columns] = block.model.information(values, theta)
    test = forms.astype(np.float64) @ information
    return quadrature_for(test, state.means, state.sds)
