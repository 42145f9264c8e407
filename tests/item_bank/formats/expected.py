"""What tests ask of a reading; scores come from the QTI runtime, which knows nothing of formats."""

from collections.abc import Mapping

from item_bank.formats.reading import Reading, ReadItem
from item_bank.qti import Json, check_item, score_item


def only(reading: Reading) -> ReadItem:
    """The one item, which the QTI runtime takes without a remark."""
    assert len(reading.items) == 1, reading.findings
    item = reading.items[0]
    assert check_item(item.xml) == ()
    return item


def score(item: ReadItem, responses: Mapping[str, Json] | Json) -> Json:
    """The score for responses by identifier, or for the one response of an item."""
    named = responses if isinstance(responses, Mapping) else {"RESPONSE": responses}
    return score_item(item.xml, named)["SCORE"]


def codes(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.findings]


def located(reading: Reading) -> list[tuple[str, str]]:
    return [(finding.code, finding.place) for finding in reading.findings]
