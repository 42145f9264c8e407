import pytest

from item_bank.formats.markup import HtmlReader, looks_like_html, media_of, split_prompt
from item_bank.formats.reading import Readings, Refused
from item_bank.qti.questions import Markup, Text


def read(html: str) -> tuple[tuple[Text, ...], list[str]]:
    """The blocks of a text, and the codes of what was found."""
    readings = Readings()
    blocks = HtmlReader(readings, lambda source: None).blocks(html, "line 1")
    codes = [finding.code for finding in readings.done().findings]
    # No question is added to what was read.
    return blocks, [code for code in codes if code != "questions_missing"]


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("plain  text", ("plain text",)),
        ("1 < 2 & 3 > 2", ("1 < 2 & 3 > 2",)),
        ("&lt;b&gt; &amp;amp;", ("<b> &amp;",)),
        ("<p>One<br></p>\n<p>Two&nbsp;</p><p>&nbsp;</p>", ("One", "Two")),
        ("<div><p>One</p>loose <span>text</span></div>", ("One", "loose text")),
        ("<p>H<sub>2</sub>O</p>", (Markup("<p>H<sub>2</sub>O</p>"),)),
        ("a<br>b", (Markup("<p>a<br/>b</p>"),)),
        ("<b>x</b><i>y</i>", (Markup("<p><b>x</b><i>y</i></p>"),)),
        ("<ul><li>one<li>two</ul>", (Markup("<ul><li>one</li><li>two</li></ul>"),)),
        ("<pre>a\n  b</pre>", (Markup("<pre>a\n  b</pre>"),)),
        ("<!-- no --> ", ()),
    ],
)
def test_html_becomes_paragraphs_and_markup_stays_where_it_says_something(
    html: str, blocks: tuple[Text, ...]
) -> None:
    assert read(html) == (blocks, [])


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<script>alert(1)</script>safe", "safe"),
        ("<p onclick='x()'>safe</p>", "safe"),
        ("<iframe src='http://a'></iframe>safe", "safe"),
        ("<a href='javascript:x()'>safe</a>", "safe"),
        ("<svg onload=x()>safe</svg>", "safe"),
        ("<form><input name=x>safe</form>", "safe"),
        ("<object data=x>safe</object>", "safe"),
    ],
)
def test_what_could_do_harm_is_taken_out_and_told(html: str, left: str) -> None:
    blocks, codes = read(html)
    assert "".join(str(block) for block in blocks) == left
    assert "markup_changed" in codes


@pytest.mark.parametrize("html", ["<p style='color:red'>x</p>", "<font size=7>x</font>"])
def test_looks_are_left_out_with_a_note(html: str) -> None:
    assert read(html) == (("x",), ["setting_dropped"])


@pytest.mark.parametrize(
    "html", ["<div>" * 100_000, "<b>" * 31 + "x", "<p>&#1;</p>", "<p>" + "x" * 600_000]
)
def test_markup_that_cannot_be_kept_is_refused(html: str) -> None:
    with pytest.raises(Refused):
        read(html)


def test_a_picture_inside_the_text_comes_along() -> None:
    readings = Readings()
    reader = HtmlReader(readings, lambda source: None)
    blocks = reader.blocks('<p>See <img src="data:image/png;base64,aGk=" alt="Hi"></p>', "line 1")
    assert reader.media() == (media_of("x.png", b"hi"),)
    assert reader.media() == ()
    assert media_of("x.png", b"hi").path in str(blocks[0])


def test_a_picture_without_a_text_is_told() -> None:
    readings = Readings()
    reader = HtmlReader(readings, lambda source: media_of(source, b"x"))
    reader.blocks('<img src="a.png">', "line 1")
    assert [finding.code for finding in readings.done().findings] == ["markup_changed"]


def test_paragraphs_without_an_end_are_not_nested() -> None:
    assert read("<p>x" * 60) == (("x",) * 60, [])


@pytest.mark.parametrize(
    ("text", "is_html"),
    [("<p>x</p>", True), ("a<br/>b", True), ("x &amp; y", True), ("a < b", False), ("<x>", False)],
)
def test_html_is_told_from_plain_text(text: str, is_html: bool) -> None:
    assert looks_like_html(text) is is_html


def test_the_last_paragraph_asks() -> None:
    bold, listed = Markup("<p><b>x</b></p>"), Markup("<ul><li>x</li></ul>")
    assert split_prompt(("a", "b")) == (("a",), "b")
    assert split_prompt(("a", bold)) == (("a",), Markup("<b>x</b>"))
    assert split_prompt(("a", "b", listed)) == (("a",), Markup("<p>b</p><ul><li>x</li></ul>"))
