"""Pairs whose answers agree more than two persons who work alone agree."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from exam_engine.analysis.errors import BadFile, place
from exam_engine.analysis.forensics.event import Event, Rules
from exam_engine.analysis.grids import usual
from exam_engine.analysis.sheets import read_sheet
from psychometrics.forensics import (
    M4,
    PairTests,
    SimilarPairs,
    control_false_positives,
    gbt,
    m4,
    omega,
    similar_pairs,
)

Floats = NDArray[np.float64]
Pairs = NDArray[np.int64]

MOST_LOOKED_AT = 5_000  # pairs with M4 and both directions of copying, from the smallest p
PAIR_COLUMNS = (
    *("person_1", "person_2", "n_items", "matches", "expected", "sd", "omega", "p_omega", "p_gbt"),
    *("p_adjusted", "flagged", "same_right", "same_wrong", "expected_right", "expected_wrong"),
    *("p_m4", "p_m4_adjusted", "omega_1_copied", "omega_2_copied", "flags"),
)
COPYING_COLUMNS = (
    *("source", "copier", "n_items", "matches", "expected", "sd", "omega", "p_omega", "p_gbt"),
    *("p_adjusted", "flagged", "flags"),
)


@dataclass(frozen=True, slots=True, eq=False)
class TestedPairs:
    """All pairs of the event.

    Attributes
    ----------
    similar : SimilarPairs
        Those that passed the screen, by p from the smallest.
    both : M4 or None
        Right and wrong answers apart, of the first `MOST_LOOKED_AT`; None if no pair passed or
        nothing says which answer is right.
    p_both_adjusted : (k,) array
        Allowing for all pairs of the event.
    first_copied, second_copied : (k,) arrays
        Omega if the first person copied from the second, and the other way round.
    """

    similar: SimilarPairs
    both: M4 | None
    p_both_adjusted: Floats
    first_copied: Floats
    second_copied: Floats

    @property
    def flagged(self) -> Pairs:
        """Pairs that are flagged, (k, 2)."""
        found = self.similar.found
        return np.asarray(found.pairs[found.flagged], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class NamedPairs:
    """Pairs somebody named before looking: who may have copied from whom.

    Attributes
    ----------
    path : str
    normal, exact : PairTests
        The second is adjusted for the number of named pairs.
    """

    path: str
    normal: PairTests
    exact: PairTests


def tested_pairs(event: Event, rules: Rules, step: Callable[[str], None]) -> TestedPairs:
    """Test all pairs of the event, in blocks, and look closer at the most alike."""
    n = len(event.choices)
    step(f"Comparing {n * (n - 1) // 2:,} pairs")
    data = (event.choices, event.choice_items, event.choice_theta)
    found = similar_pairs(
        *data, screen=rules.screen, control=rules.control, level=rules.level, missing=-1
    )
    some = found.found.pairs[:MOST_LOOKED_AT]
    if not len(some):
        none = np.empty(0)
        return TestedPairs(found, None, none, none, none)
    both, p_both = None, np.empty(0)
    if event.right is not None or all(model.ordered for model in event.choice_items.models):
        step(f"Right and wrong answers of {len(some):,} pairs")
        both = m4(*data, right=event.right, pairs=some, control="none", missing=-1)
        p_both = control_false_positives(
            both.p, by=rules.control, level=rules.level, n_tests=max(found.n_tested, len(some))
        ).p_adjusted
    step("Directions of copying")
    first = omega(*data, pairs=some[:, ::-1], missing=-1).z
    second = omega(*data, pairs=some, missing=-1).z
    return TestedPairs(found, both, p_both, first, second)


def read_named_pairs(path: str, persons: tuple[str, ...]) -> Pairs:
    """Pairs as rows of persons, from columns source and copier.

    Raises
    ------
    BadFile
    """
    sheet = read_sheet(path)
    at = {name: i for i, name in enumerate(persons)}
    columns = []
    for name in ("source", "copier"):
        found = usual(sheet.header, (name,))
        if found is None:
            raise BadFile(
                f"{path} has no column {name!r}. It needs source and copier, a row a pair."
            )
        columns.append(sheet.column(found))
    pairs = []
    for number, cells in sheet.rows:
        names = [cells[column].strip() for column in columns]
        for name, column in zip(names, columns, strict=True):
            if name not in at:
                where = place(path, number, column, sheet.header[column])
                raise BadFile(
                    f"{where} names {name!r}, who is not among the responses. Correct the name, "
                    "or delete the row."
                )
        if names[0] == names[1]:
            raise BadFile(
                f"{place(path, number)} pairs {names[0]!r} with itself. Name two persons."
            )
        pairs.append([at[name] for name in names])
    if not pairs:
        raise BadFile(f"{path} has a header and no rows. Add one row for each pair.")
    return np.array(pairs, dtype=np.int64)


def named_pairs(event: Event, rules: Rules, path: str) -> NamedPairs:
    """Test pairs that were named before looking.

    Raises
    ------
    BadFile
    """
    pairs = read_named_pairs(path, event.responses.persons)
    data = (event.choices, event.choice_items, event.choice_theta)
    normal = omega(*data, pairs=pairs, control=rules.control, level=rules.level, missing=-1)
    exact = gbt(*data, pairs=pairs, control=rules.control, level=rules.level, missing=-1)
    return NamedPairs(path, normal, exact)


def pair_rows(event: Event, found: TestedPairs) -> Iterator[dict[str, Any]]:
    """One row a pair that passed the screen, from the smallest p."""
    names, tests, both = event.responses.persons, found.similar.found, found.both
    p_normal = ndtr(-tests.z)
    for k, (i, j) in enumerate(tests.pairs.tolist()):
        row: dict[str, Any] = {
            "person_1": names[i],
            "person_2": names[j],
            "n_items": int(tests.n_items[k]),
            "matches": int(tests.matches[k]),
            "expected": float(tests.expected[k]),
            "sd": float(tests.sd[k]),
            "omega": float(tests.z[k]),
            "p_omega": float(p_normal[k]),
            "p_gbt": float(tests.p[k]),
            "p_adjusted": float(tests.p_adjusted[k]),
            "flagged": bool(tests.flagged[k]),
            "flags": [],
        }
        if k >= MOST_LOOKED_AT:
            row["flags"] = ["beyond_the_first_5000"]
        else:
            row |= {
                "omega_1_copied": float(found.first_copied[k]),
                "omega_2_copied": float(found.second_copied[k]),
            }
            if both is None:
                row["flags"] = ["no_m4"]
            else:
                row |= {
                    "same_right": int(both.same_right[k]),
                    "same_wrong": int(both.same_wrong[k]),
                    "expected_right": float(both.expected_right[k]),
                    "expected_wrong": float(both.expected_wrong[k]),
                    "p_m4": float(both.p[k]),
                    "p_m4_adjusted": float(found.p_both_adjusted[k]),
                }
        yield row


def copying_rows(event: Event, found: NamedPairs) -> Iterator[dict[str, Any]]:
    """One row a named pair, in the order of the file."""
    names = event.responses.persons
    for k, (i, j) in enumerate(found.exact.pairs.tolist()):
        known = bool(np.isfinite(found.exact.p[k]))
        yield {
            "source": names[i],
            "copier": names[j],
            "n_items": int(found.exact.n_items[k]),
            "matches": int(found.exact.matches[k]),
            "expected": float(found.exact.expected[k]),
            "sd": float(found.exact.sd[k]),
            "omega": float(found.normal.z[k]),
            "p_omega": float(found.normal.p[k]),
            "p_gbt": float(found.exact.p[k]),
            "p_adjusted": float(found.exact.p_adjusted[k]),
            "flagged": bool(found.exact.flagged[k]),
            "flags": [] if known else ["nothing_in_common"],
        }


def clusters(pairs: Pairs) -> list[list[int]]:
    """Persons joined by flagged pairs, the largest groups first."""
    group: dict[int, set[int]] = {}
    for one, other in pairs.tolist():
        joined = group.get(one, {one}) | group.get(other, {other})
        for person in joined:
            group[person] = joined
    unique = {id(members): members for members in group.values()}
    return sorted((sorted(members) for members in unique.values()), key=lambda m: (-len(m), m))
