"""What a calibration run is asked for: which data, and how it is to be estimated."""

import re
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from exam_engine.calibration.errors import PlanUnsound

Model = Literal["Rasch", "1PL", "2PL", "3PL"]
MODELS: tuple[Model, ...] = ("Rasch", "1PL", "2PL", "3PL")
MODEL_WORDS = {
    "Rasch": "Rasch: difficulties; slopes are 1",
    "1PL": "1PL: difficulties and one common slope",
    "2PL": "2PL: difficulties and slopes",
    "3PL": "3PL: difficulties, slopes and guessing",
}
GUESSING = "c=beta:5,17"
"""What 3PL items get where no prior on c is given: without one c is seldom determined."""

PRIOR = re.compile(r"^(a|b|c|intercept)=(normal|lognormal|beta|logitnormal):([-+.\de]+),([.\de]+)$")
MOST_EXCLUSIONS = 500
LONGEST_REASON = 500


class Exclusion(Struct, frozen=True, forbid_unknown_fields=True):
    """An item (by code) or a candidate (by the id of the attempt) that is left out, and why."""

    kind: Literal["item", "candidate"]
    id: str
    reason: str


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """One calibration, as it was asked for; with the frozen data it determines every digit.

    ``exam`` and ``forms`` are codes, no forms are all that are published.  ``ended_from`` and
    ``ended_before`` bound when attempts ended.  ``groups`` are populations with means and
    variances of their own.  ``unanswered`` says what a question that was shown and not answered
    counts as.  ``anchors``: "current" fixes the items that have approved parameters, so that the
    run is on their scale; "none" begins a scale.  ``priors`` are written as c=beta:5,17.
    """

    exam: str
    forms: tuple[str, ...] = ()
    ended_from: datetime | None = None
    ended_before: datetime | None = None
    roles: tuple[Literal["scored", "pretest"], ...] = ("scored", "pretest")
    past: bool = True
    groups: Literal["none", "form", "administration"] = "none"
    unanswered: Literal["wrong", "missing"] = "wrong"
    exclusions: tuple[Exclusion, ...] = ()
    model: Model = "2PL"
    priors: tuple[str, ...] = ()
    anchors: Literal["none", "current"] = "none"
    max_cycles: int = 2000

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return document

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Plan":
        """Raises `PlanUnsound` for what is no plan."""
        try:
            return msgspec.convert(stored, cls)
        except msgspec.ValidationError as error:
            raise PlanUnsound(f"This is not a plan of a calibration: {error}.") from None

    def excluded(self, kind: str) -> dict[str, str]:
        """Reason by id."""
        return {one.id: one.reason for one in self.exclusions if one.kind == kind}

    def with_defaults(self) -> "Plan":
        """Guessing gets its usual prior where the plan names none."""
        if self.model != "3PL" or any(prior.startswith("c=") for prior in self.priors):
            return self
        return replace(self, priors=(*self.priors, GUESSING))


def check(plan: Plan) -> None:
    """Refuse what no data could make right.  Raises `PlanUnsound`."""
    if not plan.roles:
        raise PlanUnsound("Choose scored questions, pretest questions or both.", "roles")
    if not 1 <= plan.max_cycles <= 100_000:
        raise PlanUnsound("The cycles must be from 1 to 100,000.", "max_cycles")
    _check_period(plan)
    if len(plan.exclusions) > MOST_EXCLUSIONS:
        raise PlanUnsound(f"At most {MOST_EXCLUSIONS} exclusions fit one run.", "exclusions")
    for one in plan.exclusions:
        if not one.reason.strip():
            raise PlanUnsound(f"Give a reason for leaving out {one.id}.", "exclusions")
    for prior in plan.priors:
        _check_prior(prior, plan.model)


def _check_period(plan: Plan) -> None:
    for moment in (plan.ended_from, plan.ended_before):
        if moment is not None and moment.utcoffset() is None:
            raise PlanUnsound("A moment needs its time zone, like 2026-03-14T09:00Z.", "ended_from")
    if plan.ended_from and plan.ended_before and plan.ended_from >= plan.ended_before:
        raise PlanUnsound("The period must begin before it ends.", "ended_from")


def _check_prior(prior: str, model: str) -> None:
    if not PRIOR.match(prior):
        raise PlanUnsound(
            f"The prior {prior} is not understood. Write it like c=beta:5,17 or a=lognormal:0,0.5.",
            "priors",
        )
    if prior.startswith("c=") and model != "3PL":
        raise PlanUnsound(f"{model} has no guessing for the prior {prior}.", "priors")
    if prior.startswith("a=") and model in {"Rasch", "1PL"}:
        raise PlanUnsound(f"{model} has no slopes of its own for {prior}.", "priors")


def exclusions_in(text: str, kind: Literal["item", "candidate"] = "item") -> tuple[Exclusion, ...]:
    """Exclusions as people write them, one a line: ``LEA-012: two right answers``.

    Raises `PlanUnsound` for a line without a reason.
    """
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, mark, reason = (part.strip() for part in line.partition(":"))
        if not mark or not reason:
            raise PlanUnsound(
                f"Write the code, a colon and the reason, like LEA-012: two right answers. "
                f"This line has no reason: {line.strip()[:80]}",
                "exclusions",
            )
        found.append(Exclusion(kind, name, reason[:LONGEST_REASON]))
    return tuple(found)
