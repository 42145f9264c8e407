"""A QTI 3 content package as a directory: ``imsmanifest.xml`` and one file an item.

It holds single-choice items of plain text with all their facts, and is read strictly: the sample
bank comes so. Packages of others are zip files and read by ``reading``.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lxml import etree

from item_bank.errors import ContentUnsound, NodeNotFound, QtiError
from item_bank.framework import Edition, Node, NodeKind
from item_bank.items import CognitiveLevel, ItemContent, ItemFacts
from item_bank.qti.choice import read_choice, write_choice
from item_bank.qti.documents import (
    MAX_BYTES,
    attribute,
    local_name,
    parse,
    refusal,
    render,
    text_of,
)
from item_bank.qti.packages.manifest import MANIFEST, MAX_MANIFEST_BYTES
from item_bank.qti.packages.metadata import CP, CSM, FACTS, LOM, cp, general_metadata, item_metadata

MAX_ITEMS = 10_000
ITEM_TYPE = "imsqti_item_xmlv3p0"

_PATHS = {"cp": CP, "lom": LOM, "csm": CSM, "facts": FACTS}


@dataclass(frozen=True, slots=True)
class PackagedItem:
    content: ItemContent
    facts: ItemFacts


@dataclass(frozen=True, slots=True)
class Package:
    """``description`` says in words what the items are; ``items`` are in order of their codes."""

    identifier: str
    title: str
    description: str
    items: tuple[PackagedItem, ...]


def write_package(directory: Path, package: Package, edition: Edition) -> None:
    """Write manifest and items into ``directory``. The same package gives the same bytes.

    Files of items that the package no longer holds are removed from ``items/``. Raises NodeNotFound
    where an item is tagged to what the edition does not have.
    """
    items = sorted(package.items, key=lambda item: item.facts.code)
    manifest = cp(
        "manifest",
        general_metadata(package.title, package.description),
        cp("organizations"),
        cp("resources", *(_resource(item.facts, edition) for item in items)),
        {"identifier": package.identifier},
    )
    folder = directory / "items"
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in set(folder.glob("*.xml")) - {directory / _href(i.facts.code) for i in items}:
        leftover.unlink()
    for item in items:
        path = directory / _href(item.facts.code)
        path.write_bytes(write_choice(item.facts.code, item.content))
    (directory / MANIFEST).write_bytes(render(manifest))


def _href(code: str) -> str:
    return f"items/{code}.xml"


def _resource(facts: ItemFacts, edition: Edition) -> etree._Element:
    return cp(
        "resource",
        item_metadata(facts, edition),
        cp("file", {"href": _href(facts.code)}),
        {"identifier": facts.code, "type": ITEM_TYPE, "href": _href(facts.code)},
    )


def read_package(directory: Path, edition: Edition) -> Package:
    """The package in ``directory``, its items in order of their codes.

    Raises QtiError, with the file and the line, for whatever is missing, twice there, outside of
    the directory or not as ``write_package`` makes it; also for a tag that the edition lacks.
    """
    try:
        manifest = parse(_read(directory, MANIFEST, MAX_MANIFEST_BYTES), MAX_MANIFEST_BYTES)
        return _read_manifest(directory, manifest, edition)
    except QtiError as error:
        raise QtiError(error.sentence, error.line, error.path or MANIFEST) from error


def _read_manifest(directory: Path, manifest: etree._Element, edition: Edition) -> Package:
    if manifest.tag != f"{{{CP}}}manifest":
        raise refusal(manifest, f"The root {manifest.tag} is no QTI 3 manifest.")
    resources = _all(manifest, "cp:resources/cp:resource")
    if len(resources) > MAX_ITEMS:
        raise refusal(manifest, f"The package has over {MAX_ITEMS} resources.")
    items: dict[str, PackagedItem] = {}
    for resource in resources:
        if attribute(resource, "type") != ITEM_TYPE:
            raise refusal(resource, f"A resource of type {resource.get('type')} is not read here.")
        item = _read_item(directory, resource, edition)
        if item.facts.code in items:
            raise refusal(resource, f"The item {item.facts.code} is there twice.")
        items[item.facts.code] = item
    general = "cp:metadata/lom:lom/lom:general"
    return Package(
        identifier=attribute(manifest, "identifier"),
        title=text_of(_first(manifest, f"{general}/lom:title/lom:string")),
        description=text_of(_first(manifest, f"{general}/lom:description/lom:string")),
        items=tuple(items[code] for code in sorted(items)),
    )


def _read_item(directory: Path, resource: etree._Element, edition: Edition) -> PackagedItem:
    href = attribute(resource, "href")
    try:
        code, content = read_choice(_read(directory, href))
    except QtiError as error:
        raise QtiError(error.sentence, error.line, href) from error
    if code != attribute(resource, "identifier"):
        raise refusal(resource, f"{href} holds the item {code}.")
    areas, tasks = [], []
    for tag in _all(resource, "cp:metadata/csm:curriculumStandardsMetadataSet//csm:labelledGUID"):
        node = _tagged_node(tag, edition)
        if node.kind is NodeKind.SKILL_AREA:
            areas.append(node.code)
        elif node.kind is NodeKind.TASK:
            tasks.append(node.code)
        else:
            raise refusal(tag, f"Items are tagged to skill areas and tasks, not to {node.code}.")
    if len(areas) != 1 or len(tasks) > 1:
        raise refusal(resource, f"{code} is not tagged to one skill area and one task at most.")
    if tasks and edition.node(tasks[0]).parent != areas[0]:
        raise refusal(resource, f"{code}: the task {tasks[0]} is not one of {areas[0]}.")
    facts = _first(resource, "cp:metadata/facts:facts")
    values = {local_name(part): text_of(part) for part in facts}
    try:
        return PackagedItem(
            content,
            ItemFacts(
                code=code,
                skill_area=areas[0],
                task=tasks[0] if tasks else None,
                cognitive_level=CognitiveLevel(values.get("cognitive-level", "")),
                estimated_difficulty=_number(values.get("estimated-difficulty")),
                source=values.get("source", ""),
                as_of=_day(values.get("as-of")),
                review_by=_day(values.get("review-by")),
                enemies=tuple(text_of(part) for part in _all(facts, "facts:enemy")),
            ),
        )
    except (ContentUnsound, ValueError) as error:
        raise refusal(facts, f"The facts of {code} cannot be read: {error}") from error


def _tagged_node(tag: etree._Element, edition: Edition) -> Node:
    urn = f"urn:uuid:{text_of(_first(tag, 'csm:GUID')).lower()}"
    try:
        return edition.node_by_case(urn)
    except NodeNotFound as error:
        raise refusal(tag, str(error)) from error


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _read(directory: Path, href: str, max_bytes: int = MAX_BYTES) -> bytes:
    """A file of the package; a path that leads out of the directory is refused."""
    path = (directory / href[:200]).resolve()
    if not path.is_relative_to(directory.resolve()) or not path.is_file():
        raise QtiError("The file is not in the package.", path=href)
    if path.stat().st_size > max_bytes:
        raise QtiError(f"The file has over {max_bytes} bytes.", path=href)
    return path.read_bytes()


def _all(root: etree._Element, path: str) -> list[etree._Element]:
    return root.findall(path, _PATHS)


def _first(root: etree._Element, path: str) -> etree._Element:
    found = _all(root, path)
    if not found:
        raise refusal(root, f"{local_name(root)} has no {path}.")
    return found[0]
