import pytest

from item_bank.formats.gift import read_gift
from item_bank.items import Choice, ItemContent
from item_bank.qti.choice import write_choice
from tests.item_bank.formats.expected import codes, located, only, score


def gift(text: str) -> bytes:
    return text.encode()


def test_a_single_choice_is_what_write_choice_makes_of_it() -> None:
    reading = read_gift(
        gift("// [id:NET-7]\n::A title::Who asks\\: \\{you\\}?{\n~Nobody#No\n=Everybody#Yes\n}")
    )
    content = ItemContent(
        title="A title",
        situation=(),
        question="Who asks: {you}?",
        choices=(Choice("A", "Nobody", "No"), Choice("B", "Everybody", "Yes")),
        key="B",
    )
    assert only(reading).xml == write_choice("NET-7", content)
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("Sky is blue.{T}", {"A": 1, "B": 0}),
        ("Sky is red.{FALSE#wrong#right}", {"A": 0, "B": 1}),
        ("Who?{=Ulysses S. Grant =Grant}", {"grant": 1, "Lee": 0}),
        ("Who?{=Grant =%50%Gr*}", {"Grant": 1, "Gruber": 0.5, "Lee": 0}),
        ("When?{#1822:5}", {1817: 1, 1827: 1, 1828: 0}),
        ("Pi?{#3.141..3.142}", {3.1415: 1, 3.2: 0}),
        ("When?{#=1822:0 =%50%1822:2}", {1822: 1, 1824: 0.5, 1825: 0}),
        ("Which?{~%50%a ~b =c}", {"A": 0.5, "B": 0, "C": 1}),
        ("Which?{~%-50%a =b}", {"A": 0, "B": 1}),
        ("Why?{}", {"because": 0}),
    ],
)
def test_a_question_is_scored_as_moodle_does(text: str, scores: dict[str | float, float]) -> None:
    item = only(read_gift(gift(text)))
    assert {given: score(item, given) for given in scores} == scores


def test_shares_of_several_options_add_up_to_exactly_one() -> None:
    item = only(read_gift(gift("Q?{~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}")))
    assert score(item, ["A", "B", "C"]) == 1
    assert score(item, ["A", "D"]) == 0
    assert score(item, ["A"]) == pytest.approx(1 / 3, abs=1e-12)


def test_pairs_may_share_a_partner_and_partners_stay_alone() -> None:
    pairs = "=cat -> cat food =dog -> dog food =pup -> dog food = -> hay"
    item = only(read_gift(gift(f"Match.{{{pairs}}}")))
    assert score(item, ["L1 R1", "L2 R2", "L3 R2"]) == 1
    assert score(item, ["L1 R3", "L2 R2"]) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Grant is {~buried =entombed} there.", "B"),
        ("Two plus {=four =4} is it.", "Four"),
        ("Two plus {#4} is it.", 4),
    ],
)
def test_a_missing_word_stands_inside_the_text(text: str, right: str | int) -> None:
    item = only(read_gift(gift(text)))
    assert score(item, {"RESPONSE_1": right}) == 1
    assert item.title.count("_____") == 1


def test_escapes_stand_for_themselves() -> None:
    item = only(read_gift(gift(r"1 \= 1 \~ \# \\ \{x\}\nSecond line{=a\=b#Good \#1 ~c\:d}")))
    assert item.content is not None
    assert item.content.situation == ("1 = 1 ~ # \\ {x}",)
    assert item.content.question == "Second line"
    assert [choice.text for choice in item.content.choices] == ["a=b", "c:d"]
    assert item.content.choices[0].rationale == "Good #1"


def test_plain_text_keeps_its_angle_brackets() -> None:
    item = only(read_gift(gift("[plain]Is <b> 1 < 2 & 3?{T}")))
    assert item.content is not None
    assert item.content.question == "Is <b> 1 < 2 & 3?"


def test_html_is_kept_where_it_says_something() -> None:
    item = only(read_gift(gift("[html]<p>H<sub>2</sub>O\\: <script>x()</script>what?</p>{T}")))
    assert item.content is None
    assert b"H<sub>2</sub>O: what?" in item.xml


def test_what_is_not_carried_over_is_told() -> None:
    reading = read_gift(
        gift(
            "// a comment\n$CATEGORY: a/b\n\n// [tag:x]\nQ1{~%-50%a =b####General}\n\n"
            "Q2{=x#typed}\n\nJust a text\n\nQ3{=a -> b#fb =c -> d####gf}\n"
        )
    )
    assert sorted(codes(reading)) == sorted(
        [
            *("penalty_dropped", "feedback_dropped", "not_a_question", "feedback_dropped"),
            *("feedback_dropped", "comment_dropped", "category_dropped", "tags_dropped"),
            "general_feedback_moved",
        ]
    )
    content = reading.items[0].content
    assert content is not None
    assert content.remember == "General"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Open{=a", "syntax"),
        ("Closed}", "syntax"),
        ("Twice{=a}{=b}", "syntax"),
        ("None right{~a ~b}", "question_wrong"),
        ("Half right{~%50%a =%50%b}", "question_wrong"),
        ("Text{a =b}", "syntax"),
        ("Empty{=a =}", "syntax"),
        ("{=a ~b}", "question_wrong"),
        ("Weight{~%x%a =b}", "question_wrong"),
        ("Weight{~%900%a =b}", "question_wrong"),
        ("Number{#NaN}", "question_wrong"),
        ("Number{#1e400}", "question_wrong"),
        ("Range{#5..1}", "question_wrong"),
        ("Pair{=a -> b =c ->}", "syntax"),
        ("Control \x01{T}", "question_wrong"),
    ],
)
def test_a_bad_question_is_named_and_the_others_are_read(text: str, code: str) -> None:
    reading = read_gift(gift(f"First{{T}}\n\n{text}\n\nLast{{F}}"))
    assert [item.title for item in reading.items] == ["First", "Last"]
    assert (code, "line 3") in located(reading)


@pytest.mark.parametrize(("truth", "right"), [("TRUE", "True"), ("F", "False")])
def test_the_first_feedback_of_true_and_false_is_for_the_wrong_one(truth: str, right: str) -> None:
    content = only(read_gift(gift(f"Sky?{{{truth}#No.#Yes.}}"))).content
    assert content is not None
    assert {choice.text: choice.rationale for choice in content.choices} == {
        right: "Yes.",
        "False" if right == "True" else "True": "No.",
    }
    assert content.key_choice.text == right
