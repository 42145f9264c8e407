"""A competency framework as versioned data: an edition is a tree of nodes.

How many categories, areas and tasks there are is data. An edition never changes once items are
tagged against it; what changes is a new edition.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid5

from item_bank.errors import FrameworkUnsound, NodeNotFound

# Ours for ever: all CASE identifiers that we mint hang on it.
_CASE_NAMESPACE = UUID("6f0c8b1e-54b7-5a6c-9d0a-3d9a1d6e4c11")


class NodeKind(StrEnum):
    CATEGORY = "category"
    SKILL_AREA = "skill_area"
    TASK = "task"
    KNOWLEDGE = "knowledge"
    CORE_VALUE = "core_value"


# What may stand under what; None is the root. Core values cut across, so they have no parent.
_PARENTS: dict[NodeKind, frozenset[NodeKind | None]] = {
    NodeKind.CATEGORY: frozenset({None}),
    NodeKind.SKILL_AREA: frozenset({NodeKind.CATEGORY}),
    NodeKind.TASK: frozenset({NodeKind.SKILL_AREA}),
    NodeKind.KNOWLEDGE: frozenset({NodeKind.TASK}),
    NodeKind.CORE_VALUE: frozenset({None}),
}


@dataclass(frozen=True, slots=True)
class Node:
    """``weight`` is a whole percentage of the exam, or None where the outline gives none;
    ``parent`` is a code; ``position`` counts from 0 among the children of one parent;
    ``case_identifier`` is a ``urn:uuid:``.
    """

    kind: NodeKind
    code: str
    title: str
    case_identifier: str
    position: int
    parent: str | None = None
    alternative_titles: tuple[str, ...] = ()
    weight: int | None = None


@dataclass(frozen=True)
class Edition:
    """One edition, its nodes in reading order: each node before its children.

    Raises FrameworkUnsound, naming everything that is wrong, unless codes and CASE identifiers are
    unique, parents exist and are of the right kind, the weights of the skill areas sum to 100 and
    a category weighs what its areas weigh.
    """

    code: str
    title: str
    note: str
    published_on: date
    case_identifier: str
    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        faults = tuple(_faults(self.nodes))
        if faults:
            raise FrameworkUnsound(f"Edition {self.code}: {' '.join(faults)}")

    def node(self, code: str) -> Node:
        """Raises NodeNotFound."""
        for node in self.nodes:
            if node.code == code:
                return node
        raise NodeNotFound(f"Edition {self.code} has no node {code}.")

    def node_by_case(self, case_identifier: str) -> Node:
        """Raises NodeNotFound."""
        for node in self.nodes:
            if node.case_identifier == case_identifier:
                return node
        raise NodeNotFound(
            f"Edition {self.code} has no node with the identifier {case_identifier}."
        )

    def of_kind(self, kind: NodeKind) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.kind is kind)

    def children(self, code: str | None) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.parent == code)

    @property
    def skill_areas(self) -> tuple[Node, ...]:
        """The cells of the blueprint."""
        return self.of_kind(NodeKind.SKILL_AREA)


def _faults(nodes: tuple[Node, ...]) -> Iterator[str]:
    yield from _repeats("code", [node.code for node in nodes])
    yield from _repeats("CASE identifier", [node.case_identifier for node in nodes])
    yield from _misplaced(nodes)
    yield from _misweighed(nodes)


def _repeats(name: str, values: list[str]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"The {name} {value} is used {count} times."


def _misplaced(nodes: tuple[Node, ...]) -> Iterator[str]:
    seen: dict[str | None, NodeKind | None] = {None: None}
    for node in nodes:
        if node.parent not in seen:
            yield f"{node.code} stands under {node.parent}, which is not there before it."
        elif seen[node.parent] not in _PARENTS[node.kind]:
            yield f"{node.code}, a {node.kind}, cannot stand under {node.parent or 'the root'}."
        seen[node.code] = node.kind


def _misweighed(nodes: tuple[Node, ...]) -> Iterator[str]:
    areas = [node for node in nodes if node.kind is NodeKind.SKILL_AREA]
    for node in nodes:
        if node.weight is not None and not 0 <= node.weight <= 100:
            yield f"{node.code} has the weight {node.weight}, which is no percentage."
    yield from (f"{area.code} has no weight." for area in areas if area.weight is None)
    total = sum(area.weight or 0 for area in areas)
    if total != 100:
        yield f"The weights of the skill areas sum to {total}, not 100."
    for node in nodes:
        if node.kind is NodeKind.CATEGORY and node.weight is not None:
            inside = sum(area.weight or 0 for area in areas if area.parent == node.code)
            if inside != node.weight:
                yield f"{node.code} weighs {node.weight}, its areas together {inside}."


def case_urn(edition_code: str, node_code: str = "") -> str:
    """A CASE identifier of our own for a new node (no node code: for the edition itself).

    It is kept with the node from then on, so that renaming a code does not change it.
    """
    return uuid5(_CASE_NAMESPACE, f"{edition_code}/{node_code}").urn


def read_edition(document: str) -> Edition:
    """An edition from JSON: its own fields and ``nodes``, each with ``children``.

    Raises FrameworkUnsound where a field is missing or of the wrong kind.
    """
    try:
        data = json.loads(document)
        return Edition(
            code=data["code"],
            title=data["title"],
            note=data["note"],
            published_on=date.fromisoformat(data["published_on"]),
            case_identifier=data["case"],
            nodes=tuple(_walk(data["nodes"], None)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FrameworkUnsound(f"The framework's data cannot be read: {error!r}.") from error


def _walk(branches: list[Mapping[str, Any]], parent: str | None) -> Iterator[Node]:
    for position, branch in enumerate(branches):
        yield Node(
            kind=NodeKind(branch["kind"]),
            code=branch["code"],
            title=branch["title"],
            case_identifier=branch["case"],
            position=position,
            parent=parent,
            alternative_titles=tuple(branch.get("alternative_titles", ())),
            weight=branch.get("weight"),
        )
        yield from _walk(branch.get("children", []), branch["code"])


def bundled_edition() -> Edition:
    """The edition that comes with the package: names and weights as published, tasks our own."""
    return read_edition(files("item_bank").joinpath("data/framework.json").read_text("utf-8"))
