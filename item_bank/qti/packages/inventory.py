"""What a manifest names against what is in the archive."""

from collections import Counter

from item_bank.formats.reading import refused
from item_bank.qti.packages.archive import Archive
from item_bank.qti.packages.manifest import MANIFEST, Kind, Manifest
from item_bank.qti.packages.notes import Notes


def manifest_path(archive: Archive, notes: Notes) -> str:
    """Raises Refused where there is none, or more than one below the top."""
    path = archive.find(MANIFEST)
    if path is not None:
        return path
    inner = [name for name in archive.names if name.lower().endswith(f"/{MANIFEST}")]
    if len(inner) != 1:
        sentence = f"The zip file has no {MANIFEST}, which says what is in it."
        raise refused("manifest_missing", "", sentence)
    sentence = "The package lies in a folder inside the zip file."
    notes.note("folder_around", inner[0], None, sentence)
    return inner[0]


def check_resources(manifest: Manifest, path: str, archive: Archive, notes: Notes) -> None:
    """Notes what is missing or there twice; items that are missing are told when they are read."""
    has_metadata = any(one.type.startswith("resourcemetadata") for one in manifest.resources)
    if not manifest.title and not has_metadata:
        sentence = "The package has no title and no metadata of its own."
        notes.note("metadata_missing", path, None, sentence)
    _check_repeated(manifest, path, notes)
    known = {one.identifier for one in manifest.resources}
    for one in manifest.resources:
        for given, meant in one.files:
            is_item = one.kind is Kind.ITEM and meant is not None and meant == one.href
            if not is_item and (meant is None or archive.find(meant) is None):
                sentence = f"The file {given[:120]!r} is not in the package."
                notes.note("file_missing", path, one.line, sentence)
        for name in one.dependencies:
            if name not in known:
                needed = f"{one.identifier[:80]} needs the resource {name[:80]}"
                notes.note("resource_missing", path, one.line, f"{needed}, which is not there.")


def _check_repeated(manifest: Manifest, path: str, notes: Notes) -> None:
    known: set[str] = set()
    paths: Counter[str] = Counter()
    for one in manifest.resources:
        if one.identifier in known:
            sentence = f"The resource {one.identifier[:80]} is there twice."
            notes.note("resource_repeated", path, one.line, sentence)
        known.add(one.identifier)
        if one.href is not None:
            paths[one.href] += 1
            if paths[one.href] == 2:
                sentence = f"The file {one.href[:120]} is that of two resources."
                notes.note("file_repeated", path, one.line, sentence)


def report_unused(manifest: Manifest, archive: Archive, notes: Notes) -> None:
    """Metadata in a file of its own is told apart from what may be missed."""
    metadata = {
        one.href for one in manifest.resources if one.type.startswith("resource") and one.href
    }
    for name in archive.names:
        if name in metadata:
            sentence = "What LOM says of the package is left out."
            notes.note("metadata_dropped", name, None, sentence)
        elif name not in notes.used:
            notes.note("file_unused", name, None, "No item uses this file.")
