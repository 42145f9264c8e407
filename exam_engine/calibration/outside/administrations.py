"""One administration in a file: its candidates while it is read, then its counts and answers."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from exam_engine.calibration.frozen import NO_ANSWER, NOT_SHOWN
from exam_engine.calibration.outside.cells import ABSENT, BLANK
from exam_engine.calibration.outside.findings import Findings
from exam_engine.calibration.outside.preview import (
    LONGEST_TITLE,
    DataSet,
    ItemCount,
    Missing,
)
from exam_engine.calibration.outside.questions import Asked

Answers = NDArray[np.int8]


@dataclass(slots=True)
class Administration:
    """Candidates by identifier, each with a byte for each question and the row it stands in.

    ``first`` is the earliest date that the file names.
    """

    first: date | None = None
    rows: dict[str, int] = field(default_factory=dict)
    codes: list[bytearray] = field(default_factory=list)
    places: "list[array[int]]" = field(default_factory=list)

    def candidate(self, name: str, number: int, width: int, places: int) -> int:
        """The position of a candidate, who is new in row ``number`` where the name is."""
        who = self.rows.get(name)
        if who is None:
            who = self.rows[name] = len(self.codes)
            self.codes.append(bytearray([ABSENT]) * width)
            self.places.append(array("L", [number]) * places)
        return who


def data_set(
    here: Administration,
    title: str,
    held: date | None,
    asked: Asked,
    missing: Missing,
    findings: Findings,
) -> tuple[DataSet, Answers] | None:
    """Counts and answers; None where nobody answered.  Tells what stands against it."""
    if held is None:
        findings.add("date_missing", "", f"Nothing says when {title[:80]} was held.")
    if len(title) > LONGEST_TITLE:
        findings.add("title_taken", "", f"The title is over {LONGEST_TITLE} characters long.")
    elif title in asked.titles:
        said = f'Form {asked.form} has answers under the title "{title[:80]}" already.'
        findings.add("title_taken", "", said)
    answers = _answers(here, asked, missing, findings)
    if not len(answers):
        return None
    shown = answers != NOT_SHOWN
    right = answers == _keys(asked)
    told = DataSet(
        title,
        held,
        len(answers),
        int((answers > NO_ANSWER).sum()),
        int((answers == NO_ANSWER).sum()),
        int((~shown).sum()),
        round(float(right.sum() / shown.sum()), 6) if shown.any() else None,
    )
    return told, answers


def _answers(here: Administration, asked: Asked, missing: Missing, findings: Findings) -> Answers:
    codes = np.frombuffer(b"".join(here.codes), np.uint8).reshape(-1, len(asked.questions))
    there = codes < BLANK
    empty = ~there.any(axis=1)
    # beside errors these would count answers that are only misspelt
    tells = not findings.errors
    if tells and empty.any():
        count = int(empty.sum())
        said = f"Candidates without any answer are left out: {count:,}."
        findings.add("candidate_empty", "", said, count=count)
    codes, there = codes[~empty], there[~empty]
    absent = NO_ANSWER if missing is Missing.NO_ANSWER else NOT_SHOWN
    answers = np.where(there, codes.view(np.int8), np.int8(absent))
    nobody = ~there.any(axis=0)
    answers[:, nobody] = NOT_SHOWN
    if tells and len(codes) and nobody.any():
        gone = [asked.questions[j].code for j in np.flatnonzero(nobody)]
        more = ", ..." if gone[8:] else ""
        said = f"Items without any answer count as not shown: {', '.join(gone[:8])}{more}"
        findings.add("items_not_shown", "", said, count=len(gone))
    return answers


def item_counts(sets: Sequence[Answers], asked: Asked) -> list[ItemCount]:
    """Each item of the form over all data sets."""
    if not sets:
        return []
    answers = np.concatenate(sets)
    shown = (answers != NOT_SHOWN).sum(axis=0).tolist()
    blank = (answers == NO_ANSWER).sum(axis=0).tolist()
    right = (answers == _keys(asked)).sum(axis=0).tolist()
    return [
        ItemCount(one.code, one.number, shown[j], blank[j], right[j])
        for j, one in enumerate(asked.questions)
    ]


def _keys(asked: Asked) -> Answers:
    return np.array([one.options.index(one.key) + 1 for one in asked.questions], np.int8)
