"""Any file that an item shows, made safe, and named by the hash of what is kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from item_bank.errors import MediaRefused
from item_bank.media.kinds import PICTURES, MediaType, is_active, type_of
from item_bank.media.pictures import clean_picture
from item_bank.media.recordings import clean_recording

MOST_BYTES: Final = 32_000_000
MOST_PICTURE_BYTES: Final = 16_000_000


@dataclass(frozen=True, slots=True)
class CleanMedia:
    """Made by ``clean`` only. ``path`` is how an item's XML names it: ``media/HASH.EXTENSION``."""

    type: MediaType
    data: bytes
    sha256: str

    @property
    def path(self) -> str:
        return f"media/{self.sha256}.{self.type}"


def clean(data: bytes) -> CleanMedia:
    """The file as it may be kept. Raises MediaRefused, with the reason."""
    if not data:
        raise MediaRefused("The file is empty.")
    media_type = type_of(data)
    most = MOST_PICTURE_BYTES if media_type in PICTURES else MOST_BYTES
    if len(data) > most:
        raise MediaRefused(f"The file has {len(data):,} bytes; {most:,} are allowed.")
    if media_type in PICTURES:
        if is_active(data[:64]):
            raise MediaRefused("Other programs could take the picture for something that runs.")
        kept = clean_picture(data, media_type)
    else:
        kept = clean_recording(data, media_type)
    return CleanMedia(media_type, kept, hashlib.sha256(kept).hexdigest())


class Cleaner:
    """Cleans each file once, by the hash of what came in; refusals are remembered too."""

    def __init__(self, cleaning: Callable[[bytes], CleanMedia] = clean) -> None:
        self._cleaning = cleaning
        self._done: dict[bytes, CleanMedia | MediaRefused] = {}

    def clean(self, data: bytes) -> CleanMedia:
        """Raises MediaRefused."""
        key = hashlib.sha256(data).digest()
        if key not in self._done:
            try:
                self._done[key] = self._cleaning(data)
            except MediaRefused as error:
                self._done[key] = error
        found = self._done[key]
        if isinstance(found, MediaRefused):
            raise MediaRefused(str(found))
        return found
