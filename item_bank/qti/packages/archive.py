"""A zip file from anyone, opened so that it does no harm.

Nothing is unpacked to disk. The directory at the end of the file is checked before the first byte
is unpacked: sizes, counts, ratios, names, kinds of entries. A member is read when it is asked for,
into memory, and never beyond the size that it declared.
"""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from io import BytesIO
from typing import Final

from item_bank.formats.reading import MAX_FILE_BYTES, refused

MOST_FILES: Final = 25_000
MOST_UNPACKED: Final = 256_000_000
"""Bytes of all members together."""
LARGEST_MEMBER: Final = 64_000_000
HIGHEST_RATIO: Final = 120
"""Of a member above a megabyte, and of the whole; the best of real XML is about 40."""
LONGEST_NAME: Final = 240

_END = b"PK\x05\x06"
_ENTRY = 46
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_KINDS = frozenset((0, stat.S_IFREG, stat.S_IFDIR))
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$)")
_MEGABYTE = 1_000_000


class Archive:
    """``names`` are the files in the order of the zip, in Unicode's composed form; folders and
    what operating systems leave behind are not among them. ``guessed`` are those of them whose
    encoding was not named.

    Raises Refused for a file that is no zip, is damaged, or could do harm.
    """

    def __init__(self, data: bytes) -> None:
        _check_end(data)
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise refused("archive_damaged", "", "The zip file is damaged or cut off.") from error
        infos = self._zip.infolist()
        _check_sizes(infos, len(data))
        _check_layout(infos, data)
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._folded: dict[str, str] = {}
        self.guessed: list[str] = []
        for info in infos:
            self._take(info)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._members)

    def find(self, path: str) -> str | None:
        """The name in the archive; one that differs in capitals only is found too."""
        name = unicodedata.normalize("NFC", path)
        return name if name in self._members else self._folded.get(name.casefold())

    def size(self, name: str) -> int:
        return self._members[name].file_size

    def read(self, name: str, most: int = LARGEST_MEMBER) -> bytes:
        """Raises Refused for a member that is larger than ``most``, damaged or an archive."""
        info = self._members[name]
        if info.file_size > most:
            sentence = f"The file has {info.file_size:,} bytes; {most:,} are allowed."
            raise refused("file_too_large", name, sentence)
        try:
            with self._zip.open(info) as member:
                data = member.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise refused("file_damaged", name, "The file is damaged.") from error
        if len(data) != info.file_size:
            raise refused("file_damaged", name, "The file is not as long as the zip file says.")
        if data.startswith(b"PK\x03\x04"):
            raise refused("archive_nested", name, "A zip file inside the zip file is not opened.")
        return data

    def _take(self, info: zipfile.ZipInfo) -> None:
        name = unicodedata.normalize("NFC", self._name(info))
        _check_name(name)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in _KINDS:
            raise _harmful(name, "is a link or a device")
        if name.endswith("/"):
            return
        folded = name.casefold()
        if folded in self._folded:
            raise _harmful(name, f"is there twice, as {self._folded[folded]!r}")
        self._folded[folded] = name
        if not _LITTER.search(name):
            self._members[name] = info

    def _name(self, info: zipfile.ZipInfo) -> str:
        """The whole name as it is stored; Python ends it at a zero byte and turns backslashes."""
        name = info.orig_filename
        if info.flag_bits & 0x800 or name.isascii():
            return name
        # The zip says nothing of its encoding: most programs of today write UTF-8 all the same.
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            self.guessed.append(unicodedata.normalize("NFC", name))
        return name


def _check_end(data: bytes) -> None:
    if not data:
        raise refused("file_empty", "", "The file is empty.")
    if len(data) > MAX_FILE_BYTES:
        allowed = f"{MAX_FILE_BYTES // _MEGABYTE} MB are allowed"
        raise refused("file_too_large", "", f"The file has {len(data):,} bytes; {allowed}.")
    if not data.startswith((b"PK\x03\x04", _END)):
        raise refused("archive_refused", "", "The file is no zip file, or begins as another.")
    at = data.rfind(_END, max(0, len(data) - 65_557))
    if at < 0 or len(data) - at < 22:
        raise refused("archive_damaged", "", "The zip file is cut off.")
    disk, first, here, total, size, start, comment = struct.unpack_from("<4H2LH", data, at + 4)
    if total == 0xFFFF or size == 0xFFFFFFFF or start == 0xFFFFFFFF:
        raise refused("archive_refused", "", "The zip file is of the kind for huge files (ZIP64).")
    if disk or first or here != total:
        raise refused("archive_refused", "", "The zip file is one part of several.")
    if at + 22 + comment != len(data) or start + size != at:
        sentence = "The zip file holds bytes that its directory does not account for."
        raise refused("archive_refused", "", sentence)
    if total > MOST_FILES or size > MOST_FILES * (_ENTRY + LONGEST_NAME):
        raise refused("archive_refused", "", f"The zip file has over {MOST_FILES:,} files.")


def _check_sizes(infos: list[zipfile.ZipInfo], packed: int) -> None:
    if len(infos) > MOST_FILES:
        raise refused("archive_refused", "", f"The zip file has over {MOST_FILES:,} files.")
    total = 0
    for info in infos:
        if info.flag_bits & 0x1 or info.flag_bits & 0x40:
            raise refused("archive_refused", info.filename, "The zip file is encrypted.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            sentence = "The zip file is packed by a method that is not read here."
            raise refused("archive_refused", info.filename, sentence)
        total += info.file_size
        is_bomb = info.file_size > max(_MEGABYTE, HIGHEST_RATIO * info.compress_size)
        if info.file_size > LARGEST_MEMBER or is_bomb:
            sentence = f"The file would unpack to {info.file_size:,} bytes."
            raise refused("archive_refused", info.filename, sentence)
    if total > MOST_UNPACKED or total > max(10 * _MEGABYTE, HIGHEST_RATIO * packed):
        sentence = f"The zip file would unpack to {total:,} bytes."
        raise refused("archive_refused", "", sentence)


def _check_layout(infos: list[zipfile.ZipInfo], data: bytes) -> None:
    """Members follow one another: none lies inside another, none before the first."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        at = info.header_offset
        if at < end or (end == 0 and at != 0) or data[at : at + 4] != b"PK\x03\x04":
            raise refused("archive_refused", info.filename, "Files in the zip file overlap.")
        if at + 30 > len(data):
            raise refused("archive_damaged", info.filename, "The zip file is cut off.")
        name, extra = struct.unpack_from("<2H", data, at + 26)
        end = at + 30 + name + extra + info.compress_size


def _check_name(name: str) -> None:
    if not name or len(name) > LONGEST_NAME:
        raise _harmful(name[:60], f"has no name, or one of over {LONGEST_NAME} characters")
    if _CONTROL.search(name) or "\\" in name or "\ufffd" in name:
        raise _harmful(name, "has a name with a backslash or a control character")
    if name.startswith("/") or _DRIVE.match(name):
        raise _harmful(name, "has an absolute path")
    if any(part in ("..", ".") or not part for part in name.removesuffix("/").split("/")):
        raise _harmful(name, "has a path that leads elsewhere")


def _harmful(name: str, why: str) -> Exception:
    shown = _CONTROL.sub("?", name)
    return refused("archive_refused", shown, f"The file {shown!r} in the zip file {why}.")
