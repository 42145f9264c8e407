"""The names of form fields, what they hold, and the sentences beside them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from item_bank.qti.interactions import Interaction
from item_bank.qti.values import Json

PREFIX = "answer"
"""Before every field; an identifier of QTI holds no colon, so no field is taken for another."""

Fields: TypeAlias = Mapping[str, Sequence[str]]
"""What a form sent: the values of each name in their order."""


class AnswerUnclear(Exception):
    """What was filled in cannot be meant; the message is the sentence for the candidate."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``field_id`` is the element of the page that the sentence is about."""

    field_id: str
    response: str
    sentence: str


@dataclass(frozen=True, slots=True)
class FormRead:
    """``responses`` has each response of the item's interactions, None for a blank."""

    responses: dict[str, Json]
    faults: tuple[Fault, ...]


def field_name(interaction: Interaction, *parts: str) -> str:
    return ":".join((PREFIX, interaction.response, *parts))


def given(fields: Fields, *names: str) -> list[str]:
    """What was filled in under these names, blanks left out."""
    return [value.strip() for name in names for value in fields.get(name, ()) if value.strip()]


def texts_of(json: Json) -> list[str]:
    """A response as the texts that the fields of a form hold; a pair or a point is one text."""
    if json is None or isinstance(json, Mapping):
        return []
    if isinstance(json, bool):
        return ["true" if json else "false"]
    if isinstance(json, str | int | float):
        return [str(json)]
    return [text for one in json for text in texts_of(one)]


# ---- the order of choices


class Movable(Protocol):
    @property
    def identifier(self) -> str: ...
    @property
    def fixed(self) -> bool: ...


M = TypeVar("M", bound=Movable)


def shuffled(choices: Sequence[M], seed: int, response: str) -> list[M]:
    """The choices in the order of a hash of the seed and their names; fixed ones keep their place.

    The same on every machine, and independent of the order in the file.
    """

    def rank(choice: M) -> bytes:
        return hashlib.sha256(f"{seed}/{response}/{choice.identifier}".encode()).digest()

    moved = iter(sorted((choice for choice in choices if not choice.fixed), key=rank))
    return [choice if choice.fixed else next(moved) for choice in choices]


# ---- hints


def how_many(verb: str, least: int, most: int, noun: str = "") -> str:
    """How many are asked for, as a sentence; ``most`` 0 is no limit. Nothing for just one."""
    thing = f" {noun}" if noun else ""
    if most and least == most:
        return f"{verb} {most}{thing}." if most > 1 else ""
    if least and most:
        return f"{verb} {least} to {most}{thing}."
    if least:
        return f"{verb} at least {least}{thing}."
    if most > 1:
        return f"{verb} up to {most}{thing}."
    return ""
