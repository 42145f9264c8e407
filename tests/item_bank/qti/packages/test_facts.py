import pytest

from item_bank.items import CognitiveLevel
from tests.item_bank.qti.packages.one_item import (
    AREA,
    CATEGORY,
    EDITION,
    LOM,
    TASK,
    facts,
    one,
    tagged,
)
from tests.item_bank.qti.packages.zips import (
    the,
)


def test_tags_and_facts_are_read() -> None:
    known = facts(
        cognitive_level="recall",
        estimated_difficulty="0.4",
        source="RFC 2119",
        as_of="2026-01-31",
        review_by="2027-01-31",
        enemy="other",
    )
    (item,) = one(tagged(AREA, TASK) + known).items
    assert (item.facts.skill_area, item.facts.task) == ("I.B", "I.B.11")
    assert item.facts.cognitive_level is CognitiveLevel.RECALL
    assert (item.facts.estimated_difficulty, item.facts.source) == (0.4, "RFC 2119")
    assert str(item.facts.as_of) + str(item.facts.review_by) == "2026-01-312027-01-31"
    assert item.facts.enemies == ("other",)


def test_a_task_alone_tells_its_area() -> None:
    (item,) = one(tagged(TASK)).items
    assert (item.facts.skill_area, item.facts.task) == ("I.B", "I.B.11")


def test_a_taxon_of_lom_by_case_identifier_is_understood() -> None:
    metadata = (
        f'<lom xmlns="{LOM}"><classification><taxonPath><source><string>CASE</string></source>'
        f"<taxon><id>{AREA}</id></taxon></taxonPath></classification>"
        "<educational><difficulty/></educational></lom>"
    )
    reading = one(metadata)
    assert reading.items[0].facts.skill_area == "I.B"
    assert "(educational)" in the(reading, "metadata_dropped").sentence


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("", "tag_missing"),
        (tagged("0"), "tag_unknown"),
        (tagged(CATEGORY), "tag_unknown"),
        (tagged(AREA, EDITION.node("I.A").case_identifier), "tag_ambiguous"),
        (tagged(EDITION.node("I.A").case_identifier, TASK), "tag_ambiguous"),
        (facts(cognitive_level="guess"), "fact_wrong"),
        (facts(estimated_difficulty="7"), "fact_wrong"),
        (facts(estimated_difficulty="nan"), "fact_wrong"),
        (facts(estimated_difficulty="1e309"), "fact_wrong"),
        (facts(as_of="yesterday"), "fact_wrong"),
        (facts(enemy="not a code"), "fact_wrong"),
        (facts(colour="blue"), "fact_wrong"),
    ],
)
def test_facts_that_cannot_be_understood_are_told_and_the_item_comes_in(
    metadata: str, code: str
) -> None:
    reading = one(metadata)
    assert [item.code for item in reading.items] == ["one"]
    assert the(reading, code).place.startswith("imsmanifest.xml, line ")
