"""A form made of the test of a package: its items in its order, and what of its sections counts.

The form is a draft like any other, marked by ``ASSEMBLY``. ``Form.structure`` keeps the sections:
places are the numbers of questions on the form, from 1.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from item_bank.imports.outlines import Outline

ASSEMBLY = "imported-test-1"


def structure_of(
    outline: Outline, on_form: Collection[str], import_id: UUID, file_name: str
) -> dict[str, Any]:
    """As JSON; ``left_out`` are codes of the test that are not ``on_form``."""
    sections = []
    codes = [code for code in outline.codes if code in on_form]
    places = {code: place for place, code in enumerate(codes, 1)}
    met: set[str] = set()
    for one in outline.sections:
        here = [places[code] for code in one.codes if code in places and code not in met]
        met.update(one.codes)
        if here:
            sections.append(
                {
                    "title": one.title,
                    "places": here,
                    "draws": one.draws if one.draws != one.children else None,
                    "shuffled": one.shuffled,
                }
            )
    return {
        "import": str(import_id),
        "file": file_name,
        "identifier": outline.identifier,
        "title": outline.title,
        "longest_s": outline.longest_s,
        "missing": outline.missing,
        "left_out": [code for code in outline.codes if code not in on_form],
        "sections": sections,
    }


def form_code(outline: Outline, versions: Sequence[UUID]) -> str:
    """The same for the same versions in the same order, so that a test makes one form."""
    content = repr((outline.identifier, [str(version) for version in versions]))
    digest = hashlib.sha256(content.encode()).hexdigest()[:10]
    return f"imported-{digest}"


def drawing_section(structure: Mapping[str, Any] | None) -> str | None:
    """The title of a section that draws some of its items, which a form of fixed items cannot."""
    for one in (structure or {}).get("sections", ()):
        if one["draws"] is not None:
            return str(one["title"] or "without a title")
    return None
