"""What two forms share, as it is shown before anything is computed."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from exam_engine.analysis.exports import plain
from exam_engine.analysis.plots.anchor_scatter import anchor_scatter
from exam_engine.analysis.plots.delta_plot import delta_plot
from exam_engine.analysis.plots.svg import Figure
from exam_engine.equating.anchors import AnchorPlan, anchor_plan
from exam_engine.equating.drift import Drift, by_parameters, by_shares
from exam_engine.equating.equivalents import FAR_APART, apart, counts_right, group_of
from exam_engine.equating.material import FormMaterial, Material
from exam_engine.equating.methods import Advice, advice
from exam_engine.results.scoring import passing_raw
from psychometrics.errors import PsychometricsError

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What two forms share.  ``document`` is for people; with ``refusals`` nothing is computed."""

    anchors: AnchorPlan
    drift: Drift | None
    advised: tuple[Advice, ...]
    document: Document

    @property
    def refusals(self) -> tuple[str, ...]:
        found: tuple[str, ...] = tuple(self.document["refusals"])
        return found


def examined(material: Material) -> Examined:
    """The anchors, whether they drifted, and which methods the data support.

    Raises `EquatingUnsound` where what is left out is no anchor.
    """
    plan = material.plan
    named = (material.form.questions, material.base.questions, material.blueprint, plan.reasons)
    anchors = anchor_plan(*named)
    drift, why_none = _drift(material, anchors)
    warnings: list[str] = []
    refusals: list[str] = []
    if drift is not None:
        anchors = anchor_plan(*named, drift.left_out)
        still = [row.code for row in drift.judged if row.over and not row.round]
        if drift.lost:
            refusals.append(
                f"{len(drift.left_out) + len(still)} of {len(drift.judged)} anchors are beyond the "
                "limit: with so many that moved it cannot be told which are stable. Leave out, "
                "with reasons, those that you know to have changed, or choose another base form."
            )
        elif still:
            warnings.append(
                f"{len(still)} anchors look as if they drifted ({', '.join(still[:5])}"
                f"{', ...' if still[5:] else ''}) and are kept."
            )
    elif anchors.anchors:
        warnings.append(why_none)
    warnings += _of_groups(material, anchors)
    advised = advice(material.facts())
    document = {
        "plan": plan.to_json(),
        "form": _about(material.form),
        "base": _about(material.base),
        "provisional": not material.base.settled,
        "anchors": _anchor_rows(material, anchors, drift),
        "share": anchors.share,
        "apart": [asdict(one) for one in anchors.apart],
        "areas": [asdict(one) for one in anchors.areas],
        "refusals": [*anchors.refusals, *refusals],
        "warnings": [*anchors.warnings, *warnings],
        "drift": _drift_document(drift, why_none),
        "methods": [asdict(one) for one in advised],
        "figures": [] if drift is None else [drawn(_anchorsdrawn(drift))],
    }
    return Examined(anchors, drift, advised, plain(document))


def _drift(material: Material, anchors: AnchorPlan) -> tuple[Drift | None, str]:
    """What there is to say of drift, or why nothing."""
    form, base, rule = material.form, material.base, material.plan.rule
    aside = [one.code for one in anchors.apart if one.by == "person"]
    if form.own is not None and base.own is not None:
        try:
            found = by_parameters(form.own, base.own, anchors.codes, rule, aside)
        except PsychometricsError as error:
            found = None
            why = f"The forms' own calibrations could not be linked: {error}."
        else:
            why = "The forms' own calibrations hold too few of the anchors to compare them."
        if found is not None:
            return found, ""
    else:
        why = ""
    if form.answers is not None and base.answers is not None:
        found = by_shares(
            counts_right(form.answers, [*anchors.codes, *aside]),
            counts_right(base.answers, [*anchors.codes, *aside]),
            rule,
            aside,
        )
        if found is not None:
            return found, ""
        return None, why or "There are too few anchors to tell which of them moved."
    silent = " and ".join(one.code for one in (form, base) if one.answers is None)
    return None, why or (
        f"Nobody's answers to {silent} are here, so whether an anchor drifted cannot be told."
    )


def _of_groups(material: Material, anchors: AnchorPlan) -> list[str]:
    groups = [group_of(each, anchors.codes) for each in (material.form, material.base)]
    if groups[0] is None or groups[1] is None or not anchors.anchors:
        return []
    gap = apart(groups[0], groups[1])
    if abs(gap) < FAR_APART:
        return []
    return [
        f"The form's group is {abs(gap):.2f} standard deviations "
        f"{'above' if gap > 0 else 'below'} the base form's on the anchors: so far apart, methods "
        "begin to disagree."
    ]


def _about(form: FormMaterial) -> Document:
    return {
        "code": form.code,
        "candidates": form.n,
        "scored": len(form.scored),
        "table": form.number,
        "settled": form.settled,
        "method": form.conversion.method,
        "raw_cut": passing_raw(form.conversion),
    }


def _anchor_rows(material: Material, anchors: AnchorPlan, drift: Drift | None) -> list[Document]:
    """Every anchor, kept or left out, in the form's order."""
    moved = {row.code: row for row in drift.rows} if drift else {}
    gone = {one.code: one for one in anchors.apart}
    places = {one.code: one for one in material.base.questions}
    shown = {*anchors.codes, *(code for code, one in gone.items() if one.by != "forms")}
    shares = {
        each.code: counts_right(each.answers, sorted(shown)) if each.answers is not None else {}
        for each in (material.form, material.base)
    }
    rows = []
    for one in material.form.questions:
        if one.code not in shown:
            continue
        row = moved.get(one.code)
        rows.append(
            {
                "code": one.code,
                "area": one.area,
                "position": one.position,
                "position_base": places[one.code].position,
                "p": _share(shares[material.form.code].get(one.code)),
                "p_base": _share(shares[material.base.code].get(one.code)),
                "moved": None if row is None else row.by,
                "z": None if row is None else row.z,
                "over": row is not None and row.over,
                "left_out": gone[one.code].by if one.code in gone else "",
                "reason": gone[one.code].reason if one.code in gone else "",
            }
        )
    return rows


def _share(counts: tuple[int, int] | None) -> float | None:
    return counts[0] / counts[1] if counts and counts[1] else None


def _drift_document(drift: Drift | None, why_none: str) -> Document:
    if drift is None:
        return {"kind": None, "sentence": why_none}
    return {
        "kind": drift.kind,
        "unit": drift.unit,
        "statistic": drift.statistic,
        "limit": drift.limit,
        "over": sum(row.over for row in drift.rows),
        "sentence": drift.sentence,
    }


def _anchorsdrawn(drift: Drift) -> Figure:
    rows = drift.rows
    here, there = np.array([row.here for row in rows]), np.array([row.there for row in rows])
    names = [row.code for row in rows]
    kept = [not row.round and not row.aside for row in rows]
    over = [row.over for row in rows]
    if drift.axis is None:
        return anchor_scatter(names, here, there, kept, over)
    off = np.array([row.by for row in rows])
    return delta_plot(names, there, here, off, drift.axis, kept, over)


def drawn(figure: Figure) -> Document:
    """A figure as it is stored and shown."""
    document: Document = plain(asdict(figure))
    return document
