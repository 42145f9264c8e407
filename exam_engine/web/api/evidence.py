"""Is the engine well, and can it prove what it stored: health, audits, rehearsals."""

from datetime import timedelta
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody

from exam_engine.accounts.roles import Role
from exam_engine.database import DatabaseUnavailable
from exam_engine.delivery import queries as attempts
from exam_engine.delivery.verification import Verified
from exam_engine.registration.queries import find_sitting
from exam_engine.rehearsal.service import add_rehearsal
from exam_engine.resources import Resources
from exam_engine.web import schemas
from exam_engine.web.auth import FOR, PUBLIC, serves

MANAGER = serves(Role.MANAGER)


@get("/health", opt={FOR: PUBLIC})
async def health(resources: NamedDependency[Resources]) -> Response[dict[str, str]]:
    """200 when answers can be stored; 503 with the part that fails otherwise."""
    if not resources.recorder.is_healthy:
        return Response({"status": "recorder stopped"}, status_code=503)
    try:
        async with resources.database.reading() as session:
            await resources.database.now(session)
    except DatabaseUnavailable:
        return Response({"status": "database does not answer"}, status_code=503)
    return Response({"status": "ready"})


@get("/api/attempts/{attempt_id:uuid}/audit", opt=MANAGER)
async def audit_attempt(
    attempt_id: FromPath[UUID], resources: NamedDependency[Resources]
) -> schemas.AttemptAuditOut:
    """Recompute one attempt's chain and list the answers it acknowledged."""
    async with resources.database.reading() as session:
        return _audit_out(await attempts.verify_attempt(session, attempt_id))


@get("/api/sittings/{sitting_id:uuid}/audit", opt=MANAGER)
async def audit_sitting(
    sitting_id: FromPath[UUID], resources: NamedDependency[Resources]
) -> schemas.AuditOut:
    """The same for every attempt of a sitting."""
    async with resources.database.reading() as session:
        if await find_sitting(session, sitting_id, None) is None:
            raise NotFoundException
        ids = [attempt.id for attempt in await attempts.list_attempts(session, sitting_id)]
    found = []
    for attempt_id in ids:
        async with resources.database.reading() as session:
            found.append(_audit_out(await attempts.verify_attempt(session, attempt_id)))
    return schemas.AuditOut(found)


@post("/api/rehearsals", status_code=201, opt=MANAGER)
async def create_rehearsal(
    data: JSONBody[schemas.RehearsalIn], resources: NamedDependency[Resources]
) -> schemas.RehearsalOut:
    """A marked, self-admitting sitting with scripted candidates and their start codes."""
    async with resources.database.transaction() as session:
        now = await resources.database.now(session)
        sitting_id, candidates = await add_rehearsal(
            session, now, resources.settings.secret_key, data.candidates, timedelta(hours=4)
        )
    return schemas.RehearsalOut(
        sitting_id,
        [schemas.RehearsalCandidateOut(email, code) for email, code in candidates],
    )


def _audit_out(verified: Verified) -> schemas.AttemptAuditOut:
    return schemas.AttemptAuditOut(
        verified.attempt_id,
        verified.state,
        verified.events,
        verified.fault is None,
        verified.fault,
        [
            schemas.AcceptedOut(one.lease, one.sequence, one.position, one.hash.hex())
            for one in verified.accepted
        ],
    )


ROUTES = [health, audit_attempt, audit_sitting, create_rehearsal]
