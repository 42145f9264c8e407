import json
from copy import deepcopy
from typing import Any
from uuid import UUID

import pytest

from item_bank.errors import FrameworkUnsound, NodeNotFound
from item_bank.framework import NodeKind, bundled_edition, case_urn, read_edition

# The content outline of July 2019, typed from its publication.
WEIGHTS = {
    "I.A": 15, "I.B": 15, "I.C": 10,
    "II.A": 12, "II.B": 9, "II.C": 9,
    "III.A": 9, "III.B": 7, "III.C": 7, "III.D": 7,
}  # fmt: skip

SMALL: dict[str, Any] = {
    "code": "small",
    "title": "A small framework",
    "note": "",
    "published_on": "2026-01-01",
    "case": "urn:uuid:00000000-0000-0000-0000-000000000000",
    "nodes": [
        {
            "kind": "category",
            "code": "I",
            "title": "One",
            "weight": 100,
            "case": "urn:uuid:00000000-0000-0000-0000-000000000001",
            "children": [
                {
                    "kind": "skill_area",
                    "code": "I.A",
                    "title": "One A",
                    "weight": 60,
                    "case": "urn:uuid:00000000-0000-0000-0000-000000000002",
                    "children": [
                        {
                            "kind": "task",
                            "code": "I.A.1",
                            "title": "Do one thing",
                            "case": "urn:uuid:00000000-0000-0000-0000-000000000003",
                        }
                    ],
                },
                {
                    "kind": "skill_area",
                    "code": "I.B",
                    "title": "One B",
                    "weight": 40,
                    "case": "urn:uuid:00000000-0000-0000-0000-000000000004",
                },
            ],
        }
    ],
}


def test_the_bundled_edition_has_the_ten_areas_with_their_weights() -> None:
    edition = bundled_edition()
    assert {area.code: area.weight for area in edition.skill_areas} == WEIGHTS
    assert [node.weight for node in edition.of_kind(NodeKind.CATEGORY)] == [40, 30, 30]
    assert edition.node("III.B").title == "Communication Systems Management"
    assert "Leadership and Vision" in edition.node("I.A").alternative_titles


def test_each_area_of_the_bundled_edition_has_its_tasks_numbered_in_order() -> None:
    edition = bundled_edition()
    counts = {area.code: len(edition.children(area.code)) for area in edition.skill_areas}
    assert counts == {
        "I.A": 13, "I.B": 14, "I.C": 14,
        "II.A": 14, "II.B": 13, "II.C": 12,
        "III.A": 14, "III.B": 12, "III.C": 13, "III.D": 13,
    }  # fmt: skip
    for area in edition.skill_areas:
        for number, task in enumerate(edition.children(area.code), start=1):
            assert task.kind is NodeKind.TASK
            assert (task.code, task.position) == (f"{area.code}.{number}", number - 1)


def test_core_values_cut_across_and_weigh_nothing() -> None:
    values = bundled_edition().of_kind(NodeKind.CORE_VALUE)
    assert [value.title for value in values] == [
        "Communicator",
        "Exhibits Courage",
        "Flexible and Adaptable",
        "Results-Oriented",
        "Innovative",
    ]
    assert {(value.parent, value.weight) for value in values} == {(None, None)}


def test_case_identifiers_are_stored_uuid5_urns_and_differ_between_editions() -> None:
    edition = bundled_edition()
    for node in edition.nodes:
        assert UUID(node.case_identifier.removeprefix("urn:uuid:")).version == 5
        assert node.case_identifier == case_urn(edition.code, node.code)
        assert edition.node_by_case(node.case_identifier) is node
    assert case_urn("next-edition", "I.A") != case_urn(edition.code, "I.A")


def test_the_bundled_edition_says_whose_words_its_tasks_are() -> None:
    assert "not CoSN's task statements" in bundled_edition().note


def test_the_number_of_areas_and_levels_is_data() -> None:
    edition = read_edition(json.dumps(SMALL))
    assert [node.code for node in edition.nodes] == ["I", "I.A", "I.A.1", "I.B"]
    assert [node.parent for node in edition.nodes] == [None, "I", "I.A", "I"]
    assert [node.code for node in edition.children("I")] == ["I.A", "I.B"]


def test_a_node_that_is_not_there_is_named() -> None:
    edition = read_edition(json.dumps(SMALL))
    with pytest.raises(NodeNotFound, match=r"I\.Z"):
        edition.node("I.Z")
    with pytest.raises(NodeNotFound, match="urn:uuid:1"):
        edition.node_by_case("urn:uuid:1")


def spoiled(change: str) -> str:
    data = deepcopy(SMALL)
    category = data["nodes"][0]
    first, second = category["children"]
    match change:
        case "weights":
            second["weight"] = 30
        case "category":
            category["weight"] = 90
        case "no weight":
            del second["weight"]
        case "range":
            first["weight"], second["weight"] = 120, -20
        case "code":
            second["code"] = "I.A"
        case "case":
            second["case"] = first["case"]
        case "kind":
            second["kind"] = "task"
            first["weight"] = 100
        case "unknown kind":
            second["kind"] = "domain"
        case "field":
            del second["title"]
    return json.dumps(data)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("weights", "sum to 90, not 100"),
        ("category", "I weighs 90, its areas together 100"),
        ("no weight", r"I\.B has no weight"),
        ("range", r"I\.A has the weight 120"),
        ("code", r"The code I\.A is used 2 times"),
        ("case", "CASE identifier .* is used 2 times"),
        ("kind", r"I\.B, a task, cannot stand under I\."),
        ("unknown kind", "domain"),
        ("field", "title"),
    ],
)
def test_an_unsound_framework_is_refused_and_the_fault_is_named(change: str, sentence: str) -> None:
    with pytest.raises(FrameworkUnsound, match=sentence):
        read_edition(spoiled(change))


def test_all_faults_are_named_at_once() -> None:
    data = json.loads(spoiled("weights"))
    data["nodes"][0]["children"][0]["code"] = "I.B"
    with pytest.raises(FrameworkUnsound, match=r"used 2 times\..*sum to 90"):
        read_edition(json.dumps(data))


def test_a_parent_that_does_not_stand_before_its_child_is_a_fault() -> None:
    edition = read_edition(json.dumps(SMALL))
    with pytest.raises(FrameworkUnsound, match=r"I stands under Z|stands under I, which is not"):
        type(edition)(
            edition.code,
            edition.title,
            edition.note,
            edition.published_on,
            edition.case_identifier,
            edition.nodes[1:],
        )


def test_data_that_is_no_json_is_refused() -> None:
    with pytest.raises(FrameworkUnsound):
        read_edition("{")
