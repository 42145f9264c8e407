"""Live hints: "something changed in this room".  Push the hint, pull the truth.

A hint carries a room's id and nothing else; whoever gets one reads the database.  Hints are
gathered for a moment, so a thousand answers a second are a few hints a second.  With Redis they
reach every process; without it, or while it is away, this process only.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

CHANNEL = "exam:rooms"
GATHER_S = 0.25
RECONNECT_S = 2.0


class Hints:
    """The hints of one process; ``redis`` joins them with those of the others."""

    def __init__(self, redis: Redis | None = None) -> None:
        self._redis = redis
        self._waiting: dict[UUID, set[asyncio.Event]] = {}
        self._changed: set[UUID] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._send_for_ever(), name="hints-out")]
        if self._redis is not None:
            self._tasks.append(asyncio.create_task(self._listen_for_ever(), name="hints-in"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def changed(self, rooms: Iterable[UUID]) -> None:
        """Say, without waiting, that these rooms look different now."""
        self._changed.update(rooms)
        self._wake.set()

    @asynccontextmanager
    async def watching(self, room_id: UUID) -> AsyncIterator[asyncio.Event]:
        """An event that is set at each hint for the room; whoever waits on it clears it."""
        event = asyncio.Event()
        self._waiting.setdefault(room_id, set()).add(event)
        try:
            yield event
        finally:
            self._waiting[room_id].discard(event)
            if not self._waiting[room_id]:
                del self._waiting[room_id]

    def _tell(self, room_id: UUID) -> None:
        for event in self._waiting.get(room_id, ()):
            event.set()

    async def _send_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_S)
            self._wake.clear()
            rooms, self._changed = self._changed, set()
            for room in rooms:
                self._tell(room)
            if self._redis is not None:
                try:
                    for room in rooms:
                        await self._redis.publish(CHANNEL, room.hex)
                except (RedisError, OSError) as error:
                    log.warning("hints stay in this process: %s", type(error).__name__)

    async def _listen_for_ever(self) -> None:
        assert self._redis is not None  # noqa: S101 - only started with one
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    async for message in pubsub.listen():
                        with suppress(ValueError):  # not one of ours
                            self._tell(UUID(_text(message["data"])))
            except (RedisError, OSError) as error:
                log.warning("no hints from other processes: %s", type(error).__name__)
            await asyncio.sleep(RECONNECT_S)


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
