"""What a file is by its bytes; its name says nothing."""

import re
from enum import StrEnum

from item_bank.errors import MediaRefused


class MediaType(StrEnum):
    """The value is the extension that stored files have."""

    PNG = "png"
    JPEG = "jpg"
    GIF = "gif"
    WEBP = "webp"
    MP3 = "mp3"
    MP4 = "mp4"
    OGG = "ogg"
    WAV = "wav"
    VTT = "vtt"

    @property
    def content_type(self) -> str:
        return _CONTENT_TYPES[self]


_CONTENT_TYPES = {
    MediaType.PNG: "image/png",
    MediaType.JPEG: "image/jpeg",
    MediaType.GIF: "image/gif",
    MediaType.WEBP: "image/webp",
    MediaType.MP3: "audio/mpeg",
    MediaType.MP4: "video/mp4",
    MediaType.OGG: "audio/ogg",
    MediaType.WAV: "audio/wav",
    MediaType.VTT: "text/vtt; charset=utf-8",
}
PICTURES = frozenset({MediaType.PNG, MediaType.JPEG, MediaType.GIF, MediaType.WEBP})

_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), MediaType.PNG),
    (re.compile(rb"\xff\xd8\xff"), MediaType.JPEG),
    (re.compile(rb"GIF8[79]a"), MediaType.GIF),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), MediaType.WEBP),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), MediaType.WAV),
    (re.compile(rb"OggS\0"), MediaType.OGG),
    (re.compile(rb".{4}ftyp", re.DOTALL), MediaType.MP4),
    (re.compile(rb"ID3[\x02-\x04]|\xff[\xe2-\xe3\xf2-\xf3\xfa-\xfb]"), MediaType.MP3),
    (re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?=[ \t\r\n]|\Z)"), MediaType.VTT),
)
_PICTURE_AS_PNG = "It is a picture that browsers do not show. Save it as PNG or JPEG."
_REFUSED = (
    (
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]*>\s*)*<(?:\w+:)?svg\b", re.IGNORECASE | re.DOTALL
        ),
        "SVG pictures can hold scripts and fetch files. Save it as PNG.",
    ),
    (re.compile(rb"%PDF-"), "PDF files can hold scripts. Save its pages as PNG."),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), "It is an archive, which no page can show."),
    (
        re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|script)\b", re.IGNORECASE),
        "It is a web page.",
    ),
    (re.compile(rb"BM.{4}\0\0\0\0|II\*\0|MM\0\*", re.DOTALL), _PICTURE_AS_PNG),
    (re.compile(rb".{4}ftyp(?:hei|mif|avi)", re.DOTALL), _PICTURE_AS_PNG),
)
# What other programs look for to take a file for a page, a document or a script.
_ACTIVE = re.compile(
    rb"<!doctype\s+html|<html[\s>]|<script[\s>]|<svg[\s>]|<\?php|%PDF-\d", re.IGNORECASE
)
_HEAD = 1024


def type_of(data: bytes) -> MediaType:
    """Raises MediaRefused, with the reason, for all that is not kept."""
    head = data[:_HEAD]
    for pattern, reason in _REFUSED:
        if pattern.match(head):
            raise MediaRefused(reason)
    for signature, media_type in _SIGNATURES:
        if signature.match(head):
            return media_type
    raise MediaRefused("It is no picture, sound or film of a type that is kept.")


def is_active(data: bytes) -> bool:
    """Whether another program could take the file for something that runs."""
    return _ACTIVE.search(data[:_HEAD]) is not None or b"PK\x05\x06" in data[-65_557:]
