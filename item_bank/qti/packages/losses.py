"""What a package would lose: written, read again, compared item by item."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from item_bank.formats.reading import KnownFacts, ReadItem
from item_bank.framework import Edition
from item_bank.items import ItemFacts
from item_bank.qti.choice import content_hash
from item_bank.qti.documents import parse
from item_bank.qti.packages.reading import PackageReading, read_zip
from item_bank.qti.packages.references import references
from item_bank.qti.packages.statistics import Statistic
from item_bank.qti.packages.writing import OutgoingItem


@dataclass(frozen=True, slots=True)
class Loss:
    """``item`` is a code, or empty for what belongs to no item that came back."""

    item: str
    sentence: str


def losses(
    package: bytes,
    items: Sequence[OutgoingItem],
    edition: Edition,
    statistics: Sequence[Statistic] = (),
) -> tuple[Loss, ...]:
    """What reading ``package`` does not give back of what went into it; empty if nothing is lost.

    Items are equal if their content hashes are.
    """
    reading = read_zip(package, edition)
    found = {item.code: item for item in reading.items}
    lost = [loss for item in items for loss in _of_item(item, found.get(item.facts.code), reading)]
    kept = {repr(one) for one in reading.statistics}
    for one in statistics:
        if repr(one) not in kept:
            codes = ", ".join(target.item for target in one.targets)
            lost.append(
                Loss(codes, f"The statistic {one.name} ({one.context}) does not come back.")
            )
    return tuple(lost)


def _of_item(item: OutgoingItem, found: ReadItem | None, reading: PackageReading) -> Iterator[Loss]:
    code = item.facts.code
    if found is None:
        ours = f"items/{code}.xml"
        reasons = [one.sentence for one in reading.errors_at(ours)] or ["No reason is known."]
        yield Loss(code, f"The item does not come back. {' '.join(reasons)}")
        return
    if content_hash(found.xml) != content_hash(item.xml):
        yield Loss(code, "The content of the item comes back changed.")
    if found.facts != _known(item.facts):
        yield Loss(code, "The facts of the item come back changed.")
    came = {media.path for media in found.media}
    named = {one.target for one in references(parse(item.xml)) if not one.is_external}
    for target in sorted(named - came):
        yield Loss(code, f"The file {target[:120]} does not come along.")


def _known(facts: ItemFacts) -> KnownFacts:
    return KnownFacts(
        skill_area=facts.skill_area,
        task=facts.task,
        cognitive_level=facts.cognitive_level,
        estimated_difficulty=facts.estimated_difficulty,
        source=facts.source,
        as_of=facts.as_of,
        review_by=facts.review_by,
        enemies=tuple(sorted(facts.enemies)),
    )
