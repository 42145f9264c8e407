"""What of a plan waits for a decision, as the values of rows."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from item_bank.imports.comparing import needs_version
from item_bank.imports.planning import Entry, Outcome, Plan

WAITS = frozenset({Outcome.NEW, Outcome.CHANGED})


def rows_of(import_id: UUID, plan: Plan, nodes: dict[str, UUID]) -> Iterator[dict[str, Any]]:
    """New items and changed ones, in the order of the file; ``nodes`` are ids by code.

    Ids ascend from row to row, so the rows enter each index of the bank in its own order: ten
    thousand of them touch a page once, instead of pages at random ten thousand times.
    """
    waiting = [
        (position, entry) for position, entry in enumerate(plan.entries) if entry.outcome in WAITS
    ]
    ids = zip(*(sorted(uuid4() for _ in waiting) for _ in range(3)), strict=True)
    for (position, entry), (row_id, item_id, version_id) in zip(waiting, ids, strict=True):
        yield _row(import_id, position, entry, nodes) | {
            "id": row_id,
            "item_id": entry.held.item_id if entry.held else item_id,
            "version_id": version_id,
        }


def _row(import_id: UUID, position: int, entry: Entry, nodes: dict[str, UUID]) -> dict[str, Any]:
    held, facts, item = entry.held, entry.facts, entry.item
    number = held.number + needs_version(entry.differs) if held else 1
    return {
        "import_id": import_id,
        "position": position,
        "place": item.place[:300],
        "code": item.code,
        "base_number": held.number if held else None,
        "taken": True,
        "differs": list(entry.differs),
        "like": [[code, round(index, 2)] for code, index in entry.like],
        "is_like": bool(entry.like),
        "number": number,
        "kind": entry.kind,
        "title": item.title,
        "content": item.xml.decode(),
        "content_hash": entry.content_hash,
        "cognitive_level": facts.cognitive_level,
        "estimated_difficulty": facts.estimated_difficulty,
        "source": facts.source,
        "as_of": facts.as_of,
        "review_by": facts.review_by,
        "area_id": nodes[facts.skill_area],
        "task_id": nodes[facts.task] if facts.task else None,
        "enemies": list(facts.enemies) if item.facts.enemies else None,
    }
