"""From the estimate to the result: standard errors, flags, certificate, the columns in order."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from psychometrics.calibration.estimation import Estimate, Problem
from psychometrics.calibration.information import cross_product, observed_information
from psychometrics.calibration.layout import Layout
from psychometrics.calibration.priors import Prior
from psychometrics.calibration.result import Calibration, Certificate, Flag
from psychometrics.calibration.sample import Sample
from psychometrics.calibration.screening import Study
from psychometrics.models import FloatArray, Items
from psychometrics.models.nominal import Nominal
from psychometrics.quadrature import Quadrature

Errors = Literal["observed", "cross-product", "sandwich"]

VERSION = "1"
CONVERGED = 1e-3
LARGE_DIFFICULTY = 6.0
STEEP_SLOPE = 10.0
FLAT_SLOPE = 0.01
FEW_RESPONSES = 30
SMALLEST_VARIANCE = 0.01
LEAST_INFORMATION = 1e-3  # of one parameter: a standard error of 30 logits
RECOMMENDED_PERSONS = {
    "Rasch": 50,
    "1PL": 100,
    "PCM": 100,
    "RSM": 100,
    "2PL": 250,
    "GRM": 500,
    "GPCM": 500,
    "NRM": 500,
    "3PL": 1000,
    "4PL": 2000,
}
"""Persons under which a model's estimates are poor and a simpler one serves better."""


def standard_errors(
    problem: Problem,
    sample: Sample,
    found: Estimate,
    quadrature: Quadrature,
    errors: Errors | None,
) -> FloatArray | None:
    """Covariance matrix of the estimates, None if not asked for or not positive definite."""
    if errors is None or problem.layout.n_free == 0:
        return None
    where = (problem, sample, found.state, found.expectations, quadrature)
    if errors == "cross-product":
        return inverse_of(cross_product(*where))
    inverse = inverse_of(observed_information(*where))
    if inverse is None or errors == "observed":
        return inverse
    return inverse @ cross_product(*where) @ inverse


def inverse_of(matrix: FloatArray) -> FloatArray | None:
    """The inverse, 0 for parameters that the data say nothing about; None if it is no covariance.

    An asymptote at the end of its range is such a parameter: its logit has run to infinity.
    """
    told = np.flatnonzero(np.diag(matrix) > LEAST_INFORMATION)
    part = matrix[np.ix_(told, told)]
    scale = np.sqrt(np.diag(part))
    try:
        root = np.linalg.cholesky(part / np.outer(scale, scale))
        half = np.linalg.inv(root) / scale
    except np.linalg.LinAlgError:
        return None
    result = np.zeros_like(matrix)
    result[np.ix_(told, told)] = half.T @ half
    return result


def assembled(
    study: Study,
    layout: Layout,
    found: Estimate,
    quadrature: Quadrature,
    priors: Mapping[str, Prior],
    covariance: FloatArray | None,
    *,
    asked: bool,
) -> Calibration:
    """The result, with all the caller's columns in their order."""
    names = [study.names[j] for j in study.columns]
    items = Items(tuple(names), layout.filled(found.state))
    parameter_names = layout.names(names, study.group_names)
    gradient = np.abs(found.gradient)
    largest = float(gradient.max(initial=0.0))
    converged = largest < CONVERGED and not found.diverging
    certificate = Certificate(
        _objective(priors),
        found.objective,
        largest,
        parameter_names[int(gradient.argmax())] if len(gradient) else "",
        converged,
        found.cycles,
        (len(quadrature.nodes), float(quadrature.nodes[0]), float(quadrature.nodes[-1])),
        study.data_hash,
        None,
        f"{VERSION}, numpy {np.__version__}",
    )
    table = _Table(study, layout, found, covariance)
    flags = [*study.flags, *_flags(study, layout, found, table.a, table.b)]
    if not converged:
        flags.append(_not_converged(found, certificate))
    if covariance is not None:
        flags += _at_bound(study, layout, covariance, parameter_names)
    if asked and covariance is None and layout.n_free:
        flags.append(
            Flag(
                "information_not_positive",
                "the likelihood is flat or not at a maximum: there are no standard errors",
            )
        )
    flat = table.b.shape[1] == 1
    return Calibration(
        names=study.names,
        models=tuple(model.name for model in study.requested),
        n=study.n,
        a=table.a,
        b=table.b[:, 0] if flat else table.b,
        c=table.c,
        u=table.u,
        intercept=table.intercept[:, 0] if flat else table.intercept,
        slopes=table.slopes if table.nominal else None,
        se_a=table.se_a,
        se_b=table.se_b[:, 0] if flat else table.se_b,
        se_c=table.se_c,
        se_u=table.se_u,
        se_intercept=table.se_intercept[:, 0] if flat else table.se_intercept,
        se_slopes=table.se_slopes if table.nominal else None,
        group_names=study.group_names,
        means=found.state.means,
        variances=np.exp(found.state.log_variances),
        se_means=_of(layout.mean_index, covariance),
        se_variances=_of(layout.variance_index, covariance) * np.exp(found.state.log_variances),
        log_likelihood=found.log_likelihood,
        objective=found.objective,
        largest_gradient=largest,
        cycles=found.cycles,
        converged=converged,
        n_persons=study.n_persons,
        parameter_names=parameter_names,
        estimates=layout.vector(found.state),
        covariance=covariance,
        items=items,
        quadrature=quadrature,
        certificate=certificate,
        flags=tuple(flags),
    )


def _not_converged(found: Estimate, certificate: Certificate) -> Flag:
    reason = (
        "the likelihood has no maximum: a slope or the variance of theta leaves all bounds"
        if found.diverging
        else f"the gradient by {certificate.at} is {certificate.largest_gradient:.2g}"
    )
    return Flag(
        "not_converged",
        f"not converged after {found.cycles} cycles, {reason}; do not use these figures",
    )


def _objective(priors: Mapping[str, Prior]) -> str:
    likelihood = "marginal log likelihood, normal populations on the nodes"
    if not priors:
        return likelihood
    return f"{likelihood}, plus log density of {', '.join(f'{k}: {v}' for k, v in priors.items())}"


def _of(index: np.ndarray, covariance: FloatArray | None) -> FloatArray:
    """Standard errors of some free parameters; NaN for fixed ones."""
    result = np.full(index.shape, np.nan)
    if covariance is not None:
        free = index >= 0
        result[free] = np.sqrt(np.diag(covariance)[index[free]])
    return result


class _Table:
    """Arrays over the caller's columns, filled block by block."""

    def __init__(
        self, study: Study, layout: Layout, found: Estimate, covariance: FloatArray | None
    ) -> None:
        n_items = len(study.names)
        widest = int(study.n_categories.max()) - 1
        self.a, self.c, self.u = (np.full(n_items, np.nan) for _ in range(3))
        self.se_a, self.se_c, self.se_u = (np.full(n_items, np.nan) for _ in range(3))
        self.b, self.intercept, self.slopes = (np.full((n_items, widest), np.nan) for _ in range(3))
        self.se_b, self.se_intercept, self.se_slopes = (
            np.full((n_items, widest), np.nan) for _ in range(3)
        )
        self.nominal = False
        for block, index, values in zip(
            layout.blocks, layout.indices, found.state.blocks, strict=True
        ):
            at = study.columns[block.columns]
            n_steps = block.n_categories - 1
            metric = block.model.to_irt(values)
            self.a[at], self.c[at], self.u[at] = metric.a, metric.c, metric.u
            self.b[at, :n_steps] = metric.b
            self.intercept[at, :n_steps] = block.model.intercepts(values)
            if isinstance(block.model, Nominal):
                self.nominal = True
                self.slopes[at, :n_steps] = values[:, :n_steps]
            if covariance is None:
                continue
            own = _item_covariances(index, covariance)
            jacobian = block.model.metric_derivatives(values)
            errors = _delta(jacobian, own)
            self.se_a[at], self.se_b[at, :n_steps] = errors[:, 0], errors[:, 1:-2]
            self.se_c[at], self.se_u[at] = errors[:, -2], errors[:, -1]
            self.se_intercept[at, :n_steps] = _delta(block.model.intercept_derivatives(values), own)
            if isinstance(block.model, Nominal):
                self.se_slopes[at, :n_steps] = _delta(
                    np.broadcast_to(
                        np.eye(values.shape[1])[:n_steps], (len(at), n_steps, values.shape[1])
                    ),
                    own,
                )


def _item_covariances(index: np.ndarray, covariance: FloatArray) -> FloatArray:
    """Covariances (J, P, P) of each item's parameters; 0 for fixed ones."""
    padded = np.pad(covariance, (0, 1))  # index -1 finds the zeros
    return np.asarray(padded[index[:, :, None], index[:, None, :]])


def _delta(jacobian: FloatArray, covariance: FloatArray) -> FloatArray:
    """Standard errors by the delta method; NaN where nothing was estimated."""
    variance = np.einsum("jmp,jpr,jmr->jm", jacobian, covariance, jacobian)
    return np.where(variance > 0.0, np.sqrt(np.maximum(variance, 0.0)), np.nan)


def _at_bound(
    study: Study, layout: Layout, covariance: FloatArray, parameter_names: tuple[str, ...]
) -> list[Flag]:
    """Parameters that have run to the end of their range."""
    owner = {
        int(at): int(study.columns[column])
        for block, index in zip(layout.blocks, layout.indices, strict=True)
        for column, row in zip(block.columns, index, strict=True)
        for at in row
    }
    return [
        Flag(
            "at_bound",
            f"{parameter_names[at]} is at the end of its range and has no standard error",
            owner.get(at),
        )
        for at in np.flatnonzero(np.diag(covariance) == 0.0).tolist()
    ]


def _flags(
    study: Study, layout: Layout, found: Estimate, a: FloatArray, b: FloatArray
) -> list[Flag]:
    flags = []
    largest = np.abs(np.nan_to_num(b)).max(axis=1)
    for item in study.columns.tolist():
        name = study.names[item]
        if abs(a[item]) < FLAT_SLOPE:
            flags.append(
                Flag("flat_slope", f"item {name!r} says nothing about theta (slope 0)", item)
            )
        elif a[item] < 0.0:
            flags.append(
                Flag(
                    "negative_slope", f"item {name!r} has slope {a[item]:.2f}: check its key", item
                )
            )
        if abs(a[item]) > STEEP_SLOPE:
            flags.append(
                Flag("steep_slope", f"item {name!r} has slope {a[item]:.1f}: nearly a step", item)
            )
        if largest[item] > LARGE_DIFFICULTY:
            flags.append(
                Flag(
                    "large_difficulty",
                    f"item {name!r} has b beyond {LARGE_DIFFICULTY} logits",
                    item,
                )
            )
        if study.n[item] < FEW_RESPONSES:
            flags.append(
                Flag("few_responses", f"item {name!r} has only {study.n[item]} responses", item)
            )
    for group, variance in zip(study.group_names, np.exp(found.state.log_variances), strict=True):
        if variance < SMALLEST_VARIANCE:
            flags.append(Flag("small_variance", f"theta hardly varies in group {group!r}"))
    free = {
        block.model.name
        for block, index in zip(layout.blocks, layout.indices, strict=True)
        if (index >= 0).any()
    }
    wanted = max((RECOMMENDED_PERSONS[name] for name in free), default=0)
    if study.n_persons < wanted:
        model = max(free, key=RECOMMENDED_PERSONS.__getitem__)
        simpler = "" if model in {"Rasch", "PCM", "RSM"} else ", and the Rasch model is recommended"
        flags.append(
            Flag(
                "small_sample",
                f"{study.n_persons} persons are few for the {model} model: under {wanted} its "
                f"estimates are rough{simpler}",
            )
        )
    return flags
