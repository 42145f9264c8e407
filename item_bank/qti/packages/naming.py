"""Codes for the items of a package, by the identifiers that it gives them."""

import hashlib
import re

from item_bank.items import IDENTIFIER, plain_text
from item_bank.qti.choice import write_choice
from item_bank.qti.conversion.whole import written
from item_bank.qti.documents import parse
from item_bank.qti.packages.item_files import ItemFile


def fitting_code(identifier: str) -> str:
    """A code that is allowed, for any identifier; different ones stay different."""
    if IDENTIFIER.fullmatch(identifier):
        return identifier
    name = re.sub(r"[^A-Za-z0-9_.\-]+", "-", plain_text(identifier)).strip("-")[:48]
    name = f"{name or 'item'}-{hashlib.sha256(identifier.encode()).hexdigest()[:8]}"
    return name if IDENTIFIER.fullmatch(name) else f"Q-{name}"


def named(file: ItemFile, code: str) -> bytes:
    """The item under its code."""
    if code == file.identifier:
        return file.xml
    if file.content is not None:
        return write_choice(code, file.content)
    root = parse(file.xml)
    root.set("identifier", code)
    return written(root)
