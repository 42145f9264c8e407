"""The files that came along with questions in other formats, made safe."""

from dataclasses import replace

from item_bank.errors import MediaRefused
from item_bank.formats.findings import Finding, found
from item_bank.formats.reading import Media, Reading, ReadItem
from item_bank.media.cleaning import Cleaner


def cleaned(reading: Reading) -> Reading:
    """The reading with clean files only, under their own names in the items' XML.

    An item that shows a file which is refused is left out, with a finding.
    """
    cleaner = Cleaner()
    items: list[ReadItem] = []
    findings: list[Finding] = list(reading.findings)
    for item in reading.items:
        try:
            items.append(_cleaned_item(item, cleaner))
        except MediaRefused as error:
            sentence = f"{item.code} shows a file that is refused: {error}"
            findings.append(found("media_refused", item.place, sentence))
    return Reading(tuple(items), tuple(findings))


def _cleaned_item(item: ReadItem, cleaner: Cleaner) -> ReadItem:
    xml = item.xml
    media: list[Media] = []
    for one in item.media:
        if one.data is None:
            media.append(one)
            continue
        kept = cleaner.clean(one.data)
        # The old name holds a hash, so it stands nowhere but where the file is meant.
        xml = xml.replace(one.path.encode(), kept.path.encode())
        media.append(Media(kept.path, kept.data))
    return replace(item, xml=xml, media=tuple(media))
