"""What a rendering knows besides the interaction: where files are, what was answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from item_bank.qti.contents import Contents, Part
from item_bank.qti.interactions import Interaction
from item_bank.qti.rendering.markup import Written, address_of, image, write
from item_bank.qti.rendering.naming import M, shuffled, texts_of
from item_bank.qti.values import Json

SAID = '<p class="told" lang="en" dir="auto" role="status" data-say></p>'
"""Where scripts say what happened; it must be there, and empty, before they do. What we say
is English in whatever language the item is."""


def _nowhere(_source: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an item is shown.

    ``address`` gives the address at which a file of the item is served, None where it is not
    there. ``seed`` puts choices that are to be shuffled into an order; without it they stand as
    written. ``prefix`` is before every ``id``; ``heading`` is the level of the item's headings.
    """

    address: Callable[[str], str | None] = _nowhere
    seed: int | None = None
    prefix: str = "item"
    heading: int = 3


class Page:
    """The rendering of one view. Interactions are numbered in their order."""

    def __init__(
        self,
        manner: Manner,
        responses: Mapping[str, Json],
        numbers: Mapping[str, int],
        write_part: Callable[["Page", Part], str],
        headings: Mapping[str, str],
    ) -> None:
        self.manner = manner
        self._responses = responses
        self._numbers = numbers
        self.alone = len(numbers) < 2
        self._written = Written(
            manner.address, manner.prefix, headings, lambda part: write_part(self, part)
        )
        self.within: Interaction | None = None
        """The interaction whose text is being written, for its gaps and hot texts."""

    def content(self, contents: Contents) -> str:
        return write(contents, self._written)

    def id_of(self, interaction: Interaction, *parts: object) -> str:
        number = self._numbers.get(interaction.response, 0)
        return "-".join((self.manner.prefix, str(number), *map(str, parts)))

    def number(self, interaction: Interaction) -> int:
        return self._numbers.get(interaction.response, 0)

    def served(self, source: str) -> str | None:
        """The address of a file of the item, None where it is not there."""
        return address_of(source, self._written)

    def image(self, source: str, alternative: str) -> str:
        return image(source, alternative, self._written)

    def answered(self, interaction: Interaction) -> list[str]:
        """What the candidate has answered, as texts."""
        return texts_of(self._responses.get(interaction.response))

    def order(self, interaction: Interaction, choices: Sequence[M], shuffle: bool) -> Sequence[M]:
        seed = self.manner.seed
        return (
            shuffled(choices, seed, interaction.response)
            if shuffle and seed is not None
            else choices
        )

    def hint(self, interaction: Interaction, asked: str, otherwise: str) -> str:
        """What is asked for; else, where no prompt says it, what there is to do."""
        return asked or ("" if interaction.prompt else otherwise)

    # ---- the frame around an interaction

    def name_of(self, interaction: Interaction) -> str:
        """Its name where it has no prompt."""
        if interaction.label:
            return interaction.label
        return "Your answer" if self.alone else f"Answer {self.number(interaction)}"

    def frame(
        self, interaction: Interaction, kind: str, inside: str, hint: str = "", **data: object
    ) -> str:
        """A group with the prompt as its name and the hint as its description."""
        own = self.id_of(interaction)
        named = f'aria-label="{attribute(self.name_of(interaction))}"'
        prompt = note = described = ""
        if interaction.prompt:
            named = f'aria-labelledby="{own}-prompt"'
            prompt = (
                f'<div class="prompt" id="{own}-prompt">{self.content(interaction.prompt)}</div>'
            )
        if hint:
            described = f' aria-describedby="{own}-hint"'
            note = f'<p class="hint" id="{own}-hint" lang="en" dir="auto">{text(hint)}</p>'
        wishes = "".join(f" {name}" for name in interaction.classes if name.startswith("qti-"))
        facts = "".join(
            f' data-{name.replace("_", "-")}="{attribute(str(value))}"'
            for name, value in data.items()
            if value is not None
        )
        return (
            f'<fieldset class="interaction {kind}{attribute(wishes)}" id="{own}" {named}{described}'
            f' data-interaction="{kind}"{facts}>{prompt}{note}{inside}{SAID}</fieldset>'
        )


def text(of: str) -> str:
    return escape(of, quote=False)


def attribute(of: str) -> str:
    return escape(of, quote=True)


def option(value: str, words: str, *, chosen: bool = False) -> str:
    """One entry of a menu."""
    mark = " selected" if chosen else ""
    return f'<option value="{attribute(value)}"{mark}>{text(words)}</option>'
