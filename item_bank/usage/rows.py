"""Statistics as the values of rows, and back."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

from item_bank.imports.planning import Entry, Outcome
from item_bank.imports.reports import Finding, Severity
from item_bank.qti.packages import Statistic, Target

KEPT = (
    *("digest", "position", "name", "part", "kind", "context", "value", "by_key", "cases"),
    *("standard_error", "standard_deviation", "last_updated", "glossary", "import_id"),
    "version_id",
)
"""The columns that a statistic has before and after the decision."""


def versions_of(entries: Iterable[Entry], made: Mapping[str, UUID]) -> dict[str, UUID]:
    """By code, the version that has the content of the file; ``made`` are those that rows make.

    An item that is locked with another text is not among them: what was measured with the file's
    text says nothing of the bank's.
    """
    versions = {}
    for entry in entries:
        code, held = entry.item.code, entry.held
        if entry.makes_version:
            versions[code] = made[code]
        elif held is not None and "text" not in entry.differs:
            versions[code] = held.version_id
    return versions


def left_behind(entries: Iterable[Entry], statistics: Iterable[Statistic]) -> Iterator[Finding]:
    """What is to be said of statistics that were measured with another text than the bank's."""
    locked = {
        entry.item.code
        for entry in entries
        if entry.outcome is Outcome.LOCKED and "text" in entry.differs
    }
    count = sum(target.item in locked for one in statistics for target in one.targets)
    if count:
        sentence = f"Statistics of items that keep another text in the bank are left out: {count}."
        mend = "Return the items to draft, then upload the file again."
        yield Finding(Severity.WARNING, "statistic_left_out", "", sentence, mend)


def rows_of(
    import_id: UUID, statistics: Iterable[Statistic], versions: Mapping[str, UUID]
) -> Iterator[dict[str, Any]]:
    """One row for each statistic and each item that it is about, the same one once."""
    seen: set[tuple[UUID, str]] = set()
    for position, statistic in enumerate(statistics):
        for target in statistic.targets:
            version_id = versions.get(target.item)
            row = _row(statistic, target)
            if version_id is None or (version_id, row["digest"]) in seen:
                continue
            seen.add((version_id, row["digest"]))
            yield row | {
                "id": uuid4(),
                "position": position,
                "import_id": import_id,
                "version_id": version_id,
            }


def _row(statistic: Statistic, target: Target) -> dict[str, Any]:
    row = {
        "name": statistic.name,
        "part": target.part,
        "kind": target.kind,
        "context": statistic.context,
        "value": statistic.value,
        "by_key": [list(pair) for pair in statistic.values],
        "cases": statistic.cases,
        "standard_error": statistic.standard_error,
        "standard_deviation": statistic.standard_deviation,
        "last_updated": statistic.last_updated,
        "glossary": statistic.glossary,
    }
    return row | {"digest": hashlib.sha256(repr(row).encode()).hexdigest()}


def statistic_of(code: str, row: Mapping[str, Any]) -> Statistic:
    """What a row of the columns ``KEPT`` says of the item with this code."""
    return Statistic(
        name=row["name"],
        targets=(Target(code, row["part"], row["kind"]),),
        context=row["context"],
        value=row["value"],
        values=tuple((key, number) for key, number in row["by_key"]),
        cases=row["cases"],
        standard_error=row["standard_error"],
        standard_deviation=row["standard_deviation"],
        last_updated=row["last_updated"],
        glossary=row["glossary"],
    )
