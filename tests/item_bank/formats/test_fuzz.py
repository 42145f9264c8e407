"""No reader raises, whatever it is given, and what it takes in the QTI runtime takes too."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from item_bank.formats.files import READERS, Format, read_file
from item_bank.formats.reading import Reading
from item_bank.formats.spreadsheet_template import csv_template, workbook_template
from item_bank.qti import Severity, check_item
from tests.item_bank.formats.test_export import ROWS

CANVAS = b"""<questestinterop><item ident="a" title="t"><presentation><material>
<mattext texttype="text/html">&lt;p&gt;[x] b&lt;/p&gt;</mattext></material>
<response_lid ident="response_x" rcardinality="Single"><render_choice><response_label ident="1">
<material><mattext>u</mattext></material></response_label><response_label ident="2"><material>
<mattext>v</mattext></material></response_label></render_choice></response_lid></presentation>
<resprocessing><respcondition><conditionvar><varequal respident="response_x">1</varequal>
</conditionvar><setvar action="Set">100</setvar></respcondition></resprocessing></item>
</questestinterop>"""
MOODLE = b"""<quiz><question type="cloze"><questiontext format="html"><text>&lt;p&gt;A
{1:SA:=b~%50%c#d} {2:MC:e~=f}&lt;/p&gt;</text></questiontext></question><question
type="multichoice"><questiontext format="html"><text>
&lt;p&gt;Q \\(x^2\\)&lt;/p&gt;&lt;math&gt;&lt;mi&gt;x&lt;/mi&gt;&lt;/math&gt;</text>
</questiontext><answer fraction="100"><text>a</text></answer>
<answer fraction="-33.3"><text>b</text></answer></question><question type="numerical">
<questiontext><text>n</text></questiontext>
<answer fraction="100"><text>3</text><tolerance>1</tolerance></answer></question></quiz>"""
GIFT = rb"""::t::[html]<p>Q\: x</p>{~%50%a#f =b ####g}

When?{#=1822:5#x =%50%1..3}

M{=a -> b =c -> d} {T}"""
AIKEN = b"Q?\nA. x\nB) y\nANSWER: A\n\nR?\nA. x\nB. y\nANSWER: B"

SEEDS = {
    Format.CSV: (ROWS.encode(), csv_template()),
    Format.XLSX: (workbook_template(),),
    Format.GIFT: (GIFT,),
    Format.AIKEN: (AIKEN,),
    Format.MOODLE: (MOODLE,),
    Format.CANVAS: (CANVAS,),
}
PIECES = st.sampled_from(
    [
        *(b"\0", b"\xff", b"\xfe", b'"', b"'", b",", b";", b"\t", b"\r", b"\n\n", b"{", b"}", b"="),
        *(b"~", b"#", b"%", b"\\", b"->", b"..", b"[[1]]", b"<p>", b"</p>", b"<", b">", b"&"),
        *(b"&#1;", b"]]>", b"1e309", b"NaN", b"-inf", b"9" * 400, b"\xef\xb7\x90", b"*", b"|"),
        *(b"[blank]", b"=>", b"<!DOCTYPE a>", b"{1:SA:=", b"\xed\xa0\x80", b"ANSWER: "),
        *("é😀".encode(), "\ue0000\ue001".encode()),
        *(b"\\(", b"\\)", b"$$", b"\\frac{", b"x^2", b"<math>", b"</math>", b"<mfrac>", b"<mi>"),
    ]
)


@st.composite
def spoilt(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A sound file with pieces cut out, doubled or put in."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 30)))
        data = data[:at] + draw(st.one_of(PIECES, st.binary(max_size=6))) + data[end:]
    return data


def _is_sound(reading: Reading) -> None:
    for item in reading.items:
        errors = [found for found in check_item(item.xml) if found.severity is Severity.ERROR]
        assert errors == []


@pytest.mark.parametrize("file_format", list(Format))
def test_a_spoilt_file_is_read_as_far_as_it_goes(file_format: Format) -> None:
    read: Callable[[bytes], Reading] = READERS[file_format]

    @given(data=spoilt(SEEDS[file_format]))
    @settings(max_examples=80, deadline=None)
    def check(data: bytes) -> None:
        _is_sound(read(data))

    check()


@pytest.mark.parametrize("file_format", list(Format))
def test_the_sound_files_are_read_whole(file_format: Format) -> None:
    for seed in SEEDS[file_format]:
        reading = READERS[file_format](seed)
        assert reading.items
        _is_sound(reading)


@given(
    data=st.binary(max_size=400), name=st.sampled_from(["a.csv", "a.gift", "a.xml", "a", "a.xlsx"])
)
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_told_about(data: bytes, name: str) -> None:
    reading = read_file(name, data)
    assert reading.items or reading.findings


@given(text=st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_by_every_reader(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    for read in READERS.values():
        _is_sound(read(data))


@given(text=st.text(alphabet=st.sampled_from("{}=~#%:\\->T.|*1<>&; \n\"',ab"), max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_run_of_signs_is_read_as_gift(text: str) -> None:
    _is_sound(READERS[Format.GIFT](f"Q{{{text}}}".encode()))


@given(text=st.text(alphabet=st.sampled_from("<>/&;pbiul=\"' x[]{}1"), max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_run_of_signs_is_read_as_html(text: str) -> None:
    _is_sound(READERS[Format.GIFT](b"[html]" + text.encode().replace(b"{", b"") + b" q{T}"))
