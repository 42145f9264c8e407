"""From what a candidate may see of an item to HTML, and from its form back to responses.

``render_item`` takes the view that ``Item.present`` gives and nothing else, so no key can come out.
The HTML is a part of a page and of a form: plain controls that work without a script, no inline
script or style, every identifier of the page with a prefix. ``read_form`` reads what the controls
send. Scripts (``static/interactions/``) only move the controls; what is sent stays the same.

``markup`` writes text, tables, images and formulas; ``pictures`` an image with its areas;
``naming`` has the names of fields, the hints and the order of choices; ``choosing``, ``writing``,
``pairing``, ``graphic`` and ``devices`` are the interactions, and ``kinds`` is their register.
"""

from item_bank.qti.rendering.kinds import RENDERINGS, read_form, render_contents, render_item
from item_bank.qti.rendering.naming import Fault, Fields, FormRead
from item_bank.qti.rendering.page import Manner

__all__ = [
    "RENDERINGS",
    "Fault",
    "Fields",
    "FormRead",
    "Manner",
    "read_form",
    "render_contents",
    "render_item",
]
