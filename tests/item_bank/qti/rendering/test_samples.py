"""Every interaction type, from its view to HTML and from its form back to a score."""

import pytest

from item_bank.qti import read_item, score_item
from item_bank.qti.interactions import KINDS
from item_bank.qti.rendering import RENDERINGS, render_item
from tests.item_bank.qti.samples import SAMPLES


def test_every_interaction_type_has_a_rendering_and_a_sample() -> None:
    assert set(RENDERINGS) == set(KINDS.values())
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_score_as_they_say(name: str) -> None:
    sample = SAMPLES[name]
    assert score_item(sample.xml, sample.answer)["SCORE"] == 1
    assert score_item(sample.xml, sample.wrong)["SCORE"] == 0
    item = read_item(sample.xml)
    assert [type(one) for one in item.interactions] == [KINDS[name]]
    assert render_item(item.present())
