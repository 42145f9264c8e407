"""Anything at all in place of a package: told, in short time, with nothing touched outside."""

import random
import socket
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from item_bank.framework import bundled_edition
from item_bank.qti.packages import PackageReading, read_zip
from tests.item_bank.qti.packages.test_beside_items import CANVAS, STIMULUS, TEST, USAGE
from tests.item_bank.qti.packages.zips import (
    a_choice,
    a_manifest,
    a_package,
    a_picture,
    a_zip,
    resource,
)

EDITION = bundled_edition()
LONGEST = 1.0
"""Seconds of this process that a reading of a small file may take."""

MANIFEST = a_manifest(
    resource("one", needs=["s", "gone"]),
    resource("two", files=["items/a.png"]),
    resource("T", "t.xml", kind="imsqti_test_xmlv3p0"),
    resource("U", "u.xml", kind="qtiusagedata/xml"),
    resource("s", "texts/s1.xml", kind="imsqti_stimulus_xmlv3p0"),
    resource("q", "q.xml", kind="imsqti_xmlv1p2"),
)
REF = '<qti-assessment-stimulus-ref identifier="S1" href="../texts/s1.xml"/>'
FILES: dict[str, bytes] = {
    "imsmanifest.xml": MANIFEST.encode(),
    "items/one.xml": a_choice("one", "<p>One</p>", REF),
    "items/two.xml": a_choice("two", '<p><img src="a.png" alt="x"/></p>'),
    "items/a.png": a_picture(),
    "texts/s1.xml": STIMULUS.format("").encode(),
    "t.xml": TEST.encode(),
    "u.xml": USAGE.encode(),
    "q.xml": CANVAS.encode(),
}
WHOLE = a_zip(FILES)
read_zip(WHOLE, EDITION)  # what is imported late is imported now


_touched: list[str] = []
_watching = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and (event == "open" or event.startswith(("socket.", "os.", "subprocess."))):
        _touched.append(f"{event} {arguments[:1]}")


sys.addaudithook(_watch)


@contextmanager
def sealed() -> Iterator[None]:
    """Inside, Python opens no file, makes no connection and starts nothing."""
    global _watching
    _watching = True
    try:
        yield
    finally:
        _watching = False
    touched, _touched[:] = list(_touched), []
    assert touched == []


def read(data: bytes) -> PackageReading:
    start = time.process_time()
    with sealed():
        reading = read_zip(data, EDITION)
    assert time.process_time() - start < LONGEST
    for finding in reading.findings:
        assert finding.sentence[-1] in ".!?)", finding
        assert len(finding.sentence) < 1_000
    return reading


def test_the_package_that_is_spoiled_below_is_sound() -> None:
    reading = read(WHOLE)
    assert [item.code for item in reading.items] == ["one", "two", "q1"]
    assert (len(reading.tests), len(reading.stimuli), len(reading.statistics)) == (1, 1, 2)


@given(st.binary(max_size=2_000))
def test_any_bytes(data: bytes) -> None:
    assert read(data).items == ()


@given(st.binary(max_size=400))
def test_any_bytes_that_begin_as_a_zip(data: bytes) -> None:
    read(b"PK\x03\x04" + data)
    read(b"PK\x03\x04" + data + WHOLE[WHOLE.index(b"PK\x01\x02") :])


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6))
@settings(max_examples=100)
def test_a_zip_with_bytes_changed(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value
    read(bytes(data))


@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)))
def test_a_zip_with_a_part_cut_out(start: int, end: int) -> None:
    read(WHOLE[: min(start, end)] + WHOLE[max(start, end) :])


DIRECTORY = WHOLE.index(b"PK\x01\x02")


@given(
    st.integers(DIRECTORY, len(WHOLE) - 4),
    st.sampled_from([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x10000]),
)
@settings(max_examples=100)
def test_a_directory_with_a_number_changed(at: int, number: int) -> None:
    data = bytearray(WHOLE)
    struct.pack_into("<I", data, at, number)
    read(bytes(data))


def spoiled(data: bytes, seed: int) -> bytes:
    """XML with words swapped, doubled, emptied, as no editor would leave it."""
    chance = random.Random(seed)
    out = data
    for _ in range(chance.randint(1, 4)):
        at, end = sorted((chance.randrange(len(out) + 1), chance.randrange(len(out) + 1)))
        end = min(end, at + 60)
        piece = chance.choice(
            [
                b"",
                out[at:end] * 2,
                b"\0",
                b"&x;",
                b'"',
                b"<",
                b"../",
                b"1e999",
                "\u202e\uffff".encode(),
                b"<!DOCTYPE x>",
                b"http://127.0.0.1:9/",
            ]
        )
        out = out[:at] + piece + out[end:]
    return out


@given(st.sampled_from(sorted(FILES)), st.integers(0, 2**32))
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_a_package_with_one_file_spoiled(name: str, seed: int) -> None:
    read(a_zip(FILES | {name: spoiled(FILES[name], seed)}))


ENTITIES = "".join(
    f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' if level else '<!ENTITY e0 "ha">'
    for level in range(12)
)


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize(
    "xml",
    [
        f"<!DOCTYPE a [{ENTITIES}]><a>&e11;</a>",
        f'<!DOCTYPE a [<!ENTITY e "{"x" * 50_000}">]><a>{"&e;" * 10_000}</a>',
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
        '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></a>',
        "<a>" * 100_000,
        "<a " + " ".join(f'b{number}="x"' for number in range(20_000)) + "/>",
    ],
    ids=["laughs", "blow-up", "file", "web", "xinclude", "deep", "wide"],
)
def test_xml_that_means_harm_is_refused_wherever_it_stands(name: str, xml: str) -> None:
    reading = read(a_zip(FILES | {name: xml.encode()}))
    assert "root:" not in repr(reading)
    assert reading.findings


def test_a_huge_picture_is_refused_before_it_is_unpacked() -> None:
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    png = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
        + chunk(b"IEND", b"")
    )
    reading = read(a_zip(FILES | {"items/a.png": png}))
    assert "50,000 by 50,000" in next(
        one.sentence for one in reading.findings if one.code == "media_refused"
    )


def test_ten_thousand_hostile_identifiers_are_told_in_short_time() -> None:
    items = {f"i{number}": b"<" for number in range(2_000)}
    reading = read_zip(a_package(items))
    assert len(reading.reading.errors) == 2_000


def test_the_guard_of_this_module_works(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(AssertionError, match="open"), sealed():
        (tmp_path / "a").read_bytes()
    with pytest.raises(AssertionError, match="socket"), sealed():
        socket.socket().close()
