"""Scores of the form as scores of the base form, by each method of `psychometrics.equating`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from exam_engine.calibration.at_cut import items_of_bank
from exam_engine.calibration.frozen import Frozen
from exam_engine.equating.drift import Drift, covariance_of
from exam_engine.equating.errors import EquatingUnsound
from exam_engine.equating.material import FormMaterial, Material
from exam_engine.equating.plans import Method
from item_bank.parameters.queries import Held
from psychometrics import Items
from psychometrics.equating import (
    Conversion,
    equate_circle_arc,
    equate_identity,
    equate_levine,
    equate_true_score,
    equate_tucker,
)
from psychometrics.errors import PsychometricsError
from psychometrics.linking import link

Floats = NDArray[np.float64]

REPLICATIONS = 200
SEED = 20_260_301
LEAST_USABLE = 0.9
"""Share of the replications without which no standard error is told."""
FAR_APART = 0.3
"""Standard deviations between the groups at which methods begin to disagree (Kolen & Brennan,
2014, section 8.2)."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Those who sat one form: number right on it and on the anchors, (n,) each.

    Where not all questions count by their answers any more, numbers right on the form are of as
    many questions as it had: as in the scores, the share of right answers stays.
    """

    total: Floats
    anchor: Floats
    highest: int
    by_chance: float

    def drawn(self, rng: np.random.Generator) -> "Group":
        """As many persons, with replacement."""
        rows = rng.integers(0, len(self.total), len(self.total))
        return replace(self, total=self.total[rows], anchor=self.anchor[rows])


def group_of(form: FormMaterial, anchors: Sequence[str]) -> Group | None:
    """None where nobody was shown the whole form."""
    frozen = form.answers
    if frozen is None or not form.n:
        return None
    points, codes = whole_points(frozen)
    at = [codes.index(code) for code in anchors]
    counts, n_scored = form.counts, len(form.scored)
    full = len(counts.own) + counts.credited
    chance = sum(1.0 / len(column.options) for column in frozen.columns)
    total, anchor = points.sum(axis=1), points[:, at].sum(axis=1)
    return Group(
        (total + counts.credited) * n_scored / full,
        anchor.astype(float),
        n_scored,
        (chance + counts.credited) * n_scored / full,
    )


def whole_points(frozen: Frozen) -> tuple[NDArray[np.int64], list[str]]:
    """1 right and 0 not, of those who were shown every question, with the columns' codes."""
    points = frozen.points("wrong").astype(np.int64)
    return points[(points >= 0).all(axis=1)], [column.code for column in frozen.columns]


def counts_right(frozen: Frozen, codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Right answers and answers by item."""
    points, columns = whole_points(frozen)
    at = {code: j for j, code in enumerate(columns)}
    return {code: (int(points[:, at[code]].sum()), len(points)) for code in codes}


def apart(form: Group, base: Group) -> float:
    """How far the form's group is above the base form's on the anchors, in pooled deviations."""
    spread = float(np.sqrt((form.anchor.var() + base.anchor.var()) / 2))
    return float(form.anchor.mean() - base.anchor.mean()) / spread if spread > 0 else 0.0


def equivalents(
    material: Material, method: Method, anchors: Sequence[str], drift: Drift | None
) -> tuple[Conversion, str]:
    """The equivalents, and where their standard errors are from or why there are none.

    Raises `EquatingUnsound`.
    """
    try:
        if method == "true-score":
            return _on_one_scale(material)
        if method == "linked-true-score":
            return _linked(material, anchors, drift)
        if method == "identity":
            tops = (len(material.form.scored), len(material.base.scored))
            return equate_identity(*tops), "Nothing is estimated, so there is no standard error."
        form, base = group_of(material.form, anchors), group_of(material.base, anchors)
        if form is None or base is None:
            raise EquatingUnsound("Nobody's answers to one of the forms are here.", "method")
        return _by_groups(BY_GROUPS[method], form, base)
    except PsychometricsError as error:
        sentence = str(error)
        raise EquatingUnsound(f"{sentence[:1].upper()}{sentence[1:]}.", "method") from error


def scored_items(form: FormMaterial, held: Sequence[Held]) -> Items:
    """Of the form's scored items, in its order."""
    there = {one.code: one for one in held}
    return items_of_bank(there[code] for code in form.scored)


def _on_one_scale(material: Material) -> tuple[Conversion, str]:
    form, base = material.form.scale, material.base.scale
    if form is None or base is None:
        raise EquatingUnsound("The forms are not on one scale.", "method")
    found = equate_true_score(
        scored_items(material.form, form.held), scored_items(material.base, base.held)
    )
    return found, (
        "Both forms' parameters are of one scale, whose covariances the bank does not keep: "
        "there are no standard errors of the equivalents."
    )


def _linked(
    material: Material, anchors: Sequence[str], drift: Drift | None
) -> tuple[Conversion, str]:
    form, base = material.form.own, material.base.own
    if form is None or base is None:
        raise EquatingUnsound("The forms have no calibrations of their own.", "method")
    items = scored_items(material.form, form.held), scored_items(material.base, base.held)
    known = drift.link if drift is not None else None
    if known is None or set(known.anchors) != set(anchors):
        known = link(
            items_of_bank(form.held),
            items_of_bank(base.held),
            anchors=anchors,
            cov_from=covariance_of(form),
            cov_to=covariance_of(base),
        )
    found = equate_true_score(*items, link=known)
    if found.standard_error is None:
        return found, "The calibrations left no errors to carry over to the equivalents."
    return found, (
        "Standard errors by the delta method, over the errors of both calibrations and of the "
        f"link (A {known.A:.3f}, B {known.B:+.3f})."
    )


def _tucker(form: Group, base: Group) -> Conversion:
    return equate_tucker(
        form.total,
        form.anchor,
        base.total,
        base.anchor,
        highest_from=form.highest,
        highest_to=base.highest,
    )


def _levine(form: Group, base: Group) -> Conversion:
    return equate_levine(
        form.total,
        form.anchor,
        base.total,
        base.anchor,
        highest_from=form.highest,
        highest_to=base.highest,
        internal=True,
    )


def _circle_arc(form: Group, base: Group) -> Conversion:
    """Through the scores by guessing alone, the Tucker equivalent of the mean, and full marks."""
    line = _tucker(form, base)
    mean = float(form.total.mean())
    middle = (mean, float(np.interp(mean, line.score, line.equivalent)))
    lowest = (form.by_chance, base.by_chance)
    return equate_circle_arc(middle, form.highest, base.highest, lowest=lowest)


BY_GROUPS: dict[str, Callable[[Group, Group], Conversion]] = {
    "tucker": _tucker,
    "levine": _levine,
    "circle-arc": _circle_arc,
}


def _by_groups(
    method: Callable[[Group, Group], Conversion], form: Group, base: Group
) -> tuple[Conversion, str]:
    """With standard errors by drawing both groups again (Kolen & Brennan, 2014, section 7.3)."""
    found = method(form, base)
    rng = np.random.default_rng(SEED)
    drawn = []
    for _ in range(REPLICATIONS):
        try:
            drawn.append(method(form.drawn(rng), base.drawn(rng)).equivalent)
        except PsychometricsError:
            continue
    if len(drawn) < LEAST_USABLE * REPLICATIONS:
        return found, (
            f"Of {REPLICATIONS} draws of the groups only {len(drawn)} could be equated: a standard "
            "error cannot be told."
        )
    error = np.asarray(np.std(drawn, axis=0, ddof=1))
    return replace(found, standard_error=error), (
        f"Standard errors by bootstrap: {len(drawn)} draws of both groups, seed {SEED}."
    )
