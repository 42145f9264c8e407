"""Whether anchors are still the questions they were: by parameters, else by shares right.

Where each form has a calibration of its own, `psychometrics.linking.anchor_drift` judges.  Else the
delta plot does (Angoff & Ford, 1973): shares right as 13 + 4 z, the two groups' against each other,
and each anchor's distance from the principal axis.  Its limit of 1.5 is the usual one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from exam_engine.analysis.linking.covariances import SHARING, approximate
from exam_engine.calibration.at_cut import items_of_bank
from exam_engine.equating.anchors import FEWEST
from exam_engine.equating.material import OwnRun
from exam_engine.equating.plans import Rule
from psychometrics.linking import Link, anchor_drift
from psychometrics.linking.drift import LIMITS, Statistic, robust_z

Floats = NDArray[np.float64]

LIMIT_OF_DELTA = 1.5
JUDGED: dict[Statistic, str] = {
    "robust-z": "Judged by a robust z beyond 1.645, as one stable anchor in ten is by chance.",
    "displacement": "Judged by the distance itself.",
}
ROUNDING = 1e-9
LEAST_KEPT = 0.5
"""Share of the anchors that the rule never goes below."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An anchor on both forms.

    ``here`` and ``there`` are its difficulty for the form's group and the base form's (b, or
    delta), on the base form's scale; ``by`` is what is beyond where it belongs, above 0 where it
    became harder; ``z`` its robust z, of the slope where that is larger.  ``round`` is when the
    rule left it out, from 1, or 0.  ``aside``: a person had left it out, so it was not judged and
    has no ``z``.
    """

    code: str
    here: float
    there: float
    by: float
    z: float | None
    over: bool
    round: int
    aside: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """``unit`` is logits or delta points.  ``lost``: the rule stopped with anchors beyond its
    limit, so that what is stable cannot be told.  ``link`` takes the form's own calibration to the
    base form's, by the anchors kept."""

    kind: str
    unit: str
    statistic: str
    limit: float
    rows: tuple[Moved, ...]
    lost: bool
    sentence: str
    link: Link | None = None
    axis: tuple[float, float] | None = None

    @property
    def left_out(self) -> dict[str, str]:
        """Why the rule left each of its anchors out, by code."""
        words = "robust z" if self.statistic == "robust-z" else f"distance in {self.unit}"
        return {
            row.code: f"round {row.round} of the rule: {words} beyond {self.limit:g}"
            for row in self.rows
            if row.round
        }

    @property
    def judged(self) -> tuple[Moved, ...]:
        """The anchors that nobody had left out."""
        return tuple(row for row in self.rows if not row.aside)


def by_parameters(
    form: OwnRun, base: OwnRun, codes: Sequence[str], rule: Rule, aside: Sequence[str] = ()
) -> Drift | None:
    """None where too few of the anchors have parameters in both runs.  Of those set ``aside`` it
    is told how far they moved.

    Raises `psychometrics.errors.PsychometricsError` where no link can be found.
    """
    items_form, items_base = items_of_bank(form.held), items_of_bank(base.held)
    known = [code for code in codes if code in items_form.names and code in items_base.names]
    if len(known) < FEWEST:
        return None
    by: Statistic = "displacement" if rule == "displacement" else "robust-z"
    found = anchor_drift(
        items_form,
        items_base,
        by=by,
        remove=rule != "none",
        least_kept=LEAST_KEPT,
        anchors=known,
        cov_from=covariance_of(form),
        cov_to=covariance_of(base),
    )
    limit = LIMITS[by]
    b_here = found.link.theta(_difficulty(items_form.select(known).metric.b))
    b_there = _difficulty(items_base.select(known).metric.b)
    z = np.where(np.abs(found.z_a) > np.abs(found.z_b), found.z_a, -found.z_b)
    size = np.abs(found.displacement) if by == "displacement" else np.abs(z)
    rows = tuple(
        Moved(
            code,
            float(b_here[j]),
            float(b_there[j]),
            float(-found.displacement[j]),
            float(z[j]),
            bool(size[j] > limit),
            int(found.removed_in[j]),
        )
        for j, code in enumerate(found.names)
    )
    there = [one for one in aside if one in items_form.names and one in items_base.names]
    if there:
        b_here = found.link.theta(_difficulty(items_form.select(there).metric.b))
        b_there = _difficulty(items_base.select(there).metric.b)
        rows += tuple(
            Moved(code, float(one), float(other), float(one - other), None, False, 0, True)
            for code, one, other in zip(there, b_here, b_there, strict=True)
        )
    agreement = (
        ""
        if found.correlation is None
        else f" Difficulties of the kept anchors correlate {found.correlation:.2f}."
    )
    return Drift(
        "parameters",
        "logits",
        by,
        limit,
        rows,
        any(flag.code == "anchors_all_drift" for flag in found.flags),
        "Each form's own calibration, linked by the anchors kept "
        f"(runs {str(form.run_id)[:8]} and {str(base.run_id)[:8]}).{agreement} {JUDGED[by]}",
        found.link,
    )


def covariance_of(run: OwnRun) -> Floats | None:
    """What the errors that a run left say of its parameters' covariance."""
    items = items_of_bank(run.held)
    if SHARING & {model.name for model in items.models}:
        return None
    errors: list[Mapping[str, float]] = [
        {f"se_{name}": value for name, value in one.errors.items() if value is not None}
        for one in run.held
    ]
    for n_persons in (run.n_persons, None):
        matrix = approximate(items, errors, n_persons)
        # what errors alone say need not be a covariance; a variance below 0 would pass for none
        if matrix is None or np.linalg.eigvalsh(matrix)[0] >= -ROUNDING * np.trace(matrix):
            return matrix
    return None


def by_shares(
    right: Mapping[str, tuple[int, int]],
    right_base: Mapping[str, tuple[int, int]],
    rule: Rule,
    aside: Sequence[str] = (),
) -> Drift | None:
    """Right answers and answers of each group, by anchor; None with too few anchors.  Those set
    ``aside`` are not judged and move no line."""
    codes = tuple(code for code in right if right[code][1] and right_base[code][1])
    apart = np.array([code in aside for code in codes], dtype=bool)
    n_judged = len(codes) - int(apart.sum())
    if n_judged < FEWEST:
        return None
    here, there = (deltas([each[code] for code in codes]) for each in (right, right_base))
    by: Statistic = "displacement" if rule == "displacement" else "robust-z"
    limit = LIMIT_OF_DELTA if by == "displacement" else LIMITS["robust-z"]
    kept = ~apart
    left_in = np.zeros(len(codes), dtype=np.intp)
    fewest = max(2, math.ceil(LEAST_KEPT * n_judged))
    for number in range(1, n_judged + 1):
        slope, intercept = principal_axis(there[kept], here[kept])
        off = (here - (intercept + slope * there)) / math.sqrt(1 + slope**2)
        z = np.zeros(len(codes))
        z[~apart], _ = robust_z(off[~apart])
        size = np.abs(off) if by == "displacement" else np.abs(z)
        over = kept & (size > limit)
        if rule == "none" or not over.any() or kept.sum() <= fewest:
            break
        worst = int(np.where(over, size, -1.0).argmax())
        kept[worst], left_in[worst] = False, number
    rows = tuple(
        Moved(
            code,
            float(here[j]),
            float(there[j]),
            float(off[j]),
            None if apart[j] else float(z[j]),
            bool(size[j] > limit and not apart[j]),
            int(left_in[j]),
            bool(apart[j]),
        )
        for j, code in enumerate(codes)
    )
    n = [min(each[code][1] for code in codes) for each in (right, right_base)]
    return Drift(
        "delta",
        "delta points",
        by,
        limit,
        rows,
        rule != "none" and bool(over.any()),
        f"A delta plot of the shares right of {n[0]:,} and {n[1]:,} candidates: the forms have no "
        f"calibrations of their own to compare. {JUDGED[by]} With fewer than 200 candidates a "
        "form, chance alone moves an anchor by half a point or more.",
        axis=(slope, intercept),
    )


def deltas(right: Sequence[tuple[int, int]]) -> Floats:
    """13 + 4 z of the share wrong, (J,); a share of 0 or 1 is drawn in by half an answer."""
    counts = np.array(right, dtype=np.float64)
    return np.asarray(13.0 - 4.0 * ndtri((counts[:, 0] + 0.5) / (counts[:, 1] + 1.0)))


def principal_axis(x: Floats, y: Floats) -> tuple[float, float]:
    """Slope and intercept of the line with the least squared distances (Angoff & Ford, 1973)."""
    xx, yy, xy = x.var(), y.var(), float(np.mean((x - x.mean()) * (y - y.mean())))
    # anchors that tell no direction leave the line of equal differences
    slope = (yy - xx + math.hypot(yy - xx, 2 * xy)) / (2 * xy) if xy > 0 else 1.0
    return float(slope), float(y.mean() - slope * x.mean())


def _difficulty(b: Floats) -> Floats:
    return np.asarray(np.nanmean(b, axis=1))
