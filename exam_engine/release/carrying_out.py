"""A release from the outside: in short transactions, each whole, and one last for the telling.

Whatever ends it in between leaves every result held, some of them scored anew; to go on is to
begin again.
"""

from uuid import UUID

from exam_engine.database import Database
from exam_engine.release.checks import Check, checks, obstacles
from exam_engine.release.errors import NothingHeld, ReleaseBlocked
from exam_engine.release.evidence import find_evidence
from exam_engine.release.queries import get_one, get_released_form, read_facts
from exam_engine.release.service import Releases
from exam_engine.release.tables import Release
from exam_engine.results.tables import Result


async def look(
    database: Database, form_id: UUID, sitting_id: UUID | None = None
) -> tuple[list[Check], int]:
    """The checks of a form as they stand, and how many results would be released."""
    async with database.reading() as session:
        await get_released_form(session, form_id)
    evidence = await find_evidence(database, form_id)
    async with database.reading() as session:
        form, _ = await get_released_form(session, form_id)
        facts = await read_facts(session, form, sitting_id, evidence)
    return checks(facts), facts.ready


async def release(
    database: Database,
    form_id: UUID,
    by: UUID | None,
    reason: str = "",
    sitting_id: UUID | None = None,
) -> Release:
    """Score what waits by the rules in force, then tell all at once: see `Releases.release`."""
    found, ready = await look(database, form_id, sitting_id)
    if not ready:
        raise NothingHeld
    if blocked := obstacles(found):
        raise ReleaseBlocked(blocked)
    await rescore_held(database, form_id)
    evidence = await find_evidence(database, form_id)
    async with database.transaction() as session:
        releases = Releases(session, await database.now(session))
        return await releases.release(form_id, by, reason, evidence=evidence, sitting_id=sitting_id)


async def release_one(database: Database, result_id: UUID, by: UUID | None, reason: str) -> Result:
    """One result by itself: see `Releases.release_one`."""
    async with database.reading() as session:
        one = await get_one(session, result_id)
    evidence = await find_evidence(database, one.form.id)
    async with database.transaction() as session:
        releases = Releases(session, await database.now(session))
        return await releases.release_one(result_id, by, reason, evidence=evidence)


async def rescore_held(database: Database, form_id: UUID) -> int:
    """Held results by the rules in force, a block at a time; how many had another score before."""
    done = 0
    while True:
        async with database.transaction() as session:
            releases = Releases(session, await database.now(session))
            block = await releases.rescore_held(form_id)
        done += block
        if not block:
            return done


async def rescore_released(database: Database, form_id: UUID, by: UUID | None, reason: str) -> int:
    """The same for released ones, with a reason and a notice to whom it changes the decision."""
    done = 0
    while True:
        async with database.transaction() as session:
            releases = Releases(session, await database.now(session))
            block = await releases.rescore_released(form_id, by, reason)
        done += block
        if not block:
            return done
