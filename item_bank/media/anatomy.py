"""Pictures taken apart into the parts that their formats name, without decoding them.

A picture is *bare* where it has no part but those that make the picture: no tags of the camera, no
place, no comment, no colour profile, no bytes after its end.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from item_bank.errors import MediaRefused
from item_bank.media.kinds import MediaType


@dataclass(frozen=True, slots=True)
class Anatomy:
    """``end`` is the offset of the first byte after the picture."""

    width: int
    height: int
    end: int
    is_bare: bool


def anatomy_of(data: bytes, media_type: MediaType) -> Anatomy:
    """Raises MediaRefused where the parts do not fit together."""
    walk = {
        MediaType.PNG: _png,
        MediaType.JPEG: _jpeg,
        MediaType.GIF: _gif,
        MediaType.WEBP: _webp,
    }[media_type]
    try:
        return walk(data)
    except (struct.error, IndexError) as error:
        raise MediaRefused("The picture is damaged or cut off.") from error


def _damaged() -> MediaRefused:
    return MediaRefused("The picture is damaged or cut off.")


_PNG_PARTS = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"))


def _png(data: bytes) -> Anatomy:
    at, is_bare = 8, True
    width, height = struct.unpack_from(">II", data, 16)
    if data[12:16] != b"IHDR":
        raise _damaged()
    while True:
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        if at + 12 + length > len(data):
            raise _damaged()
        (expected,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(memoryview(data)[at + 4 : at + 8 + length]) != expected:
            raise _damaged()
        is_bare = is_bare and name in _PNG_PARTS
        at += 12 + length
        if name == b"IEND":
            return Anatomy(width, height, at, is_bare and length == 0)


_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
_FRAMES = frozenset((0xC0, 0xC1, 0xC2))
_JPEG_PARTS = frozenset((*_FRAMES, 0xC4, 0xDA, 0xDB, 0xDD))


def _jpeg(data: bytes) -> Anatomy:
    at, is_bare = 2, True
    width = height = 0
    while True:
        found = _MARKER.match(data, at)
        if found is None:
            raise _damaged()
        is_bare = is_bare and found.end() - found.start() == 2
        marker, at = found[1][0], found.end()
        if marker == 0xD9:
            if not width:
                raise _damaged()
            return Anatomy(width, height, at, is_bare)
        if marker in _ALONE:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        body = data[at + 2 : at + length]
        if length < 2 or at + length > len(data):
            raise _damaged()
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", body, 1)
        is_bare = is_bare and (marker in _JPEG_PARTS or _is_plain_segment(marker, body))
        at += length
        if marker == 0xDA:
            after = _MARKER.search(data, at)
            if after is None:
                raise _damaged()
            at = after.start()


def _is_plain_segment(marker: int, body: bytes) -> bool:
    """JFIF without a thumbnail, and Adobe's word on how colours are stored."""
    if marker == 0xE0:
        return body[:5] == b"JFIF\0" and len(body) == 14 and body[12:14] == b"\0\0"
    return marker == 0xEE and body[:5] == b"Adobe" and len(body) == 12


def _gif(data: bytes) -> Anatomy:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at, is_bare = 13 + _palette(flags), True
    while True:
        kind = data[at]
        if kind == 0x3B:
            return Anatomy(width, height, at + 1, is_bare)
        if kind == 0x2C:
            at += 10 + _palette(data[at + 9]) + 1
        elif kind == 0x21:
            label = data[at + 1]
            is_loop = label == 0xFF and data[at + 2 : at + 14] == b"\x0bNETSCAPE2.0"
            is_bare = is_bare and (label == 0xF9 or is_loop)
            at += 2
        else:
            raise _damaged()
        while data[at]:
            at += 1 + data[at]
        at += 1


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


_WEBP_PARTS = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"))


def riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and length of each chunk of a RIFF file; ends at the end that the file names."""
    end = 8 + int(struct.unpack_from("<I", data, 4)[0])
    if end > len(data):
        raise MediaRefused("The file is damaged or cut off.")
    at = 12
    while at < end:
        name, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise MediaRefused("The file is damaged or cut off.")
        yield name, at + 8, length
        at += 8 + length + (length & 1)


def _webp(data: bytes) -> Anatomy:
    width = height = 0
    is_bare = True
    for name, start, length in riff_chunks(data):
        is_bare = is_bare and name in _WEBP_PARTS
        part = data[start : start + min(length, 10)]
        if name == b"VP8X":
            width = 1 + int.from_bytes(part[4:7], "little")
            height = 1 + int.from_bytes(part[7:10], "little")
            # Profile, EXIF and XMP have a flag each, whether or not the part is there.
            is_bare = is_bare and not part[0] & 0b00101100
        elif name == b"VP8 " and not width:
            across, down = struct.unpack_from("<HH", part, 6)
            width, height = across & 0x3FFF, down & 0x3FFF
        elif name == b"VP8L" and not width:
            bits = int.from_bytes(part[1:5], "little")
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if not width:
        raise _damaged()
    end = 8 + int(struct.unpack_from("<I", data, 4)[0])
    return Anatomy(width, height, end + (end & 1 if end < len(data) else 0), is_bare)
