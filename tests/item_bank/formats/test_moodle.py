import base64

import pytest

from item_bank.formats.moodle import REFUSED_TYPES, read_moodle
from item_bank.items import Choice, ItemContent
from item_bank.qti.choice import write_choice
from tests.item_bank.formats.expected import codes, located, only, score


def quiz(*questions: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n".join(questions) + "\n</quiz>"
    ).encode()


def question(kind: str, body: str, text: str = "<p>What?</p>", extra: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>A name</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text>{extra}</questiontext>'
        f"{body}</question>"
    )


def answer(fraction: str, text: str, feedback: str = "") -> str:
    return (
        f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>'
        f'<feedback format="html"><text><![CDATA[{feedback}]]></text></feedback></answer>'
    )


def test_a_single_choice_is_what_write_choice_makes_of_it() -> None:
    body = (
        answer("0", "<p>This<br></p>", "<p>No.</p>")
        + answer("100", "<div>That &amp; those</div>", "<p>Yes.</p>")
        + "<single>true</single><shuffleanswers>false</shuffleanswers><idnumber>N-1</idnumber>"
        + "<generalfeedback format='html'><text>&lt;p&gt;Remember.&lt;/p&gt;</text>"
        + "</generalfeedback>"
    )
    reading = read_moodle(quiz(question("multichoice", body, "<p>A case.</p><p>Which?&nbsp;</p>")))
    content = ItemContent(
        title="A name",
        situation=("A case.",),
        question="Which?",
        choices=(Choice("A", "This", "No."), Choice("B", "That & those", "Yes.")),
        key="B",
        shuffle=False,
        remember="Remember.",
    )
    assert only(reading).xml == write_choice("N-1", content)
    assert codes(reading) == ["general_feedback_moved"]


@pytest.mark.parametrize(
    ("kind", "body", "scores"),
    [
        (
            "multichoice",
            answer("100", "a") + answer("33.33333", "b") + answer("-50", "c"),
            {"A": 1, "B": pytest.approx(1 / 3), "C": 0},
        ),
        ("truefalse", answer("0", "true") + answer("100", "false"), {"A": 0, "B": 1}),
        (
            "shortanswer",
            answer("100", "Par*") + answer("50", "Lyon") + answer("0", "*", "no"),
            {"paris": 1, "LYON": 0.5, "Rome": 0},
        ),
        (
            "shortanswer",
            answer("100", "pH") + "<usecase>1</usecase>",
            {"pH": 1, "PH": 0},
        ),
        (
            "numerical",
            '<answer fraction="100"><text>3.14</text><tolerance>0.01</tolerance></answer>',
            {3.13: 1, 3.15: 1, 3.2: 0},
        ),
        ("essay", "<responsefieldlines>15</responsefieldlines>", {"text": 0}),
    ],
)
def test_a_question_is_scored_as_moodle_does(
    kind: str, body: str, scores: dict[str | float, float]
) -> None:
    item = only(read_moodle(quiz(question(kind, body))))
    assert {given: score(item, given) for given in scores} == scores


def test_several_options_add_up() -> None:
    body = answer("50", "a") + answer("50", "b") + answer("-50", "c") + "<single>false</single>"
    item = only(read_moodle(quiz(question("multichoice", body))))
    assert [score(item, given) for given in (["A", "B"], ["A"], ["A", "C"], [])] == [1, 0.5, 0, 0]
    both = answer("100", "a") + answer("100", "b") + answer("0", "c")
    item = only(read_moodle(quiz(question("multichoiceset", both))))
    assert [score(item, given) for given in (["A", "B"], ["A"])] == [1, 0]


def test_matching_and_ordering() -> None:
    pairs = "".join(
        f'<subquestion format="html"><text>{left}</text><answer><text>{right}</text></answer>'
        "</subquestion>"
        for left, right in (("&lt;p&gt;cat&lt;/p&gt;", "fur"), ("fish", "fins"), ("", "wings"))
    )
    item = only(read_moodle(quiz(question("matching", pairs))))
    assert score(item, ["L1 R1", "L2 R3"]) == 0.5
    item = only(read_moodle(quiz(question("ordering", answer("1", "one") + answer("2", "two")))))
    assert [score(item, given) for given in (["A", "B"], ["B", "A"])] == [1, 0]


WORDS = (
    "<selectoption><text>cat</text><group>1</group></selectoption>"
    "<selectoption><text>mat</text><group>2</group></selectoption>"
    "<selectoption><text>dog</text><group>1</group></selectoption>"
    "<selectoption><text>hat</text><group>2</group></selectoption>"
)


@pytest.mark.parametrize("kind", ["gapselect", "ddwtos"])
def test_words_are_chosen_from_their_group(kind: str) -> None:
    words = WORDS if kind == "gapselect" else WORDS.replace("selectoption", "dragbox")
    item = only(read_moodle(quiz(question(kind, words, "<p>The [[1]] on <b>the [[2]]</b>.</p>"))))
    assert score(item, {"RESPONSE_1": "A", "RESPONSE_2": "B"}) == 1
    assert score(item, {"RESPONSE_1": "C", "RESPONSE_2": "B"}) == 0.5
    first = item.xml.split(b"</qti-inline-choice-interaction>")[0]
    assert b"dog" in first
    assert b"mat" not in first.split(b"<qti-item-body>")[1]


def test_cloze_holds_gaps_of_three_kinds_with_their_weights() -> None:
    text = (
        "<p>Capital {1:SHORTANSWER:=Paris#Good~%50%Lyon}, {2:MULTICHOICE:Rhine~=Seine\\} river},"
        " {:NM:=5:0.1}</p>"
    )
    item = only(read_moodle(quiz(question("cloze", "", text))))
    assert score(item, {"RESPONSE_1": "paris", "RESPONSE_2": "B", "RESPONSE_3": 5.1}) == 1
    assert score(item, {"RESPONSE_1": "lyon", "RESPONSE_2": "A", "RESPONSE_3": 9}) == 0.125
    assert "Seine} river" in item.xml.decode()


@pytest.mark.parametrize("kind", [*REFUSED_TYPES, "invented"])
def test_types_that_cannot_be_carried_are_refused_with_a_reason(kind: str) -> None:
    reading = read_moodle(
        quiz(
            question(kind, ""), question("truefalse", answer("100", "true") + answer("0", "false"))
        )
    )
    only(reading)
    assert located(reading) == [("type_refused", "line 3")]
    assert REFUSED_TYPES.get(kind, "not known") in reading.findings[0].sentence


def test_what_is_not_carried_over_is_told() -> None:
    body = (
        answer("100", "x", "typed")
        + "<defaultgrade>2.0</defaultgrade><penalty>0.3333333</penalty><hidden>1</hidden>"
        + "<hint format='html'><text>Think</text></hint><tags><tag><text>t</text></tag></tags>"
        + "<generalfeedback format='html'><text>gf</text></generalfeedback>"
        + "<newsetting>1</newsetting>"
    )
    reading = read_moodle(
        quiz(
            '<question type="category"><category><text>c</text></category></question>',
            question("description", ""),
            question("shortanswer", body),
        )
    )
    only(reading)
    assert sorted(codes(reading)) == sorted(
        [
            *("category_dropped", "not_a_question", "feedback_dropped", "feedback_dropped"),
            *("weight_dropped", "retries_dropped", "retries_dropped", "tags_dropped"),
            *("setting_dropped", "setting_dropped"),
        ]
    )


def test_the_same_loss_in_many_questions_is_told_once_with_their_number() -> None:
    many = [question("essay", f"<penalty>0.5</penalty><idnumber>E{n}</idnumber>") for n in range(7)]
    reading = read_moodle(quiz(*many))
    assert located(reading) == [("retries_dropped", "line 3")]
    assert "7 places" in reading.findings[0].sentence


def test_a_picture_comes_along_under_its_hash() -> None:
    data = base64.b64encode(b"a picture").decode()
    picture = f'<file name="a b.PNG" path="/" encoding="base64">{data}</file>'
    text = '<p>See <img src="@@PLUGINFILE@@/a%20b.PNG" alt="A map"></p><p>What?</p>'
    item = only(read_moodle(quiz(question("essay", "", text, picture))))
    (media,) = item.media
    assert media.data == b"a picture"
    assert media.path.endswith(".png")
    assert f'<img src="{media.path}" alt="A map"/>' in item.xml.decode()


@pytest.mark.parametrize(
    "source",
    ["@@PLUGINFILE@@/no.png", "http://example.org/x.png", "//example.org/x.png", "/etc/passwd"],
)
def test_a_picture_that_did_not_come_along_leaves_its_text(source: str) -> None:
    text = f'<p>See <img src="{source}" alt="A map"> here.</p>'
    reading = read_moodle(quiz(question("essay", "", text)))
    assert b"See A map here." in only(reading).xml
    assert codes(reading) == ["media_missing"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (answer("0", "a") + answer("0", "b"), "multichoice"),
        (answer("100", "a"), "multichoice"),
        (answer("NaN", "a") + answer("100", "b"), "multichoice"),
        (answer("1e309", "a") + answer("100", "b"), "multichoice"),
        ("", "shortanswer"),
        ('<answer fraction="100"><text>1,5</text></answer>', "numerical"),
        ('<answer fraction="100"><text>nan</text></answer>', "numerical"),
        (answer("100", "true") + answer("100", "false"), "truefalse"),
        (WORDS, "gapselect"),
        ("", "cloze"),
        ("", "matching"),
        ("".join(answer("0", f"{n}") for n in range(199)) + answer("100", "x"), "multichoice"),
    ],
)
def test_a_bad_question_is_named_and_the_others_are_read(body: str, kind: str) -> None:
    good = question("truefalse", answer("100", "true") + answer("0", "false"))
    reading = read_moodle(quiz(question(kind, body), good))
    only(reading)
    assert ("question_wrong", "line 3") in located(reading)


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"<quiz>\n<question></quiz>", "xml_refused", "line 2"),
        (
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
            "xml_refused",
            "line 1",
        ),
        (b"<other/>", "file_unknown", "line 1"),
        (b"", "xml_refused", ""),
    ],
)
def test_a_file_that_is_no_quiz_is_refused(data: bytes, code: str, place: str) -> None:
    reading = read_moodle(data)
    assert reading.items == ()
    assert codes(reading) == [code]
    assert reading.findings[0].place in (place, "line 1")
