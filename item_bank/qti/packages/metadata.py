"""What a manifest says of an item: tags of the framework in the standard way, and our own facts.

Writing is strict. Reading, here, takes what it understands and finds fault with the rest; the
reader of our own directory (``directory``) refuses instead.
"""

from collections.abc import Callable, Iterator
from datetime import date

from lxml import etree

from item_bank.errors import NodeNotFound
from item_bank.formats.reading import KnownFacts
from item_bank.framework import Edition, Node, NodeKind
from item_bank.items import IDENTIFIER, CognitiveLevel, ItemFacts, plain_text
from item_bank.qti.documents import XML_LANG, Part, local_name, new_element
from item_bank.qti.reading import float_of

CP = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
CSM = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1"
FACTS = "urn:exam-engine:item-facts:1"

Note = Callable[[str, etree._Element, str], None]
"""Takes a finding: its code, the element that it is about, a sentence."""

LONGEST_SOURCE = 1_000
MOST_ENEMIES = 200


def cp(name: str, *parts: Part) -> etree._Element:
    return new_element(CP, name, *parts)


def lom(name: str, *parts: Part) -> etree._Element:
    return new_element(LOM, name, *parts, prefix="lom")


def csm(name: str, *parts: Part) -> etree._Element:
    return new_element(CSM, name, *parts, prefix="csm")


def fact(name: str, *parts: Part) -> etree._Element:
    return new_element(FACTS, name, *parts, prefix="facts")


def general_metadata(title: str, description: str) -> etree._Element:
    """What a manifest says of the whole package."""
    texts = [lom("title", lom("string", title, {XML_LANG: "en-US"}))]
    texts.append(lom("description", lom("string", description, {XML_LANG: "en-US"})))
    return cp(
        "metadata",
        cp("schema", "QTI Package"),
        cp("schemaversion", "3.0.0"),
        lom("lom", lom("general", *texts)),
    )


def item_metadata(facts: ItemFacts, edition: Edition) -> etree._Element:
    """Raises NodeNotFound for a tag that the edition lacks."""
    codes = [facts.skill_area] + ([facts.task] if facts.task else [])
    tags = csm(
        "curriculumStandardsMetadataSet",
        csm(
            "curriculumStandardsMetadata",
            csm("setOfGUIDs", *(_tag(edition.node(code)) for code in codes)),
            {"providerId": "CASE"},
        ),
    )
    return cp("metadata", tags, fact("facts", *_fact_parts(facts)))


def _tag(node: Node) -> etree._Element:
    return csm(
        "labelledGUID",
        csm("label", f"{node.code} {node.title}"),
        csm("caseItemURI", node.case_identifier),
        csm("GUID", node.case_identifier.removeprefix("urn:uuid:")),
    )


def _fact_parts(facts: ItemFacts) -> Iterator[etree._Element]:
    yield fact("cognitive-level", facts.cognitive_level)
    if facts.estimated_difficulty is not None:
        yield fact("estimated-difficulty", repr(facts.estimated_difficulty))
    if facts.source:
        yield fact("source", facts.source)
    if facts.as_of:
        yield fact("as-of", facts.as_of.isoformat())
    if facts.review_by:
        yield fact("review-by", facts.review_by.isoformat())
    yield from (fact("enemy", code) for code in sorted(facts.enemies))


def read_facts(resource: etree._Element, edition: Edition | None, note: Note) -> KnownFacts:
    """The facts of an item by its resource in any version of a manifest.

    Tags are understood where they are CASE identifiers of the edition, in curriculum standards
    metadata or as the taxon of a LOM classification. Whatever else LOM says is left out with a
    note.
    """
    areas: list[str] = []
    tasks: list[str] = []
    for tag, guid in _tags(resource):
        node = _node(guid, edition)
        if node is None:
            sentence = f"The framework has no node with the identifier {guid[:80]!r}."
            note("tag_unknown", tag, sentence)
        elif node.kind is NodeKind.SKILL_AREA:
            areas.append(node.code)
        elif node.kind is NodeKind.TASK:
            tasks.append(node.code)
        else:
            sentence = f"Items are tagged to skill areas and tasks, not to {node.code}."
            note("tag_unknown", tag, sentence)
    area, task = _placed(areas, tasks, edition, resource, note)
    _note_other(resource, note)
    return _own_facts(resource, area, task, note)


def _tags(resource: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    for tag in resource.iterfind("{*}metadata//{*}labelledGUID"):
        uri = _text(tag, "caseItemURI")
        yield tag, _text(tag, "GUID") or uri.rstrip("/").rpartition("/")[2]
    for path in resource.iterfind(f"{{*}}metadata//{{{LOM}}}classification/{{{LOM}}}taxonPath"):
        source = path.findtext(f"{{{LOM}}}source/{{{LOM}}}string", "")
        if "CASE" in source.split():
            for taxon in path.iterfind(f"{{{LOM}}}taxon"):
                yield taxon, _text(taxon, "id")


def _text(element: etree._Element, name: str) -> str:
    return plain_text(element.findtext(f"{{*}}{name}", ""))


def _node(guid: str, edition: Edition | None) -> Node | None:
    urn = f"urn:uuid:{guid.lower().removeprefix('urn:uuid:')}"
    try:
        return None if edition is None else edition.node_by_case(urn)
    except NodeNotFound:
        return None


def _placed(
    areas: list[str],
    tasks: list[str],
    edition: Edition | None,
    resource: etree._Element,
    note: Note,
) -> tuple[str | None, str | None]:
    """The one skill area and task that the tags agree on."""
    areas, tasks = list(dict.fromkeys(areas)), list(dict.fromkeys(tasks))
    if not areas and edition is not None:
        areas = list(dict.fromkeys(filter(None, (edition.node(task).parent for task in tasks))))
    if len(areas) > 1 or len(tasks) > 1:
        named = ", ".join((*areas, *tasks)[:8])
        note("tag_ambiguous", resource, f"The item is tagged to more than one place: {named}.")
    if len(areas) != 1:
        return None, None
    area, task = areas[0], tasks[0] if len(tasks) == 1 else None
    if task is not None and edition is not None and edition.node(task).parent != area:
        note("tag_ambiguous", resource, f"The task {task} is not one of {area}.")
        return area, None
    return area, task


def _note_other(resource: etree._Element, note: Note) -> None:
    for element in resource.iterfind(f"{{*}}metadata/{{{LOM}}}lom/*"):
        name = local_name(element)
        if name == "classification" and any("CASE" in text.split() for text in element.itertext()):
            continue
        note("metadata_dropped", element, f"What LOM says of items ({name}) is left out.")


def _own_facts(
    resource: etree._Element, area: str | None, task: str | None, note: Note
) -> KnownFacts:
    level: CognitiveLevel | None = None
    difficulty: float | None = None
    source = ""
    days: dict[str, date] = {}
    enemies: list[str] = []
    for element in resource.iterfind(f"{{*}}metadata/{{{FACTS}}}facts/{{{FACTS}}}*"):
        name, text = local_name(element), plain_text(element.text or "")
        try:
            if name == "cognitive-level":
                level = CognitiveLevel(text)
            elif name == "estimated-difficulty":
                difficulty = _share(text)
            elif name == "source":
                source = text[:LONGEST_SOURCE]
            elif name in ("as-of", "review-by"):
                days[name] = date.fromisoformat(text)
            elif name == "enemy" and IDENTIFIER.fullmatch(text) and len(enemies) < MOST_ENEMIES:
                enemies.append(text)
            else:
                raise ValueError(text)
        except ValueError:
            note("fact_wrong", element, f"{name} cannot be {text[:60]!r}; it is left out.")
    return KnownFacts(
        skill_area=area,
        task=task,
        cognitive_level=level,
        estimated_difficulty=difficulty,
        source=source,
        as_of=days.get("as-of"),
        review_by=days.get("review-by"),
        enemies=tuple(enemies),
    )


def _share(text: str) -> float:
    share = float_of(text)
    if share is None or not 0 < share < 1:
        raise ValueError(text)
    return share
