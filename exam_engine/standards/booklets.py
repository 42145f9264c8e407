"""Ordered item booklets: the form's questions from the easiest to the hardest.

Loads numpy, so a server imports it late.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from exam_engine.standards.errors import PanelUnsound
from item_bank.parameters.queries import Held
from psychometrics import Items
from psychometrics.errors import PsychometricsError
from psychometrics.standards import order_booklet

Page = Mapping[str, Any]


def booklet_of(
    held: Sequence[Held], positions: Mapping[str, int], probability: float
) -> list[dict[str, Any]]:
    """A page an item, in the order in which they are answered right with this probability.

    ``positions`` are the form's, by code.  Raises `PanelUnsound` where an item has no place.
    """
    a, b, c, u = ([one.values[name] for one in held] for name in ("a", "b", "c", "u"))
    names = [one.code for one in held]
    try:
        items = Items.from_irt([one.model for one in held], a, b, c, u, names=names)
        ordered = order_booklet(items, probability=probability)
    except PsychometricsError as error:
        raise PanelUnsound(
            f"No booklet can be ordered: {error}. Choose another response probability, or the "
            "Angoff method."
        ) from error
    return [
        {
            "position": positions[held[item].code],
            "code": held[item].code,
            "location": float(location),
            "model": held[item].model,
            "values": held[item].values,
        }
        for item, location in zip(ordered.item.tolist(), ordered.location.tolist(), strict=True)
    ]


def items_of(booklet: Sequence[Page]) -> Items:
    """The parameters that a booklet keeps, in the order of its pages."""
    a, b, c, u = ([page["values"][name] for page in booklet] for name in ("a", "b", "c", "u"))
    return Items.from_irt(
        [page["model"] for page in booklet], a, b, c, u, names=[page["code"] for page in booklet]
    )
