from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from exam_engine.database import Database
from item_bank.framework import bundled_edition
from item_bank.service import ItemBank
from tests.item_bank.examples import NOW


@pytest.fixture
def bank_engine(database: Database) -> AsyncEngine:
    return database.engine


@pytest.fixture
async def bank_session(bank_engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A transaction that is never committed."""
    async with AsyncSession(bank_engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
async def bank(bank_session: AsyncSession) -> ItemBank:
    """A bank with the bundled framework and no items."""
    bank = ItemBank(bank_session, NOW)
    await bank.load_framework(bundled_edition())
    return bank
