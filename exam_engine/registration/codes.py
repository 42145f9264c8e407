"""Start codes: 50 random bits that a candidate can read off a card and type."""

import hashlib
import hmac
import secrets
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH = 10
MOST_TRIES = 5
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_code() -> str:
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{drawn[:5]}-{drawn[5:]}"


def code_hash(secret_key: bytes, sitting_id: UUID, code: str) -> bytes:
    """Keyed, and bound to the sitting: a stolen table opens nothing, a code opens one door."""
    typed = code.upper().translate(_LOOKALIKES)
    message = b"start-code:" + sitting_id.bytes + typed.encode()
    return hmac.new(secret_key, message, hashlib.sha256).digest()


def same(left: bytes, right: bytes) -> bool:
    return hmac.compare_digest(left, right)
