"""Answers that were given elsewhere: upload a file, look at what it holds, accept it or not."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import FromPath, JSONBody
from msgspec import Struct, field

from exam_engine.accounts.people import SignedIn
from exam_engine.calibration.outside import queries, waiting
from exam_engine.calibration.outside.preview import LARGEST_FILE, DataSet, ItemCount, Preview, Wish
from exam_engine.calibration.outside.service import PastAdministrations
from exam_engine.calibration.outside.waiting import Waiting
from exam_engine.resources import Resources
from exam_engine.web.api.calibrations import ANALYSTS
from exam_engine.web.api.item_imports import GroupOut, group_out
from exam_engine.web.auth import AnyRequest
from exam_engine.web.schemas import Strict
from exam_engine.web.uploading import Received, receive
from item_bank.imports.reports import from_json

LARGEST_UPLOAD = LARGEST_FILE + 64 * 1024


@dataclass
class AnswersOperation(Operation):
    """The route that takes a file of answers, as the API's description names it."""

    def __post_init__(self) -> None:
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        text = Schema(type=OpenAPIType.STRING)
        form = Schema(
            type=OpenAPIType.OBJECT,
            properties={"file": file, **dict.fromkeys(Wish.__struct_fields__, text)},
            required=["file", "form", "title", "source"],
        )
        self.request_body = RequestBody(
            content={
                "multipart/form-data": OpenAPIMediaType(schema=form),
                "application/octet-stream": OpenAPIMediaType(schema=file),
            },
            required=True,
        )


class AcceptanceIn(Strict):
    """An empty object: an upload is accepted whole or not at all."""


class PastOut(Struct):
    """Answers to a form that were not given in this engine.  No candidate's name is kept."""

    id: UUID
    title: str
    exam: str
    form: str
    source: str
    held_at: datetime
    added_at: datetime
    candidates: int
    items: int
    simulated: bool


class UploadOut(Struct):
    """``state`` is reading, failed, refused or ready; what is ready can be accepted for an hour.

    ``layout`` is long or wide; ``holds`` is responses or scores.
    """

    id: UUID
    state: str
    sentence: str
    file_name: str
    wish: Wish
    form: str
    exam: str
    layout: str
    holds: str
    rows: int
    errors: int
    data_sets: list[DataSet] = field(default_factory=list)
    items: list[ItemCount] = field(default_factory=list)
    findings: list[GroupOut] = field(default_factory=list)


def past_out(one: queries.DataSetOf) -> PastOut:
    past = one.past
    return PastOut(
        past.id,
        past.title,
        one.exam,
        one.form,
        past.source,
        past.held_at,
        past.added_at,
        past.n_candidates,
        past.n_positions,
        past.simulated,
    )


def upload_out(upload: Waiting) -> UploadOut:
    preview = upload.preview or Preview(0, [])
    return UploadOut(
        upload.id,
        upload.state,
        upload.sentence,
        upload.file_name,
        upload.wish,
        preview.form,
        preview.exam,
        preview.layout,
        preview.holds,
        preview.rows,
        preview.errors,
        preview.data_sets,
        preview.items,
        [group_out(from_json(group)) for group in preview.findings],
    )


def wish_in(fields: dict[str, str]) -> Wish:
    """What is asked for with a file.  Raises ValidationException."""
    given = {
        name: text.replace("\0", "").strip()
        for name, text in fields.items()
        if name in Wish.__struct_fields__
    }
    given = {name: text for name, text in given.items() if text}
    try:
        return msgspec.convert(given, Wish, strict=False)
    except msgspec.ValidationError as error:
        raise ValidationException(extra=[{"key": "form", "message": str(error)}]) from None


async def begin_upload(
    received: Received, wish: Wish, who: SignedIn, resources: Resources
) -> Waiting:
    """Have a received file read.  Raises `PlanUnsound` where there is no such form."""
    directory = resources.readers.directory
    try:
        async with resources.database.reading() as session:
            await queries.get_form_of(session, wish)
            now = await resources.database.now(session)
        upload = Waiting(
            uuid4(),
            waiting.WaitingState.READING,
            received.name,
            received.size,
            wish,
            who.person_id,
            now,
        )
        await asyncio.to_thread(waiting.write, directory, upload)
    except BaseException:
        await asyncio.to_thread(received.path.unlink, missing_ok=True)
        raise
    resources.readers.read_answers(upload, received.path)
    return upload


async def find_upload(resources: Resources, upload_id: UUID) -> Waiting:
    """Raises `UploadNotFound`."""
    async with resources.database.reading() as session:
        now = await resources.database.now(session)
    return await asyncio.to_thread(waiting.find, resources.readers.directory, upload_id, now)


async def accept(resources: Resources, upload_id: UUID) -> list[UUID]:
    """Store what an upload holds, all data sets or none, and forget the upload."""
    upload = await find_upload(resources, upload_id)
    directory = resources.readers.directory
    preview = upload.preview or Preview(1, [])
    answers = (
        [] if preview.errors else await asyncio.to_thread(waiting.read_answers, directory, upload)
    )
    async with resources.database.transaction() as session:
        past = PastAdministrations(session, await resources.database.now(session))
        added = [one.id for one in await past.accept(upload.wish, preview, answers)]
    await asyncio.to_thread(waiting.remove, directory, upload_id)
    return added


@get("/api/past-administrations", opt=ANALYSTS)
async def list_past(resources: NamedDependency[Resources]) -> list[PastOut]:
    """All data sets from elsewhere, the latest held first."""
    async with resources.database.reading() as session:
        return [past_out(one) for one in await queries.list_data_sets(session)]


@get("/api/past-administrations/{past_id:uuid}", opt=ANALYSTS)
async def show_past(past_id: FromPath[UUID], resources: NamedDependency[Resources]) -> PastOut:
    """One data set: its counts and where it is from."""
    async with resources.database.reading() as session:
        return past_out(await queries.get_data_set(session, past_id))


@post(
    "/api/past-administrations",
    status_code=202,
    opt=ANALYSTS,
    request_max_body_size=LARGEST_UPLOAD,
    operation_class=AnswersOperation,
)
async def upload_answers(
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> UploadOut:
    """Have a file of answers read: as the part ``file`` of a form, or as the body with the other
    fields in the query.  Ask for the upload's address until it is not reading any more; nothing is
    stored before it is accepted."""
    received = await receive(request, resources)
    try:
        wish = wish_in({**dict(request.query_params), **received.fields})
    except ValidationException:
        await asyncio.to_thread(received.path.unlink, missing_ok=True)
        raise
    return upload_out(await begin_upload(received, wish, who, resources))


@get("/api/past-administrations/uploads/{upload_id:uuid}", opt=ANALYSTS)
async def show_upload(
    upload_id: FromPath[UUID], resources: NamedDependency[Resources]
) -> UploadOut:
    """How far the reading is, or what the file holds and what is amiss with it."""
    return upload_out(await find_upload(resources, upload_id))


@post("/api/past-administrations/uploads/{upload_id:uuid}/accept", status_code=201, opt=ANALYSTS)
async def accept_upload(
    upload_id: FromPath[UUID],
    data: JSONBody[AcceptanceIn],
    resources: NamedDependency[Resources],
) -> list[PastOut]:
    """Store what was read: every administration of the file, or none."""
    added = await accept(resources, upload_id)
    async with resources.database.reading() as session:
        return [past_out(await queries.get_data_set(session, one)) for one in added]


@delete("/api/past-administrations/uploads/{upload_id:uuid}", status_code=204, opt=ANALYSTS)
async def discard_upload(upload_id: FromPath[UUID], resources: NamedDependency[Resources]) -> None:
    """Put an upload aside: nothing of it is kept."""
    await find_upload(resources, upload_id)
    await asyncio.to_thread(waiting.remove, resources.readers.directory, upload_id)


ROUTES = [
    list_past,
    upload_answers,
    show_upload,
    accept_upload,
    discard_upload,
    show_past,
]
