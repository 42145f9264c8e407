"""Formulas of other systems become MathML, or stay as typed and are told."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from item_bank.formats.formulas import of_tex
from item_bank.formats.gift import read_gift
from item_bank.formats.markup import HtmlReader
from item_bank.formats.moodle import read_moodle
from item_bank.formats.reading import Readings, Refused, title_from
from item_bank.qti import check_item, read_item
from item_bank.qti.conversion.canvas import read_canvas
from item_bank.qti.questions import Markup, Text
from item_bank.qti.rendering import render_item

SQUARE = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline" alttext="x^2"><mrow><msup>'
    "<mi>x</mi><mn>2</mn></msup></mrow></math>"
)


def read(html: str) -> tuple[tuple[Text, ...], list[str]]:
    """The blocks of a text, and the codes of what was found."""
    readings = Readings()
    blocks = HtmlReader(readings, lambda source: None).blocks(html, "line 1")
    codes = [finding.code for finding in readings.done().findings]
    return blocks, [code for code in codes if code != "questions_missing"]


def xhtml(blocks: tuple[Text, ...]) -> str:
    return "".join(block.xhtml if isinstance(block, Markup) else block for block in blocks)


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\frac{a+b}{2}", "(a + b)/2"),
        (r"x_1^2", "x_1^2"),
        (r"\sqrt{x+1}", "√(x + 1)"),
        (r"\sum_{i=1}^{n} x_i", "∑ from i = 1 to n of x_i"),
        (r"\begin{matrix}1&2\\3&4\end{matrix}", "[1, 2; 3, 4]"),
        (r"\text{if } x \ge 0", "if x ≥ 0"),
        (r"10^{-3}", "10^(−3)"),
        (r"\log_2 8", "log_2 8"),
        (r"50\% \& \$5", "50%&$5"),
        (r"\bar{x}", "x bar"),
        ("a < b", "a < b"),
    ],
)
def test_tex_becomes_mathml_with_its_words(tex: str, said: str) -> None:
    made = of_tex(tex)
    assert made is not None
    assert made.get("alttext") == said


@pytest.mark.parametrize(
    "tex",
    [
        *("", " ", "{", "}", "}{", "^", r"\frac{1}", r"\foo{x}", r"\ce{H2O}", r"\boxed{x}"),
        *("a & b", "a # b", r"\def\a{xx}\a", r"\newcommand{\a}{\a\a}\a", "x\ue0000\ue001"),
        *(r"\href{javascript:alert(1)}{x}", "x" * 1_001, "{" * 30 + "x" + "}" * 30),
    ],
)
def test_tex_that_is_not_wholly_understood_is_none(tex: str) -> None:
    assert of_tex(tex) is None


@pytest.mark.parametrize(
    "tex", [r"\href{https://example.org}{x}", r"\style{position:fixed}{x}", r"\class{primary}{x}"]
)
def test_what_tex_would_do_to_a_page_is_left_out(tex: str) -> None:
    made = of_tex(tex)
    assert made is not None
    assert {str(name) for one in made.iter() for name in one.attrib} <= {"display", "alttext"}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *(r"\frac", r"\sqrt", "{", "}", "^", "_", "&", r"\\", r"\left(", r"\right)", "x"),
                *(
                    r"\begin{matrix}",
                    r"\end{matrix}",
                    r"\text{",
                    r"\over",
                    "[",
                    "]",
                    "'",
                    " ",
                    "\0",
                ),
            ]
        ),
        max_size=120,
    ).map("".join)
)
def test_any_tex_ends_soon_and_what_comes_of_it_can_be_shown(tex: str) -> None:
    since = time.thread_time()
    blocks, _ = read(f"<p>a \\({tex.replace('&', '&amp;')}\\)</p>")
    assert time.thread_time() - since < 1
    assert xhtml(blocks)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (r"Solve \(x^2\) now", f"<p>Solve {SQUARE} now</p>"),
        (r"<b>Solve</b> \(x^2\)", f"<p><b>Solve</b> {SQUARE}</p>"),
        (r"<p>\(x^2\) or \(x^2\).</p>", f"<p>{SQUARE} or {SQUARE}.</p>"),
        (r"<p>$$x^2$$</p>", f"<p>{SQUARE}</p>".replace("inline", "block")),
        (r"<p>\[x^2\]</p>", f"<p>{SQUARE}</p>".replace("inline", "block")),
        (
            '<p><img class="equation_image" src="/equation_images/y" data-equation-content="x^2"'
            ' alt="LaTeX: x^2"></p>',
            f"<p>{SQUARE}</p>",
        ),
        (r'<p><img src="/equation_images/x%255E2?scale=1"></p>', f"<p>{SQUARE}</p>"),
    ],
)
def test_formulas_are_found_where_moodle_and_canvas_put_them(html: str, expected: str) -> None:
    blocks, codes = read(html)
    assert xhtml(blocks) == expected
    assert "formula_read" in codes


def test_what_is_no_formula_stays() -> None:
    assert read("It costs $5 or $6") == (("It costs $5 or $6",), [])
    assert read(r"<p><code>\(x\)</code></p>") == ((Markup(r"<p><code>\(x\)</code></p>"),), [])


def test_tex_that_is_not_understood_is_kept_and_told_where() -> None:
    readings = Readings()
    [block] = HtmlReader(readings, lambda source: None).blocks(r"Is \(\foo x\) right?", "line 7")
    assert block == r"Is \(\foo x\) right?"
    [finding] = [one for one in readings.done().findings if one.code == "formula_text"]
    assert finding.place == "line 7"
    assert r"\foo x" in finding.sentence.replace("\\\\", "\\")
    picture = r'<p><img src="/equation_images/y" data-equation-content="\foo x"></p>'
    assert read(picture) == ((r"\(\foo x\)",), ["formula_text"])


def test_mathml_is_kept_as_browsers_draw_it() -> None:
    blocks, codes = read(
        '<p>See <m:math xmlns:m="http://www.w3.org/1998/Math/MathML" onclick="x()" id="main">'
        '<m:mfenced open="["><m:mi href="javascript:x()">x</m:mi><m:mi>y</m:mi></m:mfenced>'
        '<m:annotation encoding="TeX">hidden</m:annotation></m:math></p>'
    )
    assert xhtml(blocks) == (
        '<p>See <math xmlns="http://www.w3.org/1998/Math/MathML" alttext="[x, y)"><mrow>'
        '<mo fence="true" form="prefix">[</mo><mi>x</mi><mo separator="true">,</mo><mi>y</mi>'
        '<mo fence="true" form="postfix">)</mo></mrow></math></p>'
    )
    assert "markup_changed" in codes


@pytest.mark.parametrize(
    "formula",
    [
        "<math><apply><plus/><ci>x</ci></apply></math>",
        "<math><mfrac><mi>x</mi></mfrac></math>",
        "<math><mi>\ue0000\ue001</mi></math>",
    ],
)
def test_mathml_that_would_be_shown_wrongly_is_refused(formula: str) -> None:
    with pytest.raises(Refused):
        read(formula)


def test_words_of_a_formula_stand_where_no_markup_can() -> None:
    reader = HtmlReader(Readings(), lambda source: None)
    assert reader.words(r"Take \(\frac{1}{2}\) of it", "line 1") == "Take 1/2 of it"
    [half] = reader.blocks(r"Is \(\frac{1}{2} < 1\)?", "line 1")
    assert title_from(half) == "Is 1/2 < 1 ?"


MOODLE = r"""<quiz><question type="multichoice"><name><text>Roots</text></name>
<questiontext format="{}"><text>Which solves \(x^2 = \frac{{1}}{{4}}\)?</text></questiontext>
<answer fraction="100" format="{}"><text>\(\frac{{1}}{{2}}\)</text></answer>
<answer fraction="0" format="{}"><text>$$2$$</text></answer></question></quiz>"""
CANVAS = r"""<questestinterop><item ident="roots" title="Roots"><presentation><material>
<mattext texttype="text/html">&lt;p&gt;Which solves &lt;img class="equation_image"
data-equation-content="x^2 = \frac{1}{4}" src="/equation_images/x"&gt;?&lt;/p&gt;</mattext>
</material><response_lid ident="r" rcardinality="Single"><render_choice>
<response_label ident="1"><material><mattext texttype="text/html">\(\frac{1}{2}\)</mattext>
</material></response_label><response_label ident="2"><material><mattext>$$2$$</mattext></material>
</response_label></render_choice></response_lid></presentation><resprocessing><respcondition>
<conditionvar><varequal respident="r">1</varequal></conditionvar><setvar action="Set">100</setvar>
</respcondition></resprocessing></item></questestinterop>"""
GIFT = r"::Roots:: Which solves \\(x^2 \= \\frac\{1\}\{4\}\\)? {=\\(\\frac\{1\}\{2\}\\) ~$$2$$}"


@pytest.mark.parametrize(
    "reading",
    [
        read_moodle(MOODLE.format("html", "html", "html").encode()),
        read_moodle(MOODLE.format("plain_text", "plain_text", "plain_text").encode()),
        read_canvas(CANVAS.encode()),
        read_gift(GIFT.encode()),
    ],
    ids=["moodle", "moodle-plain", "canvas", "gift"],
)
def test_a_question_with_formulas_comes_in_and_is_shown(reading: object) -> None:
    [item] = reading.items  # type: ignore[attr-defined]
    assert check_item(item.xml) == ()
    html = render_item(read_item(item.xml).present(), {})
    assert html.count("<math ") == 3
    assert 'alttext="x^2 = 1/4"' in html
    assert "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>4</mn></mrow></mfrac>" in html
    assert "$$" not in html
    assert "\\" not in html
