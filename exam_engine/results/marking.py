"""Whether an answer is right, with what was decided about the question: values in, values out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from exam_engine.exams.conversion import Conversion
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

    @property
    def asks_nobody(self) -> bool:
        """Whether no answer matters any more, so that answers tell nothing of who gave them."""
        return self.treatment in (Treatment.EVERYBODY, Treatment.NOT_SCORED)


UNDECIDED = KeyDecision(Treatment.KEEP)
"""As a question counts about which nothing was decided."""


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


@dataclass(frozen=True, slots=True)
class Counting:
    """How the scored questions of a form count, with what was decided about some of them.

    ``own`` are the positions where a candidate's own answer counts, ``credited`` is how many
    questions everybody has right; what is left is not scored.
    """

    own: tuple[int, ...]
    credited: int = 0

    def scaled(self, conversion: Conversion) -> tuple[float, ...]:
        """The unrounded scale score of 0, 1, ... own right answers, by the form's table."""
        full = len(self.own) + self.credited
        return tuple(
            conversion.at(right + self.credited, full) for right in range(len(self.own) + 1)
        )

    def raw_cut(self, conversion: Conversion) -> int:
        """The fewest own right answers that pass; one more than there are where none do."""
        passing = map(conversion.decides, self.scaled(conversion))
        return next((right for right, passes in enumerate(passing) if passes), len(self.own) + 1)


def counting(scored: Iterable[int], decided: Mapping[int, KeyDecision]) -> Counting:
    """Of the scored positions of a form, and what was decided by position."""
    scored = sorted(scored)
    apart = [one for one in scored if decided.get(one, UNDECIDED).asks_nobody]
    credited = sum(decided[position].treatment is Treatment.EVERYBODY for position in apart)
    return Counting(tuple(one for one in scored if one not in apart), credited)
