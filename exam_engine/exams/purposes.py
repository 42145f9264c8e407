"""What the scores of a form are for, and when they may be told."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Purpose(StrEnum):
    """A practice form decides nothing; a beta form's scores are held until its standard is set; an
    operational form's scores decide."""

    PRACTICE = "practice"
    BETA = "beta"
    OPERATIONAL = "operational"


EVIDENCE_NEEDED = {
    "raw_error": "its conditional standard error at the cut",
    "consistency": "how consistent its decisions are",
}
"""What must be known of a form before its scores decide anything, by name in the evidence."""


def obstacle(purpose: str, provisional: bool, evidence: Mapping[str, Any]) -> str | None:
    """Why scores of such a form cannot be released, in a sentence; None where they can."""
    if purpose == Purpose.PRACTICE:
        return None
    if provisional:
        return (
            "The form still has its provisional conversion table: adopt a standard for it, or "
            "equate it to a form that has one."
        )
    missing = [words for name, words in EVIDENCE_NEEDED.items() if evidence.get(name) is None]
    if missing:
        return f"Nothing is known yet of {' and '.join(missing)}: calibrate the form's items first."
    return None
