"""Files that no bank should take, of every format, each with what has to be said of it."""

import zipfile
from dataclasses import dataclass
from io import BytesIO

from item_bank.imports.detection import ImportFormat
from item_bank.qti.choice import write_choice
from tests.item_bank.examples import a_content
from tests.item_bank.qti.packages.zips import a_choice, a_package, a_zip

QTI = write_choice("T-1", a_content()).decode()
MOODLE = (
    '<quiz><question type="truefalse"><name><text>n</text></name><questiontext format="html">'
    '<text>Is Zürich a town?</text></questiontext><answer fraction="100"><text>true</text></answer>'
    '<answer fraction="0"><text>false</text></answer></question></quiz>'
)
CANVAS = '<questestinterop><assessment ident="A" title="T"/></questestinterop>'
HEADER = "code,type,question,option_a,option_b,option_c,key,skill_area"
TABLE = f"{HEADER}\nGOOD,,Which one?,a,b,,A,I.A\n"
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/>'
    "</worksheet>"
)
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Q" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/'
    '2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": SHEET,
}


@dataclass(frozen=True, slots=True)
class BadFile:
    """``row`` is the catalogue's, ``place`` where the first error is, as far as a place can be
    named. ``keeps`` are codes that come in all the same.
    """

    row: str
    name: str
    data: bytes
    code: str
    place: str = ""
    keeps: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.row} {self.name}: {self.code}"


def rows(*more: str) -> bytes:
    return (TABLE + "".join(f"{row}\n" for row in more)).encode("utf-8", "surrogatepass")


def workbook(**changed: str | bytes) -> bytes:
    """XLSX of hand-made parts; ``sheet1`` stands for that sheet's XML."""
    parts: dict[str, str | bytes] = dict(PARTS)
    for name, part in changed.items():
        path = next(one for one in PARTS if one.endswith(f"{name}.xml"))
        parts[path] = part
    return a_zip(parts)


def in_doctype(xml: str, declared: str, used: str = "") -> str:
    """The file with a document type, and an entity of it in its first text."""
    head, middle, rest = xml.partition("?>") if xml.startswith("<?xml") else ("", "", xml)
    start = f"{head}{middle}<!DOCTYPE x [{declared}]>"
    at = rest.rfind("</")
    return f"{start}{rest[:at]}{used}{rest[at:]}"


def in_every_xml(row: str, declared: str, used: str) -> list[BadFile]:
    """The same document type in each format that is XML or holds some. Where it fills all of the
    file that is looked at, it alone tells that the file is XML.
    """
    as_item = "xml_refused" if len(declared) > 20_000 else "question_wrong"
    item = in_doctype(QTI, declared, used)
    made = [
        BadFile(row, "item.xml", item.encode(), as_item, "line 1"),
        BadFile(row, "quiz.xml", in_doctype(MOODLE, declared, used).encode(), "xml_refused"),
        BadFile(row, "canvas.xml", in_doctype(CANVAS, declared, used).encode(), "xml_refused"),
        BadFile(
            row, "book.xlsx", workbook(sheet1=in_doctype(SHEET, declared, used)), "workbook_refused"
        ),
        BadFile(
            row,
            "package.zip",
            a_package({"one": item.encode(), "two": a_choice("two")}),
            "xml_refused",
            "items/one.xml",
            ("two",),
        ),
    ]
    manifest = a_package({"one": a_choice("one")})
    with zipfile.ZipFile(BytesIO(manifest)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    spoilt = in_doctype(files["imsmanifest.xml"].decode(), declared, used)
    files["imsmanifest.xml"] = spoilt.encode()
    return [*made, BadFile(row, "manifest.zip", a_zip(files), "xml_refused", "imsmanifest.xml")]


def bombs() -> list[BadFile]:
    """Ten thousand million letters from a page, and a long one a hundred thousand times."""
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
    )
    long = f'<!ENTITY a "{"a" * 50_000}">'
    return [
        *in_every_xml("K4", levels, "&l9;"),
        *in_every_xml("K4", long, "&a;" * 50_000),
    ]


def external(address: str) -> list[BadFile]:
    """``address`` is a file's or a server's."""
    return [
        *in_every_xml("K3", f'<!ENTITY a SYSTEM "{address}">', "&a;"),
        *in_every_xml("K3", f'<!ENTITY % a SYSTEM "{address}"> %a;', ""),
    ]


EMPTY_ZIP = b"PK\x05\x06" + bytes(18)

BAD_FILES = [
    BadFile("K1", "item.xml", QTI[:-9].encode(), "question_wrong"),
    BadFile(
        "K1", "item.xml", QTI.replace("imsqtiasi_v3p0", "imsqtiasi_v4p0").encode(), "question_wrong"
    ),
    BadFile(
        "K1",
        "item.xml",
        QTI.replace("<qti-item-body>", "<qti-item-body><b>").encode(),
        "question_wrong",
        "line",
    ),
    BadFile("K1", "quiz.xml", MOODLE[:-9].encode(), "xml_refused", "line"),
    BadFile(
        "K1",
        "package.zip",
        a_package({"one": a_choice("one")[:-9], "two": a_choice("two")}),
        "xml_refused",
        "items/one.xml",
        ("two",),
    ),
    BadFile(
        "K2",
        "item.xml",
        QTI.replace('response-identifier="RESPONSE"', 'response-identifier="NOBODY"').encode(),
        "question_wrong",
        "line",
    ),
    BadFile(
        "K2",
        "item.xml",
        QTI.replace("<qti-value>B</qti-value>", "<qti-value>Z</qti-value>").encode(),
        "question_wrong",
        "line",
    ),
    BadFile("K9", "book.xlsx", b"", "file_empty"),
    BadFile("K9", "cut.xlsx", workbook()[:-30], "archive_damaged"),
    BadFile("K9", "package.zip", b"PK\x03\x04 and no more", "archive_damaged"),
    BadFile("K9", "package.zip", EMPTY_ZIP, "manifest_missing"),
    BadFile("K11", "a.csv", rows("X,,Q\0?,a,b,,A,I.A"), "cell_wrong", "line 3", ("GOOD",)),
    BadFile("K11", "a.csv", rows("X,,Q\ud800?,a,b,,A,I.A"), "encoding_refused", "line 3"),
    BadFile("K11", "a.csv", TABLE.encode("utf-32"), "encoding_refused"),
    BadFile("K11", "a.csv", TABLE.encode("utf-16")[:-1], "encoding_refused"),
    BadFile(
        "K11",
        "quiz.xml",
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{MOODLE}'.encode(),
        "encoding_refused",
        "line 1",
    ),
    BadFile(
        "K11",
        "quiz.xml",
        f'<?xml version="1.0" encoding="UTF-8"?>{MOODLE}'.encode("latin-1"),
        "xml_refused",
        "line 1",
    ),
    BadFile(
        "K11",
        "quiz.xml",
        f'<?xml version="1.0" encoding="EBCDIC-9"?>{MOODLE}'.encode(),
        "encoding_refused",
        "line 1",
    ),
    BadFile("K15", "a.csv", rows("X,,Q?,a,b,,A,I.A,more"), "row_too_long", "line 3", ("GOOD",)),
    BadFile("K15", "a.csv", rows('X,,"Q?,a,b,,A,I.A'), "row_malformed", "line 3", ("GOOD",)),
    BadFile("K15", "a.csv", f"question,{TABLE}".encode(), "column_repeated", "line 1"),
    BadFile(
        "K15", "a.csv", rows(f"X,,{'x' * 40_000},a,b,,A,I.A"), "cell_too_long", "line 3", ("GOOD",)
    ),
    *(
        BadFile(
            "K17",
            "a.csv",
            rows(f'X,numeric,Q?,,,,"{number}",I.A'),
            "cell_wrong",
            "line 3, key",
            ("GOOD",),
        )
        for number in ("1e309", "NaN", "inf", "1,5", "9" * 400)
    ),
    BadFile("K17", "a.csv", rows("X,,Q?,a,b,,D,I.A"), "cell_wrong", "line 3, key", ("GOOD",)),
    BadFile(
        "K17",
        "a.gift",
        b"::N::Q{~%-200%a =b}\n\n::GOOD::R{=a ~b}",
        "question_wrong",
        "line 1",
        ("GOOD",),
    ),
    BadFile(
        "K18", "a.csv", rows("GOOD,,Another?,a,b,,A,I.A"), "code_repeated", "line 3", ("GOOD",)
    ),
    BadFile("K19", "a.csv", rows("X,,Q?,a,b,,,I.A"), "cell_missing", "line 3, key", ("GOOD",)),
    BadFile("K19", "a.csv", rows('X,,Q?,a,b,,"A,B",I.A'), "cell_wrong", "line 3, key", ("GOOD",)),
    BadFile("K19", "a.csv", rows("X,,Q?,,,,A,I.A"), "cell_wrong", "line 3", ("GOOD",)),
    BadFile(
        "K19", "a.gift", b"::N::Q{~a ~b}\n\n::GOOD::R{=a ~b}", "question_wrong", "line 1", ("GOOD",)
    ),
    BadFile(
        "K19",
        "a.aiken",
        b"Q?\nA. x\nB. y\n\nGood?\nA. x\nB. y\nANSWER: A\n",
        "syntax",
        "line 1",
        ("Good?",),
    ),
    BadFile(
        "K20",
        "quiz.xml",
        MOODLE.replace("truefalse", "calculated").encode(),
        "type_refused",
        "line 1",
    ),
    *bombs(),
    *external("file:///etc/passwd"),
]

FORMATS = {
    "item.xml": ImportFormat.QTI,
    "quiz.xml": ImportFormat.MOODLE,
    "canvas.xml": ImportFormat.CANVAS,
    "book.xlsx": ImportFormat.XLSX,
    "cut.xlsx": ImportFormat.PACKAGE,
    "package.zip": ImportFormat.PACKAGE,
    "manifest.zip": ImportFormat.PACKAGE,
    "a.csv": ImportFormat.CSV,
    "a.gift": ImportFormat.GIFT,
    "a.aiken": ImportFormat.AIKEN,
}
