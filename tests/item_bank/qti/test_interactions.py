"""Every interaction: how it is read, which responses are possible, and that it keeps the secret."""

import dataclasses
import enum
import typing
from typing import Any

import pytest

from item_bank.errors import QtiError
from item_bank.qti import Severity, check_item, read_item
from item_bank.qti.contents import Part
from item_bank.qti.interactions import KINDS, PARTS, REFUSED, ChoiceInteraction, Interaction
from item_bank.qti.items import CandidateItem
from item_bank.qti.values import BaseType, Cardinality, Type
from tests.item_bank.qti.files import SCORE, an_item, declared, default, keyed, q, set_outcome

IMAGE = '<img src="map.png" alt="A map" width="200" height="100"/>'


def pick(element: str, identifier: str, text: str = "", **attributes: object) -> str:
    return q(element, text, identifier=identifier, **attributes)


def spots(element: str, *identifiers: str, **attributes: object) -> str:
    return "".join(
        pick(element, one, shape="circle", coords=f"{10 * n},10,5", **attributes)
        for n, one in enumerate(identifiers, 1)
    )


def asks(element: str, *inside: str, **attributes: object) -> str:
    return q(element, *inside, response_identifier="RESPONSE", **attributes)


ABC = "".join(pick("simple-choice", one, f"Choice {one}") for one in "ABC")
PAIRED = "".join(pick("simple-associable-choice", one, one, match_max=1) for one in "ABC")
TARGETS = "".join(pick("simple-associable-choice", one, one, match_max=2) for one in "XY")
GAPS = "<p>One <qti-gap identifier='G1'/> and two <qti-gap identifier='G2'/>.</p>"
TEXTS = "".join(pick("gap-text", one, one, match_max=1) for one in "AB")

EXAMPLES: dict[str, tuple[str, str, str, list[Any], list[Any], list[Any]]] = {
    # body, base type, cardinality; responses that are complete, incomplete, impossible
    "qti-choice-interaction": (
        asks("choice-interaction", ABC, max_choices=2, min_choices=1),
        "identifier", "multiple", [["A"], ["B", "C"]], [[]], [["D"], ["A", "A"], ["A", "B", "C"]],
    ),
    "qti-inline-choice-interaction": (
        "<p>It is " + asks("inline-choice-interaction", pick("inline-choice", "A", "red"),
                           pick("inline-choice", "B", "green"), required="true") + ".</p>",
        "identifier", "single", ["A", "B"], [None], ["C"],
    ),
    "qti-text-entry-interaction": (
        "<p>" + asks("text-entry-interaction", pattern_mask="[0-9]{4}") + "</p>",
        "string", "single", ["2026"], ["26"], ["20\n26"],
    ),
    "qti-extended-text-interaction": (
        asks("extended-text-interaction", min_strings=1, max_strings=2),
        "string", "ordered", [["one"], ["one", "two"]], [[]], [["one", "two", "three"]],
    ),
    "qti-order-interaction": (
        asks("order-interaction", ABC),
        "identifier", "ordered", [["C", "A", "B"]], [["A", "B"], []], [["A", "A", "B"], ["D"]],
    ),
    "qti-associate-interaction": (
        asks("associate-interaction", PAIRED, max_associations=2, min_associations=1),
        "pair", "multiple", [["A B"]], [[]], [["A D"], ["A B", "A C"], ["A A"]],
    ),
    "qti-match-interaction": (
        asks("match-interaction", q("simple-match-set", PAIRED), q("simple-match-set", TARGETS),
             max_associations=3, min_associations=2),
        "directedPair", "multiple", [["A X", "B X", "C Y"]], [["A X"]],
        [["X A"], ["A X", "A Y"], ["A B"]],
    ),
    "qti-gap-match-interaction": (
        asks("gap-match-interaction", TEXTS, GAPS, min_associations=1),
        "directedPair", "multiple", [["A G1"], ["A G2", "B G1"]], [[]],
        [["A G3"], ["G1 A"], ["A G1", "A G2"], ["A G1", "B G1"]],
    ),
    "qti-hottext-interaction": (
        asks("hottext-interaction", "<p>The <qti-hottext identifier='A'>quick</qti-hottext> and "
             "<b><qti-hottext identifier='B'>slow</qti-hottext></b></p>", max_choices=1,
             min_choices=1),
        "identifier", "single", ["A", "B"], [None], ["C"],
    ),
    "qti-hotspot-interaction": (
        asks("hotspot-interaction", IMAGE, spots("hotspot-choice", "A", "B"), max_choices=1,
             min_choices=1),
        "identifier", "single", ["A"], [None], ["C"],
    ),
    "qti-select-point-interaction": (
        asks("select-point-interaction", IMAGE, max_choices=2, min_choices=1),
        "point", "multiple", [["10 10"], ["0 0", "200 100"]], [[]],
        [["201 10"], ["-1 0"], ["1 1", "2 2", "3 3"]],
    ),
    "qti-graphic-order-interaction": (
        asks("graphic-order-interaction", IMAGE, spots("hotspot-choice", "A", "B")),
        "identifier", "ordered", [["B", "A"]], [["A"]], [["A", "A"], ["C"]],
    ),
    "qti-graphic-associate-interaction": (
        asks("graphic-associate-interaction", IMAGE,
             spots("associable-hotspot", "A", "B", "C", match_max=1), max_associations=0,
             min_associations=1),
        "pair", "multiple", [["A B"]], [[]], [["A B", "B C"], ["A D"]],
    ),
    "qti-graphic-gap-match-interaction": (
        asks("graphic-gap-match-interaction", IMAGE, TEXTS,
             spots("associable-hotspot", "X", "Y", match_max=1), min_associations=1),
        "directedPair", "multiple", [["A X"], ["A X", "B Y"]], [[]], [["X A"], ["A X", "B X"]],
    ),
    "qti-position-object-interaction": (
        q("position-object-stage", IMAGE, asks(
            "position-object-interaction", '<img src="pin.png" alt="A pin" width="9" height="9"/>',
            max_choices=1, min_choices=1)),
        "point", "single", ["20 20"], [None], ["300 20"],
    ),
    "qti-slider-interaction": (
        asks("slider-interaction", lower_bound=0, upper_bound=10, step=2),
        "integer", "single", [0, 4, 10], [], [3, 12, -2],
    ),
    "qti-media-interaction": (
        asks("media-interaction", "<audio src='talk.mp3'></audio>", autostart="false", min_plays=1,
             max_plays=2),
        "integer", "single", [1, 2], [0, None], [3, -1],
    ),
    "qti-upload-interaction": (
        asks("upload-interaction"), "file", "single", ["0f3a.ods", None], [], [],
    ),
    "qti-drawing-interaction": (
        asks("drawing-interaction", IMAGE), "file", "single", ["0f3a.png", None], [], [],
    ),
    "qti-end-attempt-interaction": (
        asks("end-attempt-interaction", title="Show a hint", count_attempt="false"),
        "boolean", "single", [True, False], [], [],
    ),
}  # fmt: skip


def test_every_interaction_of_qti_is_read_or_refused_with_a_reason() -> None:
    assert set(EXAMPLES) == set(KINDS)
    assert set(REFUSED) == {"qti-custom-interaction", "qti-portable-custom-interaction"}
    for element, reason in REFUSED.items():
        xml = an_item(
            declarations=declared("response", "RESPONSE"),
            body=f"<{element} response-identifier='RESPONSE'/>",
        )
        with pytest.raises(QtiError, match=reason):
            read_item(xml)


def an_example(element: str, inside: str = "") -> bytes:
    body, base, cardinality, *_ = EXAMPLES[element]
    return an_item(
        declarations=declared("response", "RESPONSE", base, cardinality, inside), body=body
    )


@pytest.mark.parametrize("element", EXAMPLES)
def test_responses_are_complete_incomplete_or_impossible(element: str) -> None:
    *_, complete, incomplete, impossible = EXAMPLES[element]
    item = read_item(an_example(element))
    [interaction] = item.interactions
    assert type(interaction) is KINDS[element]

    def value(response: Any) -> Any:
        read = item.read_responses({"RESPONSE": response})
        assert read.refused == ()
        return read.values["RESPONSE"]

    for response in complete:
        assert interaction.impossible(value(response)) is None, response
        assert interaction.incomplete(value(response)) is None, response
    for response in incomplete:
        assert interaction.impossible(value(response)) is None, response
        assert interaction.incomplete(value(response)), response
    for response in impossible:
        assert interaction.impossible(value(response)), response


@pytest.mark.parametrize("element", EXAMPLES)
def test_a_response_variable_of_another_type_is_refused(element: str) -> None:
    interaction = KINDS[element]
    for cardinality in Cardinality:
        for base in BaseType:
            is_record = cardinality is Cardinality.RECORD
            type_ = Type(cardinality, None if is_record else base)
            written = "" if is_record else str(base)
            xml = an_item(
                declarations=declared("response", "RESPONSE", written, str(cardinality)),
                body=EXAMPLES[element][0],
            )
            errors = [one for one in check_item(xml) if one.severity is Severity.ERROR]
            assert bool(errors) is (type_ not in interaction.answers), (type_, errors)


# ---- what a candidate may see

CANARY = "CANARY"
KEYS: dict[str, Any] = {
    "identifier": "A", "pair": "A B", "directedPair": "A X", "point": "13 17", "string": CANARY,
    "integer": "8", "boolean": "true", "file": CANARY,
}  # fmt: skip


def seen(value: object) -> str:
    """Everything in a view as text, by its fields and whatever those hold."""
    if dataclasses.is_dataclass(value):
        fields = [getattr(value, field.name) for field in dataclasses.fields(value)]
        return " ".join(map(seen, fields))
    if isinstance(value, tuple | list | frozenset):
        return " ".join(map(seen, value))
    return str(value)


@pytest.mark.parametrize("element", EXAMPLES)
def test_nothing_secret_is_in_a_candidates_view(element: str) -> None:
    body, base, cardinality, *_ = EXAMPLES[element]
    key = "A G1" if element == "qti-gap-match-interaction" else KEYS[base]
    mapped = q("map-entry", map_key=key, mapped_value="7.7251")
    mapping = q("mapping", mapped, default_value="7.7252")
    if base == "point":
        area = q("area-map-entry", shape="circle", coords="13,17,4711", mapped_value="7.7251")
        mapping = q("area-mapping", area)
    feedback = q(
        "feedback-block", f"<p>{CANARY}</p>", outcome_identifier="FEEDBACK", identifier="A",
        show_hide="hide",
    )  # fmt: skip
    rubric = q("rubric-block", f"<p>{CANARY}</p>", view="scorer author", use="scoring")
    xml = an_item(
        declarations=declared("response", "RESPONSE", base, cardinality, keyed(key) + mapping)
        + declared("outcome", "FEEDBACK", inside=default(CANARY))
        + SCORE,
        body=f"<p data-key='{CANARY}'>Text</p>" + body + feedback + rubric,
        rules=set_outcome("SCORE", q("base-value", "7.7253", base_type="float")),
        after=q("modal-feedback", CANARY, outcome_identifier="FEEDBACK", identifier="A"),
    )
    item = read_item(xml)
    view = item.present()
    text = seen(view)
    assert len(view.interactions) == 1
    assert "Text" in text
    for secret in (CANARY, "7.725", "4711", "13 17", item.title):
        assert secret not in text


def test_feedback_within_a_choice_is_not_in_its_content() -> None:
    hint = q("feedback-inline", CANARY, outcome_identifier="SCORE", identifier="0")
    body = asks("choice-interaction", pick("simple-choice", "A", "Apple" + hint))
    declarations = declared("response", "RESPONSE") + SCORE
    item = read_item(an_item(declarations=declarations, body=body))
    assert CANARY not in seen(item.present())
    assert CANARY in seen(item.review({"SCORE": 0}))


FORBIDDEN = {"key", "correct", "mapping", "feedback", "rationale", "score", "area_mapping", "title"}


def fields_within(type_: Any, found: dict[Any, set[str]]) -> dict[Any, set[str]]:
    """The fields of a class and of all that its fields can hold."""
    for part in typing.get_args(type_):
        fields_within(part, found)
    if not dataclasses.is_dataclass(type_) or type_ in found:
        return found
    found[type_] = {field.name for field in dataclasses.fields(type_)}
    for hint in typing.get_type_hints(type_).values():
        fields_within(hint, found)
    for heir in type_.__subclasses__() if isinstance(type_, type) else ():
        fields_within(heir, found)
    return found


def test_no_class_of_a_candidates_view_has_a_field_for_a_key() -> None:
    found = fields_within(CandidateItem, {})
    assert set(KINDS.values()) <= set(found)
    # Words on a button are no title of an item.
    secrets = {
        (one.__name__, field)
        for one, fields in found.items()
        for field in fields & FORBIDDEN
        if (one.__name__, field) != ("EndAttemptInteraction", "title")
    }
    assert secrets == set()
    frozen = {one.__name__: one.__dataclass_params__.frozen for one in found}
    assert set(frozen.values()) == {True}


def test_every_interaction_class_is_in_the_register() -> None:
    def heirs(of: type) -> set[type]:
        return {of}.union(*(heirs(heir) for heir in of.__subclasses__()))

    concrete = {
        heir
        for heir in heirs(Interaction)
        # Dataclasses with slots are made twice; the first of each is not the one that counts.
        if isinstance(getattr(heir, "element", None), str)
    }
    assert {heir.element for heir in concrete} == set(KINDS)
    assert all(name in PARTS for name in KINDS)
    assert all(issubclass(kind, Part) for kind in KINDS.values())
    assert not any(issubclass(kind, enum.Enum) for kind in KINDS.values())


# ---- the details of reading


def the(body: str, base: str = "identifier", cardinality: str = "single") -> Any:
    xml = an_item(declarations=declared("response", "RESPONSE", base, cardinality), body=body)
    return read_item(xml).interactions[0]


def test_choices_have_content_places_and_the_writers_wishes() -> None:
    prompt = q("prompt", "Which <em>one</em>?")
    picked = pick("simple-choice", "A", "An <b>apple</b>", fixed="true")
    asked = asks(
        "choice-interaction", prompt, picked, pick("simple-choice", "B", "B"), shuffle="true",
        orientation="horizontal", id="c1", data_qti_x="y",
    )  # fmt: skip
    found = the(asked.replace("response-identifier", 'class="qti-x y" response-identifier'))
    assert isinstance(found, ChoiceInteraction)
    assert [(one.identifier, one.fixed) for one in found.choices] == [("A", True), ("B", False)]
    assert (found.shuffle, found.vertical, found.max_choices) == (True, False, 1)
    assert (found.classes, found.element_id) == (("qti-x", "y"), "c1")
    assert found.choices[0].content[1].name == "b"
    assert found.prompt[1].children == ("one",)


def test_a_choice_of_another_template_value_is_not_there() -> None:
    template = declared("template", "KIND", inside=default("cat"))
    cat = pick("simple-choice", "A", "Cat", template_identifier="KIND", show_hide="show")
    body = asks("choice-interaction", cat.replace('identifier="A"', 'identifier="cat"'),
                pick("simple-choice", "dog", "Dog", template_identifier="KIND", show_hide="show"),
                pick("simple-choice", "cow", "Cow", template_identifier="KIND",
                     show_hide="hide"))  # fmt: skip
    item = read_item(an_item(declarations=declared("response", "RESPONSE") + template, body=body))
    [shown] = item.present().interactions
    assert isinstance(shown, ChoiceInteraction)
    assert [choice.identifier for choice in shown.choices] == ["cat", "cow"]
    assert len(item.interactions[0].choices) == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (asks("choice-interaction"), "choices_missing"),
        (asks("choice-interaction", ABC + ABC), "identifier_twice"),
        (asks("choice-interaction", "".join(pick("simple-choice", f"C{n}") for n in range(200))),
         "choices_too_many"),
        (asks("choice-interaction", ABC, max_choices="some"), "attribute_unsound"),
        (asks("choice-interaction", ABC, max_choices="-1"), "attribute_unsound"),
        (asks("choice-interaction", pick("simple-choice", "1 2")), "identifier_unsound"),
        (asks("choice-interaction", "<qti-simple-choice>A</qti-simple-choice>"),
         "attribute_missing"),
        (q("choice-interaction", ABC), "attribute_missing"),
        (asks("choice-interaction", ABC).replace("RESPONSE", "OTHER"), "variable_unknown"),
        (asks("choice-interaction", ABC) * 2, "identifier_twice"),
        (asks("hotspot-interaction", spots("hotspot-choice", "A")), "image_missing"),
        (asks("hotspot-interaction", IMAGE, pick("hotspot-choice", "A", shape="rect",
                                                 coords="1,2,3")), "coordinates_unsound"),
        (asks("hotspot-interaction", IMAGE, pick("hotspot-choice", "A", shape="rect",
                                                 coords="1,2,3,x")), "attribute_unsound"),
        (asks("hotspot-interaction", IMAGE, pick("hotspot-choice", "A", shape="star",
                                                 coords="1,2,3,4")), "attribute_unsound"),
        (asks("hottext-interaction", "<p>none</p>"), "choices_missing"),
        ("<p>" + asks("unheard-of-interaction") + "</p>", "element_unknown"),
    ],
)  # fmt: skip
def test_faults_of_interactions_are_told_by_line(body: str, code: str) -> None:
    xml = an_item(declarations=declared("response", "RESPONSE"), body=body)
    errors = [one for one in check_item(xml) if one.severity is Severity.ERROR]
    assert code in {error.code for error in errors}
    assert {error.line for error in errors} == {4}


def test_a_key_that_names_no_choice_is_an_error_and_one_that_breaks_a_rule_a_warning() -> None:
    body = asks("choice-interaction", ABC, max_choices=1)
    xml = an_item(declarations=declared("response", "RESPONSE", inside=keyed("Z")), body=body)
    with pytest.raises(QtiError, match="'Z', which is none of the choices"):
        read_item(xml)
    two = declared("response", "RESPONSE", "identifier", "multiple", keyed("A", "B"))
    findings = read_item(an_item(declarations=two, body=body)).findings
    assert "key_impossible" in {finding.code for finding in findings}
