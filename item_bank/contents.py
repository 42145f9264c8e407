"""Parsed content kept in memory."""

from collections import OrderedDict
from uuid import UUID

from item_bank.items import ItemContent


class RecentContents:
    """The content of up to ``limit`` versions, by version id; the least recently used goes first.

    Versions are immutable and their ids never come back, so nothing here goes stale.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._contents: OrderedDict[UUID, ItemContent] = OrderedDict()

    def __len__(self) -> int:
        return len(self._contents)

    def find(self, version_id: UUID) -> ItemContent | None:
        content = self._contents.get(version_id)
        if content is not None:
            self._contents.move_to_end(version_id)
        return content

    def keep(self, version_id: UUID, content: ItemContent) -> None:
        self._contents[version_id] = content
        self._contents.move_to_end(version_id)
        if len(self._contents) > self._limit:
            self._contents.popitem(last=False)
