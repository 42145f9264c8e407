"""When an item of a file is the one that the bank holds, and what of it differs."""

from dataclasses import dataclass
from uuid import UUID

from lxml import etree

from item_bank.formats.reading import KnownFacts
from item_bank.items import ItemFacts, ItemKind, plain_text
from item_bank.lifecycle import ItemState
from item_bank.qti.documents import local_name, parse


@dataclass(frozen=True, slots=True)
class Held:
    """An item as the bank holds it in its latest version; ``facts`` has no skill area where the
    edition lacks its tag.
    """

    item_id: UUID
    version_id: UUID
    state: ItemState
    number: int
    kind: ItemKind
    content_hash: str
    facts: KnownFacts


_FACTS = (
    ("skill_area", "skill area"),
    ("task", "task"),
    ("cognitive_level", "cognitive level"),
    ("estimated_difficulty", "estimated difficulty"),
    ("source", "source"),
    ("as_of", "'as of' date"),
    ("review_by", "'review by' date"),
)


def differences(
    content_hash: str, facts: ItemFacts, enemies_given: bool, held: Held
) -> tuple[str, ...]:
    """What of the file's item is not as the bank holds it, in words; nothing: it is unchanged."""
    found = ["text"] if content_hash != held.content_hash else []
    found += [word for name, word in _FACTS if getattr(facts, name) != getattr(held.facts, name)]
    if enemies_given and set(facts.enemies) != set(held.facts.enemies):
        found.append("enemies")
    return tuple(found)


def needs_version(differs: tuple[str, ...]) -> bool:
    """Whether the difference makes a new version; tags and enemies belong to the item."""
    return bool(set(differs) - {"skill area", "task", "enemies"})


_OPTIONS = frozenset(
    {
        "qti-simple-choice",
        "qti-inline-choice",
        "qti-simple-associable-choice",
        "qti-gap-text",
        "qti-rubric-block",
    }
)


def stem_of(xml: bytes) -> str:
    """What the item asks, as words, without its options: what near-duplicates are told by."""
    root = parse(xml)
    body = next((part for part in root if local_name(part) == "qti-item-body"), None)
    return "" if body is None else plain_text(" ".join(_texts(body)))


def _texts(element: etree._Element) -> list[str]:
    texts = [element.text or ""]
    for child in element:
        if local_name(child) not in _OPTIONS:
            texts += _texts(child)
        texts.append(child.tail or "")
    return texts
