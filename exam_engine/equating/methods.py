"""Which method the data support, and why the others are not for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from exam_engine.calibration.supply import RECOMMENDED
from exam_engine.equating.errors import EquatingUnsound
from exam_engine.equating.plans import METHODS, Method

ENOUGH_FOR_LINEAR = 400
FEWEST_PERSONS = 25
"""Persons a form; the tests hold both to `psychometrics.equating.counts`."""
METHOD_WORDS: dict[Method, str] = {
    "true-score": "True-score equating on the calibrated scale",
    "linked-true-score": "True-score equating, the forms' own calibrations linked by the anchors",
    "tucker": "Tucker's linear equating",
    "levine": "Levine's linear equating",
    "circle-arc": "Circle-arc",
    "identity": "Identity: each score as it is",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is known of the items of both forms on one scale, or of each form on its own.

    ``missing`` are codes of scored items without usable parameters; ``n`` the fewest answers that
    parameters of an item rest on.
    """

    where: str
    model: str
    n: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """``n_form`` and ``n_base``: candidates with answers; ``highest_*``: full marks."""

    n_form: int
    n_base: int
    highest_form: int
    highest_base: int
    shared: Parameters | None
    own: Parameters | None


@dataclass(frozen=True, slots=True)
class Advice:
    """``possible``: it can be computed; ``supported``: the data are enough for it as well."""

    method: Method
    words: str
    possible: bool
    supported: bool
    why: str


def advice(facts: Facts) -> tuple[Advice, ...]:
    """All methods, in the order in which the first that is supported is taken."""
    found: dict[Method, tuple[bool, bool, str]] = {
        "true-score": _by_parameters(
            facts.shared,
            "The exam has no calibrated scale yet: calibrate both forms' items together, or the "
            "new ones with fixed anchors.",
        ),
        "linked-true-score": _by_parameters(
            facts.own,
            "It takes a calibration of each form alone, and these are not there for both.",
        ),
        "tucker": _linear(facts, "the groups are much alike"),
        "levine": _linear(facts, "the groups differ and the forms measure alike"),
        "circle-arc": _circle_arc(facts),
        "identity": _identity(facts),
    }
    return tuple(Advice(method, METHOD_WORDS[method], *found[method]) for method in METHODS)


def chosen(advised: Sequence[Advice], wanted: Method | None) -> Advice:
    """The method wanted, else the first supported, else the first possible.

    Raises `EquatingUnsound` where it is not possible.
    """
    if wanted is None:
        ranked = [one for one in advised if one.supported] or [
            one for one in advised if one.possible
        ]
        if not ranked:
            raise EquatingUnsound(
                " ".join(f"{one.words}: {one.why}" for one in advised if one.method in _PLAIN),
                "method",
            )
        return ranked[0]
    one = next(each for each in advised if each.method == wanted)
    if not one.possible:
        raise EquatingUnsound(one.why, "method")
    return one


_PLAIN = frozenset({"true-score", "circle-arc", "identity"})


def _by_parameters(known: Parameters | None, nothing: str) -> tuple[bool, bool, str]:
    if known is None:
        return False, False, nothing
    if known.missing:
        some = ", ".join(known.missing[:3]) + (", ..." if known.missing[3:] else "")
        return (
            False,
            False,
            f"{len(known.missing)} scored items have no usable parameters ({some}): calibrate "
            "them first.",
        )
    least = RECOMMENDED.get(known.model, 0)
    if known.n < least:
        return (
            True,
            False,
            f"{known.where}: {known.model} asks for about {least:,} answers an item, and the "
            f"least here are {known.n:,}.",
        )
    return (
        True,
        True,
        f"{known.where}: all scored items have parameters, by {known.n:,} answers or more.",
    )


def _smaller(facts: Facts) -> int:
    return min(facts.n_form, facts.n_base)


def _too_few(facts: Facts) -> str:
    if _smaller(facts) >= FEWEST_PERSONS:
        return ""
    return (
        f"{facts.n_form:,} candidates sat the form and {facts.n_base:,} the base form: under "
        f"{FEWEST_PERSONS} a form nothing can be estimated that would beat the identity."
    )


def _linear(facts: Facts, where: str) -> tuple[bool, bool, str]:
    too_few = _too_few(facts)
    if too_few:
        return False, False, too_few
    n = _smaller(facts)
    if n < ENOUGH_FOR_LINEAR:
        return (
            True,
            False,
            f"It asks for about {ENOUGH_FOR_LINEAR} candidates a form, and the smaller group has "
            f"{n:,}.",
        )
    return True, True, f"{n:,} candidates or more a form are enough for a line, where {where}."


def _circle_arc(facts: Facts) -> tuple[bool, bool, str]:
    too_few = _too_few(facts)
    if too_few:
        return False, False, too_few
    return (
        True,
        True,
        f"It estimates one point, which {_smaller(facts):,} candidates a form can carry.",
    )


def _identity(facts: Facts) -> tuple[bool, bool, str]:
    if facts.highest_form != facts.highest_base:
        return (
            False,
            False,
            f"The forms have {facts.highest_form} and {facts.highest_base} scored items, so a "
            "score cannot stand for itself.",
        )
    return (
        True,
        True,
        "Built to one blueprint, the forms are taken as equally hard; nothing is estimated.",
    )
