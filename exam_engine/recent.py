"""What never changes may be remembered: a bounded memory of immutable things by id."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """At most ``most`` values; the one not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Key, Value] = OrderedDict()

    def find(self, key: Key) -> Value | None:
        value = self._known.get(key)
        if value is not None:
            self._known.move_to_end(key)
        return value

    def keep(self, key: Key, value: Value) -> Value:
        self._known[key] = value
        self._known.move_to_end(key)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return value
