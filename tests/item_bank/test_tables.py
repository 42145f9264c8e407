from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import CheckConstraint, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank.errors import VersionImmutable
from item_bank.service import ItemBank
from item_bank.tables import Base, Item, ItemEnemy, ItemVersion
from tests.item_bank.examples import NOW, a_content, some_facts


def an_item(**changes: object) -> Item:
    values = {"code": "T-09", "state": "draft", "created_at": NOW} | changes
    return Item(**values)


async def test_a_moment_comes_back_as_it_went_in_to_the_microsecond(
    bank_session: AsyncSession,
) -> None:
    moment = datetime(2026, 11, 21, 23, 59, 59, 123456, tzinfo=UTC)
    bank_session.add(an_item(created_at=moment))
    await bank_session.flush()
    stored = await bank_session.scalar(select(Item.created_at))
    assert stored == moment
    assert stored.utcoffset() == timedelta()


async def test_a_moment_of_another_zone_is_kept_in_utc(bank_session: AsyncSession) -> None:
    eastern = timezone(timedelta(hours=-5))
    bank_session.add(an_item(created_at=datetime(2026, 11, 21, 4, 0, tzinfo=eastern)))
    await bank_session.flush()
    assert await bank_session.scalar(select(Item.created_at)) == NOW


async def test_moments_are_stored_so_that_they_sort_as_time_does(
    bank_session: AsyncSession,
) -> None:
    whole = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    later = whole + timedelta(microseconds=1)
    bank_session.add_all([an_item(code="b", created_at=later), an_item(code="a", created_at=whole)])
    await bank_session.flush()
    stored = await bank_session.scalars(text("SELECT created_at FROM item ORDER BY created_at"))
    if bank_session.bind.dialect.name == "sqlite":
        form = ["2026-11-21T09:00:00.000000+00:00", "2026-11-21T09:00:00.000001+00:00"]
        assert list(stored) == form
    else:
        assert list(stored) == [whole, later]
        kind = await bank_session.scalar(text("SELECT pg_typeof(created_at)::text FROM item"))
        assert kind == "timestamp with time zone"
    assert await bank_session.scalar(select(Item.code).where(Item.created_at > whole)) == "b"


async def test_a_moment_without_a_time_zone_is_refused(bank_session: AsyncSession) -> None:
    bank_session.add(an_item(created_at=datetime(2026, 11, 21, 9, 0)))  # noqa: DTZ001
    with pytest.raises(StatementError, match="needs its time zone"):
        await bank_session.flush()


async def test_a_state_that_is_none_is_refused_by_the_database(bank_session: AsyncSession) -> None:
    bank_session.add(an_item(state="lost"))
    with pytest.raises(IntegrityError):
        await bank_session.flush()


async def test_two_items_cannot_have_one_code(bank_session: AsyncSession) -> None:
    bank_session.add_all([an_item(), an_item()])
    with pytest.raises(IntegrityError):
        await bank_session.flush()


async def test_two_versions_of_an_item_cannot_have_one_number(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    version = await bank.add_item(a_content(), some_facts(), None)
    columns = {c.key: getattr(version, c.key) for c in ItemVersion.__table__.columns}
    with pytest.raises(IntegrityError):
        await bank_session.execute(insert(ItemVersion).values(columns | {"id": uuid4()}))


async def test_a_version_does_not_change_and_does_not_go(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    version = await bank.add_item(a_content(), some_facts(), None)
    version.title = "Another title"
    with pytest.raises(VersionImmutable):
        await bank_session.flush()
    await bank_session.rollback()


async def test_a_pair_of_enemies_is_stored_once_with_the_lower_id_first(
    bank_session: AsyncSession,
) -> None:
    low, high = sorted((uuid4(), uuid4()))
    bank_session.add_all([an_item(id=low, code="a"), an_item(id=high, code="b")])
    await bank_session.flush()
    bank_session.add(ItemEnemy(item_id=high, enemy_id=low))
    with pytest.raises(IntegrityError):
        await bank_session.flush()


async def test_an_update_that_breaks_a_check_is_refused(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    await bank.add_item(a_content(), some_facts(), None)
    with pytest.raises(IntegrityError):
        await bank_session.execute(update(ItemVersion).values(estimated_difficulty=1.5))


def test_every_constraint_has_a_name_and_every_moment_is_aware() -> None:
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"
            if isinstance(constraint, CheckConstraint):
                assert str(constraint.name).startswith(f"ck_{table.name}_")
        for column in table.columns:
            if column.name == "at" or column.name.endswith("ed_at"):
                assert type(column.type).__name__ == "Instant"


def test_the_tables_are_the_banks() -> None:
    assert set(Base.metadata.tables) == {
        "framework_edition",
        "framework_node",
        "item",
        "item_version",
        "item_tag",
        "item_enemy",
        "item_import",
        "item_import_row",
        "item_transition",
        "item_statistic",
        "item_statistic_waiting",
        "parameter_set",
        "item_parameters",
    }
