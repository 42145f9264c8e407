"""What data there is for a plan: counts, how the forms hang together, and what they support."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from exam_engine.calibration.plans import Plan

FEWEST_CANDIDATES = 10
FEWEST_ITEMS = 2
FEW_RESPONSES = 30
RECOMMENDED = {"Rasch": 50, "1PL": 100, "2PL": 250, "3PL": 1000}
"""Candidates under which a simpler model serves better; the tests hold it to `psychometrics`."""


@dataclass(frozen=True, slots=True)
class FormItem:
    """A question of a form: its item's code and the version that the form pins.

    ``also`` are options that were decided to be right beside the key; ``asks_nobody``: everybody
    is credited for it, or it is not scored any more.
    """

    code: str
    role: str
    area: str
    number: int
    content_hash: str
    also: tuple[str, ...] = ()
    asks_nobody: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Candidates who sat one form in one administration; ``past``: not in this engine."""

    form: str
    administration: str
    n: int
    first: datetime | None
    last: datetime | None
    past: bool = False
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class ItemCount:
    code: str
    area: str
    roles: tuple[str, ...]
    forms: tuple[str, ...]
    n: int


@dataclass(frozen=True, slots=True)
class Supply:
    """``items`` by code; ``parts`` are sets of forms that share items, directly or by others;
    ``shared`` counts the items of each pair of forms.  With ``refusals`` nothing can start."""

    blocks: tuple[Block, ...]
    items: tuple[ItemCount, ...]
    forms: tuple[str, ...]
    shared: Mapping[tuple[str, str], int]
    parts: tuple[tuple[str, ...], ...]
    n_candidates: int
    supported: str
    refusals: tuple[str, ...]
    remarks: tuple[str, ...]


def supplied(
    plan: Plan,
    blocks: Sequence[Block],
    forms: Mapping[str, Sequence[FormItem]],
    anchored: frozenset[str] = frozenset(),
    outdated: Sequence[str] = (),
) -> Supply:
    """Count what a plan would take.  ``anchored`` are codes of items with fixed parameters,
    ``outdated`` of those whose parameters are older than a decision about their key."""
    left_out = plan.excluded("item")
    used = [block for block in blocks if block.n]
    per_form: Counter[str] = Counter()
    for block in used:
        per_form[block.form] += block.n
    names = tuple(sorted(per_form))
    taken = {
        form: [
            one
            for one in forms[form]
            if one.role in plan.roles and one.code not in left_out and not one.asks_nobody
        ]
        for form in names
    }
    items = _items(taken, per_form)
    codes = {form: {one.code for one in taken[form]} for form in names}
    shared = {
        (one, other): len(codes[one] & codes[other])
        for i, one in enumerate(names)
        for other in names[i + 1 :]
    }
    parts = _parts(names, codes, anchored)
    n = sum(per_form.values()) - len(plan.excluded("candidate"))
    refusals = _refusals(n, items, taken, parts)
    return Supply(
        tuple(used),
        items,
        names,
        shared,
        parts,
        max(n, 0),
        supported(n),
        refusals,
        (
            *_remarks(plan, n, items, used, bool(anchored)),
            *_decided({form: forms[form] for form in names}),
            *_outdated([one for one in outdated if one in {item.code for item in items}]),
        ),
    )


def supported(n: int) -> str:
    """The richest model that so many candidates support."""
    fitting = [model for model, least in RECOMMENDED.items() if n >= least]
    return fitting[-1] if fitting else "Rasch"


def _items(
    taken: Mapping[str, Sequence[FormItem]], per_form: Mapping[str, int]
) -> tuple[ItemCount, ...]:
    rows: dict[str, list[tuple[str, FormItem]]] = {}
    for form, listed in taken.items():
        for one in listed:
            rows.setdefault(one.code, []).append((form, one))
    return tuple(
        ItemCount(
            code,
            rows[code][0][1].area,
            tuple(sorted({one.role for _, one in rows[code]})),
            tuple(form for form, _ in rows[code]),
            sum(per_form[form] for form, _ in rows[code]),
        )
        for code in sorted(rows)
    )


def _parts(
    names: Sequence[str], codes: Mapping[str, set[str]], anchored: frozenset[str]
) -> tuple[tuple[str, ...], ...]:
    """Forms joined by common items; anchors join all forms that have one."""
    parts: list[tuple[set[str], set[str]]] = []
    for name in names:
        forms, items = {name}, set(codes[name])
        if items & anchored:
            items |= anchored
        apart = []
        for other in parts:
            if items & other[1]:
                forms |= other[0]
                items |= other[1]
            else:
                apart.append(other)
        parts = [*apart, (forms, items)]
    return tuple(sorted(tuple(sorted(forms)) for forms, _ in parts))


def _refusals(
    n: int,
    items: Sequence[ItemCount],
    taken: Mapping[str, Sequence[FormItem]],
    parts: Sequence[Sequence[str]],
) -> tuple[str, ...]:
    found = []
    if n < FEWEST_CANDIDATES:
        found.append(
            f"Not enough data: {n} candidates, and {FEWEST_CANDIDATES} are needed. Choose more "
            "forms or a wider time."
        )
    elif len(items) < FEWEST_ITEMS:
        found.append(f"Not enough data: {len(items)} items, and {FEWEST_ITEMS} are needed.")
    versions: dict[str, dict[str, int]] = {}
    right: dict[str, set[tuple[str, ...]]] = {}
    for listed in taken.values():
        for one in listed:
            versions.setdefault(one.code, {})[one.content_hash] = one.number
            right.setdefault(one.code, set()).add(one.also)
    for code, contents in sorted(versions.items()):
        if len(contents) > 1:
            numbers = " and ".join(str(number) for number in sorted(contents.values()))
            found.append(
                f"{code} was shown as versions {numbers}, which differ: their answers are not to "
                "one question. Leave it out with a reason, or choose forms with one version."
            )
    found += [
        f"{code} has other right answers on one form than on another: decide the same about it on "
        "both, or leave it out with a reason."
        for code, sets in sorted(right.items())
        if len(sets) > 1
    ]
    if len(parts) > 1:
        named = "; ".join(", ".join(part) for part in parts)
        found.append(
            f"Not linked: the forms fall into {len(parts)} sets that share no item ({named}). "
            "Calibrate them apart, or anchor each with items whose parameters are approved."
        )
    return tuple(found)


def _remarks(
    plan: Plan,
    n: int,
    items: Sequence[ItemCount],
    blocks: Sequence[Block],
    has_anchors: bool,
) -> tuple[str, ...]:
    found = []
    least = RECOMMENDED[plan.model]
    if FEWEST_CANDIDATES <= n < least:
        found.append(
            f"{plan.model} asks for about {least:,} candidates and here are {n:,}: "
            f"{supported(n)} serves better."
        )
    few = [one.code for one in items if one.n < FEW_RESPONSES]
    if few and n >= FEWEST_CANDIDATES:
        found.append(
            f"{len(few)} items were shown to fewer than {FEW_RESPONSES} candidates "
            f"({_named(few)}): their parameters will be flagged."
        )
    simulated = sum(block.n for block in blocks if block.simulated)
    if simulated:
        found.append(f"{simulated:,} of the candidates are simulated: nobody ever sat there.")
    if plan.anchors == "current" and not has_anchors:
        found.append("No chosen item has approved parameters, so this run begins a scale.")
    return tuple(found)


def _decided(forms: Mapping[str, Sequence[FormItem]]) -> list[str]:
    """What decisions about keys make of the data."""
    silent = [f"{one.code} of {form}" for form in forms for one in forms[form] if one.asks_nobody]
    also = sorted({one.code for form in forms for one in forms[form] if one.also})
    found = []
    if silent:
        found.append(
            f"Left out, since it was decided that no answer to them matters: {_named(silent)}."
        )
    if also:
        found.append(f"More than the key is right, as was decided: {_named(also)}.")
    return found


def _outdated(codes: Sequence[str]) -> list[str]:
    if not codes:
        return []
    return [
        "Estimated anew, since their parameters are older than what was decided about their keys: "
        f"{_named(codes)}."
    ]


def _named(names: Sequence[str]) -> str:
    return f"{', '.join(names[:5])}{', ...' if names[5:] else ''}"
