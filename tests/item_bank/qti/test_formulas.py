"""Formulas inside items: what of MathML is read, and what a formula says in words."""

import pytest
from lxml import etree

from item_bank.qti import check_item, read_item
from item_bank.qti.contents import Element
from item_bank.qti.formulas import words
from item_bank.qti.rendering import render_item
from tests.item_bank.qti.files import an_item, declared, default

MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML"{}>{}</math>'


def an(inside: str, attributes: str = "") -> bytes:
    return an_item(body=f"<p>{MATH.format(attributes, inside)}</p>")


def read(inside: str, attributes: str = "") -> Element:
    view = read_item(an(inside, attributes)).present()
    [math] = [
        child
        for paragraph in view.body
        if isinstance(paragraph, Element)
        for child in paragraph.children
    ]
    assert isinstance(math, Element)
    return math


def drawn(inside: str) -> str:
    """What is inside the formula on the page."""
    html = render_item(read_item(an(inside)).present(), {})
    return html.partition("<math ")[2].partition(">")[2].partition("</math>")[0]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<mi>x</mi>", "<mi>x</mi>"),
        ("<maction><mi>x</mi><mi>y</mi></maction>", "<mi>x</mi>"),
        ("<menclose notation='box'><mi>x</mi></menclose>", "<mi>x</mi>"),
        (
            "<mfenced close=']'><mi>x</mi></mfenced>",
            '<mrow><mo fence="true" form="prefix">(</mo><mi>x</mi>'
            '<mo fence="true" form="postfix">]</mo></mrow>',
        ),
        ("<semantics><mi>x</mi><annotation>y</annotation></semantics>", "<mi>x</mi>"),
        (
            "<semantics><apply><ci>y</ci></apply>"
            "<annotation-xml encoding='MathML-Presentation'><mi>x</mi></annotation-xml>"
            "</semantics>",
            "<mi>x</mi>",
        ),
        ("<annotation-xml encoding='text/html'><script>x</script></annotation-xml>", ""),
        ("<mi href='https://example.org' mathcolor='red' id='main'>x</mi>", "<mi>x</mi>"),
    ],
)
def test_a_formula_is_drawn_by_an_allow_list(inside: str, expected: str) -> None:
    assert drawn(inside) == expected


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<apply><plus/><ci>x</ci></apply>", "element_unknown"),
        ("<mfrac><mi>x</mi></mfrac>", "formula_unsound"),
        ("<msup><mi>x</mi>2</msup>", "formula_unsound"),
        ("<mrow><p xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0'>x</p></mrow>",
         "element_unknown"),
        ("<mi onclick='x()'>x</mi>", "script_refused"),
        ("<mi href='javascript:x()'>x</mi>", "script_refused"),
    ],
)  # fmt: skip
def test_a_formula_that_would_be_shown_wrongly_is_an_error_with_its_line(
    inside: str, code: str
) -> None:
    found = [(one.code, one.line is not None) for one in check_item(an(inside))]
    assert (code, True) in found


def test_what_is_not_drawn_is_told() -> None:
    found = check_item(an("<maction><mi>x</mi><mi>y</mi></maction>"))
    assert "part_left_out" in {one.code for one in found}


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
        ("<mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac>", "n over k"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>12</mn></msubsup>", "x_1^12"),
        ("<msup><mi>f</mi><mo>′</mo></msup>", "f′"),
        ("<mn>2</mn><mo>\u2062</mo><mi>x</mi>", "2x"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "root 3 of x"),
        ("<munder><mo>lim</mo><mi>n</mi></munder><mi>x</mi>", "lim for n of x"),
        ("<mover><mi>v</mi><mo>→</mo></mover>", "v vector"),
        ("<mi>sin</mi><mi>x</mi>", "sin x"),
        ("<mo>−</mo><mn>1</mn>", "−1"),
        ("<mi>x</mi><mphantom><mi>y</mi></mphantom>", "x"),
        ("<mmultiscripts><mi>C</mi><mn>6</mn><none/></mmultiscripts>", "C6"),
    ],
)
def test_a_formula_has_words_for_those_who_hear_it(inside: str, said: str) -> None:
    assert words(read(inside)) == said


def test_words_that_the_writer_gave_come_first() -> None:
    assert words(read("<mi>x</mi>", ' alttext="the unknown"')) == "the unknown"
    html = render_item(read_item(an("<mi>x</mi>", ' alttext="1 &lt; &quot;2&quot;"')).present(), {})
    assert 'alttext="1 &lt; &quot;2&quot;" aria-label="1 &lt; &quot;2&quot;"' in html


def test_words_of_a_formula_with_variables_are_of_their_values() -> None:
    variable = declared("template", "B", "integer", math_variable="true", inside=default(3))
    body = MATH.format(' alttext="B squared"', "<msup><mi>B</mi><mn>2</mn></msup>")
    html = render_item(read_item(an_item(declarations=variable, body=body)).present(), {})
    assert 'alttext="3^2"' in html
    assert etree.fromstring(html.replace("&nbsp;", " ")) is not None
