"""Answers from elsewhere for psychometricians: what there is, a file, its preview, the decision."""

import asyncio
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec.structs import asdict

from exam_engine.accounts.people import SignedIn
from exam_engine.calibration.errors import CalibrationError, PlanUnsound, UploadNotFound
from exam_engine.calibration.outside import queries, waiting
from exam_engine.calibration.outside.preview import (
    LARGEST_FILE,
    LONGEST_SOURCE,
    LONGEST_TITLE,
    Missing,
    Wish,
)
from exam_engine.resources import Resources
from exam_engine.web.api.calibrations import ANALYSTS
from exam_engine.web.api.past_administrations import (
    LARGEST_UPLOAD,
    accept,
    begin_upload,
    find_upload,
    past_out,
    upload_out,
    wish_in,
)
from exam_engine.web.auth import AnyRequest
from exam_engine.web.pages.frame import FormError, Notice, page, see
from exam_engine.web.uploading import FileMissing, Received, receive

SHOWN_FINDINGS = 50
MISSING_WORDS = {
    Missing.NO_ANSWER: "shown and not answered",
    Missing.NOT_SHOWN: "not shown to that candidate",
}
WORDS = {
    "title": "Give the answers a title, like Spring 2024, on paper",
    "source": "Say where the answers are from, so that others can ask there",
    "form": "Choose the form that the candidates sat",
}


class _Refused(Exception):
    """What is wrong with the fields beside a file."""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__("Some fields are not filled in.")
        self.faults = faults


@get("/analysis/data", opt=ANALYSTS, include_in_schema=False)
async def data_page(
    request: AnyRequest, who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    """The query fills the fields in, so that a mended file needs no second typing."""
    return await _data(who, resources, given=dict(request.query_params.items()))


async def _data(
    who: SignedIn,
    resources: Resources,
    error: FormError | None = None,
    given: dict[str, str] | None = None,
) -> Template:
    async with resources.database.reading() as session:
        listed = [past_out(one) for one in await queries.list_data_sets(session)]
        forms = await queries.list_published(session)
        today = (await resources.database.now(session)).date()
    return page(
        "analysis/data.html",
        who,
        status=422 if error else 200,
        form_error=error,
        listed=listed,
        forms=forms,
        given=given or {},
        today=today,
        missing=MISSING_WORDS,
        largest_mb=LARGEST_FILE // 1_000_000,
        longest_title=LONGEST_TITLE,
        longest_source=LONGEST_SOURCE,
    )


@post(
    "/analysis/data",
    status_code=303,
    opt=ANALYSTS,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
async def upload_file(
    request: AnyRequest, who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Redirect | Template:
    fields: dict[str, str] = {}
    faults: tuple[tuple[str, str], ...]
    try:
        received = await receive(request, resources)
        fields = received.fields
        upload = await begin_upload(received, await _wish(received), who, resources)
    except FileMissing as missing:
        fields = missing.fields
        faults = (("file", "Choose a file with answers, like march.csv"),)
    except ValidationException:
        faults = (("file", "The form did not arrive whole. Choose the file again"),)
    except PlanUnsound as refusal:
        faults = (("form", str(refusal)),)
    except _Refused as refusal:
        faults = refusal.faults
    else:
        return see(f"/analysis/data/{upload.id}")
    return await _data(who, resources, FormError(faults), fields)


async def _wish(received: Received) -> Wish:
    """The fields as a wish; the form's select names exam and form together."""
    exam, _, form = received.fields.get("form", "").rpartition("/")
    fields = {**received.fields, "exam": exam, "form": form}
    faults = [(name, words) for name, words in WORDS.items() if not fields.get(name, "").strip()]
    try:
        wish = None if faults else wish_in(fields)
    except ValidationException:
        faults = [("held_on", "Write the day like 2024-03-14, and keep titles short")]
        wish = None
    if wish is None:
        await asyncio.to_thread(received.path.unlink, missing_ok=True)
        raise _Refused(tuple(faults))
    return wish


async def _upload(
    upload_id: UUID,
    who: SignedIn,
    resources: Resources,
    refusal: Exception | None = None,
    status: int = 200,
) -> Template:
    upload = await find_upload(resources, upload_id)
    wish = {name: value for name, value in asdict(upload.wish).items() if value}
    wish["form"] = f"{upload.wish.exam}/{upload.wish.form}"
    return page(
        "analysis/upload.html",
        who,
        status=status,
        notice=Notice("bad", "Nothing was stored", str(refusal)) if refusal else None,
        upload=upload_out(upload),
        missing=MISSING_WORDS,
        file_bytes=upload.file_bytes,
        again=urlencode(wish),
        shown=SHOWN_FINDINGS,
    )


@get("/analysis/data/{upload_id:uuid}", opt=ANALYSTS, include_in_schema=False)
async def upload_page(
    upload_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    return await _upload(upload_id, who, resources)


@post(
    "/analysis/data/{upload_id:uuid}/accept", status_code=303, opt=ANALYSTS, include_in_schema=False
)
async def accept_it(
    upload_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    try:
        await accept(resources, upload_id)
    except UploadNotFound:
        raise
    except CalibrationError as refusal:
        return await _upload(upload_id, who, resources, refusal, 409)
    return see("/analysis/data")


@post(
    "/analysis/data/{upload_id:uuid}/discard",
    status_code=303,
    opt=ANALYSTS,
    include_in_schema=False,
)
async def discard_it(
    upload_id: FromPath[UUID],
    resources: NamedDependency[Resources],
) -> Redirect:
    await find_upload(resources, upload_id)
    await asyncio.to_thread(waiting.remove, resources.readers.directory, upload_id)
    return see("/analysis/data")


ROUTES = [data_page, upload_file, upload_page, accept_it, discard_it]
