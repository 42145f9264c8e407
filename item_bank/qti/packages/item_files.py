"""One item of a package: read, checked, made whole, as QTI 3."""

from dataclasses import dataclass

from lxml import etree

from item_bank.errors import ContentUnsound, QtiError
from item_bank.formats.reading import Media, Refused, fitting_title, refused
from item_bank.items import ItemContent
from item_bank.qti.choice import read_choice, write_choice
from item_bank.qti.conversion.version2 import is_version2, to_version3
from item_bank.qti.conversion.whole import version3_root, written
from item_bank.qti.documents import MAX_BYTES, canonical_hash, local_name, parse
from item_bank.qti.findings import Severity, line_of
from item_bank.qti.loading import check_tree
from item_bank.qti.packages.archive import Archive
from item_bank.qti.packages.manifest import place_of, resolve
from item_bank.qti.packages.media_files import MediaFiles
from item_bank.qti.packages.notes import Notes
from item_bank.qti.packages.stimuli import place_in, stimulus_references
from item_bank.qti.reading import NAMESPACE, child, children

MOST_ERRORS = 20
"""Told of one item."""

_STYLESHEET = f"{{{NAMESPACE}}}qti-stylesheet"
_MAXIMA = frozenset(("MAXSCORE", "MAX_SCORE"))


@dataclass(frozen=True, slots=True)
class ItemFile:
    """An item under its own identifier; ``path`` is the file's in the archive."""

    path: str
    line: int | None
    identifier: str
    title: str
    xml: bytes
    content: ItemContent | None
    """For single choice in plain text, the kind that exams deliver."""
    media: tuple[Media, ...] = ()
    stimuli: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StimulusFile:
    identifier: str
    title: str
    body: etree._Element
    content_hash: str
    media: dict[str, Media]


class ItemFiles:
    def __init__(self, archive: Archive, notes: Notes) -> None:
        self._archive = archive
        self._notes = notes
        self._media = MediaFiles(archive, notes)
        self.stimuli: dict[str, StimulusFile | Refused] = {}

    @property
    def media(self) -> MediaFiles:
        return self._media

    def read(self, path: str) -> ItemFile | None:
        """None, with findings, for a file that is no item or one with errors."""
        try:
            return self._read(path)
        except QtiError as error:
            self._notes.note("xml_refused", path, error.line, error.sentence)
        except Refused as error:
            self._notes.include(error.finding)
        return None

    def _read(self, path: str) -> ItemFile | None:
        data = self._archive.read(path, MAX_BYTES)
        plain = _plain_choice(data, path)
        if plain is not None:
            return plain
        root = parse(data)
        line = line_of(root)
        is_old = is_version2(root)
        if is_old:
            to_version3(root)
        self._drop_styles(root, path)
        named = stimulus_references(root)
        for _, _, element in named:
            _remove(element)
        if not self._check(root, path):
            self._media.mark(root, path)
            return None
        self._check_maximum(root, path)
        media = self._media.rename(root, path)
        stimuli = self._place_stimuli(root, path, named, media)
        if stimuli and not self._check(root, path, "with the text that it shares, "):
            return None
        identifier = root.get("identifier", "")
        xml = written(version3_root(root) if is_old else root)
        content = None if stimuli else content_of(xml)
        return ItemFile(
            path=path,
            line=line,
            identifier=identifier,
            title=fitting_title(root.get("title", "")) or identifier,
            xml=xml if content is None else write_choice(identifier, content),
            content=content,
            media=tuple(media[name] for name in sorted(media)),
            stimuli=stimuli,
        )

    def _drop_styles(self, root: etree._Element, path: str) -> None:
        for element in list(root.iter(_STYLESHEET)):
            sentence = "Style sheets are left out."
            self._notes.tally("style_dropped", path, line_of(element), sentence)
            target = resolve(path, element.get("href", ""))
            name = None if target is None else self._archive.find(target)
            if name is not None:
                self._notes.used.add(name)
            _remove(element)

    def _check(self, root: etree._Element, path: str, how: str = "") -> bool:
        """Whether the item has no errors; with ``how`` only these are told."""
        findings = check_tree(root)
        errors = [one for one in findings if one.severity is Severity.ERROR]
        for one in errors[:MOST_ERRORS]:
            sentence = f"{how}{one.sentence}" if how else one.sentence
            self._notes.note("question_wrong", path, one.line, sentence[:1].upper() + sentence[1:])
        if len(errors) > MOST_ERRORS:
            sentence = f"The item has {len(errors) - MOST_ERRORS} errors more."
            self._notes.note("question_wrong", path, None, sentence)
        if errors or how:
            return not errors
        for one in findings:
            if one.code == "unscored":
                self._notes.note("item_unscored", path, one.line, one.sentence)
            elif one.code in ("part_left_out", "attribute_left_out"):
                self._notes.tally("part_dropped", path, one.line, one.sentence)
            else:
                self._notes.note("item_unusual", path, one.line, one.sentence)
        return True

    def _check_maximum(self, root: etree._Element, path: str) -> None:
        """An item that gives a score says what the highest is; 1 by the template for one key."""
        outcomes = children(root, "qti-outcome-declaration")
        names = {one.get("identifier", "") for one in outcomes}
        score = next((one for one in outcomes if one.get("identifier") == "SCORE"), None)
        rules = child(root, "qti-response-processing")
        by_key = rules is not None and "match_correct" in rules.get("template", "")
        if score is None or by_key or names & _MAXIMA or score.get("normal-maximum") is not None:
            return
        sentence = "The item does not say the highest score that it gives."
        self._notes.note("max_score_missing", path, line_of(score), sentence)

    # ---- shared texts

    def _place_stimuli(
        self,
        root: etree._Element,
        path: str,
        named: list[tuple[str, str, etree._Element]],
        media: dict[str, Media],
    ) -> tuple[str, ...]:
        placed = []
        for identifier, href, element in named:
            target = resolve(path, href)
            name = None if target is None else self._archive.find(target)
            if name is None:
                sentence = f"The shared text {href[:120]!r} is not in the package."
                raise refused("stimulus_wrong", place_of(path, line_of(element)), sentence)
            stimulus = self.stimulus(name)
            place_in(root, identifier, stimulus.body)
            media.update(stimulus.media)
            placed.append(name)
        return tuple(placed)

    def stimulus(self, name: str) -> StimulusFile:
        """Raises Refused, each time the same."""
        self._notes.used.add(name)
        if name not in self.stimuli:
            try:
                self.stimuli[name] = self._read_stimulus(name)
            except QtiError as error:
                place = place_of(name, error.line)
                self.stimuli[name] = refused("stimulus_wrong", place, error.sentence)
            except Refused as error:
                self.stimuli[name] = error
        found = self.stimuli[name]
        if isinstance(found, Refused):
            raise Refused(found.finding)
        return found

    def _read_stimulus(self, name: str) -> StimulusFile:
        root = parse(self._archive.read(name, MAX_BYTES))
        if is_version2(root):
            to_version3(root)
            root = version3_root(root)
        body = child(root, "qti-stimulus-body")
        if root.tag != f"{{{NAMESPACE}}}qti-assessment-stimulus" or body is None:
            raise QtiError(f"The root {local_name(root)[:60]} is no shared text.", line_of(root))
        self._drop_styles(root, name)
        media = self._media.rename(root, name)
        return StimulusFile(
            root.get("identifier", ""), root.get("title", ""), body, canonical_hash(body), media
        )


def content_of(xml: bytes) -> ItemContent | None:
    """The content of a single-choice item of plain text; None for any other item."""
    if b"qti-choice-interaction" not in xml or b"qti-modal-feedback" not in xml:
        return None
    try:
        return read_choice(xml).content
    except (QtiError, ContentUnsound):
        return None


def _plain_choice(data: bytes, path: str) -> ItemFile | None:
    """Most items of our own are of this kind: what it can hold needs no further check."""
    content = content_of(data)
    if content is None:
        return None
    root = parse(data)
    identifier = root.get("identifier", "")
    xml = write_choice(identifier, content)
    return ItemFile(path, line_of(root), identifier, content.title, xml, content)


def _remove(element: etree._Element) -> None:
    """Take an element out and leave the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail and element.tail.strip():
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
