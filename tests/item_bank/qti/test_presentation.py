"""What is shown: templates by their values, printed variables, markup that is kept or left out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from item_bank.qti import check_item, read_item
from item_bank.qti.contents import Contents, Element, plain
from item_bank.qti.printing import printed
from tests.item_bank.qti.files import (
    RIGHT_IS_A,
    SCORE,
    an_item,
    declared,
    default,
    q,
    set_outcome,
    variable,
    whole,
)

TWO = declared("template", "A", "integer", inside=default(5)) + declared(
    "template", "B", "integer", math_variable="true", inside=default(3)
)


def shown(body: str, declarations: str = "", seed: int = 0) -> Contents:
    return read_item(an_item(declarations=declarations, body=body)).present(seed).body


def test_printed_variables_are_text() -> None:
    body = "<p>What is " + q("printed-variable", identifier="A") + " + 3?</p>"
    assert plain(shown(body, TWO)) == "What is 5 + 3?"


def test_a_variable_that_stands_for_itself_in_mathml_is_its_number() -> None:
    math = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>{}</mi></math>'
    [b] = shown(math.format("B"), TWO)
    assert b == Element("math", (), (Element("mn", (), ("3",), True),), True)
    [a] = shown(math.format("A"), TWO)
    assert isinstance(a, Element)
    assert a.children == (Element("mi", (), ("A",), True),)


def test_template_content_is_there_for_the_values_its_variable_holds() -> None:
    kinds = declared("template", "KIND", cardinality="multiple", inside=default("cat", "cow"))

    def blocks(show: str) -> str:
        return "".join(
            q("template-block", f"<p>{kind}</p>", template_identifier="KIND", identifier=kind,
              show_hide=show)
            for kind in ("cat", "dog", "cow")
        )  # fmt: skip

    assert plain(shown(blocks("show"), kinds)) == "catcow"
    assert plain(shown(blocks("hide"), kinds)) == "dog"


def test_random_templates_show_the_same_for_the_same_seed_and_score_by_it() -> None:
    rolled = q("set-template-value", q("random-integer", min=1, max=99), identifier="A")
    item = read_item(
        an_item(
            declarations=TWO + declared("outcome", "OUT", "integer"),
            before=rolled,
            body="<p>" + q("printed-variable", identifier="A") + "</p>",
            rules=set_outcome("OUT", q("sum", variable("A"), whole(0))),
        )
    )
    texts = {seed: plain(item.present(seed).body) for seed in range(30)}
    assert len(set(texts.values())) > 15
    for seed, text in texts.items():
        assert plain(item.present(seed).body) == text
        assert item.score({}, seed=seed)["OUT"] == int(text)


def test_outcomes_are_not_printed_during_a_sitting() -> None:
    body = "<p>" + q("printed-variable", identifier="SCORE") + "</p>"
    score = SCORE.replace("></", ">" + default(7) + "</")
    item = read_item(an_item(declarations=score, body=body))
    assert plain(item.present().body) == ""
    assert plain(item.review({"SCORE": 2.5}).body) == "2.5"


def test_feedback_is_there_in_review_only() -> None:
    block = q("feedback-block", "<p>Well done.</p>", outcome_identifier="FEEDBACK",
              identifier="right", show_hide="show")  # fmt: skip
    hidden = block.replace('"show"', '"hide"').replace("Well done", "Try again")
    modal = q("modal-feedback", "Because.", outcome_identifier="FEEDBACK", identifier="right",
              title="Why", show_hide="show")  # fmt: skip
    item = read_item(
        an_item(declarations=declared("outcome", "FEEDBACK"), body=block + hidden, after=modal)
    )
    assert plain(item.present().body) == ""
    assert plain(item.review({"FEEDBACK": "right"}).body) == "Well done."
    assert plain(item.review({"FEEDBACK": None}).body) == "Try again."
    assert [one.title for one in item.feedback({"FEEDBACK": "right"})] == ["Why"]
    assert item.feedback({"FEEDBACK": "wrong"}) == ()


def test_rubrics_are_there_for_candidates_only() -> None:
    for view, text in {"candidate": "Read", "candidate proctor": "Read", "scorer": ""}.items():
        assert plain(shown(q("rubric-block", "<p>Read</p>", view=view))) == text


def test_markup_keeps_what_is_known_and_a_warning_tells_what_is_left_out() -> None:
    body = '<p class="a" style="color:red" data-answer="B" aria-label="x" xml:lang="nl">T</p>'
    xml = an_item(declarations=RIGHT_IS_A, body=body)
    assert read_item(xml).present().body == (
        Element("p", (("class", "a"), ("aria-label", "x"), ("lang", "nl")), ("T",)),
    )
    told = [one.sentence for one in check_item(xml) if one.code == "attribute_left_out"]
    assert told == [
        "p: the attribute style is left out.",
        "p: the attribute data-answer is left out.",
    ]


@pytest.mark.parametrize(
    ("value", "attributes", "expected"),
    [
        (None, {}, ""),
        (3, {}, "3"),
        (0.1 + 0.2, {}, "0.3"),
        (5.0, {}, "5"),
        (True, {}, "true"),
        (2.5, {"format": "%.2f"}, "2.50"),
        (7, {"format": "%03d"}, "007"),
        (255, {"format": "0x%X"}, "0xFF"),
        (2.5, {"format": "%i"}, "2"),
        (50.0, {"format": "%.0f%%"}, "50%"),
        (12345.678, {"format": "%.2e"}, "1.23e+04"),
        ([1, 2, 3], {}, "1;2;3"),
        ([1, 2, 3], {"delimiter": ", "}, "1, 2, 3"),
        ([1, 2, 3], {"index": "2"}, "2"),
        ([1, 2, 3], {"index": "4"}, ""),
        ([], {}, ""),
        (("A", "B"), {}, "A B"),
    ],
)
def test_values_are_printed_as_asked(value: Any, attributes: dict[str, str], expected: str) -> None:
    assert printed(value, etree.Element("x", attributes)) == expected


@given(st.text(alphabet="%-+ 0#.123456789diouxXeEfFgGsrn* a", max_size=12), st.floats(-1e9, 1e9))
def test_any_format_is_printed(text: str, number: float) -> None:
    assert len(printed(number, etree.Element("x", {"format": text}))) < 400
