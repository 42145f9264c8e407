"""A response file calibrated: the fit, its abilities, and the rows of ``items.csv``."""

import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.matching import in_file
from exam_engine.analysis.populations import Populations
from exam_engine.analysis.responses import Responses
from exam_engine.analysis.scoring import Scores, scored
from psychometrics import (
    Beta,
    Calibration,
    Items,
    LogitNormal,
    LogNormal,
    Normal,
    calibrate,
)
from psychometrics.calibration import Prior
from psychometrics.calibration.sharded import Here, Workers, calibrate_sheets, sheets_of
from psychometrics.errors import PsychometricsError
from psychometrics.fit import FreeParameters, free_parameters

ErrorKind = Literal["observed", "cross-product", "sandwich"]
KINDS: Mapping[str, Callable[[float, float], Prior]] = {
    "normal": Normal,
    "lognormal": LogNormal,
    "beta": Beta,
    "logitnormal": LogitNormal,
}
LARGE_CELLS = 20_000_000
"""Candidates times items from which a calibration goes by shards, here or on a cluster."""
PRIOR = re.compile(r"^(\w+)=(\w+)[:(]\s*([-+.\deE]+)\s*[,:]\s*([-+.\deE]+)\s*\)?$")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a calibration is asked for.

    Attributes
    ----------
    model : str
        Of all items but those in ``models``.
    models : mapping of item to model
    priors : mapping of quantity to Prior
    anchors : Items or None
    errors : str or None
    random_groups : bool
    threads, max_cycles : int
    timed : bool
        Whether to estimate once without errors, so that the estimation's own time can be told.
    workers : Workers or None
        Who computes with data of `LARGE_CELLS` or more; this process by default.
    """

    model: str
    models: Mapping[str, str] = field(default_factory=dict)
    priors: Mapping[str, Prior] = field(default_factory=dict)
    anchors: Items | None = None
    errors: ErrorKind | None = "observed"
    random_groups: bool = False
    threads: int = 1
    max_cycles: int = 2000
    timed: bool = True
    workers: Workers | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """A calibration with what belongs to it.

    Attributes
    ----------
    responses : Responses
        All columns of the file.
    used : Responses
        The columns that were calibrated, in the order of ``result.items``.
    plan : Plan
    result : Calibration
    scores : Scores
        EAP, each person under the population of their group.
    populations : Populations
    cpu_seconds, cpu_seconds_errors : float
        Of the estimation alone, and of the standard errors.
    """

    responses: Responses
    used: Responses
    plan: Plan
    result: Calibration
    scores: Scores
    populations: Populations
    cpu_seconds: float
    cpu_seconds_errors: float

    def free(self) -> FreeParameters:
        """What was estimated, for degrees of freedom."""
        return free_beside(self.result.items, anchored_names(self))


def free_beside(items: Items, anchored: Collection[str]) -> FreeParameters:
    """What was estimated of these items: nothing of anchored ones."""
    if not anchored:
        return free_parameters(items)
    fixed = [name in anchored for name in items.names]
    own = [j for j, is_fixed in enumerate(fixed) if not is_fixed]
    index = iter(free_parameters(items.select(own)).index if own else ())
    return FreeParameters(
        tuple(
            np.full(len(row), -1, dtype=np.int64) if is_fixed else next(index)
            for row, is_fixed in zip(items.rows, fixed, strict=True)
        ),
        mean=True,
        variance=True,
    )


def prior_in(text: str) -> tuple[str, Prior]:
    """A prior as the command line writes it: ``c=beta:5,17``.

    Raises
    ------
    BadFile
    """
    match = PRIOR.match(text)
    if match is None or match[2].lower() not in KINDS:
        raise BadFile(
            f"--prior {text} is not understood. Write a quantity, a kind and two numbers, like "
            f"c=beta:5,17 or a=lognormal:0,0.5. Kinds: {', '.join(KINDS)}."
        )
    try:
        return match[1], KINDS[match[2].lower()](float(match[3]), float(match[4]))
    except ValueError as error:
        raise BadFile(f"--prior {text}: {error}.") from None


def calibrated(
    responses: Responses,
    plan: Plan,
    step: Callable[[str], None] = lambda _: None,
    told: Callable[[int, float], None] | None = None,
) -> Calibrated:
    """Estimate item parameters and score the persons.

    Parameters
    ----------
    responses : Responses
    plan : Plan
    step : callable
        Told what is being done, for people who wait.
    told : callable, optional
        Hears of each EM cycle and its objective.

    Raises
    ------
    BadFile
    """
    unknown = sorted(set(plan.models) - set(responses.items))
    if unknown:
        raise BadFile(
            f"{responses.path} has no item {unknown[0]!r}, for which a model is named. Correct the "
            "name, or delete its row."
        )
    n_persons, n_items = responses.codes.shape
    step(f"Calibrating {n_items:,} items on {n_persons:,} persons")
    started = time.process_time()
    result = _estimated(responses, plan, None if plan.timed else plan.errors, told)
    estimated = time.process_time()
    if plan.timed and plan.errors is not None:
        step("Standard errors")
        result = _estimated(responses, plan, plan.errors, told)
    ended = time.process_time()
    at = [responses.items.index(name) for name in result.items.names]
    used = _columns(responses, at)
    populations = Populations.estimated(result)
    step("Scoring")
    scores = scored(used, result.items, "EAP", populations)
    return Calibrated(
        responses,
        used,
        plan,
        result,
        scores,
        populations,
        estimated - started,
        max(ended - estimated - (estimated - started), 0.0) if plan.errors else 0.0,
    )


def _estimated(
    responses: Responses,
    plan: Plan,
    errors: ErrorKind | None,
    told: Callable[[int, float], None] | None,
) -> Calibration:
    try:
        if _is_large(responses, plan):
            return calibrate_sheets(
                sheets_of(responses.codes, responses.groups),
                [plan.models.get(name, plan.model) for name in responses.items],
                len(responses.items),
                priors=plan.priors,
                anchors=plan.anchors,
                item_names=responses.items,
                errors=errors,
                max_cycles=plan.max_cycles,
                workers=plan.workers or Here(plan.threads),
                told=told,
            )
        return calibrate(
            responses.codes,
            [plan.models.get(name, plan.model) for name in responses.items],
            priors=plan.priors,
            groups=None if responses.groups is None else np.array(responses.groups),
            anchors=plan.anchors,
            weights=responses.weights,
            missing=-1,
            item_names=responses.items,
            random_groups=plan.random_groups,
            errors=errors,
            max_cycles=plan.max_cycles,
            threads=plan.threads,
            told=told,
        )
    except PsychometricsError as problem:
        raise in_file(problem, responses) from None


def _is_large(responses: Responses, plan: Plan) -> bool:
    """Whether shards are worth it; by the data alone, so that the digits are the same anywhere."""
    large = responses.codes.size >= LARGE_CELLS
    return large and responses.weights is None and not plan.random_groups


def _columns(responses: Responses, at: list[int]) -> Responses:
    return replace(
        responses,
        items=tuple(responses.items[j] for j in at),
        codes=np.ascontiguousarray(responses.codes[:, at]),
    )


def anchored_names(calibrated: Calibrated) -> frozenset[str]:
    """The items whose parameters were fixed."""
    anchors = calibrated.plan.anchors
    return frozenset() if anchors is None else frozenset(anchors.names)


def item_columns(result: Calibration) -> list[str]:
    """The columns of ``items.csv``."""
    columns = ["item", "model", "n", "a", "b", "c", "u", "intercept"]
    columns += ["se_a", "se_b", "se_c", "se_u", "se_intercept", "flags"]
    if result.b.ndim == 2:
        steps = range(1, result.b.shape[1] + 1)
        columns += [f"b{k}" for k in steps] + [f"se_b{k}" for k in steps]
    if result.slopes is not None:
        steps = range(1, result.slopes.shape[1] + 1)
        for name in ("slope", "intercept"):
            columns += [f"{name}{k}" for k in steps] + [f"se_{name}{k}" for k in steps]
    return columns


def item_rows(calibrated: Calibrated) -> list[dict[str, Any]]:
    """One row an item of the file, also of those left out, with words for what is blank."""
    result = calibrated.result
    anchored = anchored_names(calibrated)
    rows = []
    for item, (name, model, flags) in enumerate(
        zip(result.names, result.models, result.item_flags(), strict=True)
    ):
        row: dict[str, Any] = {"item": name, "model": model, "n": int(result.n[item])}
        for key in ("a", "c", "u", "se_a", "se_c", "se_u"):
            row[key] = float(getattr(result, key)[item])
        row.update(_steps(result, item))
        words = list(dict.fromkeys(flags))
        if name in anchored and name in result.items.names:
            words.append("anchor")
        elif result.covariance is None and name in result.items.names:
            words.append("no_standard_errors")
        row["flags"] = words
        rows.append(row)
    return rows


def _steps(result: Calibration, item: int) -> dict[str, float]:
    """b and intercepts: in ``b`` and ``intercept`` if there is one, else numbered."""
    found: dict[str, float] = {}
    for key in ("b", "intercept", "se_b", "se_intercept"):
        values = np.atleast_1d(getattr(result, key)[item])
        nominal = result.models[item] == "NRM"
        if not nominal and (result.b.ndim == 1 or _n_steps(result, item) == 1):
            found[key] = float(values[0])
        elif key.endswith("b") or nominal:
            found.update({f"{key}{k}": float(v) for k, v in enumerate(values, 1)})
    if result.slopes is not None and result.se_slopes is not None:
        for key, table in (("slope", result.slopes), ("se_slope", result.se_slopes)):
            found.update({f"{key}{k}": float(v) for k, v in enumerate(table[item], 1)})
    return found


def _n_steps(result: Calibration, item: int) -> int:
    return int(np.isfinite(np.atleast_1d(result.intercept[item])).sum())
