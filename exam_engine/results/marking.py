"""Whether an answer is right, with what was decided about the question: values in, values out."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from item_bank.items import ItemContent, score_choice


class Treatment(StrEnum):
    """What becomes of a question of a form whose key was looked at.  No item is ever edited."""

    KEEP = "keep"
    ALSO = "also"
    EVERYBODY = "everybody"
    NOT_SCORED = "not_scored"


TREATMENT_WORDS = {
    Treatment.KEEP: "the key stands",
    Treatment.ALSO: "another answer is right too",
    Treatment.EVERYBODY: "everybody is credited",
    Treatment.NOT_SCORED: "the question is not scored",
}


@dataclass(frozen=True, slots=True)
class KeyDecision:
    """``also`` are the identifiers of options that count as right beside the key."""

    treatment: Treatment
    also: Collection[str] = ()


def unfit(content: ItemContent, decision: KeyDecision) -> str | None:
    """Why a decision cannot be about this question, in a sentence."""
    if decision.treatment is not Treatment.ALSO:
        return "Only another right answer names options." if decision.also else None
    if not decision.also:
        return "Choose the option that is right too."
    options = {choice.identifier for choice in content.choices}
    unknown = sorted(set(decision.also) - options)
    if unknown:
        return f"The question has no option {unknown[0]}."
    if content.key in decision.also:
        return f"{content.key} is the key already: choose another option."
    return None


def mark(content: ItemContent, value: str | None, decision: KeyDecision | None) -> int | None:
    """1 right, 0 wrong or not answered; None where the question is not scored."""
    if decision is not None:
        if decision.treatment is Treatment.NOT_SCORED:
            return None
        if decision.treatment is Treatment.EVERYBODY:
            return 1
        if value is not None and value in decision.also:
            return 1
    return score_choice(content, value)
