from typing import Any

import pytest

from item_bank.errors import QtiError, ScoringRefused
from item_bank.qti import read_item, score_item
from tests.item_bank.qti.files import (
    CHOICES,
    NULL,
    RIGHT_IS_A,
    SCORE,
    an_item,
    declared,
    default,
    name,
    q,
    real,
    set_outcome,
    truth,
    variable,
    whole,
    word,
)

IS_A = q("match", variable("RESPONSE"), name("A"))


def scored_by(template: str, declarations: str) -> bytes:
    empty = an_item(declarations=declarations, rules="<qti-exit-response/>")
    rules = b"<qti-response-processing><qti-exit-response/></qti-response-processing>"
    assert rules in empty
    return empty.replace(rules, f'<qti-response-processing template="{template}"/>'.encode())


SPELLINGS = [
    "http://www.imsglobal.org/question/qti_v2p0/rptemplates/{}",
    "http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}",
    "http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}.xml",
    "http://www.imsglobal.org/question/qti_v2p2/rptemplates/{}",
    "https://www.imsglobal.org/question/qti_v2p2/rptemplates/{}.xml",
    "http://www.imsglobal.org/question/qtiv2p2/rptemplates/{}.xml",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}",
    "http://www.imsglobal.org/question/qti_v3p0/rptemplates/{}.xml",
    "rptemplates/{}.xml",
    "{}",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_match_correct_gives_one_for_the_key_under_every_spelling(spelling: str) -> None:
    xml = scored_by(spelling.format("match_correct"), RIGHT_IS_A + SCORE)
    scores = [score_item(xml, {"RESPONSE": given})["SCORE"] for given in ("A", "B", None)]
    assert scores == [1, 0, 0]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_map_response_gives_the_mapped_value_and_nothing_for_no_response(spelling: str) -> None:
    entries = q("map-entry", map_key="A", mapped_value="2.5")
    mapping = q("mapping", entries, default_value="-1")
    declarations = declared("response", "RESPONSE", inside=mapping) + SCORE
    xml = scored_by(spelling.format("map_response"), declarations)
    scores = [score_item(xml, {"RESPONSE": given})["SCORE"] for given in ("A", "B", None)]
    assert scores == [2.5, -1, 0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [(["A"], 1), (["A", "A"], 1), (["A", "B"], 3), (["A", "B", "C"], 4), (["Z"], -2), ([], 0)],
)
def test_a_mapping_sums_different_values_within_its_bounds(given: list[str], expected: int) -> None:
    entries = "".join(
        q("map-entry", map_key=key, mapped_value=value)
        for key, value in zip("ABC", (1, 2, 4), strict=True)
    )
    mapping = q("mapping", entries, default_value="-2", upper_bound="4", lower_bound="-3")
    declarations = declared("response", "RESPONSE", cardinality="multiple", inside=mapping)
    xml = scored_by("map_response", declarations + SCORE)
    assert score_item(xml, {"RESPONSE": given})["SCORE"] == expected


def test_an_entry_of_a_mapping_regards_case_unless_it_says_otherwise() -> None:
    entries = q("map-entry", map_key="York", mapped_value=2) + q(
        "map-entry", map_key="Kent", mapped_value=1, case_sensitive="false"
    )
    declarations = declared("response", "RESPONSE", "string", inside=q("mapping", entries))
    xml = scored_by("map_response", declarations + SCORE)
    words = ("York", "york", "Kent", "kENT", "Wales")
    assert [score_item(xml, {"RESPONSE": one})["SCORE"] for one in words] == [2, 0, 1, 1, 0]


def test_map_response_point_counts_an_area_once_and_the_default_for_points_beside() -> None:
    areas = q(
        "area-mapping",
        q("area-map-entry", shape="circle", coords="10,10,5", mapped_value="2"),
        q("area-map-entry", shape="rect", coords="0,0,99,99", mapped_value="0.5"),
        default_value="-1",
    )
    declarations = declared("response", "RESPONSE", "point", "multiple", inside=areas) + SCORE
    xml = scored_by("map_response_point", declarations)
    points = {
        ("10 10",): 2,
        ("10 10", "11 11"): 2,
        ("10 10", "50 50"): 2.5,
        ("200 200", "300 300"): -2,
        (): 0,
    }
    found = {p: score_item(xml, {"RESPONSE": list(p)})["SCORE"] for p in points}
    assert found == points


def test_the_templates_of_common_cartridge_score_by_maxscore_and_tell_if_it_was_right() -> None:
    full = declared("outcome", "MAXSCORE", "float", inside=default(10))
    told = declared("outcome", "FEEDBACKBASIC")
    xml = scored_by("CC2_match_basic.xml", RIGHT_IS_A + SCORE + full + told)
    right, wrong = (score_item(xml, {"RESPONSE": given}) for given in "AB")
    assert (right["SCORE"], right["FEEDBACKBASIC"]) == (10, "correct")
    assert (wrong["SCORE"], wrong["FEEDBACKBASIC"]) == (0, "incorrect")
    mapping = q("mapping", q("map-entry", map_key="A", mapped_value="10"))
    declarations = declared("response", "RESPONSE", inside=mapping) + SCORE + full
    xml = scored_by("CC2_map_response", declarations + declared("outcome", "FEEDBACK"))
    found = [score_item(xml, {"RESPONSE": given})["FEEDBACK"] for given in ("A", "B", None)]
    assert found == ["correct", "incorrect", "incorrect"]


def test_a_template_that_is_not_known_is_refused_unless_rules_stand_beside_it() -> None:
    address = "http://example.org/rptemplates/match_correct_or_so"
    with pytest.raises(QtiError, match="not known"):
        score_item(scored_by(address, RIGHT_IS_A + SCORE), {})
    rules = set_outcome("SCORE", real(3))
    xml = an_item(declarations=RIGHT_IS_A + SCORE, rules=rules).replace(
        b"<qti-response-processing>", f'<qti-response-processing template="{address}">'.encode()
    )
    assert score_item(xml, {})["SCORE"] == 3


def test_the_first_branch_whose_condition_is_true_is_taken_and_null_is_not_true() -> None:
    rules = q(
        "response-condition",
        q("response-if", q("gt", NULL, whole(1)), set_outcome("SCORE", real(1))),
        q("response-else-if", IS_A, set_outcome("SCORE", real(2))),
        q("response-else-if", IS_A, set_outcome("SCORE", real(3))),
        q("response-else", set_outcome("SCORE", real(4))),
    )
    xml = an_item(declarations=RIGHT_IS_A + SCORE, rules=rules)
    assert [score_item(xml, {"RESPONSE": r})["SCORE"] for r in ("A", "B", None)] == [2, 4, 4]


def test_exit_ends_all_processing_also_from_within() -> None:
    out = q("response-condition", q("response-if", IS_A, "<qti-exit-response/>"))
    rules = set_outcome("SCORE", real(1)) + q(
        "response-processing-fragment", out, set_outcome("SCORE", real(2))
    )
    xml = an_item(declarations=RIGHT_IS_A + SCORE, rules=rules + set_outcome("SCORE", real(3)))
    assert [score_item(xml, {"RESPONSE": r})["SCORE"] for r in ("A", "B")] == [1, 3]


def a_table(kind: str, *entries: tuple[Any, Any], default_value: str | None = None) -> str:
    rows = "".join(
        q(f"{kind}-entry", source_value=source, target_value=target) for source, target in entries
    )
    attributes = {} if default_value is None else {"default_value": default_value}
    return q(kind, rows, **attributes)


def test_an_outcome_is_looked_up_in_a_match_table() -> None:
    table = a_table("match-table", (1, "low"), (2, "high"), default_value="none")
    declarations = declared("outcome", "GRADE", inside=table) + declared(
        "response", "RESPONSE", "integer"
    )
    rules = q("lookup-outcome-value", variable("RESPONSE"), identifier="GRADE")
    xml = an_item(declarations=declarations, rules=rules)
    found = [score_item(xml, {"RESPONSE": r})["GRADE"] for r in (1, 2, 3, None)]
    assert found == ["low", "high", "none", None]


def test_an_outcome_is_looked_up_in_steps_down_from_the_first_that_fits() -> None:
    rows = (
        q("interpolation-table-entry", source_value="10", target_value="3"),
        q("interpolation-table-entry", source_value="5", target_value="2",
          include_boundary="false"),
        q("interpolation-table-entry", source_value="0", target_value="1"),
    )  # fmt: skip
    table = q("interpolation-table", *rows, default_value="-1")
    declarations = declared("outcome", "GRADE", "integer", inside=table) + declared(
        "response", "RESPONSE", "float"
    )
    rules = q("lookup-outcome-value", variable("RESPONSE"), identifier="GRADE")
    xml = an_item(declarations=declarations, rules=rules)
    found = [score_item(xml, {"RESPONSE": r})["GRADE"] for r in (11, 10, 5.5, 5, 0, -0.5)]
    assert found == [3, 3, 2, 1, 1, -1]


@pytest.mark.parametrize(
    ("base", "cardinality", "initial"),
    [
        ("integer", "single", 0),
        ("float", "single", 0.0),
        ("identifier", "single", None),
        ("boolean", "single", None),
        ("float", "multiple", None),
    ],
)
def test_numeric_outcomes_start_at_zero_and_others_at_null(
    base: str, cardinality: str, initial: Any
) -> None:
    xml = an_item(
        declarations=declared("outcome", "OUT", base, cardinality) + SCORE,
        rules=set_outcome("SCORE", real(1)),
    )
    assert score_item(xml, {})["OUT"] == initial


@pytest.mark.parametrize(
    ("base", "expression"),
    [
        ("identifier", word("A")),
        ("integer", truth(True)),
        ("boolean", whole(1)),
        ("float", word("1")),
        ("float", q("multiple", real(1))),
        ("pair", q("base-value", "A B", base_type="directedPair")),
    ],
)
def test_an_outcome_takes_no_value_of_another_type(base: str, expression: str) -> None:
    xml = an_item(
        declarations=declared("outcome", "OUT", base), rules=set_outcome("OUT", expression)
    )
    with pytest.raises(QtiError, match="cannot hold") as refused:
        read_item(xml)
    assert refused.value.line == 5


def test_a_number_with_decimals_is_refused_for_an_integer_and_a_whole_one_is_taken() -> None:
    declarations = declared("outcome", "OUT", "integer") + declared("response", "R", "float")
    xml = an_item(declarations=declarations, rules=set_outcome("OUT", variable("R")))
    assert score_item(xml, {"R": 3.0})["OUT"] == 3
    with pytest.raises(ScoringRefused, match="OUT is single integer"):
        score_item(xml, {"R": 2.5})


# ---- templates

ROLL = q("set-template-value", q("random-integer", min=1, max=6), identifier="T")
TEMPLATE = declared("template", "T", "integer", inside=default(-1))


def test_template_processing_sets_values_keys_and_branches_by_its_seed() -> None:
    before = ROLL + q(
        "template-condition",
        q("template-if", q("lte", variable("T"), whole(3)),
          q("set-correct-response", name("A"), identifier="RESPONSE")),
        q("template-else", q("set-correct-response", name("B"), identifier="RESPONSE")),
    )  # fmt: skip
    declarations = declared("response", "RESPONSE") + SCORE + TEMPLATE
    is_right = q("match", variable("RESPONSE"), q("correct", identifier="RESPONSE"))
    rules = q("response-condition", q("response-if", is_right, set_outcome("SCORE", real(1))))
    item = read_item(an_item(declarations=declarations, before=before, rules=rules))
    keys = set()
    for seed in range(20):
        rolled = item.template_values(seed)["T"]
        key = "A" if rolled <= 3 else "B"
        keys.add(key)
        assert item.correct_responses(seed) == {**item.correct_responses(seed), "RESPONSE": key}
        assert item.score({"RESPONSE": key}, seed=seed)["SCORE"] == 1
        assert item.score({"RESPONSE": "A" if key == "B" else "B"}, seed=seed)["SCORE"] == 0
    assert keys == {"A", "B"}


def test_a_constraint_restarts_until_it_holds_with_new_values() -> None:
    constraint = q("template-constraint", q("equal", variable("T"), whole(4)))
    item = read_item(an_item(declarations=TEMPLATE, before=ROLL + constraint))
    assert {item.template_values(seed)["T"] for seed in range(30)} == {4}


def test_a_constraint_that_never_holds_leaves_the_defaults() -> None:
    constraint = q("template-constraint", truth(False))
    item = read_item(an_item(declarations=TEMPLATE, before=ROLL + constraint))
    assert item.template_values(1)["T"] == -1


def test_exit_template_ends_template_processing() -> None:
    later = q("set-template-value", whole(9), identifier="T")
    item = read_item(an_item(declarations=TEMPLATE, before=ROLL + "<qti-exit-template/>" + later))
    assert item.template_values(3)["T"] in range(1, 7)


# ---- attempts

COUNT = an_item(
    declarations=RIGHT_IS_A + SCORE,
    body=CHOICES,
    rules=set_outcome("SCORE", q("sum", variable("SCORE"), real(1)))
    + q("set-outcome-value", name("incomplete"), identifier="completionStatus"),
)


def test_attempts_at_an_adaptive_item_go_on_from_the_outcomes_before() -> None:
    item = read_item(COUNT.replace(b'adaptive="false"', b'adaptive="true"'))
    first = item.score({"RESPONSE": "A"})
    second = item.score({"RESPONSE": "A"}, attempt=2, before=first)
    assert first == {"SCORE": 1.0, "completionStatus": "incomplete"}
    assert second["SCORE"] == 2.0


def test_attempts_at_other_items_start_afresh() -> None:
    item = read_item(COUNT)
    first = item.score({"RESPONSE": "A"})
    assert item.score({"RESPONSE": "A"}, attempt=2, before=first) == first == {"SCORE": 1.0}


def test_scoring_leaves_nothing_behind() -> None:
    declarations = declared("outcome", "SEEN", cardinality="multiple") + RIGHT_IS_A
    grow = q("multiple", variable("SEEN"), variable("RESPONSE"))
    item = read_item(an_item(declarations=declarations, rules=set_outcome("SEEN", grow)))
    assert [item.score({"RESPONSE": "A"}) for _ in range(3)] == [{"SEEN": ["A"]}] * 3


def test_work_without_bounds_is_refused() -> None:
    declarations = declared("outcome", "SEEN", cardinality="multiple", inside=default("A"))
    double = set_outcome("SEEN", q("multiple", variable("SEEN"), variable("SEEN")))
    item = read_item(an_item(declarations=declarations, rules=double * 60))
    with pytest.raises(ScoringRefused):
        item.score({})
    repeat = q("repeat", name("A"), number_repeats=2_000_000_000)
    declarations = declared("outcome", "SEEN", cardinality="ordered")
    item = read_item(an_item(declarations=declarations, rules=set_outcome("SEEN", repeat)))
    with pytest.raises(ScoringRefused):
        item.score({})
