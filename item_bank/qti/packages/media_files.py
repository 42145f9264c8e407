"""The files that the XML of a package names: found in the archive, made safe, renamed."""

from lxml import etree

from item_bank.errors import MediaRefused
from item_bank.formats.reading import Media, Refused, refused
from item_bank.media.cleaning import MOST_BYTES, Cleaner, CleanMedia
from item_bank.qti.findings import line_of
from item_bank.qti.packages.archive import Archive
from item_bank.qti.packages.manifest import place_of, resolve
from item_bank.qti.packages.notes import Notes
from item_bank.qti.packages.references import Reference, references


class MediaFiles:
    def __init__(self, archive: Archive, notes: Notes) -> None:
        self._archive = archive
        self._notes = notes
        self._cleaner = Cleaner()
        self._by_name: dict[str, CleanMedia | MediaRefused] = {}

    def rename(self, root: etree._Element, path: str) -> dict[str, Media]:
        """Point all references in a file at the path ``path`` to the clean files, and return these.

        What is on the web or missing stays as it is, with a finding. Raises Refused for a file that
        cannot be kept.
        """
        found: dict[str, Media] = {}
        for reference in references(root):
            media = self._media(reference, path)
            if media is not None:
                reference.rename(media.path)
                found[media.path] = Media(media.path, media.data)
        return found

    def mark(self, root: etree._Element, path: str) -> None:
        """Files of an item that is refused are used all the same."""
        for reference in references(root):
            target = resolve(path, reference.target)
            name = None if target is None else self._archive.find(target)
            if name is not None:
                self._notes.used.add(name)

    def in_archive(self, base: str, target: str) -> CleanMedia | None:
        """The clean file at an address; None where it is not there. Raises MediaRefused."""
        path = resolve(base, target)
        name = None if path is None else self._archive.find(path)
        if name is None:
            return None
        self._notes.used.add(name)
        known = self._by_name.get(name)
        if known is None:
            try:
                known = self._cleaner.clean(self._archive.read(name, MOST_BYTES))
            except MediaRefused as error:
                known = error
            except Refused as error:
                known = MediaRefused(error.finding.sentence)
            self._by_name[name] = known
        if isinstance(known, MediaRefused):
            raise MediaRefused(str(known))
        return known

    def _media(self, reference: Reference, path: str) -> CleanMedia | None:
        line = line_of(reference.element)
        shown = reference.target[:120]
        if reference.is_external:
            sentence = f"The item points to the web, {shown!r}; nothing is fetched from there."
            self._notes.note("media_external", path, line, sentence)
            return None
        try:
            if reference.is_embedded:
                data = reference.embedded
                if data is None:
                    raise MediaRefused("What the address holds cannot be read.")
                return self._cleaner.clean(data)
            found = self.in_archive(path, reference.target)
        except MediaRefused as error:
            if reference.is_link:
                sentence = f"The item leads to the file {shown!r}, which is left out. {error}"
                self._notes.note("media_unfit", path, line, sentence)
                return None
            what = "a file inside the text" if reference.is_embedded else f"the file {shown!r}"
            sentence = f"The item shows {what}, which is refused. {error}"
            raise refused("media_refused", place_of(path, line), sentence) from error
        if found is None:
            sentence = f"The file {shown!r} is not in the package."
            self._notes.note("media_missing", path, line, sentence)
        return found
