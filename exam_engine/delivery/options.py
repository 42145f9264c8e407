"""Which options each question of an attempt offers: fixed at check-in, so safely remembered."""

from collections import OrderedDict
from collections.abc import Iterable
from uuid import UUID

import msgspec

MOST_ATTEMPTS = 20_000


class OptionsCache:
    """The newest attempts' options; equal sets are one object, so 20,000 attempts stay small."""

    def __init__(self, most: int = MOST_ATTEMPTS) -> None:
        self._most = most
        self._known: OrderedDict[UUID, tuple[frozenset[str], ...]] = OrderedDict()
        self._sets: dict[frozenset[str], frozenset[str]] = {}
        self._decode = msgspec.json.Decoder(list[str]).decode

    def get(self, attempt_id: UUID) -> tuple[frozenset[str], ...] | None:
        return self._known.get(attempt_id)

    def put(self, attempt_id: UUID, orders: Iterable[str]) -> tuple[frozenset[str], ...]:
        """Remember an attempt; ``orders`` are its options by position, as JSON lists."""
        sets = (frozenset(self._decode(order)) for order in orders)
        options = tuple(self._sets.setdefault(one, one) for one in sets)
        if options:
            self._known[attempt_id] = options
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return options
