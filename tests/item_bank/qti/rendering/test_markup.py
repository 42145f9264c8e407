"""What of an item's markup reaches a page. The content is made here: reading refuses much of it."""

import pytest

from item_bank.qti import read_item
from item_bank.qti.contents import Content, Element
from item_bank.qti.interactions import Choice
from item_bank.qti.rendering import Manner, render_contents, render_item
from item_bank.qti.rendering.markup import plain_words
from item_bank.qti.rendering.naming import how_many, shuffled
from item_bank.qti.rendering.pictures import letter_of
from tests.item_bank.qti.files import an_item


def an(name: str, *children: Content, **attributes: str) -> Element:
    pairs = tuple((key.replace("_", "-").strip("-"), text) for key, text in attributes.items())
    return Element(name, pairs, children)


def math(name: str, *children: Content, **attributes: str) -> Element:
    return Element(name, tuple(attributes.items()), children, mathematical=True)


def written(*contents: Content, language: str = "en", **manner: object) -> str:
    rendered = render_contents(contents, language, Manner(**manner))  # type: ignore[arg-type]
    start = '<div class="item" lang="en" dir="ltr">'
    assert rendered.startswith(start) or language != "en"
    return rendered.removeprefix(start).removesuffix("</div>")


def here(source: str) -> str:
    return f"/files/{source}"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        (an("script", "alert(1)"), ""),
        (an("iframe", src="/x"), ""),
        (an("p", "x", onclick="a()", style="color:red"), "<p>x</p>"),
        (an("p", "x", class_="qti-align-center primary"), '<p class="qti-align-center">x</p>'),
        (an("p", "x", id="main"), '<p id="item-own-main">x</p>'),
        (an("a", "x", href="https://example.org"), "<span>x</span>"),
        (an("label", "x", for_="main"), "<span>x</span>"),
        (an("main", an("nav", "x")), "<div><div>x</div></div>"),
        (an("p", "x", role="dialog", aria_hidden="true"), "<p>x</p>"),
        (an("p", "x", lang='en" onload="x'), '<p lang="en&quot; onload=&quot;x">x</p>'),
        (an("td", "x", colspan="2", rowspan="x"), '<td colspan="2">x</td>'),
        (an("br"), "<br>"),
    ],
)
def test_markup_is_written_by_an_allow_list(content: Content, expected: str) -> None:
    assert written(content) == expected


def test_formulas_stay_and_what_only_machines_read_goes() -> None:
    formula = math(
        "math",
        math(
            "semantics",
            math("mfrac", math("mn", "1"), math("mi", "n"), linethickness="1px", id="x"),
            math("annotation", r"\frac{1}{n}"),
        ),
        display="inline",
    )
    assert written(formula) == (
        '<math display="inline" alttext="1/n" aria-label="1/n"><semantics>'
        '<mfrac linethickness="1px">'
        "<mn>1</mn><mi>n</mi></mfrac></semantics></math>"
    )


@pytest.mark.parametrize(
    "address", ["https://example.org/x.png", "//example.org/x.png", "data:image/png;base64,", "x"]
)
def test_a_file_comes_from_our_own_site_or_not_at_all(address: str) -> None:
    image = an("img", src="x.png", alt="A map")
    assert written(image, address=lambda _: address) == (
        '<span class="absent" role="note">Picture not here: A map</span>'
    )


def test_pictures_and_players_are_shown_where_their_files_are() -> None:
    assert written(an("img", src="x.png", alt="A map", width="20", srcset="y"), address=here) == (
        '<img src="/files/x.png" alt="A map" width="20">'
    )
    film = an(
        "video",
        an("source", src="a.mp4", type="video/mp4"),
        an("track", src="a.vtt", kind="captions", srclang="en", label="English"),
        autoplay="yes",
    )
    assert written(film, address=here) == (
        '<video controls preload="metadata"><source src="/files/a.mp4" type="video/mp4">'
        '<track src="/files/a.vtt" kind="captions" srclang="en" label="English"></video>'
    )
    assert written(an("audio", "A bell", src="a.mp3")) == (
        '<span class="absent" role="note">Sound not here. A bell</span>'
    )
    picture = an("object", "A plan", data="p.png", type="image/png", width="9")
    assert written(picture, address=here) == '<img src="/files/p.png" alt="A plan" width="9">'


def test_headings_go_on_from_those_of_the_page_without_a_gap() -> None:
    assert written(an("h1", "a"), an("h4", "b"), heading=3) == "<h3>a</h3><h4>b</h4>"
    assert written(an("h2", "a"), heading=6) == "<h6>a</h6>"


@pytest.mark.parametrize(
    ("language", "start"),
    [
        ("ar-EG", '<div class="item" lang="ar-EG" dir="rtl">'),
        ("de", '<div class="item" lang="de" dir="ltr">'),
        ("", '<div class="item" dir="auto">'),
    ],
)
def test_the_language_says_the_direction(language: str, start: str) -> None:
    assert render_contents(("x",), language).startswith(start)


def test_words_for_menus_have_those_of_images_and_keep_blocks_apart() -> None:
    content = (an("p", "a"), an("p", "b", an("img", alt="map")), an("em", "c"), "d")
    assert plain_words(content) == "a b map cd"


def test_shuffled_choices_depend_on_the_seed_and_fixed_ones_stay() -> None:
    choices = [Choice(identifier=name, content=(), fixed=name == "C") for name in "ABCDE"]
    orders = {
        "".join(choice.identifier for choice in shuffled(choices, seed, "RESPONSE"))
        for seed in range(40)
    }
    assert len(orders) > 10
    assert {order[2] for order in orders} == {"C"}
    # An order that was shown to somebody must come out the same for ever.
    assert "".join(one.identifier for one in shuffled(choices, 7, "RESPONSE")) == "DACEB"


@pytest.mark.parametrize(
    ("least", "most", "sentence"),
    [
        (0, 1, ""),
        (1, 1, ""),
        (0, 0, ""),
        (2, 2, "Choose 2."),
        (1, 3, "Choose 1 to 3."),
        (2, 0, "Choose at least 2."),
        (0, 3, "Choose up to 3."),
    ],
)
def test_how_many_are_asked_for_is_a_sentence(least: int, most: int, sentence: str) -> None:
    assert how_many("Choose", least, most) == sentence


def test_areas_have_letters() -> None:
    assert [letter_of(number) for number in (1, 26, 27, 52, 53)] == ["A", "Z", "AA", "AZ", "BA"]


def test_two_items_on_one_page_share_no_id() -> None:
    xml = an_item(
        declarations='<qti-response-declaration identifier="R" cardinality="single" '
        'base-type="identifier"/>',
        body='<p id="x">a</p><qti-choice-interaction response-identifier="R" max-choices="1">'
        '<qti-simple-choice identifier="A">Apple</qti-simple-choice></qti-choice-interaction>',
    )
    view = read_item(xml).present()
    first, second = (render_item(view, {}, Manner(prefix=prefix)) for prefix in ("one", "two"))
    assert 'id="one-own-x"' in first
    assert first.replace("one-", "two-") == second
