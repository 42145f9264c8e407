"""Every interaction type, from its view to HTML and from its form back to a score."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import QtiError
from item_bank.qti import read_item, score_item
from item_bank.qti.interactions import KINDS
from item_bank.qti.items import CandidateItem
from item_bank.qti.rendering import RENDERINGS, Manner, read_form, render_item
from tests.item_bank.qti.rendering.pages import acts_of, sent_by, tree_of
from tests.item_bank.qti.sample_parts import CANARY
from tests.item_bank.qti.samples import SAMPLES

FILES = ("qti-upload-interaction", "qti-drawing-interaction")
"""What was chosen in these is not in the page again: no browser fills such a field."""


def test_every_interaction_type_has_a_rendering_and_a_sample() -> None:
    assert set(RENDERINGS) == set(KINDS.values())
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_score_as_they_say(name: str) -> None:
    sample = SAMPLES[name]
    assert score_item(sample.xml, sample.answer)["SCORE"] == 1
    assert score_item(sample.xml, sample.wrong)["SCORE"] == 0
    assert [type(one) for one in read_item(sample.xml).interactions] == [KINDS[name]]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_form_of_an_answered_item_sends_the_same_answer(name: str) -> None:
    sample = SAMPLES[name]
    view = read_item(sample.xml).present()
    for answer, score in ((sample.answer, 1), (sample.wrong, 0)):
        fields = sent_by(render_item(view, answer, Manner(seed=3)))
        if name in FILES or name == "qti-end-attempt-interaction":
            given_value = answer["RESPONSE"]
            fields = {"answer:RESPONSE": [str(given_value).lower()]} if given_value else {}
        read = read_form(view, fields)
        assert read.faults == ()
        assert score_item(sample.xml, read.responses)["SCORE"] == score


@pytest.mark.parametrize("name", SAMPLES)
def test_a_form_left_blank_is_a_blank(name: str) -> None:
    view = read_item(SAMPLES[name].xml).present()
    read = read_form(view, sent_by(render_item(view)))
    assert (read.responses, read.faults) == ({"RESPONSE": None}, ())


@pytest.mark.parametrize("name", SAMPLES)
def test_no_byte_knows_a_key_and_nothing_in_it_acts(name: str) -> None:
    sample = SAMPLES[name]
    assert CANARY.encode() in sample.xml
    rendered = render_item(read_item(sample.xml).present(), {}, Manner(seed=1))
    for mark in (CANARY, "correct", "mapping", "mapped", "score", "feedback"):
        assert mark not in rendered.lower()
    assert acts_of(rendered) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_each_control_has_a_name_and_each_id_is_there_once(name: str) -> None:
    rendered = render_item(read_item(SAMPLES[name].xml).present(), {}, Manner(seed=1))
    tree = tree_of(rendered)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for words in ("aria-labelledby", "aria-describedby"):
        assert set(" ".join(tree.xpath(f"//@{words}")).split()) <= set(ids)
    for control in tree.xpath("//input[@type!='hidden'] | //select | //textarea | //button"):
        label = control.get("aria-label") or "".join(
            text for one in control.iterancestors("label") for text in one.itertext()
        )
        assert (label or control.text_content()).strip(), control.attrib


@given(
    fields=st.dictionaries(
        st.sampled_from(
            [
                "answer:RESPONSE",
                *(f"answer:RESPONSE:{part}" for part in ("A", "STOP", "SRV", "G1", "1:x", "1:y")),
                *(
                    f"answer:RESPONSE:{part}"
                    for part in ("1:first", "1:second", "²:first", ":", "")
                ),
            ]
        ),
        st.lists(st.text(max_size=12) | st.sampled_from(["1", "A", "SW", "3 4", "²"]), max_size=3),
    ),
    name=st.sampled_from(sorted(SAMPLES)),
)
def test_whatever_a_form_sends_is_an_answer_or_a_sentence(
    fields: dict[str, list[str]], name: str
) -> None:
    item = read_item(SAMPLES[name].xml)
    read = read_form(item.present(), fields)
    assert set(read.responses) == {"RESPONSE"}
    assert all(fault.sentence.endswith(".") for fault in read.faults)
    values = item.read_responses(read.responses)
    item.score(values.values)
    assert render_item(item.present(), read.responses)


def test_half_an_answer_is_told_not_guessed() -> None:
    def faults(name: str, **fields: str) -> list[str]:
        view = read_item(SAMPLES[name].xml).present()
        sent = {f"answer:RESPONSE:{key.replace('_', ':')}": [text] for key, text in fields.items()}
        return [fault.sentence for fault in read_form(view, sent).faults]

    assert faults("qti-order-interaction", STOP="1", FIND="1") == [
        "Two of them have the place 1. Give each its own."
    ]
    assert faults("qti-associate-interaction", **{"1_first": "SW"}) == [
        "Pair 1 has one part only. Choose the other, or none."
    ]
    assert faults("qti-select-point-interaction", **{"1_x": "4"}) == [
        "Point 1 has one number only. Give both, or none."
    ]


def test_all_items_beside_the_project_are_rendered_or_refused_with_a_reason(shared: Path) -> None:
    rendered, refused = 0, []
    for path in sorted((shared / "fixtures" / "qti").rglob("*.xml")):
        xml = path.read_bytes()
        if "items_1.2" in path.parts or b"ssessmentItem" not in xml:
            continue
        try:
            item = read_item(xml)
        except QtiError as error:
            refused.append((path.name, str(error)))
            continue
        for seed in (0, 1):
            view: CandidateItem = item.present(seed)
            html = render_item(view, {}, Manner(seed=seed))
            assert acts_of(html) == [], path
            read = read_form(view, sent_by(html))
            assert read.faults == (), path
            assert not item.read_responses(read.responses).refused, path
        rendered += 1
    assert rendered > 60
    assert all(reason for _, reason in refused)
