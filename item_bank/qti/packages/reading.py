"""A package in a zip file, of QTI 3, QTI 2 or Canvas, read whole.

Items come out as QTI 3 with clean media, under paths by hash. Whatever is missing, there twice,
unused or not carried is a finding with its file and line; one bad item never stops the others.
"""

from collections import Counter
from dataclasses import dataclass, replace

from lxml import etree

from item_bank.formats.findings import Finding, found
from item_bank.formats.reading import (
    MAX_ITEMS,
    KnownFacts,
    Reading,
    ReadItem,
    Refused,
    refused,
)
from item_bank.framework import Edition
from item_bank.qti.findings import line_of
from item_bank.qti.packages.archive import Archive
from item_bank.qti.packages.assessment_tests import MAX_TEST_BYTES, AssessmentTest, TestReader
from item_bank.qti.packages.canvas_files import read_canvas_file
from item_bank.qti.packages.inventory import check_resources, manifest_path, report_unused
from item_bank.qti.packages.item_files import ItemFile, ItemFiles, StimulusFile
from item_bank.qti.packages.manifest import (
    MAX_MANIFEST_BYTES,
    Kind,
    Manifest,
    Resource,
    read_manifest,
)
from item_bank.qti.packages.metadata import read_facts
from item_bank.qti.packages.naming import fitting_code, named
from item_bank.qti.packages.notes import Notes
from item_bank.qti.packages.statistics import MAX_BYTES, Statistic, read_statistics
from item_bank.qti.packages.stimuli import Stimulus


@dataclass(frozen=True, slots=True)
class PackageReading:
    """What a package holds. Items, tests, shared texts and statistics name items by their codes."""

    identifier: str
    title: str
    description: str
    reading: Reading
    stimuli: tuple[Stimulus, ...] = ()
    tests: tuple[AssessmentTest, ...] = ()
    statistics: tuple[Statistic, ...] = ()

    @property
    def items(self) -> tuple[ReadItem, ...]:
        return self.reading.items

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.reading.findings

    def errors_at(self, path: str) -> tuple[Finding, ...]:
        """The errors in one file of the package, and those of the whole zip file."""
        return tuple(
            one
            for one in self.reading.errors
            if one.place in ("", path) or one.place.startswith(f"{path}, ")
        )


def read_zip(data: bytes, edition: Edition | None = None) -> PackageReading:
    """The package in a zip file. Never raises: what cannot be read has no items and says why.

    Tags are understood as nodes of ``edition``; without one, none is.
    """
    notes = Notes()
    try:
        return _Package(Archive(data), notes, edition).read()
    except Refused as error:
        return PackageReading("", "", "", Reading((), (*notes.all(), error.finding)))


class _Package:
    def __init__(self, archive: Archive, notes: Notes, edition: Edition | None) -> None:
        self._archive = archive
        self._notes = notes
        self._edition = edition
        self._items = ItemFiles(archive, notes)
        self._codes: dict[str, str] = {}
        """By the path of the item's file."""
        self._identifiers: dict[str, str] = {}
        """Codes by the identifiers that statistics use."""
        self._places: dict[str, str] = {}
        self._shown: dict[str, tuple[str, ...]] = {}
        """Files of shared texts by the path of the item's file."""
        self._read: list[ReadItem] = []

    def read(self) -> PackageReading:
        for name in self._archive.guessed:
            sentence = "The name of the file is in no encoding that the zip file tells."
            self._notes.note("name_guessed", name, None, sentence)
        path = manifest_path(self._archive, self._notes)
        self._notes.used.add(path)
        manifest = read_manifest(self._archive.read(path, MAX_MANIFEST_BYTES), path)
        check_resources(manifest, path, self._archive, self._notes)
        self._read_items(manifest, path)
        self._read_canvas(manifest)
        tests = self._read_tests(manifest)
        statistics = self._read_statistics(manifest)
        stimuli = self._stimuli(manifest)
        report_unused(manifest, self._archive, self._notes)
        reading = Reading(tuple(self._read), self._notes.all())
        return PackageReading(
            manifest.identifier,
            manifest.title,
            manifest.description,
            reading,
            stimuli,
            tests,
            statistics,
        )

    # ---- items

    def _read_items(self, manifest: Manifest, path: str) -> None:
        files: list[tuple[ItemFile, Resource]] = []
        seen: set[str] = set()
        for resource in manifest.resources:
            if resource.kind is not Kind.ITEM:
                continue
            name = None if resource.href is None else self._archive.find(resource.href)
            if name is None:
                sentence = f"The file of the item {resource.identifier[:80]} is not in the package."
                self._notes.note("item_missing", path, resource.line, sentence)
                continue
            if name in seen:
                continue
            seen.add(name)
            self._notes.used.add(name)
            if len(files) >= MAX_ITEMS:
                sentence = f"The package has over {MAX_ITEMS:,} items."
                raise refused("file_too_many", path, sentence)
            file = self._items.read(name)
            if file is not None:
                files.append((file, resource))
        counts = Counter(file.identifier for file, _ in files)
        for file, resource in files:
            is_shared = counts[file.identifier] > 1
            self._take(file, resource, path, resource.identifier if is_shared else file.identifier)

    def _take(self, file: ItemFile, resource: Resource, path: str, wanted: str) -> None:
        code = fitting_code(wanted)
        if code in self._places:
            sentence = f"The code {code} stands in {self._places[code]} already."
            self._notes.note("code_repeated", file.path, file.line, sentence)
            return
        if code != file.identifier:
            why = "is there twice" if wanted != file.identifier else "is not allowed"
            sentence = f"The identifier {file.identifier[:80]!r} {why}; the item is {code}."
            self._notes.note("code_changed", file.path, file.line, sentence, item=code)
        facts = self._facts(resource, path)
        self._places[code], self._codes[file.path] = file.path, code
        self._shown[file.path] = file.stimuli
        self._identifiers.setdefault(file.identifier, code)
        self._identifiers[resource.identifier] = code
        self._read.append(
            ReadItem(
                code=code,
                code_given=True,
                title=file.title,
                xml=named(file, code),
                content=file.content,
                facts=facts,
                place=file.path,
                media=file.media,
            )
        )
        self._report_undeclared(file, resource)

    def _facts(self, resource: Resource, path: str) -> KnownFacts:
        def note(code: str, element: etree._Element, sentence: str) -> None:
            if code == "metadata_dropped":
                self._notes.tally(code, path, line_of(element), sentence)
            else:
                self._notes.note(code, path, line_of(element), sentence)

        facts = read_facts(resource.element, self._edition, note)
        if facts.skill_area is None:
            sentence = "The package does not say to which skill area an item belongs."
            self._notes.tally("tag_missing", path, resource.line, sentence)
        return facts

    def _report_undeclared(self, file: ItemFile, resource: Resource) -> None:
        """Nothing is lost by it, but other systems may leave such files behind."""
        if file.media and len(resource.files) <= 1 and not resource.dependencies:
            sentence = "The item shows files that its resource in the manifest does not name."
            self._notes.tally("file_undeclared", file.path, file.line, sentence)

    def _read_canvas(self, manifest: Manifest) -> None:
        for resource in manifest.resources:
            name = None if resource.href is None else self._archive.find(resource.href)
            if resource.kind is not Kind.CANVAS or name is None or name in self._notes.used:
                continue
            self._notes.used.add(name)
            for item in read_canvas_file(name, self._archive, self._items.media, self._notes):
                if item.code in self._places:
                    sentence = f"The code {item.code} stands in {self._places[item.code]} already."
                    self._notes.include(found("code_repeated", item.place, sentence))
                    continue
                self._places[item.code] = item.place
                self._read.append(item)

    # ---- what is about items

    def _read_tests(self, manifest: Manifest) -> tuple[AssessmentTest, ...]:
        tests = []
        for resource in manifest.resources:
            data = self._file(resource, Kind.TEST, MAX_TEST_BYTES)
            if data is None:
                continue
            reader = TestReader(self._section, self._code_at, self._note_test)
            test = reader.read(data[1], data[0])
            if test is not None:
                tests.append(test)
        return tuple(tests)

    def _note_test(self, code: str, path: str, line: int | None, sentence: str) -> None:
        if code == "test_dropped":
            self._notes.tally(code, path, line, sentence)
        else:
            self._notes.note(code, path, line, sentence)

    def _section(self, path: str) -> bytes | None:
        name = self._archive.find(path)
        if name is None:
            return None
        self._notes.used.add(name)
        try:
            return self._archive.read(name, MAX_TEST_BYTES)
        except Refused as error:
            self._notes.include(error.finding)
            return None

    def _code_at(self, path: str) -> str | None:
        return self._codes.get(self._archive.find(path) or "")

    def _read_statistics(self, manifest: Manifest) -> tuple[Statistic, ...]:
        kept: list[Statistic] = []
        for resource in manifest.resources:
            data = self._file(resource, Kind.STATISTICS, MAX_BYTES)
            if data is None:
                continue
            path = data[0]

            def note(code: str, line: int | None, sentence: str, path: str = path) -> None:
                self._notes.note(code, path, line, sentence)

            for statistic in read_statistics(data[1], note):
                known = [one for one in statistic.targets if one.item in self._identifiers]
                if len(known) < len(statistic.targets):
                    sentence = "Statistics of items that did not come in are left out."
                    self._notes.tally("statistic_unknown", path, None, sentence)
                if known:
                    targets = tuple(replace(one, item=self._identifiers[one.item]) for one in known)
                    kept.append(replace(statistic, targets=targets))
        return tuple(kept)

    def _file(self, resource: Resource, kind: Kind, most: int) -> tuple[str, bytes] | None:
        if resource.kind is not kind or resource.href is None:
            return None
        name = self._archive.find(resource.href)
        if name is None:
            return None
        self._notes.used.add(name)
        try:
            return name, self._archive.read(name, most)
        except Refused as error:
            self._notes.include(error.finding)
            return None

    def _stimuli(self, manifest: Manifest) -> tuple[Stimulus, ...]:
        """Also those that no item shows are read, so that their faults are told."""
        for resource in manifest.resources:
            if resource.kind is Kind.STIMULUS and resource.href is not None:
                name = self._archive.find(resource.href)
                if name is not None and name not in self._items.stimuli:
                    try:
                        self._items.stimulus(name)
                    except Refused as error:
                        self._notes.include(error.finding)
                    sentence = "No item shows this text; it is left out."
                    self._notes.note("file_unused", name, None, sentence)
        return tuple(
            Stimulus(one.identifier, one.title, one.content_hash, self._showing(name))
            for name, one in sorted(self._items.stimuli.items())
            if isinstance(one, StimulusFile) and self._showing(name)
        )

    def _showing(self, name: str) -> tuple[str, ...]:
        return tuple(
            code for path, code in self._codes.items() if name in self._shown.get(path, ())
        )
