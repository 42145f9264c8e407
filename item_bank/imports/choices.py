"""What somebody decides about a report, and what then is taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from item_bank.errors import ImportUndecided


class OnChange(StrEnum):
    """What becomes of an item that the bank holds with other content."""

    NEW_VERSION = "new-version"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Choices:
    """``on_change`` is for all changed items, ``items`` for some by code. Skipping is also open to
    new ones, such as near-duplicates. ``partial`` takes a file of which some questions are refused.
    """

    on_change: OnChange | None = None
    items: Mapping[str, OnChange] = field(default_factory=dict)
    partial: bool = False

    def to_json(self) -> dict[str, Any]:
        items = {code: str(choice) for code, choice in sorted(self.items.items())}
        return {
            "on_change": str(self.on_change) if self.on_change else None,
            "items": items,
            "partial": self.partial,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """Choices, and what they come to: worked out before the transaction that carries it out.

    ``rows`` is how many wait in all, ``left_out`` the positions of those that are not taken;
    ``revised`` counts items that the bank holds. ``enemies`` are codes by the id of an item that is
    taken.
    """

    choices: Choices
    rows: int
    left_out: tuple[int, ...]
    added: int
    revised: int
    enemies: Mapping[UUID, tuple[str, ...]]


def skipped(choices: Choices, rows: Iterable[tuple[str, bool]], refused: int) -> frozenset[str]:
    """Codes of the rows that are left out; a row is its code and whether the bank holds the item.

    Raises ImportUndecided where a choice is missing, or one names an item that the file lacks.
    """
    if refused and not choices.partial:
        are = "question is" if refused == 1 else "questions are"
        raise ImportUndecided(
            f"{refused:,} {are} refused. Mend the file and upload it again, or choose to import"
            " the rest."
        )
    rows = list(rows)
    unknown = sorted(choices.items.keys() - {code for code, _ in rows})
    if unknown:
        raise ImportUndecided(f"{unknown[0]} is not among what this file would bring in.")
    out, undecided = set(), []
    for code, held in rows:
        choice = choices.items.get(code, choices.on_change if held else OnChange.NEW_VERSION)
        if choice is None:
            undecided.append(code)
        elif choice is OnChange.SKIP:
            out.add(code)
    if undecided:
        raise ImportUndecided(
            f"The bank holds {_named(undecided)} with other content. Choose a new version or skip."
        )
    return frozenset(out)


def _named(codes: list[str]) -> str:
    listed = ", ".join(codes[:3])
    return listed if len(codes) <= 3 else f"{listed} and {len(codes) - 3:,} more"
