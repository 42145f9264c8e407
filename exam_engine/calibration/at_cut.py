"""How sharply a form measures at its cut, and how right its decisions are: values in, values out.

Numbers are of `psychometrics.decisions`; this module loads it, so a server imports it late.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from exam_engine.calibration.scales.queries import FormScale
from exam_engine.exams.conversion import Conversion
from item_bank.parameters.queries import Held
from psychometrics import Items
from psychometrics.decisions import conditional_errors, decisions_lee
from psychometrics.errors import PsychometricsError
from psychometrics.scales import theta_at

LEAST_USABLE = 0.9
"""Share of a form's scored items without which nothing is said of its cut."""


@dataclass(frozen=True, slots=True)
class FormAtCut:
    """The items of a form that count by a candidate's own answers, how many right ones pass, and
    the scale score of 0, 1, ... of them."""

    code: str
    scored: tuple[str, ...]
    raw_cut: float
    scaled: tuple[float, ...]


def items_of_bank(held: Iterable[Held]) -> Items:
    """Parameters of the bank, in this order, named by code."""
    rows = list(held)
    a, b, c, u = ([one.values[name] for one in rows] for name in ("a", "b", "c", "u"))
    return Items.from_irt([one.model for one in rows], a, b, c, u, names=[one.code for one in rows])


def on_scale(code: str, scale: FormScale, conversion: Conversion) -> dict[str, Any]:
    """`at_cut` of a form with this table, by the newest parameters of the exam's scale."""
    usable = [one for one in scale.held if one.code in scale.own and one.values["a"] > 0]
    cut, scaled = scale.counts.raw_cut(conversion), scale.counts.scaled(conversion)
    form = FormAtCut(code, scale.own, cut, scaled)
    return at_cut(items_of_bank(usable), form, scale.mean, scale.sd)


def at_cut(items: Items, form: FormAtCut, mean: float, sd: float) -> dict[str, Any]:
    """Theta and errors at the cut, accuracy and consistency of decisions in N(mean, sd).

    ``items`` are those of the form's scored items that have usable parameters, with slopes above
    0; where a few are missing, the raw cut keeps its share of the rest, and the error on the
    reported scale is None.  Where nothing can be said, ``undefined`` says why.
    """
    n_scored = len(form.scored)
    if len(items) < LEAST_USABLE * n_scored:
        return {
            "undefined": f"Only {len(items)} of its {n_scored} scored items have parameters that "
            "can be used, so where its cut lies on this scale cannot be told."
        }
    whole = len(items) == n_scored
    cut = form.raw_cut * len(items) / n_scored
    try:
        theta = float(theta_at(items, [cut])[0])
        errors = conditional_errors(items, [theta], scaled=form.scaled if whole else None)
        decided = decisions_lee(items, cut, mean=mean, sd=sd)
    except PsychometricsError as error:
        return {"undefined": f"{str(error)[:1].upper()}{str(error)[1:]}."}
    one = decided.cuts[0]
    return {
        "theta": theta,
        "theta_error": float(errors.theta_error[0]),
        "raw_error": float(errors.raw_error[0]),
        "scaled_error": None if errors.scaled_error is None else float(errors.scaled_error[0]),
        "accuracy": one.agreement.accuracy,
        "consistency": one.agreement.consistency,
        "kappa": one.agreement.kappa,
    }
