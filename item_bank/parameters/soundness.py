"""What item parameters can be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from item_bank.errors import ParametersUnsound

NAMES = ("a", "b", "c", "u", "intercept")
LARGEST = 100.0


@dataclass(frozen=True, slots=True)
class Parameters:
    """One item version's; P = c + (u - c) expit(a (theta - b)), logits, D = 1.

    ``values`` has all of `NAMES`; ``errors`` may lack some, which were fixed.
    """

    item_version_id: UUID
    model: str
    values: Mapping[str, float]
    errors: Mapping[str, float | None]
    n: int


def check(one: Parameters) -> None:
    """Raises `ParametersUnsound` for what no item can have."""
    values = one.values
    if set(values) != set(NAMES) or not all(math.isfinite(value) for value in values.values()):
        raise ParametersUnsound(f"Parameters are finite numbers {', '.join(NAMES)}.")
    if values["a"] <= 0:
        raise ParametersUnsound("A slope a of an item in use is above 0: otherwise check its key.")
    if not 0 <= values["c"] < values["u"] <= 1:
        raise ParametersUnsound("Asymptotes keep to 0 <= c < u <= 1.")
    if max(abs(values[name]) for name in ("a", "b", "intercept")) > LARGEST:
        raise ParametersUnsound(f"No parameter is larger than {LARGEST:g} logits.")
    if any(error is not None and not 0 <= error < math.inf for error in one.errors.values()):
        raise ParametersUnsound("Standard errors are finite and not negative.")
