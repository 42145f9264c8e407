"""A first way to put a form together: seeded drawing that meets the blueprint exactly.

Areas are filled one after another in the blueprint's order; within an area items are drawn
without replacement and an enemy of an item already on the form is passed over.  The order of
questions is by area, as drawn.  (An optimiser replaces the drawing once items have parameters.)
"""

import random
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

ASSEMBLY = "seeded-draw-1"
Id = TypeVar("Id")


class BlueprintNotMet(Exception):
    """The bank has too few usable items for an area."""


@dataclass(frozen=True, slots=True)
class Eligible(Generic[Id]):
    """An item that may go on the form; ``enemies`` are the ids that may not stand beside it."""

    id: Id
    enemies: Set[Id] = frozenset()


def draw(
    blueprint: Sequence[tuple[str, int]],
    eligible: Mapping[str, Sequence[Eligible[Id]]],
    seed: int,
) -> list[tuple[str, Id]]:
    """(area, item) in form order for (area, count) in blueprint order.

    Same bank order and seed, same form.  Raises `BlueprintNotMet` naming the area.
    """
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    form: list[tuple[str, Id]] = []
    taken: set[Id] = set()
    barred: set[Id] = set()
    for area, count in blueprint:
        pool = list(eligible.get(area, ()))
        rng.shuffle(pool)
        drawn = 0
        for item in pool:
            if drawn == count:
                break
            if item.id in barred or not taken.isdisjoint(item.enemies):
                continue
            form.append((area, item.id))
            taken.add(item.id)
            barred |= set(item.enemies)
            drawn += 1
        if drawn < count:
            raise BlueprintNotMet(
                f"Area {area} needs {count} questions; {drawn} of its {len(pool)} can be used."
            )
    return form


def with_pretest(
    form: Sequence[tuple[str, Id]],
    eligible: Mapping[str, Sequence[Eligible[Id]]],
    count: int,
    seed: int,
) -> list[tuple[str, Id, bool]]:
    """(area, item, whether it is in pretest) with ``count`` pretest items among those of a form.

    The areas take turns, in an order drawn by the seed, and the places are drawn from all, so that
    nobody can tell them.  No item is an enemy of another on the form.  Raises `BlueprintNotMet`.
    """
    rng = random.Random(f"pretest:{seed}")  # noqa: S311 - a reproducible draw, not a secret
    pools = {area: list(items) for area, items in eligible.items() if items}
    areas = sorted(pools)
    rng.shuffle(areas)
    for area in areas:
        rng.shuffle(pools[area])
    taken = {item for _, item in form}
    drawn: list[tuple[str, Id]] = []
    barred: set[Id] = set()
    while areas and len(drawn) < count:
        for area in tuple(areas):
            item = next((one for one in pools[area] if _fits(one, taken, barred)), None)
            if item is None:
                areas.remove(area)
            elif len(drawn) < count:
                drawn.append((area, item.id))
                taken.add(item.id)
                barred |= set(item.enemies)
    if len(drawn) < count:
        raise BlueprintNotMet(
            f"The form wants {count} questions in pretest; {len(drawn)} of the bank can be used."
        )
    places = set(rng.sample(range(len(form) + count), count))
    scored, pretest = iter(form), iter(drawn)
    return [
        (*next(pretest if place in places else scored), place in places)
        for place in range(len(form) + count)
    ]


def _fits(item: Eligible[Id], taken: set[Id], barred: set[Id]) -> bool:
    return item.id not in taken and item.id not in barred and taken.isdisjoint(item.enemies)
