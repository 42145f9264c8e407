"""Recordings of a second or less, put together by hand."""

import struct
import zlib


def a_wav(*others: tuple[bytes, bytes], samples: bytes = b"\0\1" * 40) -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    parts = b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for name, data in ((b"fmt ", form), *others, (b"data", samples))
    )
    return b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"WAVE" + parts


def an_mp3(frames: int = 4) -> bytes:
    """MPEG 1 Layer III, 128 kbit/s, 44,100 Hz: 417 bytes a frame."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def an_ogg(stream: bytes = b"OpusHead") -> bytes:
    def page(flags: int, number: int, body: bytes) -> bytes:
        head = b"OggS\0" + struct.pack("<BqIII", flags, 0, 7, number, 0)
        return head + bytes([1, len(body)]) + body

    return page(2, 0, stream + b"\1\1") + page(4, 1, b"sound")


def box(name: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", 8 + len(body)) + name + body


def an_mp4(*in_moov: bytes, after: bytes = b"", brand: bytes = b"isom") -> bytes:
    return (
        box(b"ftyp", brand, b"\0\0\0\0", b"isom")
        + box(b"moov", box(b"mvhd", bytes(100)), *in_moov)
        + box(b"mdat", b"film")
        + after
    )


def png_chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check
