"""A file of answers, read whole: what it holds, what is amiss with it, and the answers as bytes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exam_engine.calibration.frozen import NO_ANSWER
from exam_engine.calibration.outside.administrations import (
    Administration,
    Answers,
    data_set,
    item_counts,
)
from exam_engine.calibration.outside.cells import (
    ABSENT,
    BAD,
    BLANK,
    NO_ANSWER_MARK,
    POINTS,
    Cells,
    Choices,
    Points,
)
from exam_engine.calibration.outside.findings import Findings
from exam_engine.calibration.outside.layout import Layout, layout_of
from exam_engine.calibration.outside.preview import DataSet, Preview, Wish
from exam_engine.calibration.outside.questions import Asked, Finder, Unfound, short
from exam_engine.calibration.outside.sheets import Sheet, open_sheet
from item_bank.formats.comma_separated import read_as_text
from item_bank.imports.reports import to_json


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """``answers`` of each data set of the preview are (candidates, positions), as
    `PastAdministration` holds them; none where the preview has errors."""

    preview: Preview
    answers: tuple[Answers, ...] = ()


def read_answers(data: bytes, asked: Asked, wish: Wish, today: date) -> Reading:
    """What would come of importing a file; never raises for what is in it."""
    findings = Findings()
    sheet = open_sheet(data, findings)
    if sheet is None:
        return _refused(findings)
    finder = Finder(asked)
    layout = layout_of(sheet, finder, findings)
    if layout is None:
        return _refused(findings)
    return _Reader(sheet, layout, finder, asked, wish, today, findings).read()


def _refused(findings: Findings) -> Reading:
    return Reading(Preview(findings.errors, [to_json(one) for one in findings.groups()]))


class _Reader:
    def __init__(
        self,
        sheet: Sheet,
        layout: Layout,
        finder: Finder,
        asked: Asked,
        wish: Wish,
        today: date,
        findings: Findings,
    ) -> None:
        self._sheet = sheet
        self._layout = layout
        self._finder = finder
        self._asked = asked
        self._wish = wish
        self._today = today
        self._findings = findings
        self._administrations: dict[str, Administration] = {}
        self._other_forms: Counter[str] = Counter()
        self._dates: dict[str, date | str] = {}
        self._found: dict[tuple[str, str], int | Unfound] = {}
        self._otherwise: Counter[tuple[int, str]] = Counter()
        self._rows = 0

    def read(self) -> Reading:
        scored = self._is_scored()
        questions = self._asked.questions
        cells = [Points(one) if scored else Choices(one) for one in questions]
        if self._layout.is_long:
            self._read_long(cells)
        else:
            self._read_wide(cells)
        self._tell_forms()
        sets = self._data_sets()
        if not sets and not self._findings.errors:
            self._findings.add("file_no_rows", "", "The file has no answers of any candidate.")
        preview = Preview(
            self._findings.errors,
            [to_json(one) for one in self._findings.groups()],
            self._asked.form,
            self._asked.exam,
            self._asked.form_id,
            "long" if self._layout.is_long else "wide",
            "scores" if scored else "responses",
            self._rows,
            [told for told, _ in sets],
            item_counts([answers for _, answers in sets], self._asked),
        )
        return Reading(preview, () if preview.errors else tuple(answers for _, answers in sets))

    def _data_sets(self) -> list[tuple[DataSet, Answers]]:
        found = []
        for name, here in sorted(self._administrations.items()):
            several = len(self._administrations) > 1
            title = f"{self._wish.title}, {name or 'unnamed'}" if several else self._wish.title
            held = here.first or self._wish.held_on
            found.append(
                data_set(here, title, held, self._asked, self._wish.missing, self._findings)
            )
        return [one for one in found if one is not None]

    def _is_scored(self) -> bool:
        """Whether the file holds points: a wide one does where no cell says anything else."""
        layout = self._layout
        if layout.is_long:
            return layout.response is None
        at = [j for j, _ in layout.items]
        seen = False
        for _, cells in self._sheet.rows(Findings()):
            texts = {cells[j].strip() for j in at if j < len(cells)} - {"", NO_ANSWER_MARK}
            if texts - POINTS:
                return False
            seen = seen or bool(texts)
        return seen

    # ---- rows

    def _read_long(self, cells: Sequence[Cells]) -> None:
        layout = self._layout
        candidate_at, item_at = layout.candidate, layout.item
        value_at = layout.score if layout.response is None else layout.response
        assert candidate_at is not None  # noqa: S101 - a long layout has these three
        assert item_at is not None  # noqa: S101
        assert value_at is not None  # noqa: S101
        beside = None if value_at == layout.score else layout.score
        points = [Points(one) for one in self._asked.questions]
        width = len(self._asked.questions)
        for number, row in self._sheet.rows(self._findings):
            self._rows += 1
            here = self._administration(number, row)
            if here is None:
                continue
            at = self._item(number, row, item_at)
            name = row[candidate_at].strip()
            if not name:
                place = self._sheet.place(number, candidate_at)
                self._findings.add("candidate_missing", place, "The row names no candidate.")
            if at is None or not name:
                continue
            who = here.candidate(name, number, width, width)
            code = self._code(cells[at], row[value_at], number, value_at, at)
            if here.codes[who][at] != ABSENT:
                self._tell_repeated(here, who, at, number, item_at)
                continue
            # a row that is there says that the item was shown
            here.codes[who][at] = NO_ANSWER if code == BLANK else code
            here.places[who][at] = number
            if beside is not None:
                score = self._code(points[at], row[beside], number, beside, at)
                self._hold_against(at, code, score)
        self._tell_otherwise()

    def _item(self, number: int, row: Sequence[str], column: int) -> int | None:
        name = row[column].strip()
        if not name:
            place = self._sheet.place(number, column)
            self._findings.add("item_missing", place, "The row names no item.")
            return None
        version = "" if self._layout.version is None else row[self._layout.version].strip()
        at = self._found.get((name, version))
        if at is None:
            at = self._found[name, version] = self._finder.find(name, version)
        if isinstance(at, Unfound):
            self._findings.add(at.code, self._sheet.place(number, column), at.sentence)
            return None
        return at

    def _code(self, cells: Cells, text: str, number: int, column: int, at: int) -> int:
        """What a cell says; tells where it says nothing that can be."""
        code = cells[text]
        if code == BAD and not self._findings.counted(cells.kind):
            place = self._sheet.place(number, column)
            item = self._asked.questions[at].code
            self._findings.add(cells.kind, place, cells.wrong(text), item)
        return code

    def _tell_repeated(
        self, here: Administration, who: int, at: int, number: int, column: int
    ) -> None:
        said = f"This candidate's answer to {self._asked.questions[at].code} is in"
        before = f"{self._sheet.word} {here.places[who][at]} already."
        place = self._sheet.place(number, column)
        self._findings.add("answer_repeated", place, f"{said} {before}")

    def _hold_against(self, at: int, code: int, score: int) -> None:
        """A score beside a response says which key was used then."""
        if score in (BLANK, BAD, NO_ANSWER) or code == BAD:
            return
        one = self._asked.questions[at]
        key = one.options.index(one.key) + 1
        if (score == key) != (code == key):
            option = one.options[code - 1] if 0 < code <= len(one.options) else "no answer"
            self._otherwise[at, option] += 1

    def _tell_otherwise(self) -> None:
        for (at, option), count in sorted(self._otherwise.items()):
            one = self._asked.questions[at]
            said = f"{one.code}: the file scores {option} otherwise; the bank's key is {one.key}."
            self._findings.add("scored_otherwise", "", said, one.code, count)

    def _read_wide(self, cells: Sequence[Cells]) -> None:
        candidate_at = self._layout.candidate
        width = len(self._asked.questions)
        columns = [(j, at, cells[at]) for j, at in self._layout.items]
        for number, row in self._sheet.rows(self._findings):
            self._rows += 1
            here = self._administration(number, row)
            if here is None:
                continue
            name = str(number) if candidate_at is None else row[candidate_at].strip()
            if not name:
                place = self._sheet.place(number, candidate_at)
                self._findings.add("candidate_missing", place, "The row names no candidate.")
            if name in here.rows:
                before = here.places[here.rows[name]][0]
                said = f"This candidate has a row already, {self._sheet.word} {before}."
                place = self._sheet.place(number, candidate_at)
                self._findings.add("candidate_repeated", place, said)
                continue
            # a row without a candidate is looked at too, so that all is told at once
            codes = here.codes[here.candidate(name, number, width, 1)] if name else bytearray(width)
            for j, at, known in columns:
                codes[at] = code = known[row[j]]
                if code == BAD:
                    self._code(known, row[j], number, j, at)
            for j, why in self._layout.others:
                if row[j].strip() and not self._findings.counted(why.code):
                    self._findings.add(why.code, self._sheet.place(number, j), why.sentence)

    # ---- what stands beside the answers

    def _administration(self, number: int, row: Sequence[str]) -> Administration | None:
        """Where the row's answers belong; None where they are of another form."""
        layout = self._layout
        if layout.form is not None:
            form = row[layout.form].strip()
            if form.casefold() != self._asked.form.casefold():
                self._other_forms[form] += 1
                return None
        name = ""
        if layout.administration is not None:
            name = read_as_text(row[layout.administration].strip())
        here = self._administrations.setdefault(name, Administration())
        if layout.date is not None:
            held = self._date(number, row[layout.date].strip())
            if held is not None and (here.first is None or held < here.first):
                here.first = held
        return here

    def _date(self, number: int, text: str) -> date | None:
        if not text:
            return None
        known = self._dates.get(text)
        if known is None:
            known = self._dates[text] = self._read_date(text)
        if isinstance(known, str):
            self._findings.add("date_wrong", self._sheet.place(number, self._layout.date), known)
            return None
        return known

    def _read_date(self, text: str) -> date | str:
        try:
            held = datetime.fromisoformat(text).date()
        except ValueError:
            return f'The cell holds "{short(text)}", which is no date.'
        return f"{held.isoformat()} has not come yet." if held > self._today else held

    def _tell_forms(self) -> None:
        if not self._other_forms:
            return
        listed = ", ".join(
            f"{short(form) or 'no form'} ({count:,})"
            for form, count in sorted(self._other_forms.items())[:8]
        )
        total = self._other_forms.total()
        if self._administrations:
            said = f"Rows of other forms than {self._asked.form} are left out: {listed}."
            self._findings.add("form_other", "", said, count=total)
        else:
            said = f"No row is of form {self._asked.form}. The file has: {listed}."
            self._findings.add("form_unknown", "", said)
