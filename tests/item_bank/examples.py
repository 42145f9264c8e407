"""Items and facts to test with, made by plain functions."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from item_bank.items import Choice, CognitiveLevel, ItemContent, ItemFacts

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
WRITER = UUID(int=1)
REVIEWER = UUID(int=2)
MANAGER = UUID(int=3)
SAMPLE = Path(__file__).parents[2] / "item_bank" / "data" / "sample"


def a_content(**changes: Any) -> ItemContent:
    """An item that no rule of the checklist remarks on."""
    content = ItemContent(
        title="Restoring service after a fire",
        situation=(
            "A fire has closed the building that houses the servers of a district of 2,000 pupils."
            " Lessons go on in three other buildings, and payroll is due in four days.",
            "The CTO has one working day before the cabinet meets.",
        ),
        question="What should the CTO bring to that meeting?",
        choices=(
            Choice("A", "A price list for new machines from two suppliers.", "Buying comes later."),
            Choice("B", "A proposed order of recovery with a reason for each.", "Cabinet decides."),
            Choice("C", "A written account of what failed in the building.", "It looks backward."),
            Choice("D", "A request to close lessons until payroll has run.", "It stops teaching."),
        ),
        key="B",
        remember="Leaders rank what comes back first; technicians bring it back.",
    )
    return replace(content, **changes)


def some_facts(**changes: Any) -> ItemFacts:
    facts = ItemFacts(
        code="T-01",
        skill_area="I.B",
        task="I.B.11",
        cognitive_level=CognitiveLevel.APPLY,
        estimated_difficulty=0.7,
        source="NIST SP 800-34 Rev. 1",
        as_of=date(2026, 11, 1),
        review_by=date(2027, 11, 30),
    )
    return replace(facts, **changes)


def choices(*texts: str) -> tuple[Choice, ...]:
    """Choices A, B, C ... with these texts, each with a rationale."""
    return tuple(
        Choice(identifier, text, "It is there for a reason that one can give.")
        for identifier, text in zip("ABCDEFGH", texts, strict=False)
    )
