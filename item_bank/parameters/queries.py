"""Looking up parameter sets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank.errors import ParametersNotFound
from item_bank.tables import Item, ItemParameters, ItemVersion, ParameterSet

LARGEST_VERSION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Held:
    """Parameters with the item they are of, by code and version number, their scale, and the
    calibration that gave them as its owner names it."""

    scale: str
    code: str
    number: int
    item_version_id: UUID
    model: str
    values: dict[str, float]
    errors: dict[str, float | None]
    n: int
    run_id: str


async def find_parameter_set(
    session: AsyncSession, scale: str, version: int | None = None
) -> ParameterSet | None:
    """A version of a scale; the newest without a number."""
    if "\0" in scale or (version or 0) > LARGEST_VERSION:  # the database cannot even be asked
        return None
    found = select(ParameterSet).where(ParameterSet.scale == scale)
    if version is not None:
        found = found.where(ParameterSet.version == version)
    return await session.scalar(found.order_by(ParameterSet.version.desc()).limit(1))


async def get_parameter_set(
    session: AsyncSession, scale: str, version: int | None = None
) -> ParameterSet:
    stored = await find_parameter_set(session, scale, version)
    if stored is None:
        name = scale if version is None else f"{scale}, version {version}"
        raise ParametersNotFound(f"The bank has no parameters {name}.")
    return stored


async def find_latest_set(
    session: AsyncSession, scales: str, *, before: datetime | None = None
) -> ParameterSet | None:
    """The set approved last, or last before a moment, on a scale whose name begins so."""
    found = select(ParameterSet).where(ParameterSet.scale.startswith(scales, autoescape=True))
    if before is not None:
        found = found.where(ParameterSet.approved_at < before)
    return await session.scalar(
        found.order_by(ParameterSet.approved_at.desc(), ParameterSet.version.desc()).limit(1)
    )


async def list_parameter_sets(session: AsyncSession) -> Sequence[tuple[ParameterSet, int]]:
    """Every set with how many items it holds, newest first."""
    rows = await session.execute(
        select(ParameterSet, func.count(ItemParameters.id))
        .outerjoin(ItemParameters, ItemParameters.set_id == ParameterSet.id)
        .group_by(ParameterSet.id)
        .order_by(ParameterSet.approved_at.desc(), ParameterSet.scale)
    )
    return [(stored, count) for stored, count in rows]


async def count_scales(session: AsyncSession, scales: str) -> int:
    """How many scales have a name that begins so."""
    return (
        await session.scalar(
            select(func.count(ParameterSet.scale.distinct())).where(
                ParameterSet.scale.startswith(scales, autoescape=True)
            )
        )
        or 0
    )


async def list_parameters(session: AsyncSession, set_id: UUID) -> list[Held]:
    """The parameters of one set, by code."""
    rows = await session.execute(
        select(ItemParameters, ParameterSet, Item.code, ItemVersion.number)
        .join(ParameterSet, ParameterSet.id == ItemParameters.set_id)
        .join(ItemVersion, ItemVersion.id == ItemParameters.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(ItemParameters.set_id == set_id)
        .order_by(Item.code)
    )
    return [_held(one, stored, code, number) for one, stored, code, number in rows]


def _held(one: ItemParameters, stored: ParameterSet, code: str, number: int) -> Held:
    known = (one.item_version_id, one.model, one.values, one.errors, one.n)
    return Held(stored.scale, code, number, *known, stored.run_id)


async def list_current(
    session: AsyncSession, scale: str, version_ids: Collection[UUID]
) -> list[Held]:
    """The newest parameters on a scale of each of these item versions that has any, by code."""
    rows = await session.execute(
        select(ItemParameters, ParameterSet, Item.code, ItemVersion.number)
        .join(ParameterSet, ParameterSet.id == ItemParameters.set_id)
        .join(ItemVersion, ItemVersion.id == ItemParameters.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(ParameterSet.scale == scale, ItemParameters.item_version_id.in_(version_ids))
        .order_by(Item.code, ParameterSet.version)
    )
    newest = {code: _held(one, stored, code, number) for one, stored, code, number in rows}
    return list(newest.values())


@dataclass(frozen=True, slots=True)
class History:
    """One set of parameters of an item, with where and when it came from."""

    scale: str
    version: int
    run_id: str
    approved_at: datetime
    held: Held


async def list_history(session: AsyncSession, code: str) -> list[History]:
    """All parameters that an item ever had, newest first."""
    rows = await session.execute(
        select(ItemParameters, ParameterSet, ItemVersion.number)
        .join(ParameterSet, ParameterSet.id == ItemParameters.set_id)
        .join(ItemVersion, ItemVersion.id == ItemParameters.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.code == code)
        .order_by(ParameterSet.approved_at.desc(), ParameterSet.version.desc())
    )
    return [
        History(
            stored.scale,
            stored.version,
            stored.run_id,
            stored.approved_at,
            _held(one, stored, code, number),
        )
        for one, stored, number in rows
    ]
