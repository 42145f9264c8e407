"""What two forms share: the anchors, what they cover, and whether they can carry an equating."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from exam_engine.equating.errors import EquatingUnsound
from item_bank.lifecycle import ON_FORMS

LEAST_SHARE = 0.2
"""Of the shorter form, in scored items (Angoff, 1971; Kolen & Brennan, 2014, section 8.2)."""
ENOUGH = 20
FEWEST = 3
"""Among fewer none can be called the one that moved."""
FAR = 0.25
"""Share of the form by which an anchor's place may differ before it is remarked on."""
NAMED = 5


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a form; ``position`` counts from 1, ``state`` is its item's as of now.

    ``also`` are options that were decided to be right beside the key; ``asks_nobody``: everybody
    is credited for it, or it is not scored any more.
    """

    code: str
    version_id: UUID
    number: int
    role: str
    area: str
    position: int
    state: str
    also: tuple[str, ...] = ()
    asks_nobody: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """An item version that is scored on both forms; ``shift`` is in places."""

    code: str
    version_id: UUID
    area: str
    position: int
    position_base: int

    @property
    def shift(self) -> int:
        return self.position - self.position_base


@dataclass(frozen=True, slots=True)
class Apart:
    """An item on both forms that is no anchor, and why.  ``by`` says who left it out: "person",
    "rule", or "forms" where it never was one."""

    code: str
    reason: str
    by: str = "forms"


@dataclass(frozen=True, slots=True)
class Area:
    """Items of a skill area: as the blueprint wants it, on the form, and among the anchors."""

    code: str
    blueprint: int
    on_form: int
    anchors: int


@dataclass(frozen=True, slots=True)
class AnchorPlan:
    """``anchors`` are in the order of the form.  With ``refusals`` nothing can be equated."""

    anchors: tuple[Anchor, ...]
    apart: tuple[Apart, ...]
    areas: tuple[Area, ...]
    n_form: int
    n_base: int
    refusals: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(one.code for one in self.anchors)

    @property
    def share(self) -> float:
        """Of the scored items of the shorter form."""
        return len(self.anchors) / max(min(self.n_form, self.n_base), 1)


def anchor_plan(
    form: Sequence[Question],
    base: Sequence[Question],
    blueprint: Mapping[str, int],
    left_out: Mapping[str, str],
    by_rule: Mapping[str, str] | None = None,
) -> AnchorPlan:
    """The anchors of ``form`` and ``base`` without those left out, by code with the reason.

    ``blueprint`` has items by skill area.  Raises `EquatingUnsound` where an item that is on
    neither or one form alone is left out.
    """
    there = {one.code: one for one in base}
    both = [one for one in form if one.code in there]
    unknown = sorted(set(left_out) - {one.code for one in both})
    if unknown:
        raise EquatingUnsound(
            f"{unknown[0]} is not on both forms, so it cannot be left out.", "left_out"
        )
    anchors, apart = [], []
    for one in both:
        other = there[one.code]
        why = _why_not(one, other)
        if why:
            apart.append(Apart(one.code, why))
        elif one.code in left_out:
            apart.append(Apart(one.code, left_out[one.code], "person"))
        elif one.code in (by_rule or {}):
            apart.append(Apart(one.code, (by_rule or {})[one.code], "rule"))
        else:
            anchors.append(Anchor(one.code, one.version_id, one.area, one.position, other.position))
    n_form, n_base = (sum(one.role == "scored" for one in each) for each in (form, base))
    areas = _areas(form, blueprint, anchors)
    plan = AnchorPlan(tuple(anchors), tuple(apart), areas, n_form, n_base, (), ())
    return AnchorPlan(
        plan.anchors,
        plan.apart,
        areas,
        n_form,
        n_base,
        _refusals(plan, len(both)),
        _warnings(plan, len(form)),
    )


def _why_not(one: Question, other: Question) -> str:
    if one.version_id != other.version_id:
        return (
            f"version {one.number} here and version {other.number} on the base form: "
            "not one question"
        )
    if one.state not in ON_FORMS:
        return f"its item is {one.state.replace('_', ' ')} since"
    if {one.role, other.role} != {"scored"}:
        where = [name for name, each in (("here", one), ("on the base form", other))
                 if each.role != "scored"]  # fmt: skip
        return f"not scored {' and '.join(where)}"
    where = [name for name, each in (("here", one), ("on the base form", other))
             if each.asks_nobody]  # fmt: skip
    if where:
        return f"it was decided that no answer to it matters {' and '.join(where)}"
    if one.also != other.also:
        return "it was decided otherwise about its right answers here than on the base form"
    return ""


def _areas(
    form: Sequence[Question], blueprint: Mapping[str, int], anchors: Sequence[Anchor]
) -> tuple[Area, ...]:
    on_form = Counter(one.area for one in form if one.role == "scored")
    among = Counter(one.area for one in anchors)
    codes = [*blueprint, *sorted(set(on_form) - set(blueprint))]
    return tuple(Area(code, blueprint.get(code, 0), on_form[code], among[code]) for code in codes)


def _refusals(plan: AnchorPlan, n_both: int) -> tuple[str, ...]:
    n = len(plan.anchors)
    if not n_both:
        return (
            "The forms have no item in common, so nothing ties one to the other. Choose a base "
            "form that shares items with this one.",
        )
    if n < FEWEST:
        return (
            f"The forms have {n_both} items in common and {n} of them can be anchors: {FEWEST} "
            "are the fewest. Choose another base form, or take an exclusion back.",
        )
    if plan.share < LEAST_SHARE:
        return (
            f"{n} anchors are {plan.share:.0%} of the form: a fifth is the least that can carry "
            "an equating. Choose another base form, or take an exclusion back.",
        )
    return ()


def _warnings(plan: AnchorPlan, length: int) -> tuple[str, ...]:
    found = []
    n = len(plan.anchors)
    if FEWEST <= n < ENOUGH:
        found.append(f"{n} anchors are few: {ENOUGH} or more make a firmer link.")
    bare = [one.code for one in plan.areas if one.on_form and not one.anchors]
    if bare and n:
        found.append(
            f"No anchor is from {_named(bare)}: how hard the form is there is taken from the "
            "other areas."
        )
    far = [one for one in plan.anchors if abs(one.shift) > FAR * length]
    if far:
        words = _named([f"{one.code} ({_signed(one.shift)})" for one in far])
        found.append(
            f"{len(far)} anchors stand far from their place on the base form ({words}): "
            "tiredness or haste may look like drift."
        )
    versions = [one.code for one in plan.apart if "not one question" in one.reason]
    if versions:
        found.append(f"{_named(versions)}: another version stands on the base form, so no anchor.")
    return tuple(found)


def _signed(places: int) -> str:
    return f"{places:+d}".replace("-", "\N{MINUS SIGN}")


def _named(codes: Sequence[str]) -> str:
    return ", ".join(codes[:NAMED]) + (f" and {len(codes) - NAMED} more" if codes[NAMED:] else "")
