"""Media on disk, by the hash of what is in them.

A file is written under another name, brought to the disk, and linked to its own name only then:
whoever finds the name finds the whole file, and a file that is there is never written again.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from item_bank.errors import MediaDamaged, MediaNotFound
from item_bank.media.cleaning import CleanMedia
from item_bank.media.kinds import MediaType

_PATH = re.compile(rf"media/([0-9a-f]{{64}})\.({'|'.join(MediaType)})")


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """``path`` is how an item's XML names it; ``size`` is in bytes."""

    path: str
    type: MediaType
    size: int


class MediaStore:
    """Keeps files below ``directory``, in folders by the first two digits of their hashes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def add(self, media: CleanMedia) -> str:
        """Keep a file and return its path; one that is there stays as it is."""
        target = self._file(media.path)
        if target.exists():
            return media.path
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(media.data)
                file.flush()
                os.fsync(file.fileno())
            # Somebody else may have been faster, with the same bytes.
            with suppress(FileExistsError):
                os.link(name, target)
        finally:
            Path(name).unlink()
        self._sync(target.parent)
        return media.path

    def has(self, path: str) -> bool:
        return _PATH.fullmatch(path) is not None and self._file(path).is_file()

    def read(self, path: str) -> bytes:
        """What was kept; raises MediaNotFound, or MediaDamaged where the disk changed it."""
        try:
            data = self._file(path).read_bytes()
        except FileNotFoundError as error:
            raise MediaNotFound(f"There is no file {path[:90]}.") from error
        if hashlib.sha256(data).hexdigest() != path[len("media/") :][:64]:
            raise MediaDamaged(f"The file {path} is not what was stored.")
        return data

    def list(self) -> Iterator[StoredMedia]:
        """In the order of their hashes. Raises nothing for files that are not ours."""
        for file in sorted(self._directory.glob("[0-9a-f][0-9a-f]/*")):
            path = f"media/{file.name}"
            if _PATH.fullmatch(path):
                media_type = MediaType(file.suffix.removeprefix("."))
                yield StoredMedia(path, media_type, file.stat().st_size)

    def _file(self, path: str) -> Path:
        found = _PATH.fullmatch(path)
        if found is None:
            raise MediaNotFound(f"{path[:90]!r} is no name of a stored file.")
        return self._directory / found[1][:2] / path.removeprefix("media/")

    @staticmethod
    def _sync(directory: Path) -> None:
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def type_of_path(path: str) -> MediaType | None:
    """The type that a path of ours names; None for any other text."""
    found = _PATH.fullmatch(path)
    return None if found is None else MediaType(found[2])
