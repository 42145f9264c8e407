"""What a person is told: their own notices."""

from datetime import datetime
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from exam_engine.accounts.people import SignedIn
from exam_engine.release.notices.queries import list_notices as list_of
from exam_engine.release.notices.service import Notices
from exam_engine.release.notices.tables import Notice
from exam_engine.resources import Resources
from exam_engine.web.auth import FOR, SIGNED_IN
from exam_engine.web.schemas import Strict


class NoticeOut(Struct):
    """``kind`` is result_released, result_withdrawn or result_rescored; no notice has a score."""

    id: UUID
    kind: str
    subject: str
    body: str
    result_id: UUID | None
    made_at: datetime
    read_at: datetime | None


class ReadIn(Strict):
    """Nothing has to be said: the act is in the address."""


def notice_out(notice: Notice) -> NoticeOut:
    return NoticeOut(
        notice.id,
        notice.kind,
        notice.subject,
        notice.body,
        notice.result_id,
        notice.made_at,
        notice.read_at,
    )


@get("/api/notices", opt={FOR: SIGNED_IN})
async def list_notices(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> list[NoticeOut]:
    """My notices, newest first."""
    async with resources.database.reading() as session:
        return [notice_out(one) for one in await list_of(session, who.person_id)]


@post("/api/notices/{notice_id:uuid}/read", status_code=200, opt={FOR: SIGNED_IN})
async def read(
    notice_id: FromPath[UUID],
    data: JSONBody[ReadIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> NoticeOut:
    """I have read it; again changes nothing."""
    async with resources.database.transaction() as session:
        notices = Notices(session, await resources.database.now(session))
        return notice_out(await notices.read(notice_id, who.person_id))


ROUTES = [list_notices, read]
