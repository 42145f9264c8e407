import io
import stat
import struct
import zipfile

import pytest

from item_bank.formats.reading import Refused
from item_bank.qti.packages import archive as archives
from item_bank.qti.packages import read_zip
from item_bank.qti.packages.archive import Archive
from tests.item_bank.qti.packages.zips import a_choice, a_manifest, a_package, a_zip, codes, the

SOUND = a_package({"one": a_choice("one")})


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        Archive(data)
    return caught.value.finding.code, caught.value.finding.sentence


def with_info(change: dict[str, object], name: str = "a.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        for attribute, value in change.items():
            setattr(info, attribute, value)
        archive.writestr(info, b"text")
    return out.getvalue()


def test_files_are_found_by_name_whatever_their_capitals() -> None:
    archive = Archive(a_zip({"Images/Sign.PNG": b"x", "folder/": b"", "a.xml": b"y"}))
    assert archive.names == ("Images/Sign.PNG", "a.xml")
    assert archive.find("images/sign.png") == "Images/Sign.PNG"
    assert archive.find("images/other.png") is None
    assert archive.read("Images/Sign.PNG") == b"x"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.xml",
        "items/../../evil.xml",
        "/etc/passwd",
        "C:/evil.xml",
        "..\\evil.xml",
        "items\\evil.xml",
        "a//b.xml",
        "./a.xml",
        "tab\there.xml",
        "x" * 300,
    ],
)
def test_a_path_that_could_lead_out_of_the_package_is_refused(name: str) -> None:
    assert refusal(a_zip({name: b"x"}))[0] == "archive_refused"


def test_a_zero_byte_in_a_name_is_refused() -> None:
    data = a_zip({"evil.xmlZ.png": b"x"}).replace(b"evil.xmlZ.png", b"evil.xml\0.png")
    assert refusal(data)[0] == "archive_refused"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.xml", "A.xml"),
        ("straße.png", "STRASSE.png"),
        ("caf\u00e9.png", "cafe\u0301.png"),
    ],
)
def test_names_that_are_one_on_some_systems_are_refused(first: str, second: str) -> None:
    code, sentence = refusal(a_zip({first: b"x", second: b"y"}))
    assert code == "archive_refused"
    assert "there twice" in sentence


def test_the_same_name_twice_is_refused() -> None:
    data = a_zip({"a.xml": b"x", "b.xml": b"y"}).replace(b"b.xml", b"a.xml")
    assert "there twice" in refusal(data)[1]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFBLK])
def test_links_and_devices_are_refused(kind: int) -> None:
    assert "link or a device" in refusal(with_info({"external_attr": (kind | 0o777) << 16}))[1]


def test_an_encrypted_file_is_refused() -> None:
    data = bytearray(a_zip({"a.xml": b"x"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at] |= 1
    assert "encrypted" in refusal(bytes(data))[1]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_of_packing_are_refused(method: int) -> None:
    assert "method" in refusal(a_zip({"a.xml": b"x" * 100}, method))[1]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"no zip at all", "archive_refused"),
        (SOUND[:-40], "archive_damaged"),
        (SOUND[: len(SOUND) // 2], "archive_damaged"),
        (b"MZ" + SOUND, "archive_refused"),
        (SOUND + b"tail", "archive_refused"),
        (b"PK\x03\x04", "archive_damaged"),
    ],
)
def test_what_is_no_whole_zip_file_is_refused(data: bytes, code: str) -> None:
    assert refusal(data)[0] == code
    reading = read_zip(data)
    assert (reading.items, codes(reading)) == ((), [code])


def test_a_zip_behind_another_file_is_refused() -> None:
    assert "begins as another" in refusal(b"GIF89a" + SOUND)[1]


def test_bytes_hidden_before_the_first_member_are_refused() -> None:
    """A sound directory whose first member does not lie at the start."""
    plain = a_zip({"a.xml": b"x"})
    hidden = b"PK\x03\x04hidden"
    at = plain.index(b"PK\x05\x06")
    directory = plain.index(b"PK\x01\x02")
    moved = bytearray(hidden + plain)
    struct.pack_into("<I", moved, len(hidden) + directory + 42, len(hidden))
    struct.pack_into("<I", moved, len(hidden) + at + 16, len(hidden) + directory)
    assert "overlap" in refusal(bytes(moved))[1]


def test_members_that_lie_inside_one_another_are_refused() -> None:
    data = bytearray(a_zip({"a.xml": b"x" * 50, "b.xml": b"x" * 50}, zipfile.ZIP_STORED))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", data, second + 42, 0)
    assert "overlap" in refusal(bytes(data))[1]


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    data = a_zip({"bomb.xml": b"0" * 2_000_000})
    assert len(data) < 3_000
    assert refusal(data)[1] == "The file would unpack to 2,000,000 bytes."


def test_many_small_bombs_are_refused_by_their_sum() -> None:
    data = a_zip({f"{number}.xml": b"0" * 999_999 for number in range(40)})
    assert "The zip file would unpack" in refusal(data)[1]


def test_a_size_that_is_a_lie_is_found_when_the_file_is_read() -> None:
    data = bytearray(a_zip({"a.xml": b"0" * 5_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + offset, 10)
    with pytest.raises(Refused) as caught:
        Archive(bytes(data)).read("a.xml")
    assert caught.value.finding.code == "file_damaged"


def test_a_wrong_check_sum_keeps_that_file_out_and_no_other() -> None:
    good, bad = a_choice("good"), a_choice("bad")
    stored = a_zip(
        {
            "imsmanifest.xml": a_manifest(
                '<resource identifier="good" type="imsqti_item_xmlv3p0" href="good.xml"/>',
                '<resource identifier="bad" type="imsqti_item_xmlv3p0" href="bad.xml"/>',
            ),
            "good.xml": good,
            "bad.xml": bad,
        },
        zipfile.ZIP_STORED,
    )
    reading = read_zip(stored.replace(bad, bad.replace(b"Banana", b"Orange")))
    assert [item.code for item in reading.items] == ["good"]
    assert the(reading, "file_damaged").place == "bad.xml"


def test_too_many_files_are_refused_before_the_directory_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 20)
    assert "over 20 files" in refusal(a_zip({f"{n}.xml": b"" for n in range(21)}))[1]
    assert len(Archive(a_zip({f"{n}.xml": b"" for n in range(20)})).names) == 20


def test_a_zip_inside_the_zip_is_not_opened() -> None:
    data = a_package({"one": a_choice("one")}, {"items/two.xml": SOUND})
    archive = Archive(data)
    with pytest.raises(Refused) as caught:
        archive.read("items/two.xml")
    assert caught.value.finding.code == "archive_nested"


def test_zip64_is_refused() -> None:
    data = bytearray(a_zip({"a.xml": b"x"}))
    struct.pack_into("<I", data, data.index(b"PK\x05\x06") + 16, 0xFFFFFFFF)
    assert "ZIP64" in refusal(bytes(data))[1]


def test_what_operating_systems_leave_behind_is_passed_over() -> None:
    names = {"__MACOSX/._a.xml": b"", "a.xml": b"", ".DS_Store": b"", "b/Thumbs.db": b""}
    assert Archive(a_zip(names)).names == ("a.xml",)


def test_a_name_in_unmarked_utf8_is_read_and_another_one_is_told() -> None:
    utf8 = bytearray(a_zip({"plän.png": b"x"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", utf8, utf8.index(signature) + offset, 0)
    archive = Archive(bytes(utf8))
    assert (archive.names, archive.guessed) == (("plän.png",), [])
    old = bytes(utf8).replace("ä".encode(), b"\x84.")
    archive = Archive(old)
    assert archive.guessed == ["plä.n.png"] == list(archive.names)
