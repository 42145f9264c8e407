"""Who is here now: heartbeats, nothing durable.

In Redis when there is one, else in this process's memory; both forget, and losing all of it costs
nothing but a few seconds until the next heartbeats come.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

SILENT_AFTER = timedelta(seconds=45)
KEPT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Contact:
    """The last sign of life: when, and how many answers waited on the device."""

    at: datetime
    waiting: int


class Presence(Protocol):
    async def beat(self, room_id: UUID, session_id: UUID, contact: Contact) -> None: ...

    async def contacts(self, room_id: UUID) -> dict[UUID, Contact]: ...


class MemoryPresence:
    def __init__(self) -> None:
        self._rooms: dict[UUID, dict[UUID, Contact]] = {}

    async def beat(self, room_id: UUID, session_id: UUID, contact: Contact) -> None:
        room = self._rooms.setdefault(room_id, {})
        room[session_id] = contact
        if len(self._rooms) > 1_000:  # an old room's last contact is of no use to anybody
            self._rooms = {
                other: seats
                for other, seats in self._rooms.items()
                if max(seat.at for seat in seats.values()) > contact.at - KEPT
            }

    async def contacts(self, room_id: UUID) -> dict[UUID, Contact]:
        return dict(self._rooms.get(room_id, {}))


class RedisPresence:
    """One hash a room, field = session, value = "instant waiting".  Redis away: nobody is seen."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def beat(self, room_id: UUID, session_id: UUID, contact: Contact) -> None:
        key = f"exam:room:{room_id.hex}"
        value = f"{contact.at.isoformat()} {contact.waiting}"
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hset(key, session_id.hex, value)
                pipe.expire(key, KEPT)
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("presence is not recorded: %s", type(error).__name__)

    async def contacts(self, room_id: UUID) -> dict[UUID, Contact]:
        try:
            stored = await self._redis.hgetall(f"exam:room:{room_id.hex}")
        except (RedisError, OSError) as error:
            log.warning("presence cannot be read: %s", type(error).__name__)
            return {}
        return {UUID(_text(field)): _contact(_text(value)) for field, value in stored.items()}


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _contact(value: str) -> Contact:
    at, _, waiting = value.partition(" ")
    return Contact(datetime.fromisoformat(at), int(waiting))


def connection_word(contact: Contact | None, now: datetime) -> str:
    """here, silent or none: what a proctor's list says of a seat."""
    if contact is None:
        return "none"
    return "here" if now - contact.at < SILENT_AFTER else "silent"
