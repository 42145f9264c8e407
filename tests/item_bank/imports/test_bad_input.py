"""Bad files of every format through the one door: each is told where, what and how to mend it."""

import re
import resource
import socket
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from item_bank.formats.findings import CODES, Finding
from item_bank.formats.reading import Reading
from item_bank.formats.spreadsheet_template import workbook_template
from item_bank.framework import bundled_edition
from item_bank.imports import detection
from tests.item_bank.imports.bad_files import (
    BAD_FILES,
    FORMATS,
    HEADER,
    QTI,
    BadFile,
    bombs,
    external,
)
from tests.item_bank.qti.packages.zips import a_package

EDITION = bundled_edition()
MOST_MB = 50


def read(file: BadFile) -> Reading:
    return detection.read(file.name, file.data, None, EDITION)


def is_told_well(found: Finding) -> None:
    assert found.code in CODES
    assert found.sentence.rstrip(")").endswith((".", "?")), found.sentence
    assert len(found.sentence) < 400
    assert found.mend.endswith(".")
    for word in ("Error", "Exception", "Traceback", "None", "invalid"):
        assert word not in found.sentence


@pytest.mark.parametrize("file", BAD_FILES, ids=str)
def test_a_bad_file_is_told_by_place_and_the_sound_rest_of_it_is_listed(file: BadFile) -> None:
    reading = read(file)
    assert reading.errors
    for found in reading.findings:
        is_told_well(found)
    first = reading.errors[0]
    assert first.code == file.code
    assert first.place.startswith(file.place)
    assert tuple(one.code if one.code_given else one.title for one in reading.items) == file.keeps


@pytest.mark.parametrize("name", FORMATS)
def test_each_name_stands_for_its_format(name: str) -> None:
    told = {
        detection.detect(one.name, one.data)
        for one in BAD_FILES
        if one.name == name and one.row not in ("K4", "K9")
    }
    assert told <= {FORMATS[name]}


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


def test_nothing_is_fetched_and_no_other_file_is_read(
    listener: socket.socket, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY", "utf-8")
    server = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    for address in (secret.as_uri(), server):
        include = (
            f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{address}" parse="text"/>'
        )
        item = QTI.replace("<qti-item-body>", f"<qti-item-body>{include}").encode()
        styled = f'<?xml-stylesheet href="{address}"?>{QTI.partition("?>")[2].strip()}'.encode()
        located = QTI.replace(
            " identifier=",
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            f' xsi:schemaLocation="urn:x {address}" identifier=',
            1,
        ).encode()
        quiz = f'<quiz><question type="essay"><questiontext><text>{include}</text></questiontext>'
        files = [
            *external(address),
            *(BadFile("K5", "item.xml", xml, "") for xml in (item, styled, located)),
            BadFile("K5", "package.zip", a_package({"one": item, "two": styled}), ""),
            BadFile("K5", "quiz.xml", f"{quiz}</question></quiz>".encode(), ""),
        ]
        for file in files:
            assert "CANARY" not in repr(read(file))
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_bombs_take_no_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for file in bombs():
        assert read(file).errors
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MOST_MB


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "=HYPERLINK(1)"])
def test_a_text_cell_of_a_workbook_that_looks_like_a_formula_is_text(text: str) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    sheet.append(["X", None, None, text, "b", None, "A", "I.A"])
    for cell, value in (("C2", f"{text}?"), ("D2", text)):
        sheet[cell] = value
        sheet[cell].data_type = "s"
    data = BytesIO()
    book.save(data)
    (item,) = detection.read("book.xlsx", data.getvalue(), None, EDITION).items
    assert item.content is not None
    assert (item.content.question, item.content.choices[0].text) == (f"{text}?", text)


def test_the_template_as_a_workbook_holds_text_and_no_formula() -> None:
    with ZipFile(BytesIO(workbook_template())) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 2
    for sheet in sheets:
        assert re.findall(rb"<f[ >]", sheet) == []
        filled = re.findall(rb"<c ([^>]*)>(?:<v>|<is>)", sheet)
        assert filled
        assert {re.findall(rb't="(\w+)"', cell)[0] for cell in filled} <= {b"s", b"inlineStr"}
