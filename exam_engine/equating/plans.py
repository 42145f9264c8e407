"""What an equating is asked for: which forms, by which method, without which anchors."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from exam_engine.calibration.plans import Exclusion
from exam_engine.equating.errors import EquatingUnsound

Method = Literal["true-score", "linked-true-score", "tucker", "levine", "circle-arc", "identity"]
METHODS: tuple[Method, ...] = (
    *("true-score", "linked-true-score", "tucker", "levine", "circle-arc", "identity"),
)
Rule = Literal["none", "robust-z", "displacement"]
RULE_WORDS: dict[Rule, str] = {
    "none": "none: only those I name",
    "robust-z": "the worst beyond a robust z of 1.645, one by one",
    "displacement": "the worst beyond half a logit, or 1.5 delta points, one by one",
}
MOST_LEFT_OUT = 500
LONGEST_REASON = 500
LONGEST_NAME = 40


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """One equating, as it was asked for.

    ``exam``, ``form`` (whose table is wanted) and ``base`` (whose scale it is put on) are codes.
    Without a ``method`` the richest that the data support is taken.  ``rule`` leaves drifting
    anchors out, beside those of ``left_out``, which name items by code.
    """

    exam: str
    form: str
    base: str
    method: Method | None = None
    rule: Rule = "none"
    left_out: tuple[Exclusion, ...] = ()

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return document

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Plan":
        """Raises `EquatingUnsound` for what is no plan."""
        try:
            return msgspec.convert(stored, cls)
        except msgspec.ValidationError as error:
            raise EquatingUnsound(f"This is not a plan of an equating: {error}.") from None

    @property
    def reasons(self) -> dict[str, str]:
        """Why each anchor named is left out, by code."""
        return {one.id: one.reason.strip()[:LONGEST_REASON] for one in self.left_out}


def check(plan: Plan) -> None:
    """Refuse what no data could make right.  Raises `EquatingUnsound`."""
    for field in ("exam", "form", "base"):
        name = getattr(plan, field)
        if not name or len(name) > LONGEST_NAME or "\0" in name:  # no code of ours
            what = "exam" if field == "exam" else "form"
            raise EquatingUnsound(f"There is no {what} {name[:LONGEST_NAME]!r}.", field)
    if plan.form == plan.base:
        raise EquatingUnsound(
            f"{plan.form} was chosen twice. Choose another form whose scale it is put on.", "base"
        )
    if len(plan.left_out) > MOST_LEFT_OUT:
        raise EquatingUnsound(f"At most {MOST_LEFT_OUT} anchors can be left out.", "left_out")
    for one in plan.left_out:
        if one.kind != "item":
            raise EquatingUnsound("Only items can be left out as anchors.", "left_out")
        if not one.reason.strip():
            raise EquatingUnsound(f"Give a reason for leaving out {one.id}.", "left_out")
        if "\0" in one.id + one.reason:  # PostgreSQL keeps no such text
            raise EquatingUnsound("A code and its reason are text without NUL.", "left_out")
