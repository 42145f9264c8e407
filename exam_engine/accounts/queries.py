"""Looking people up."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.tables import Person


async def find_person_by_email(session: AsyncSession, email: str) -> Person | None:
    if "\0" in email:  # PostgreSQL cannot even be asked
        return None
    return await session.scalar(select(Person).where(Person.email == email.strip().lower()))
