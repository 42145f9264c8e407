"""The order of an attempt's options: drawn from its seed by a rule that will never change.

``sha256-1``: options are sorted by SHA-256 of "seed:position:identifier".  Unlike a library's
shuffle it can be recomputed in thirty years, in any language.
"""

import hashlib
from collections.abc import Sequence

ORDERING = "sha256-1"


def option_order(seed: int, position: int, identifiers: Sequence[str], shuffle: bool) -> list[str]:
    """The identifiers as this attempt shows them; as written where the item is not shuffled."""
    if not shuffle:
        return list(identifiers)

    def draw(identifier: str) -> bytes:
        return hashlib.sha256(f"{seed}:{position}:{identifier}".encode()).digest()

    return sorted(identifiers, key=draw)
