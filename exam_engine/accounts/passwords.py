"""Passwords: argon2id, worked out on a thread, a few at a time (64 MiB each)."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST = 12
_hasher = PasswordHash((Argon2Hasher(),))
_at_once = asyncio.Semaphore(2)

# What an unknown address is checked against, so that it answers no sooner than a known one.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg"
    "$RnQJL8wsDOsGbpkOZJUWUZO5NoFWNTVVWqs0Ub2KfLQ"
)


async def hash_password(password: str) -> str:
    async with _at_once:
        return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash; None takes as long and is never true."""
    async with _at_once:
        same = await asyncio.to_thread(_hasher.verify, password, password_hash or _NOBODY)
    return same and password_hash is not None
