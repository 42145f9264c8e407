"""Sound, film and captions: taken apart, and stripped of notes where this needs no decoding.

They are not encoded anew: that would take a decoder for each codec. So each file must be, from its
first byte to its last, a row of the parts that its format names; bytes that are none of them are
refused. Notes are taken out of MP3, WAV and MP4; those in Ogg are woven into its pages and stay.
"""

import re
import struct
from collections.abc import Iterator

from item_bank.errors import MediaRefused
from item_bank.media.anatomy import riff_chunks
from item_bank.media.kinds import MediaType, is_active


def clean_recording(data: bytes, media_type: MediaType) -> bytes:
    """The recording without notes. Cleaning it again changes nothing. Raises MediaRefused."""
    clean = {
        MediaType.MP3: _mp3,
        MediaType.MP4: _mp4,
        MediaType.OGG: _ogg,
        MediaType.WAV: _wav,
        MediaType.VTT: _captions,
    }[media_type]
    try:
        cleaned = clean(data)
    except (struct.error, IndexError) as error:
        raise MediaRefused("The file is damaged or cut off.") from error
    if is_active(cleaned):
        raise MediaRefused("Other programs could take the file for something that runs.")
    return cleaned


_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _mp3(data: bytes) -> bytes:
    start, end = 0, len(data)
    while data[start : start + 3] == b"ID3":
        size = 0
        for byte in data[start + 6 : start + 10]:
            size = size << 7 | byte & 0x7F
        start += 10 + size + (10 if data[start + 5] & 0x10 else 0)
    if data[-128:-125] == b"TAG":
        end -= 128
    start += len(data[start : start + 4096]) - len(data[start : start + 4096].lstrip(b"\0"))
    at = start
    count = 0
    while at + 4 <= end:
        length = _frame_length(data[at : at + 4])
        if length == 0 or at + length > end:
            break
        at += length
        count += 1
    # A recorder that was stopped leaves half a frame.
    if count < 2 or (at < end and end - at > 1500):
        raise MediaRefused("The file is no row of MP3 frames.")
    return data[start:at]


def _frame_length(header: bytes) -> int:
    """In bytes; 0 for what is no header of a Layer III frame."""
    sync, second, third, _ = header
    version, layer = second >> 3 & 3, second >> 1 & 3
    if sync != 0xFF or second & 0xE0 != 0xE0 or version == 1 or layer != 1:
        return 0
    index, rate = third >> 4, third >> 2 & 3
    if index in (0, 15) or rate == 3:
        return 0
    kbits = (_KBITS_1 if version == 3 else _KBITS_2)[index]
    samples = 144 if version == 3 else 72
    return samples * kbits * 1000 // _RATES[version][rate] + (third >> 1 & 1)


_WAV_PARTS = frozenset((b"fmt ", b"fact", b"data"))


def _wav(data: bytes) -> bytes:
    parts = []
    for name, start, length in riff_chunks(data):
        if name in _WAV_PARTS:
            parts.append(struct.pack("<4sI", name, length) + data[start : start + length])
            if length & 1:
                parts.append(b"\0")
    names = [part[:4] for part in parts if len(part) > 1]
    (size,) = struct.unpack_from("<I", data, 4)
    if names[:1] != [b"fmt "] or b"data" not in names or data[8 + size + (size & 1) :].strip(b"\0"):
        raise MediaRefused("The file is no WAV recording, or something follows it.")
    body = b"WAVE" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


_OGG_STREAMS = (b"\x01vorbis", b"OpusHead", b"\x80theora", b"\x7fFLAC", b"Speex   ", b"fishead\0")


def _ogg(data: bytes) -> bytes:
    at = 0
    while at < len(data):
        if data[at : at + 5] != b"OggS\0":
            raise MediaRefused("The file is no row of Ogg pages.")
        segments = data[at + 26]
        body = at + 27 + segments
        is_first = data[at + 5] & 2
        if is_first and not data[body : body + 8].startswith(_OGG_STREAMS):
            raise MediaRefused("The Ogg file holds a stream that is neither sound nor film.")
        at = body + sum(data[at + 27 : body])
    if at != len(data):
        raise MediaRefused("The file is damaged or cut off.")
    return data


_MP4_BRANDS = re.compile(rb"iso[m2-9]|mp4[12]|avc1|M4[AV] |dash|MSNV|3gp[4-9]")
_MP4_PARTS = frozenset(
    (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"sidx", b"styp", b"mfra")
)
_MP4_NOTES = frozenset((b"udta", b"meta", b"uuid"))
_MP4_DEPTH = 8
_MP4_HOLDERS = frozenset((b"moov", b"trak", b"moof", b"traf"))


def _mp4(data: bytes) -> bytes:
    """Notes become free space of the same length, so that every offset stays true."""
    if not _MP4_BRANDS.fullmatch(data[8:12]):
        raise MediaRefused("The MP4 file is of a brand that browsers do not play.")
    names = set()
    cleaned = bytearray(data)
    for name, start, body, end in _boxes(data, 0, len(data)):
        if name not in _MP4_PARTS | _MP4_NOTES:
            raise MediaRefused("The file holds parts that are none of MP4.")
        names.add(name)
        _take_notes_out(cleaned, data, (name, start, body, end))
    if not {b"moov", b"mdat"} <= names:
        raise MediaRefused("The MP4 file holds no recording.")
    return bytes(cleaned)


def _take_notes_out(
    cleaned: bytearray, data: bytes, box: tuple[bytes, int, int, int], depth: int = 0
) -> None:
    name, start, body, end = box
    if depth > _MP4_DEPTH:
        raise MediaRefused("The parts of the MP4 file are nested too deeply.")
    if name in _MP4_NOTES or name in (b"free", b"skip"):
        cleaned[start + 4 : start + 8] = b"free"
        cleaned[body:end] = bytes(end - body)
    elif name in _MP4_HOLDERS:
        for inner in _boxes(data, body, end):
            _take_notes_out(cleaned, data, inner, depth + 1)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Name, start, start of the body and end of each box; raises MediaRefused at a gap."""
    while at < end:
        size, name = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise MediaRefused("The file is damaged or cut off.")
        yield name, at, body, at + size
        at += size


def _captions(data: bytes) -> bytes:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MediaRefused("The captions are not in UTF-8.") from error
    if "\0" in text or "<script" in text.lower():
        raise MediaRefused("The captions hold what is no text.")
    return data
