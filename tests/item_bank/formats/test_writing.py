from decimal import Decimal

import pytest

from item_bank.errors import ContentUnsound
from item_bank.items import Choice, ItemContent
from item_bank.qti import check_item, score_item
from item_bank.qti.choice import write_choice
from item_bank.qti.questions import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Choices,
    ExtendedText,
    Gap,
    Gaps,
    Markup,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    ShortText,
    gap_mark,
)
from item_bank.qti.writing import as_content, write_question

AB = (Option("A", "a", "fa"), Option("B", "b"))
HALF = Decimal("0.5")
ANSWERS: tuple[Answer, ...] = (
    Choices(AB, ("A",)),
    Choices(AB, ("A", "B"), multiple=True),
    Choices((Option("A", Markup("<p>a</p>")), Option("B", "b")), ("A",)),
    Choices((Option("A", "a", "", HALF), Option("B", "b", "", HALF)), ("A", "B"), True, True),
    ShortText((AcceptedText("a*b", wildcards=True), AcceptedText("c", HALF))),
    Numeric((AcceptedNumber(Decimal(1), Decimal(0), Decimal(2)),)),
    Matching(
        (Option("L1", "x"), Option("L2", "y")),
        (Option("R1", "u"), Option("R2", "v")),
        (("L1", "R2"),),
    ),
    Ordering(AB),
    ExtendedText(8),
)


def question(answer: Answer, prompt: str | Markup = "What?") -> Question:
    return Question("A title", ("Before.", Markup("<ul><li>x</li></ul>")), prompt, answer)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
@pytest.mark.parametrize("prompt", ["What?", Markup("What <b>is</b><i>it</i>?")])
def test_every_kind_is_an_item_that_the_runtime_takes(answer: Answer, prompt: str | Markup) -> None:
    xml = write_question("X-1", question(answer, prompt))
    assert check_item(xml) == ()
    assert xml == write_question("X-1", question(answer, prompt))
    if isinstance(prompt, Markup):
        assert b"What <b>is</b><i>it</i>?" in xml


def test_a_single_choice_in_plain_text_is_what_write_choice_makes_of_it() -> None:
    plain = Question("T", ("S.",), "Q?", Choices(AB, ("B",), shuffle=False), "Remember.")
    content = ItemContent(
        "T", ("S.",), "Q?", (Choice("A", "a", "fa"), Choice("B", "b", "")), "B", False, "Remember."
    )
    assert as_content(plain) == content
    assert write_question("X-1", plain) == write_choice("X-1", content)


def test_gaps_stand_where_their_marks_stood_and_count_their_weights() -> None:
    gaps = Gaps(
        (
            Gap(ShortText((AcceptedText("one"),))),
            Gap(Choices(AB, ("B",)), 2),
            Gap(Numeric((AcceptedNumber(Decimal(3), Decimal(3), Decimal(3)),)), 3),
        )
    )
    marks = [gap_mark(number) for number in range(3)]
    text = Markup(f"<p>x {marks[2]}{marks[0]} <b>y {marks[1]} z</b> end</p>")
    xml = write_question("X-1", Question("T", (text,), "Fill in.", gaps))
    assert check_item(xml) == ()
    places = [xml.index(f'response-identifier="RESPONSE_{n}"'.encode()) for n in (3, 1, 2)]
    assert places == sorted(places)
    assert b"</qti-inline-choice-interaction> z</b> end</p>" in xml
    assert score_item(xml, {"RESPONSE_2": "B"})["SCORE"] == pytest.approx(2 / 6)
    responses = {"RESPONSE_1": "ONE", "RESPONSE_2": "B", "RESPONSE_3": 3}
    assert score_item(xml, responses)["SCORE"] == 1


def test_the_length_of_a_field_tells_nothing_of_the_answer() -> None:
    fields = {
        write_question("X", question(ShortText((AcceptedText(text),)))).split(b"expected-length")[
            1
        ][:6]
        for text in ("a", "a" * 100)
    }
    assert len(fields) == 1


def test_wildcards_match_what_they_stand_for_and_nothing_else_is_special() -> None:
    accepted = AcceptedText("a.c*[x]$^(?", wildcards=True)
    xml = write_question("X", question(ShortText((accepted,))))
    scores = {
        text: score_item(xml, {"RESPONSE": text})["SCORE"]
        for text in ("A.C[x]$^(?", "a.c-anything-[X]$^(?", "abc[x]$^(?", "a.c[x]$^(", "")
    }
    assert list(scores.values()) == [1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: write_question("1 x", question(ExtendedText())),
        lambda: write_question("X", question(ExtendedText(), "a \x01 b")),
        lambda: write_question("X", question(ExtendedText(), "a \ud800 b")),
        lambda: question(ExtendedText(), "two\nlines"),
        lambda: question(ExtendedText(), ""),
        lambda: question(ExtendedText(), f"A {gap_mark(0)}"),
        lambda: Choices(AB[:1], ("A",)),
        lambda: Choices(AB, ()),
        lambda: Choices(AB, ("C",)),
        lambda: Choices(AB, ("A", "B")),
        lambda: Choices((AB[0], AB[0]), ("A",)),
        lambda: Choices((AB[0], Option("B", "")), ("A",)),
        lambda: Choices((AB[0], Option("B b", "x")), ("A",)),
        lambda: ShortText(()),
        lambda: ShortText((AcceptedText(""),)),
        lambda: ShortText((AcceptedText("x", HALF),)),
        lambda: ShortText((AcceptedText("x" * 1001),)),
        lambda: Numeric((AcceptedNumber(Decimal(1), Decimal(2), Decimal(3)),)),
        lambda: Numeric((AcceptedNumber(*[Decimal("1e31")] * 3),)),
        lambda: Numeric((AcceptedNumber(*[Decimal("NaN")] * 3),)),
        lambda: Matching(AB, AB, (("A", "B"),)),
        lambda: Matching(AB, (Option("R1", "x"), Option("R2", "y")), (("A", "R3"),)),
        lambda: Gap(Choices(AB, ("A", "B"), multiple=True)),
        lambda: Gap(ShortText((AcceptedText("x"),)), 0),
        lambda: Gaps(()),
    ],
)
def test_what_could_be_neither_shown_nor_scored_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(ContentUnsound):
        make()
