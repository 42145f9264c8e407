"""Administer a test to persons who do not exist."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption
from psychometrics.models import Items
from psychometrics.simulation.conduct import Copying, ResponseTimes

Floats = NDArray[np.float64]

BLOCK = 4096  # persons drawn at a time; part of what a seed means


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """What a simulated administration left.

    Attributes
    ----------
    theta : (n_persons,) array
        Abilities, in logits.
    responses : (n_persons, n_items) array of int8
        Categories; -1 is not administered.
    seconds : (n_persons, n_items) array or None
        Response times, NaN where not administered; None if no times were asked for.
    speed : (n_persons,) array or None
        Speed of each person, in log seconds.
    copied : tuple of Copying
        Who copied what, with the items that both persons were given.
    """

    theta: Floats
    responses: NDArray[np.int8]
    seconds: Floats | None
    speed: Floats | None
    copied: tuple[Copying, ...]


def simulate(
    items: Items,
    persons: int | ArrayLike,
    *,
    rng: np.random.Generator,
    administered: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    items_of: Mapping[Hashable, Items] | None = None,
    times: ResponseTimes | None = None,
    copying: Sequence[Copying] = (),
) -> Simulation:
    """Draw responses, and if asked times, of persons to items of any model.

    Parameters
    ----------
    items : Items
        As everybody meets them, unless ``items_of`` says otherwise.
    persons : int or (n_persons,) array
        Abilities in logits, or how many to draw from N(0, 1).
    rng : numpy.random.Generator
        The only source of randomness: the same seed and arguments give the same simulation.
    administered : (n_persons, n_items) array of bool, optional
        Who is given what, by `assign_forms` or `draw_forms`; everything to everybody if absent.
    groups : (n_persons,) array, optional
        A label for each person, to be looked up in ``items_of``.
    items_of : mapping from label to Items, optional
        Items as that group meets them (`change_items` for DIF, `drift_items` for drift); groups
        without an entry meet ``items``.
    times : ResponseTimes, optional
        Draw response times too.
    copying : sequence of Copying, optional
        Applied in order, after all responses are drawn.

    Returns
    -------
    Simulation

    Raises
    ------
    BadOption
        An array has not one entry a person or item, an ability is not finite, or a copier or
        item does not exist.
    """
    theta = _abilities(persons, rng)
    n_persons, n_items = len(theta), len(items)
    given = _mask(administered, n_persons, n_items)
    if times is not None and np.shape(times.intensity) != (n_items,):
        raise BadOption(f"times are for {np.size(times.intensity)} items, not {n_items}")
    if any(
        not (0 <= pair.source < n_persons and 0 <= pair.copier < n_persons)
        or any(not 0 <= item < n_items for item in pair.items)
        for pair in copying
    ):
        raise BadOption("a copier, a source or an item copied does not exist")
    responses = np.empty((n_persons, n_items), dtype=np.int8)
    for those, met in _meetings(items, groups, items_of, n_persons):
        responses[those] = _respond(met, theta[those], rng)
    responses[~given] = -1
    seconds = speed = None
    if times is not None:
        speed = _speed(theta, times, rng)
        seconds = _work(speed, times, rng)
        seconds[~given] = np.nan
    copied = tuple(_copy(pair, given, responses, seconds) for pair in copying)
    return Simulation(theta, responses, seconds, speed, copied)


def _abilities(persons: int | ArrayLike, rng: np.random.Generator) -> Floats:
    if isinstance(persons, int | np.integer):
        if persons < 1:
            raise BadOption(f"{persons} persons cannot be drawn: at least 1 can")
        return rng.standard_normal(int(persons))
    theta = np.asarray(persons, dtype=float)
    if theta.ndim != 1 or not len(theta) or not np.isfinite(theta).all():
        raise BadOption("abilities are one finite number for each person")
    return theta


def _mask(administered: ArrayLike | None, n_persons: int, n_items: int) -> NDArray[np.bool_]:
    if administered is None:
        return np.ones((n_persons, n_items), dtype=bool)
    given = np.asarray(administered, dtype=bool)
    if given.shape != (n_persons, n_items):
        raise BadOption(f"administered has shape {given.shape}, not {(n_persons, n_items)}")
    return given


def _meetings(
    items: Items,
    groups: ArrayLike | None,
    items_of: Mapping[Hashable, Items] | None,
    n_persons: int,
) -> list[tuple[NDArray[np.intp], Items]]:
    """Who meets which items."""
    if groups is None:
        if items_of:
            raise BadOption("items_of needs the group of each person")
        return [(np.arange(n_persons), items)]
    labels, member = np.unique(np.asarray(groups), return_inverse=True)
    if member.shape != (n_persons,):
        raise BadOption("groups are one label for each person")
    found = dict(items_of or {})
    strange = set(found) - set(labels.tolist())
    if strange:
        raise BadOption(f"no person is in group {strange.pop()!r}")
    meetings = []
    for group, label in enumerate(labels.tolist()):
        met = found.get(label, items)
        if met.n_categories.tolist() != items.n_categories.tolist():
            raise BadOption(f"group {label!r} meets items with other numbers of categories")
        meetings.append((np.flatnonzero(member == group), met))
    return meetings


def _respond(items: Items, theta: Floats, rng: np.random.Generator) -> NDArray[np.int8]:
    """Draw each response by where a uniform number falls among the cumulative probabilities."""
    responses = np.zeros((len(theta), len(items)), dtype=np.int8)
    for start in range(0, len(theta), BLOCK):
        block = theta[start : start + BLOCK]
        drawn = rng.random((len(block), len(items)))
        reached = items.probabilities(block).cumsum(axis=1)
        for category in range(reached.shape[1] - 1):
            responses[start : start + BLOCK] += (
                (drawn > reached[:, category].T) & (category < items.n_categories - 1)
            ).astype(np.int8)
    return responses


def _speed(theta: Floats, times: ResponseTimes, rng: np.random.Generator) -> Floats:
    own = rng.standard_normal(len(theta))
    common = np.sqrt(1 - times.correlation**2)
    return np.asarray(times.speed_sd * (times.correlation * theta + common * own))


def _work(speed: Floats, times: ResponseTimes, rng: np.random.Generator) -> Floats:
    noise = rng.standard_normal((len(speed), len(times.intensity)))
    return np.asarray(np.exp(times.intensity - speed[:, None] + noise / times.discrimination))


def _copy(
    pair: Copying,
    given: NDArray[np.bool_],
    responses: NDArray[np.int8],
    seconds: Floats | None,
) -> Copying:
    wanted = np.array(pair.items, dtype=np.intp)
    shared = wanted[given[pair.source, wanted] & given[pair.copier, wanted]]
    responses[pair.copier, shared] = responses[pair.source, shared]
    if seconds is not None:
        seconds[pair.copier, shared] *= pair.time_factor
    return Copying(pair.source, pair.copier, tuple(shared.tolist()), pair.time_factor)
