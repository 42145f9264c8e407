"""Items and packages of items as QTI files.

``documents`` reads XML that may come from anyone, ``choice`` is one single-choice item of plain
text, ``packages`` many items with their manifest, as a directory or a zip file.

The runtime reads any item of QTI 2.0 to 3.0: ``loading`` makes an ``Item`` (``items``) of a file,
with ``conversion`` for earlier versions, ``declarations`` and ``mappings`` for its variables,
``values`` for what they hold, ``expressions`` and ``processing`` for its rules, ``templates`` for
the standard rules, ``interactions`` and ``contents`` for its body, ``checking`` and ``findings``
for its faults.
"""

from collections.abc import Mapping

from item_bank.qti.findings import Finding, Severity
from item_bank.qti.items import CandidateItem, Feedback, Item
from item_bank.qti.loading import check_item, read_item
from item_bank.qti.values import Json

__all__ = [
    "CandidateItem",
    "Feedback",
    "Finding",
    "Item",
    "Json",
    "Severity",
    "check_item",
    "read_item",
    "score_item",
]


def score_item(xml: bytes, responses: Mapping[str, Json], *, seed: int = 0) -> dict[str, Json]:
    """The outcome variables of an item for these responses, by identifier.

    ``responses`` are by response identifier: any JSON scalar, a list for several, an object for a
    record, None for a blank. Raises QtiError for an item that cannot be used, ResponseUnsound for a
    response of another type or name, ScoringRefused for a value that an outcome cannot hold.
    """
    item = read_item(xml)
    read = item.read_responses(responses)
    if read.refused:
        raise read.refused[0]
    return item.score(read.values, seed=seed)
