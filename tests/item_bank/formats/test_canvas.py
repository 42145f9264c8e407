from pathlib import Path

import pytest

from item_bank.items import Choice, ItemContent
from item_bank.qti import check_item
from item_bank.qti.choice import write_choice
from item_bank.qti.conversion.canvas import REFUSED_TYPES, in_package, read_canvas
from tests.item_bank.formats.expected import codes, located, only, score


def material(text: str, kind: str = "text/html") -> str:
    return f'<material><mattext texttype="{kind}"><![CDATA[{text}]]></mattext></material>'


def label(ident: str, text: str) -> str:
    return f'<response_label ident="{ident}">{material(text, "text/plain")}</response_label>'


def choices(ident: str, *labels: str, own: str = "", cardinality: str = "Single") -> str:
    return (
        f'<response_lid ident="{ident}" rcardinality="{cardinality}">{own}<render_choice>'
        f"{''.join(labels)}</render_choice></response_lid>"
    )


def rule(tests: str, score: str = "100", shown: str = "") -> str:
    return (
        f"<respcondition><conditionvar>{tests}</conditionvar>"
        f'<setvar varname="SCORE" action="Set">{score}</setvar>{shown}</respcondition>'
    )


def equal(value: str, response: str = "r") -> str:
    return f'<varequal respident="{response}">{value}</varequal>'


def item(kind: str, text: str, answers: str, *rules: str, rest: str = "", ident: str = "I1") -> str:
    field = "<qtimetadatafield><fieldlabel>question_type</fieldlabel>"
    return (
        f'<item ident="{ident}" title="A title"><itemmetadata><qtimetadata>{field}'
        f"<fieldentry>{kind}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>"
        f"<presentation>{material(text)}{answers}</presentation>"
        f"<resprocessing>{''.join(rules)}</resprocessing>{rest}</item>"
    )


def quiz(*items: str) -> bytes:
    start = '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">\n'
    return (start + "\n".join(items) + "\n</questestinterop>").encode()


def test_a_single_choice_is_what_write_choice_makes_of_it() -> None:
    shown = '<displayfeedback feedbacktype="Response" linkrefid="a_fb"/>'
    feedback = "".join(
        f'<itemfeedback ident="{ident}"><flow_mat>{material(text)}</flow_mat></itemfeedback>'
        for ident, text in (("a_fb", "<p>No.</p>"), ("general_fb", "<p>Remember.</p>"))
    )
    source = item(
        "multiple_choice_question",
        "<div><p>A case.</p><p>Which?</p></div>",
        choices("r", label("a", "This"), label("b", "That <b>")),
        rule(equal("a"), "0", shown),
        rule(equal("b")),
        rest=feedback,
    )
    content = ItemContent(
        title="A title",
        situation=("A case.",),
        question="Which?",
        choices=(Choice("A", "This", "No."), Choice("B", "That <b>", "")),
        key="B",
        remember="Remember.",
    )
    reading = read_canvas(quiz(source))
    assert only(reading).xml == write_choice("I1", content)
    assert codes(reading) == ["general_feedback_moved"]


FIELD = '<response_str ident="r" rcardinality="Single"><render_fib fibtype="{}"/></response_str>'
RANGE = '<vargte respident="r">70</vargte><varlte respident="r">84</varlte>'


@pytest.mark.parametrize(
    ("kind", "answers", "rules", "scores"),
    [
        (
            "true_false_question",
            choices("r", label("x", "True"), label("y", "False")),
            [rule(equal("y"))],
            {"A": 0, "B": 1},
        ),
        (
            "multiple_choice_question",
            choices("r", label("x", "a"), label("y", "b")),
            [rule(equal("x"), "10"), rule(equal("y"), "5")],
            {"A": 1, "B": 0.5},
        ),
        (
            "short_answer_question",
            FIELD.format("String"),
            [rule(equal("Paris") + equal("Lutetia"))],
            {"paris": 1, "LUTETIA": 1, "Rome": 0},
        ),
        (
            "numerical_question",
            FIELD.format("Decimal"),
            [rule(f"<or>{equal('77.0')}<and>{RANGE}</and></or>")],
            {70: 1, 84: 1, 69.9: 0, 84.1: 0},
        ),
        ("numerical_question", FIELD.format("Decimal"), [rule(RANGE)], {70: 1, 90: 0}),
        ("essay_question", FIELD.format("String"), [], {"text": 0}),
    ],
)
def test_a_question_is_scored_as_canvas_does(
    kind: str, answers: str, rules: list[str], scores: dict[str | float, float]
) -> None:
    one = only(read_canvas(quiz(item(kind, "<p>What?</p>", answers, *rules))))
    assert {given: score(one, given) for given in scores} == scores


def test_several_answers_are_all_or_nothing_or_add_up() -> None:
    labels = choices("r", *(label(name, name) for name in "abc"), cardinality="Multiple")
    whole = rule(f"<and>{equal('a')}{equal('b')}<not>{equal('c')}</not></and>")
    one = only(read_canvas(quiz(item("multiple_answers_question", "<p>Q</p>", labels, whole))))
    assert [score(one, given) for given in (["A", "B"], ["A"], ["A", "B", "C"])] == [1, 0, 0]
    each = [rule(equal("a"), "25"), rule(equal("b"), "75"), rule(equal("c"), "-50")]
    one = only(read_canvas(quiz(item("multiple_answers_question", "<p>Q</p>", labels, *each))))
    assert [score(one, given) for given in (["A", "B"], ["B"], ["A", "C"])] == [1, 0.75, 0]


def test_matching_takes_its_pairs_from_the_rules() -> None:
    right = (label("1", "one"), label("2", "two"), label("3", "three"))
    answers = "".join(
        choices(name, *right, own=material(name, "text/plain")) for name in ("ra", "rb")
    )
    rules = [rule(equal("2", "ra"), "50"), rule(equal("1", "rb"), "50")]
    one = only(read_canvas(quiz(item("matching_question", "<p>Q</p>", answers, *rules))))
    assert [score(one, given) for given in (["L1 R2", "L2 R1"], ["L1 R2", "L2 R3"])] == [1, 0.5]


def test_ordering_takes_its_order_from_the_rules() -> None:
    labels = choices("r", *(label(name, f"t{name}") for name in "xyz"), cardinality="Ordered")
    source = item("ordering_question", "<p>Q</p>", labels, rule("".join(map(equal, "zxy"))))
    one = only(read_canvas(quiz(source)))
    assert score(one, ["A", "B", "C"]) == 1
    assert one.xml.index(b">tz<") < one.xml.index(b">tx<") < one.xml.index(b">ty<")


def test_named_gaps_stand_where_their_names_stood() -> None:
    answers = choices("response_x", label("1", "red"), label("2", "blue"), own=material("x"))
    answers += choices("response_y", label("3", "hot"), label("4", "cold"), own=material("y"))
    rules = [rule(equal("2", "response_x"), "50"), rule(equal("3", "response_y"), "50")]
    source = item("multiple_dropdowns_question", "<p>[y] and <b>[x]</b></p>", answers, *rules)
    one = only(read_canvas(quiz(source)))
    assert score(one, {"RESPONSE_1": "B", "RESPONSE_2": "A"}) == 1
    assert score(one, {"RESPONSE_1": "B", "RESPONSE_2": "B"}) == 0.5
    blanks = source.replace("multiple_dropdowns", "fill_in_multiple_blanks")
    one = only(read_canvas(quiz(blanks)))
    assert score(one, {"RESPONSE_1": "RED", "RESPONSE_2": "cold"}) == 1
    assert score(one, {"RESPONSE_1": "green", "RESPONSE_2": "cold"}) == 0.5


def test_a_shared_text_stands_before_the_question() -> None:
    stimulus = item("text_only_question", "<p>The story.</p>", "", ident="S1")
    asked = item("essay_question", "<p>What?</p>", FIELD.format("String"))
    parent = (
        "<qtimetadatafield><fieldlabel>parent_stimulus_item_ident</fieldlabel>"
        "<fieldentry>S1</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>"
    )
    asked = asked.replace("</qtimetadata></itemmetadata>", parent)
    reading = read_canvas(quiz(stimulus, asked))
    assert b"<p>The story.</p>" in only(reading).xml
    assert codes(reading) == ["not_a_question"]


@pytest.mark.parametrize("kind", [*REFUSED_TYPES, "invented_question"])
def test_types_that_cannot_be_carried_are_refused_with_a_reason(kind: str) -> None:
    good = item("essay_question", "<p>What?</p>", FIELD.format("String"), ident="I2")
    reading = read_canvas(quiz(item(kind, "<p>Q</p>", ""), good))
    assert only(reading).code == "I2"
    assert located(reading) == [("type_refused", "line 2")]


@pytest.mark.parametrize(
    ("kind", "answers", "rules"),
    [
        ("multiple_choice_question", choices("r", label("a", "x"), label("b", "y")), []),
        ("multiple_choice_question", "", [rule(equal("a"))]),
        ("multiple_choice_question", choices("r", label("a", "x")), [rule(equal("a"))]),
        ("short_answer_question", FIELD.format("String"), []),
        ("numerical_question", FIELD.format("Decimal"), [rule(equal("1,5"))]),
        ("numerical_question", FIELD.format("Decimal"), [rule(equal("x"), "NaN")]),
        ("multiple_dropdowns_question", choices("response_no", label("a", "x")), []),
        ("matching_question", "", []),
    ],
)
def test_a_bad_question_is_named_and_the_others_are_read(
    kind: str, answers: str, rules: list[str]
) -> None:
    good = item("essay_question", "<p>What?</p>", FIELD.format("String"), ident="I2")
    reading = read_canvas(quiz(item(kind, "<p>Q [x]</p>", answers, *rules), good))
    assert only(reading).code == "I2"
    assert ("question_wrong", "line 2") in located(reading)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("$IMS-CC-FILEBASE$/a%20b.png?canvas_download=1", "a b.png"),
        ("%24IMS-CC-FILEBASE%24/x/y.png", "x/y.png"),
        ("org0/images/image.png", "org0/images/image.png"),
        ("../secret.png", None),
        ("/etc/passwd", None),
        ("a\\..\\b.png", None),
        ("", None),
    ],
)
def test_pictures_are_looked_for_inside_the_package_only(source: str, path: str | None) -> None:
    media = in_package(source)
    assert (media.path if media else None) == path


REFUSED_FILES = {
    "choice_vary_points_by_answer.xml": "xml_refused",  # no blank before encoding=
    "fib.xml": "xml_refused",  # resprocessing is not closed
    "fib_str.xml": "xml_refused",
    "item_no_title.xml": "xml_refused",
    "ordering.xml": "xml_refused",  # a document type
    "nq_multiple_fib_scoring_algorithms.xml": "type_refused",  # a regular expression
    "stimulus.xml": "not_a_question",
}


def test_the_files_that_canvas_wrote_are_read_or_refused_for_a_reason(shared: Path) -> None:
    files = sorted((shared / "fixtures/qti/items_1.2").glob("*.xml"))
    assert files
    for path in files:
        reading = read_canvas(path.read_bytes())
        if path.name in REFUSED_FILES:
            assert reading.items == (), path.name
            assert REFUSED_FILES[path.name] in codes(reading), path.name
        else:
            assert reading.items, path.name
            assert reading.errors == (), path.name
            for one in reading.items:
                assert check_item(one.xml) == (), path.name


def test_a_file_that_canvas_wrote_scores_as_it_says(shared: Path) -> None:
    folder = shared / "fixtures/qti/items_1.2"

    several = only(read_canvas((folder / "multiple_answer.xml").read_bytes()))
    assert score(several, ["A", "C", "D", "G"]) == 1
    assert score(several, ["A", "C", "D"]) == 0
    margin = only(read_canvas((folder / "numeric_margin_error.xml").read_bytes()))
    assert [score(margin, given) for given in (70, 77, 84, 84.5)] == [1, 1, 1, 0]
