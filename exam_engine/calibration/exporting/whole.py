"""A run with all that its stages left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from exam_engine.calibration.frozen import Frozen

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class ItemRow:
    """A row of the run's table, as `CalibrationItem` has it; ``kept_out`` says why it is, or is
    empty."""

    code: str
    role: str
    area: str
    model: str
    n: int
    parameters: Mapping[str, float | None]
    errors: Mapping[str, float | None]
    figures: Document
    flags: Sequence[str]
    kept_out: str


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """``classical`` and ``fit`` are documents of those stages, ``facts`` what is known of the run
    itself."""

    run_id: UUID
    ended_at: datetime
    facts: Document
    items: Sequence[ItemRow]
    frozen: Frozen
    classical: Document
    fit: Document
