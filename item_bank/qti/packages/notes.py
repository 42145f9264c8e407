"""Findings of a package, collected while it is read."""

from dataclasses import dataclass, field

from item_bank.formats.findings import Finding, found
from item_bank.qti.packages.manifest import place_of


@dataclass
class Notes:
    """``used`` are the files of the archive that something needed."""

    used: set[str] = field(default_factory=set)
    _findings: list[Finding] = field(default_factory=list)
    _tallies: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def note(self, code: str, path: str, line: int | None, sentence: str, item: str = "") -> None:
        self._findings.append(found(code, place_of(path, line), sentence, item=item))

    def include(self, finding: Finding) -> None:
        self._findings.append(finding)

    def tally(self, code: str, path: str, line: int | None, sentence: str) -> None:
        """One finding for all places where the same is found: the first place and their number."""
        count, first = self._tallies.get((code, sentence), (0, place_of(path, line)))
        self._tallies[code, sentence] = count + 1, first

    def all(self) -> tuple[Finding, ...]:
        tallied = [
            found(code, place, sentence if count == 1 else f"{sentence} ({count} places)")
            for (code, sentence), (count, place) in self._tallies.items()
        ]
        return (*dict.fromkeys(self._findings), *tallied)
