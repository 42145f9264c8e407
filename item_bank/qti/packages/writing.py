"""Items of the bank as a QTI 3 package in a zip file.

Items are in ``items/``, each file exactly as the bank holds it, and the media beside them in
``items/media/``, so that the paths in the items hold. Only a text that items share is taken out of
them, into ``items/stimuli/``; reading puts it back. Equal items give equal bytes.
"""

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from item_bank.errors import ContentUnsound, MediaNotFound
from item_bank.framework import Edition
from item_bank.items import ItemFacts
from item_bank.media.store import type_of_path
from item_bank.qti.conversion.whole import written
from item_bank.qti.documents import canonical_hash, parse, render
from item_bank.qti.packages.directory import ITEM_TYPE
from item_bank.qti.packages.manifest import MANIFEST
from item_bank.qti.packages.metadata import cp, general_metadata, item_metadata
from item_bank.qti.packages.references import references
from item_bank.qti.packages.statistics import RESOURCE_TYPE, Statistic, write_statistics
from item_bank.qti.packages.stimuli import SharedTexts, file_name, place_in, stimulus_references
from item_bank.qti.reading import child

STIMULUS_TYPE = "imsqti_stimulus_xmlv3p0"
STATISTICS = "statistics.xml"

_FOLDER = "items"
_TEXTS = "stimuli"
_EARLIEST = (1980, 1, 1, 0, 0, 0)

ReadMedia = Callable[[str], bytes]
"""From a path in an item's XML to the file, as ``MediaStore.read``; raises MediaNotFound."""


@dataclass(frozen=True, slots=True)
class OutgoingItem:
    """``xml`` is QTI 3 as the bank holds it, under the code of ``facts``."""

    xml: bytes
    facts: ItemFacts


@dataclass(frozen=True, slots=True)
class _File:
    code: str
    xml: bytes
    texts: tuple[str, ...]
    media: tuple[str, ...]


def no_media(path: str) -> bytes:
    raise MediaNotFound(f"There is no file {path[:90]}.")


def write_zip(
    items: Iterable[OutgoingItem],
    edition: Edition,
    *,
    identifier: str,
    title: str,
    description: str = "",
    read_media: ReadMedia = no_media,
    statistics: Sequence[Statistic] = (),
) -> bytes:
    """The package. The same items in any order, and the same statistics, give the same bytes.

    A file that ``read_media`` does not find is left out; ``losses`` names it. Raises ContentUnsound
    for two items of one code, or one whose XML has another; NodeNotFound for a tag that the edition
    lacks; QtiError for XML that cannot be read.
    """
    ordered = sorted(items, key=lambda item: item.facts.code)
    texts = SharedTexts()
    media: dict[str, bytes | None] = {}
    files = [_file(item, texts, media, read_media) for item in ordered]
    _refuse_repeated([file.code for file in files])
    used = {name for file in files for name in file.texts}
    shared = {name: xml for name, xml in texts.files().items() if name in used}
    names = _names([*shared], {file.code for file in files})
    resources = [
        _item_resource(file, item.facts, edition, media, names)
        for file, item in zip(files, ordered, strict=True)
    ]
    resources += [
        _text_resource(names[name], name, texts.media(name), media) for name in sorted(shared)
    ]
    members = {f"{_FOLDER}/{file.code}.xml": file.xml for file in files}
    members |= {f"{_FOLDER}/{_TEXTS}/{file_name(name)}": xml for name, xml in shared.items()}
    if statistics:
        members[STATISTICS] = write_statistics(statistics)
        name = _free("statistics", {*names.values(), *(file.code for file in files)})
        attributes = {"identifier": name, "type": RESOURCE_TYPE, "href": STATISTICS}
        resources.append(cp("resource", cp("file", {"href": STATISTICS}), attributes))
    manifest = cp(
        "manifest",
        general_metadata(title, description),
        cp("organizations"),
        cp("resources", *resources),
        {"identifier": identifier},
    )
    found = {f"{_FOLDER}/{path}": data for path, data in media.items() if data is not None}
    return _packed({MANIFEST: render(manifest), **dict(sorted(members.items()))}, found)


def _refuse_repeated(codes: Sequence[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        # On other systems files whose names differ in capitals only are one file.
        if code.casefold() in seen:
            raise ContentUnsound(f"Two items would have the file {code}.xml.")
        seen.add(code.casefold())


def _file(
    item: OutgoingItem,
    texts: SharedTexts,
    media: dict[str, bytes | None],
    read_media: ReadMedia,
) -> _File:
    root = parse(item.xml)
    code = item.facts.code
    if root.get("identifier") != code:
        raise ContentUnsound(f"The item {code} has the identifier {root.get('identifier')!r}.")
    paths = {one.target for one in references(root)}
    known = tuple(sorted(path for path in paths if type_of_path(path) is not None))
    for path in known:
        if path not in media:
            try:
                media[path] = read_media(path)
            except MediaNotFound:
                media[path] = None
    xml, taken = _with_texts_out(root, item.xml, texts)
    return _File(code, xml, taken, known)


def _with_texts_out(
    root: etree._Element, xml: bytes, texts: SharedTexts
) -> tuple[bytes, tuple[str, ...]]:
    """The file of an item, and the texts that it names; as it was if putting them back would not
    give the same content."""
    before = canonical_hash(root)
    taken = texts.take_out(root, _TEXTS)
    if not taken:
        return xml, ()
    out = written(root)
    again = parse(out)
    for name, _, element in stimulus_references(again):
        again.remove(element)
        body = child(parse(texts.original(name)), "qti-stimulus-body")
        if body is not None:
            place_in(again, name, body)
    return (out, tuple(taken)) if canonical_hash(again) == before else (xml, ())


def _names(texts: Sequence[str], codes: set[str]) -> dict[str, str]:
    """Identifiers of the resources of texts, by those of the texts."""
    taken = set(codes)
    found = {}
    for text in texts:
        found[text] = _free(f"stimulus-{file_name(text).removesuffix('.xml')}", taken)
        taken.add(found[text])
    return found


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _item_resource(
    file: _File,
    facts: ItemFacts,
    edition: Edition,
    media: Mapping[str, bytes | None],
    names: Mapping[str, str],
) -> etree._Element:
    href = f"{_FOLDER}/{file.code}.xml"
    return cp(
        "resource",
        item_metadata(facts, edition),
        cp("file", {"href": href}),
        *_media_files(file.media, media),
        *(cp("dependency", {"identifierref": names[name]}) for name in file.texts),
        {"identifier": file.code, "type": ITEM_TYPE, "href": href},
    )


def _text_resource(
    identifier: str, name: str, paths: Sequence[str], media: Mapping[str, bytes | None]
) -> etree._Element:
    href = f"{_FOLDER}/{_TEXTS}/{file_name(name)}"
    return cp(
        "resource",
        cp("file", {"href": href}),
        *_media_files(paths, media),
        {"identifier": identifier, "type": STIMULUS_TYPE, "href": href},
    )


def _media_files(
    paths: Sequence[str], media: Mapping[str, bytes | None]
) -> Iterable[etree._Element]:
    return [
        cp("file", {"href": f"{_FOLDER}/{path}"}) for path in paths if media.get(path) is not None
    ]


def _packed(texts: Mapping[str, bytes], media: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in texts.items():
            archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), data, compresslevel=6)
        for name, data in sorted(media.items()):
            archive.writestr(_entry(name, zipfile.ZIP_STORED), data)
    return out.getvalue()


def _entry(name: str, method: int) -> zipfile.ZipInfo:
    """Nothing in it depends on when or where the file is made."""
    info = zipfile.ZipInfo(name, _EARLIEST)
    info.compress_type = method
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info
