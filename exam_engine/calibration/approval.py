"""Which of a run's items may go to the bank."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

SUSPECT = {
    "negative_slope": "better candidates do worse on it: check its key",
    "flat_slope": "it says nothing about ability",
    "negative_discrimination": "better candidates do worse on it: check its key",
    "all_same": "everybody gave the same answer, so it has no finite difficulty",
    "no_responses": "nobody answered it",
    "at_bound": "a parameter stands at the end of its range",
    "large_difficulty": "its difficulty lies beyond 6 logits",
}
"""Flags whose items never go to the bank, each with why."""


class Calibrated(Protocol):
    """A row of the run's table."""

    @property
    def code(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, float | None]: ...
    @property
    def flags(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class LeftOut:
    code: str
    reason: str


def left_out(rows: Sequence[Calibrated]) -> list[LeftOut]:
    """Items whose parameters are not used, each with the reason; the others may go."""
    found = []
    for row in rows:
        reason = next((why for flag, why in SUSPECT.items() if flag in row.flags), None)
        if reason is None and not _whole(row.parameters):
            reason = "its parameters are not finite"
        if reason:
            found.append(LeftOut(row.code, reason))
    return found


def _whole(parameters: Mapping[str, float | None]) -> bool:
    return all(value is not None and math.isfinite(value) for value in parameters.values())
