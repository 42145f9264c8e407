"""Files of QTI 1.2 in a package, as Canvas exports them."""

import re
from dataclasses import replace

from item_bank.errors import MediaRefused
from item_bank.formats.reading import MAX_FILE_BYTES, Media, ReadItem, Refused
from item_bank.qti.conversion.canvas import read_canvas
from item_bank.qti.packages.archive import Archive
from item_bank.qti.packages.media_files import MediaFiles
from item_bank.qti.packages.notes import Notes

_FILE_BASE = re.compile(r"\$IMS[-_]CC[-_]FILE[-_]?BASE\$/?")
_FOLDERS = ("", "web_resources/")
"""Where Canvas keeps what its texts show."""


def read_canvas_file(
    name: str, archive: Archive, files: MediaFiles, notes: Notes
) -> tuple[ReadItem, ...]:
    """The items of a file of the archive, with clean media."""
    try:
        data = archive.read(name, MAX_FILE_BYTES)
    except Refused as error:
        notes.include(error.finding)
        return ()
    unfit: dict[str, None] = {}

    def find_media(source: str) -> Media | None:
        target = _FILE_BASE.sub("", source)
        try:
            for base in (name, *(f"{folder}manifest" for folder in _FOLDERS)):
                found = files.in_archive(base, target)
                if found is not None:
                    return Media(found.path, found.data)
        except MediaRefused as error:
            unfit[f"The file {target[:120]!r} is refused. {error}"] = None
        return None

    reading = read_canvas(data, find_media)
    for finding in reading.findings:
        notes.include(replace(finding, place=_place(name, finding.place)))
    for sentence in unfit:
        notes.note("media_unfit", name, None, sentence)
    return tuple(replace(item, place=_place(name, item.place)) for item in reading.items)


def _place(name: str, inside: str) -> str:
    return f"{name}, {inside}" if inside else name
