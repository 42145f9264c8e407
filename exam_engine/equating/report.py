"""What came of equating two forms: the table, and all that speaks for it and against it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from exam_engine.analysis.exports import plain
from exam_engine.analysis.plots.score_conversion import score_conversion
from exam_engine.analysis.plots.svg import Figure
from exam_engine.calibration.at_cut import FormAtCut, at_cut, items_of_bank, on_scale
from exam_engine.equating.equivalents import equivalents
from exam_engine.equating.errors import EquatingUnsound
from exam_engine.equating.material import FormMaterial, Material, basis
from exam_engine.equating.methods import Advice, chosen
from exam_engine.equating.placing import placed
from exam_engine.equating.shared import Document, Examined, drawn, examined
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.purposes import EVIDENCE_NEEDED
from exam_engine.results.scoring import passing_raw
from psychometrics.equating import Conversion as Equivalents


@dataclass(frozen=True, slots=True)
class Equated:
    """``report`` is everything that is shown and approved; ``data_hash`` says of what."""

    method: str
    report: Document
    data_hash: str


def equated(material: Material) -> Equated:
    """The table of the form and all that speaks for it and against it.

    Raises `EquatingUnsound`.
    """
    if material.form.settled:
        raise EquatingUnsound(
            f"{material.form.code} has its conversion table already, and it stays: scores that "
            "were told by it keep their meaning."
        )
    found = examined(material)
    if found.refusals:
        raise EquatingUnsound(" ".join(found.refusals), "base")
    taken = chosen(found.advised, material.plan.method)
    codes = found.anchors.codes
    table, errors = equivalents(material, taken.method, codes, found.drift)
    conversion = placed(table.equivalent.tolist(), material.base.conversion, taken.method)
    cut = _at_cut(material.form, conversion)
    rests_on = basis(material, taken.method, codes)
    report = {
        **found.document,
        "warnings": [*found.document["warnings"], *_after(material, taken, table, cut, found)],
        "method": asdict(taken),
        "rows": _rows(material, table, conversion),
        "errors": errors,
        "raw_cut": passing_raw(conversion),
        "conversion": conversion.to_json(),
        "at_cut": cut,
        "basis": rests_on,
        "figures": [drawn(_difference(table, material)), *found.document["figures"]],
    }
    return Equated(taken.method, plain(report), _hash(material, rests_on))


def _after(
    material: Material, taken: Advice, table: Equivalents, cut: Mapping[str, Any], found: Examined
) -> list[str]:
    warnings = [] if taken.supported else [f"{taken.words}: {taken.why}"]
    warnings += [flag.sentence for flag in table.flags if flag.code != "small_sample"]
    if taken.method == "true-score" and any(one.by != "forms" for one in found.anchors.apart):
        warnings.append(
            "The scale was calibrated with the anchors that are left out here, and they still "
            "hold it together. To take them out, calibrate again without them."
        )
    if any(cut.get(name) is None for name in EVIDENCE_NEEDED):
        warnings.append(
            "How sharply the form measures at its cut is not known, so scores of a beta or "
            f"operational form stay held. {cut.get('undefined', 'Calibrate its items first.')}"
        )
    if not material.base.settled:
        warnings.append(
            f"{material.base.code} has a provisional table, so this one is provisional too and "
            "cannot be approved."
        )
    return warnings


def _rows(material: Material, table: Equivalents, conversion: Conversion) -> list[Document]:
    error = table.standard_error
    before = material.form.conversion
    return [
        {
            "raw": raw,
            "equivalent": float(table.equivalent[raw]),
            "error": None if error is None else float(error[raw]),
            "scaled": conversion.scaled[raw],
            "reported": conversion.reported(raw),
            "passes": conversion.passes(raw),
            "before": before.reported(raw),
        }
        for raw in range(len(conversion.scaled))
    ]


def _at_cut(form: FormMaterial, conversion: Conversion) -> Document:
    """By the exam's scale where it holds the form's items, else by the form's own calibration."""
    scale, own, counts = form.scale, form.own, form.counts
    if scale is not None and (own is None or not scale.missing):
        return on_scale(form.code, scale, conversion)
    if own is not None:
        there = {one.code: one for one in own.held}
        usable = [there[code] for code in form.counted if code in there]
        cut, scaled = counts.raw_cut(conversion), counts.scaled(conversion)
        at = FormAtCut(form.code, form.counted, cut, scaled)
        return at_cut(items_of_bank(usable), at, own.mean, own.sd)
    return {"undefined": "Its items have no parameters yet: calibrate them."}


def _difference(table: Equivalents, material: Material) -> Figure:
    figure = score_conversion(table, len(material.form.scored))
    band = " Band: 95 % intervals." if table.standard_error is not None else ""
    return replace(
        figure,
        title="Difference from the identity",
        caption=(
            f"Above zero {material.form.code}, the from-form, is the harder one: its scores are "
            f"worth more on {material.base.code}.{band}"
        ),
    )


def _hash(material: Material, rests_on: Document) -> str:
    forms = (material.form, material.base)
    known = {
        "plan": material.plan.to_json(),
        "basis": rests_on,
        "answers": [None if one.answers is None else one.answers.sha256 for one in forms],
        "parameters": [
            [[held.code, held.model, sorted(held.values.items())] for held in one.scale.held]
            if one.scale
            else None
            for one in forms
        ],
        "base": list(material.base.conversion.scaled),
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
