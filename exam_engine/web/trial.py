"""An item tried by its writer: shown as a candidate sees it, answered, scored, explained.

Pure but for the files it is given an address for. Everything here is for the eyes of the bank's
people: a trial holds the key beside the answers.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from item_bank.errors import ItemBankError, QtiError, ResponseUnsound
from item_bank.qti import Finding, Item, Json, check_item, read_item
from item_bank.qti.contents import Contents
from item_bank.qti.rendering import (
    Fault,
    Fields,
    Manner,
    read_form,
    render_contents,
    render_item,
)

MOST_XML = 1_000_000
"""Characters of a pasted item."""
LARGEST_SEED = 2**32 - 1
FEEDBACK_PREFIX = "feedback"

_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml\b[^>]{0,200}\?>")
_ENCODING = re.compile(rb"<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")

NOTHING = Markup("")

Address = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Answered:
    """One response: what would be stored, the key, and what the interaction says of it."""

    identifier: str
    given: str
    key: str
    remark: str


@dataclass(frozen=True, slots=True)
class Told:
    """Modal feedback."""

    title: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Scored:
    """``outcomes`` are (name, value) pairs, SCORE first; ``refusal`` says why there are none."""

    answers: tuple[Answered, ...]
    outcomes: tuple[tuple[str, str], ...]
    feedback: tuple[Told, ...]
    values: Mapping[str, Json]
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """``refusal`` says why there is nothing to show; ``findings`` are all there is to say."""

    xml: str
    seed: int
    title: str = ""
    html: Markup = NOTHING
    findings: tuple[Finding, ...] = ()
    refusal: str = ""
    faults: tuple[Fault, ...] = ()
    scored: Scored | None = None
    is_adaptive: bool = False
    attempt: int = 1
    missing: tuple[str, ...] = ()


def as_text(data: bytes) -> str:
    """A file's text in the encoding it declares, else UTF-8; what fits neither is replaced."""
    declared = _ENCODING.match(data[:300].lstrip(b"\xef\xbb\xbf \t\r\n"))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        encoding = declared[1].decode() if declared else "utf-8-sig"
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):  # some codecs have errors of their own
        return data.decode("utf-8", "replace")


def as_bytes(xml: str) -> bytes:
    """A text as a file; the encoding that it may declare is no longer its own."""
    return _DECLARATION.sub("", xml, count=1).encode("utf-8", "replace")


def try_item(
    xml: str,
    seed: int,
    address: Address,
    fields: Fields | None = None,
    *,
    attempt: int = 1,
    before: Mapping[str, Json] | None = None,
) -> Trial:
    """Show an item; with the ``fields`` of its form, score them too. Never raises for the item."""
    data = as_bytes(xml)
    findings = check_item(data)
    try:
        item = read_item(data)
    except QtiError as error:
        return Trial(xml=xml, seed=seed, findings=findings, refusal=str(error))
    missing: dict[str, None] = {}

    def noting(source: str) -> str | None:
        found = address(source)
        if found is None:
            missing[source] = None
        return found

    manner = Manner(address=noting, seed=seed)
    view = item.present(seed)
    responses: dict[str, Json] = {}
    faults: tuple[Fault, ...] = ()
    scored = None
    if fields is not None:
        read = read_form(view, fields)
        responses, faults = read.responses, read.faults
    if fields is not None and not faults:
        scored = _score(item, responses, seed, manner, attempt, before)
        if scored.values:
            view = item.review(scored.values, seed)
    return Trial(
        xml=xml,
        seed=seed,
        title=item.title,
        html=Markup(render_item(view, responses, manner)),  # noqa: S704 - written by an allow-list
        findings=findings,
        faults=faults,
        scored=scored,
        is_adaptive=item.is_adaptive,
        attempt=attempt,
        missing=tuple(missing),
    )


def _score(
    item: Item,
    responses: Mapping[str, Json],
    seed: int,
    manner: Manner,
    attempt: int,
    before: Mapping[str, Json] | None,
) -> Scored:
    read = item.read_responses(responses)
    remarks = {refused.identifier: f"Not taken: {refused.sentence}." for refused in read.refused}
    for interaction in item.interactions:
        value = read.values.get(interaction.response)
        said = interaction.impossible(value) or interaction.incomplete(value)
        if said:
            remarks.setdefault(interaction.response, said)
    keys = item.correct_responses(seed)
    answers = tuple(
        Answered(name, shown(given), shown(keys.get(name)), remarks.get(name, ""))
        for name, given in responses.items()
    )
    try:
        values = item.score(read.values, seed=seed, attempt=attempt, before=before)
    except (ItemBankError, ResponseUnsound) as error:
        return Scored(answers, (), (), {}, str(error))
    told = tuple(
        Told(one.title, _feedback(item, one.content, manner, number))
        for number, one in enumerate(item.feedback(values, seed))
    )
    ordered = sorted(values.items(), key=lambda pair: (pair[0] != "SCORE", pair[0]))
    return Scored(answers, tuple((name, shown(one)) for name, one in ordered), told, values)


def _feedback(item: Item, contents: Contents, manner: Manner, number: int) -> Markup:
    own = Manner(address=manner.address, prefix=f"{FEEDBACK_PREFIX}-{number}", heading=4)
    return Markup(render_contents(contents, item.language, own))  # noqa: S704 - as above


def shown(value: Json) -> str:
    """A value as people read it; a blank is a dash."""
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return ", ".join(shown(one) for one in value)
