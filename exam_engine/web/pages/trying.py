"""Trying an item: a writer sees it as a candidate does, answers it, and sees what comes out."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template
from litestar.response.base import ASGIResponse

from exam_engine.accounts.people import SignedIn
from exam_engine.resources import Resources
from exam_engine.settings import Settings
from exam_engine.web.api.trying import BANK
from exam_engine.web.pages.frame import FormError, page
from exam_engine.web.trial import LARGEST_SEED, Trial, as_text, try_item
from item_bank.errors import ItemBankError, MediaRefused
from item_bank.media.cleaning import clean
from item_bank.media.store import MediaStore, type_of_path
from item_bank.qti.rendering.naming import PREFIX

LARGEST_TRIAL = 8 * 1024 * 1024
MOST_FILES = 20
MOST_KEPT = 500
"""Files of trials that stay on disk; the oldest go first."""
ADDRESS = "/bank/media/"


def bank_media(settings: Settings) -> MediaStore:
    """The files of the bank's items."""
    return MediaStore(settings.data_dir / "media")


def _tried(settings: Settings) -> Path:
    return settings.data_dir / "tried"


def media_address(path: str) -> str | None:
    """Where a file of the bank is served, by the path that an item's XML names."""
    return ADDRESS + path.removeprefix("media/") if type_of_path(path) else None


@get("/bank/media/{name:str}", opt=BANK, include_in_schema=False)
async def media(name: FromPath[str], resources: NamedDependency[Resources]) -> ASGIResponse:
    """A picture or recording, of the bank or of a trial."""
    path = f"media/{name}"
    kind = type_of_path(path)
    if kind is None:
        raise NotFoundException
    settings = resources.settings
    for store in (bank_media(settings), MediaStore(_tried(settings))):
        try:
            data = await asyncio.to_thread(store.read, path)
        except ItemBankError:
            continue
        return ASGIResponse(
            body=data,
            media_type=kind.content_type,
            headers={"content-disposition": "inline", "accept-ranges": "none"},
        )
    raise NotFoundException


@get("/bank/try", opt=BANK, include_in_schema=False)
async def try_page(who: NamedDependency[SignedIn]) -> Template:
    return _page(who, None, {})


@post(
    "/bank/try",
    status_code=200,
    opt=BANK,
    include_in_schema=False,
    request_max_body_size=LARGEST_TRIAL,
)
async def try_it(
    request: Request[Any, Any, Any],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    """Show the item that was handed in; with ``act`` ``check``, score what was answered."""
    form = await request.form()
    xml = await _xml_of(form)
    if not xml.strip():
        sentence = "Choose a file with an item, or paste its XML"
        return _page(who, None, {}, FormError((("file", sentence),)))
    files, refused = await _files_of(form, resources.settings)
    by_name = {name.rpartition("/")[2].lower(): path for name, path in files.items()}

    def address(source: str) -> str | None:
        path = source if type_of_path(source) else by_name.get(source.rpartition("/")[2].lower())
        return media_address(path) if path else None

    acts = form.getall("act", [])
    fields = _answers_of(form) if acts == ["check"] or _is_ended(form) else None
    trial = await asyncio.to_thread(
        try_item,
        xml,
        _number(form, "seed", 0, LARGEST_SEED),
        address,
        fields,
        attempt=_number(form, "attempt", 1, 1000),
        before=_before(form),
    )
    faults = [(fault.field_id, fault.sentence) for fault in trial.faults]
    faults += [("pictures", sentence) for sentence in refused]
    return _page(who, trial, files, FormError(tuple(faults)) if faults else None)


def _page(
    who: SignedIn, trial: Trial | None, files: Mapping[str, str], error: FormError | None = None
) -> Template:
    return page(
        "bank/try.html",
        who,
        status=422 if error else 200,
        form_error=error,
        trial=trial,
        files=files,
        before=_written(trial) if trial else "",
        largest_seed=LARGEST_SEED,
    )


def _written(trial: Trial) -> str:
    """The outcomes that the next attempt at an adaptive item goes on from."""
    if not trial.is_adaptive or trial.scored is None:
        return ""
    return msgspec.json.encode(trial.scored.values).decode()


async def _xml_of(form: FormMultiDict) -> str:
    """The file where one was chosen, else the text."""
    for given in form.getall("file", []):
        if isinstance(given, UploadFile):
            data = await given.read()
            if data:
                return as_text(data)
    return "".join(text for text in form.getall("xml", []) if isinstance(text, str))


async def _files_of(form: FormMultiDict, settings: Settings) -> tuple[dict[str, str], list[str]]:
    """The pictures handed in now and before, by name, and why some were not taken."""
    kept: dict[str, str] = {}
    for given in form.getall("kept", []):
        path, _, name = given.partition(" ") if isinstance(given, str) else ("", "", "")
        if type_of_path(path):
            kept[name[:200]] = path
    refused = []
    for given in form.getall("pictures", [])[:MOST_FILES]:
        data = await given.read() if isinstance(given, UploadFile) else b""
        if not data:
            continue
        name = str(given.filename)[:200]
        try:
            kept[name] = await asyncio.to_thread(_keep, _tried(settings), data)
        except MediaRefused as error:
            refused.append(f"{name}: {error}")
    return kept, refused


def _keep(directory: Path, data: bytes) -> str:
    path = MediaStore(directory).add(clean(data))
    files = []
    for file in directory.glob("*/*"):
        with suppress(FileNotFoundError):  # somebody else may be tidying up
            files.append((file.stat().st_mtime, file))
    for _, file in sorted(files)[:-MOST_KEPT]:
        file.unlink(missing_ok=True)
    return path


def _answers_of(form: FormMultiDict) -> dict[str, list[str]]:
    """What the controls of the item sent; a file counts by its name."""
    found: dict[str, list[str]] = {}
    for name, given in form.multi_items():
        if name.startswith(f"{PREFIX}:"):
            text = given.filename if isinstance(given, UploadFile) else str(given)
            found.setdefault(name, []).append(text)
    return found


def _is_ended(form: FormMultiDict) -> bool:
    """Whether a button of the item itself was pressed, which sends no ``act``."""
    return not form.getall("act", []) and any(name.startswith(f"{PREFIX}:") for name in form)


def _number(form: FormMultiDict, name: str, least: int, most: int) -> int:
    for text in form.getall(name, []):
        if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 12:
            return min(max(int(text), least), most)
    return least


def _before(form: FormMultiDict) -> dict[str, Any] | None:
    text = "".join(one for one in form.getall("before", []) if isinstance(one, str))
    try:
        return msgspec.json.decode(text, type=dict[str, Any]) if text else None
    except (msgspec.DecodeError, RecursionError):
        return None


ROUTES = [media, try_page, try_it]
