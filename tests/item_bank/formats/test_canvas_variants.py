"""Calculated questions and uploads of Canvas, from the files that it wrote."""

from pathlib import Path

import pytest

from item_bank.formats.moodle import read_moodle
from item_bank.formats.reading import ReadItem
from item_bank.qti import check_item, read_item, score_item
from item_bank.qti.contents import plain
from item_bank.qti.conversion.canvas import read_canvas

SETS = {
    "1.311.84 + 5.923.60": 23.72,
    "8.944.70 + 8.634.70": 82.58,
    "3.674.30 + 3.277.33": 39.75,
    "3.423.28 + 5.046.95": 46.25,
    "4.044.53 + 2.568.88": 41.03,
}
"""What is asked and the answer, from formula_mform.xml."""


def item_of(shared: Path, name: str) -> tuple[ReadItem, list[str]]:
    reading = read_canvas((shared / "fixtures/qti/items_1.2" / name).read_bytes())
    [item] = reading.items
    assert check_item(item.xml) == ()
    return item, [finding.code for finding in reading.findings]


def test_each_seed_draws_a_set_of_numbers_with_its_answer(shared: Path) -> None:
    item, found = item_of(shared, "formula_mform.xml")
    assert found == ["formula_dropped"]
    seen = set()
    for seed in range(40):
        asked = plain(read_item(item.xml).present(seed).body).strip()
        answer = SETS[asked]
        seen.add(asked)
        for given, score in ((answer, 1), (answer * 1.09, 1), (answer * 1.2, 0), (-answer, 0)):
            assert score_item(item.xml, {"RESPONSE": given}, seed=seed)["SCORE"] == score
    assert seen == set(SETS)


def test_a_number_in_scientific_notation_counts_as_a_number(shared: Path) -> None:
    item, found = item_of(shared, "formula_scientific.xml")
    assert found == ["formula_dropped", "scoring_changed"]
    seeds = {plain(read_item(item.xml).present(seed).body)[-6:].strip(): seed for seed in range(20)}
    answers = {"9": 10, "2": 7}
    for number, seed in seeds.items():
        answer = answers[number.split()[-1]]
        assert score_item(item.xml, {"RESPONSE": answer}, seed=seed)["SCORE"] == 1
        assert score_item(item.xml, {"RESPONSE": answer + 1}, seed=seed)["SCORE"] == 0
    assert len(seeds) == 2


def test_what_is_handed_in_as_a_file_is_for_people_to_score(shared: Path) -> None:
    item, found = item_of(shared, "upload.xml")
    assert found == []
    assert score_item(item.xml, {"RESPONSE": "plan.csv"})["SCORE"] == 0
    assert b'external-scored="human"' in item.xml
    essay = b"""<quiz><question type="essay"><questiontext><text>Hand it in</text></questiontext>
<responseformat>noinline</responseformat><attachments>1</attachments></question></quiz>"""
    [item] = read_moodle(essay).items
    assert b"<qti-upload-interaction" in item.xml


SETLESS = b"<calculated><formulas><formula>x</formula></formulas></calculated>"
SHORT = b"""<calculated><var_sets><var_set><var name="x">1</var><answer>1</answer></var_set>
<var_set><answer>1</answer></var_set></var_sets></calculated>"""
WORDS = b"""<calculated><var_sets><var_set><var name="x">one</var><answer>1</answer></var_set>
</var_sets></calculated>"""
ITEM = b"""<questestinterop><item ident="a" title="t"><itemmetadata><qtimetadata>
<qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>calculated_question</fieldentry>
</qtimetadatafield></qtimetadata></itemmetadata><presentation><material><mattext>Twice [x]?
</mattext></material><response_str ident="r"/></presentation>%s</item></questestinterop>"""


@pytest.mark.parametrize(
    ("extension", "code"),
    [(b"", "type_refused"), (SETLESS, "type_refused"), (SHORT, "question_wrong"),
     (WORDS, "question_wrong")],
)  # fmt: skip
def test_a_calculated_question_without_sound_sets_of_numbers_is_refused(
    extension: bytes, code: str
) -> None:
    reading = read_canvas(ITEM % extension)
    assert reading.items == ()
    assert [(one.code, one.place) for one in reading.errors] == [(code, "line 1")]
