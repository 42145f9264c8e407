"""Which options each question of an attempt offers: fixed at check-in, so safely remembered."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from exam_engine.recent import Recent

MOST_ATTEMPTS = 20_000


class OptionsCache:
    """The newest attempts' options; equal sets are one object, so 20,000 attempts stay small."""

    def __init__(self, most: int = MOST_ATTEMPTS) -> None:
        self._known: Recent[UUID, tuple[frozenset[str], ...]] = Recent(most)
        self._sets: dict[frozenset[str], frozenset[str]] = {}
        self._decode = msgspec.json.Decoder(list[str]).decode

    def get(self, attempt_id: UUID) -> tuple[frozenset[str], ...] | None:
        return self._known.find(attempt_id)

    def put(self, attempt_id: UUID, orders: Iterable[str]) -> tuple[frozenset[str], ...]:
        """Remember an attempt; ``orders`` are its options by position, as JSON lists."""
        sets = (frozenset(self._decode(order)) for order in orders)
        options = tuple(self._sets.setdefault(one, one) for one in sets)
        return self._known.keep(attempt_id, options) if options else options
