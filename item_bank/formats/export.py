"""Items as a table in CSV that reads back as the same items."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation

from item_bank.errors import ContentUnsound, QtiError
from item_bank.formats.columns import LETTERS, TEMPLATE_LETTERS, columns_with
from item_bank.formats.findings import Finding, found
from item_bank.formats.reading import KnownFacts, Readings
from item_bank.formats.rows import BLANK, LONGEST_CELL, PARTNER, read_row
from item_bank.formats.spreadsheet_template import csv_of
from item_bank.items import ItemFacts
from item_bank.qti.choice import content_hash
from item_bank.qti.questions import (
    Choices,
    Gaps,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    ShortText,
    gap_mark,
)
from item_bank.qti.writing_rules import decimal_text
from item_bank.qti.written import read_written

_FACTS = tuple(field.name for field in fields(KnownFacts))


@dataclass(frozen=True, slots=True)
class TableItem:
    code: str
    xml: bytes
    facts: ItemFacts | KnownFacts


@dataclass(frozen=True, slots=True)
class Table:
    """``data`` is CSV in UTF-8 with a byte order mark; ``findings`` names the items left out."""

    data: bytes
    findings: tuple[Finding, ...]


def write_csv(items: Iterable[TableItem]) -> Table:
    """The items as rows of the template, in their order.

    A row is read again before it goes in: an item that would not come back with the same content
    and facts is left out, and a finding says so.
    """
    rows: list[dict[str, str]] = []
    findings: list[Finding] = []
    for item in items:
        try:
            row = _row(item)
            reason = _left_out(row, item)
        except (QtiError, ContentUnsound, InvalidOperation) as error:
            reason = str(error)
        if reason:
            sentence = f"{item.code} is not in the table: {reason}"
            findings.append(found("not_in_table", "", sentence, item=item.code))
        else:
            rows.append(row)
    last = max((name[-1] for row in rows for name in row if name.startswith("option_")), default="")
    count = max(len(TEMPLATE_LETTERS), LETTERS.lower().find(last) + 1 if last else 0)
    columns = [column.name for column in columns_with(LETTERS[:count])]
    table = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return Table(csv_of(table), tuple(findings))


def _left_out(row: dict[str, str], item: TableItem) -> str:
    """Why the row cannot stand for the item; empty where it can."""
    for name, text in row.items():
        if len(text) > LONGEST_CELL:
            return f"its {name} has {len(text):,} characters; a cell holds {LONGEST_CELL:,}."
    return "" if _reads_back(row, item) else "a row cannot hold all of it."


def _reads_back(row: dict[str, str], item: TableItem) -> bool:
    readings = Readings()
    read_row(readings, "row", {name: text for name, text in row.items() if text}, str)
    reading = readings.done()
    if len(reading.items) != 1 or reading.findings:
        return False
    again = reading.items[0]
    facts = KnownFacts(*(getattr(item.facts, name) for name in _FACTS))
    return again.facts == facts and (
        again.xml == item.xml or content_hash(again.xml) == content_hash(item.xml)
    )


def _row(item: TableItem) -> dict[str, str]:
    question = read_written(item.xml)
    facts = item.facts
    row = {
        "code": item.code,
        "title": question.title,
        "situation": "\n".join(_with_blank(text) for text in question.situation),
        "question": _with_blank(question.prompt),
        "remember": question.remember,
        "skill_area": facts.skill_area or "",
        "task": facts.task or "",
        "cognitive_level": facts.cognitive_level or "",
        "source": facts.source,
        "as_of": facts.as_of.isoformat() if facts.as_of else "",
        "review_by": facts.review_by.isoformat() if facts.review_by else "",
        "enemies": ", ".join(facts.enemies),
    }
    if facts.estimated_difficulty is not None:
        row["estimated_difficulty"] = decimal_text(Decimal(repr(facts.estimated_difficulty)))
    return row | _answer_cells(question)


def _with_blank(text: object) -> str:
    return str(text).replace(gap_mark(0), BLANK)


def _answer_cells(question: Question) -> dict[str, str]:
    match question.answer:
        case Choices() as answer:
            return _choice_cells(answer)
        case ShortText() as answer:
            return {"type": "short text"} | _typed_cells(answer)
        case Numeric() as answer:
            accepted = answer.accepted[0]
            return {
                "type": "numeric",
                "key": decimal_text(accepted.value),
                "tolerance": decimal_text(accepted.high - accepted.value),
            }
        case Matching() as answer:
            return _pair_cells(answer)
        case Ordering() as answer:
            return {"type": "ordering"} | _option_cells(answer.options)
        case Gaps(gaps=(gap,)):
            if isinstance(gap.answer, Choices):
                cells = _choice_cells(gap.answer)
            elif isinstance(gap.answer, ShortText):
                cells = _typed_cells(gap.answer)
            else:
                raise ContentUnsound("a gap for a number has no row.")
            return cells | {"type": "missing word"}
        case _:
            return {"type": "long text"}


def _choice_cells(answer: Choices) -> dict[str, str]:
    texts = [(option.identifier, option.text) for option in answer.options]
    if texts == [("A", "True"), ("B", "False")] and not answer.shuffle and not answer.multiple:
        cells = {
            "type": "true/false",
            "key": "true" if answer.keys == ("A",) else "false",
        }
    else:
        cells = _option_cells(answer.options) | {
            "type": "multiple choice" if answer.multiple else "single choice",
            "key": ", ".join(answer.keys),
            "shuffle": "yes" if answer.shuffle else "no",
        }
    for option in answer.options:
        cells[f"rationale_{option.identifier.lower()}"] = str(option.feedback)
    return cells


def _option_cells(options: tuple[Option, ...]) -> dict[str, str]:
    return {f"option_{option.identifier.lower()}": str(option.text) for option in options}


def _typed_cells(answer: ShortText) -> dict[str, str]:
    return {
        "key": " | ".join(accepted.text for accepted in answer.accepted),
        "match_case": "yes" if answer.accepted[0].match_case else "no",
    }


def _pair_cells(answer: Matching) -> dict[str, str]:
    entries = {option.identifier: option.text for option in answer.left}
    partners = {option.identifier: option.text for option in answer.right}
    rows = [(str(entries[left]), str(partners[right])) for left, right in answer.pairs]
    paired = {right for _, right in answer.pairs}
    rows += [("", str(text)) for name, text in partners.items() if name not in paired]
    if len(rows) > len(LETTERS):
        raise ContentUnsound("there are more pairs than columns.")
    cells = {
        f"option_{letter.lower()}": f"{entry} {PARTNER} {partner}".strip()
        for letter, (entry, partner) in zip(LETTERS, rows, strict=False)
    }
    shuffle = "yes" if answer.shuffle else "no"
    return cells | {"type": "matching", "shuffle": shuffle}
