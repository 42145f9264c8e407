"""What the acts of commands share: their options, the database, who asks, finding a run."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from exam_engine.accounts.queries import find_person_by_email
from exam_engine.calibration import queries
from exam_engine.commands import Refused
from exam_engine.commands.serving import settings_for, upgrade
from exam_engine.database import Database, Session

Arguments = argparse.Namespace
Environ = Mapping[str, str]


def usual(command: Any, *, by: bool = False) -> None:
    """Options that every act has; ``by``: one that is somebody's."""
    if by:
        command.add_argument("--by", metavar="EMAIL", help="who asks, for the record")
    command.add_argument("--json", action="store_true", help="for machines")
    command.add_argument("--data", metavar="DIR", help="data directory (default: ./data)")


def done(
    arguments: Arguments,
    environ: Environ,
    act: Callable[[Database], Awaitable[Any]],
    *refusals: type[Exception],
) -> Any:
    """What an act on the database gives.  Raises `Refused` with what stands against it: one of
    ``refusals``.
    """
    settings = settings_for(arguments, environ)
    upgrade(settings)

    async def doing() -> Any:
        database = Database(settings.database_url)
        try:
            return await act(database)
        finally:
            await database.close()

    try:
        return asyncio.run(doing())
    except refusals as refusal:
        raise Refused(str(refusal)) from refusal


async def person_id_of(session: Session, email: str | None) -> UUID | None:
    """Raises `Refused` where an email address is nobody's."""
    if not email:
        return None
    person = await find_person_by_email(session, email)
    if person is None:
        raise Refused(f"There is nobody with the email address {email}.")
    return person.id


async def find_run_id(session: Session, text: str) -> UUID:
    """A run by its id, or by the beginning of it that only it has.  Raises `Refused`."""
    found = [
        one.run.id
        for one in await queries.list_runs(session, 1000)
        if str(one.run.id).startswith(text.lower())
    ]
    if len(found) != 1:
        raise Refused(
            f"{len(found) or 'No'} runs begin with {text}. See: exam-engine calibrations list"
        )
    return found[0]
