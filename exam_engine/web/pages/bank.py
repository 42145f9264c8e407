"""The bank for writers, reviewers and its manager: what it holds, and bringing questions in."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.queries import list_names
from exam_engine.database import Session
from exam_engine.exams.queries import (
    count_items,
    find_latest_exam,
    list_blueprint,
    list_forms_of_import,
)
from exam_engine.resources import Resources
from exam_engine.uploads.accepting import accept
from exam_engine.web.api.item_imports import IMPORTERS, ImportOut, read_import
from exam_engine.web.api.items import item_detail
from exam_engine.web.api.trying import BANK
from exam_engine.web.auth import FOR, AnyRequest
from exam_engine.web.pages.frame import FormError, page, see
from exam_engine.web.uploading import LARGEST_UPLOAD, FileMissing, begin, receive
from item_bank import queries as bank
from item_bank.errors import BankChanged, EditionNotFound, ImportDecided, ImportUndecided
from item_bank.framework import Edition, bundled_edition
from item_bank.imports import queries as imports
from item_bank.imports.choices import Choices, OnChange
from item_bank.imports.detection import FORMAT_NAMES
from item_bank.imports.service import ItemImports
from item_bank.imports.states import ImportState
from item_bank.items import ItemKind
from item_bank.lifecycle import ON_FORMS, ItemState
from item_bank.qti.choice import read_choice
from item_bank.usage.queries import list_of_item

A_PAGE = 50
SHOWN_FINDINGS = 50
SHOWN_CHANGED = 200
RECENT = 10
CHOICE = "choice:"

NAMES = {str(form): name for form, name in FORMAT_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many items a skill area has, and how many of it one form needs."""

    code: str
    title: str
    usable: int
    in_work: int
    retired: int
    need: int


async def framework(session: Session) -> Edition:
    """The bank's, or the one that comes with the package where the bank is empty."""
    try:
        return await bank.read_framework(session)
    except EditionNotFound:
        return bundled_edition()


async def coverage(session: Session, edition: Edition) -> list[Coverage]:
    exam = await find_latest_exam(session)
    blueprint = await list_blueprint(session, exam.id) if exam else ()
    needs = {node.code: node.item_count for node in blueprint}
    counts = await count_items(session)
    found = []
    for area in edition.skill_areas:
        states = counts.get(area.code, Counter())
        usable = sum(states.get(state, 0) for state in ON_FORMS)
        retired = states.get(ItemState.RETIRED, 0)
        in_work = sum(states.values()) - usable - retired
        need = needs.get(area.code, 0)
        found.append(Coverage(area.code, area.title, usable, in_work, retired, need))
    return found


@get("/bank", opt=BANK, include_in_schema=False)
async def bank_page(
    who: NamedDependency[SignedIn], request: AnyRequest, resources: NamedDependency[Resources]
) -> Template:
    query = request.query_params
    area, text, after = (query.get(name, "")[:200] for name in ("area", "text", "after"))
    wanted = query.get("state", "")
    state = ItemState(wanted) if wanted in set(ItemState) else None
    async with resources.database.reading() as session:
        edition = await framework(session)
        try:
            covered = await coverage(session, edition)
            rows = await bank.list_bank(
                session, area=area, state=state, text=text, after=after, limit=A_PAGE + 1
            )
        except EditionNotFound:
            covered, rows = [], []
    return page(
        "bank/items.html",
        who,
        areas=edition.skill_areas,
        states=list(ItemState),
        area=area,
        state=state or "",
        text=text,
        after=after,
        rows=rows[:A_PAGE],
        more=rows[A_PAGE - 1].code if len(rows) > A_PAGE else "",
        covered=covered,
        most=max((max(one.usable + one.in_work, one.need) for one in covered), default=0),
        may_import=not who.roles.isdisjoint(IMPORTERS[FOR]),
    )


@get("/bank/items/{code:str}", opt=BANK, include_in_schema=False)
async def item_page(
    code: FromPath[str],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    async with resources.database.reading() as session:
        item = await bank.get_item(session, code)
        latest = await bank.get_latest_version(session, item.id)
        detail = await item_detail(session, item)
        known = await list_of_item(session, item.id)
        edition = await framework(session)
        people = {one.created_by for one in detail.versions} | {one.by for one in detail.history}
        names = await list_names(session, {one for one in people if one})
    content = None
    if latest.kind == ItemKind.SINGLE_CHOICE:
        content = read_choice(latest.content.encode()).content
    titles = {node.code: node.title for node in edition.nodes}
    return page(
        "bank/item.html",
        who,
        item=detail,
        content=content,
        xml=latest.content,
        names=names,
        titles=titles,
        statistics=known,
    )


async def _import_form(
    who: SignedIn,
    resources: Resources,
    error: FormError | None = None,
    chosen: dict[str, str] | None = None,
) -> Template:
    async with resources.database.reading() as session:
        edition = await framework(session)
        recent = await imports.list_imports(session, RECENT)
        names = await list_names(session, {one.by_id for one in recent if one.by_id})
    return page(
        "bank/import.html",
        who,
        status=422 if error else 200,
        form_error=error,
        areas=edition.skill_areas,
        formats=NAMES,
        chosen=chosen or {},
        recent=recent,
        names=names,
        largest_mb=LARGEST_UPLOAD // 1_000_000,
    )


@get("/bank/import", opt=IMPORTERS, include_in_schema=False)
async def import_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    return await _import_form(who, resources)


@post(
    "/bank/import",
    status_code=303,
    opt=IMPORTERS,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
async def upload(
    request: AnyRequest, who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Redirect | Template:
    try:
        received = await receive(request, resources)
        return see(f"/bank/imports/{await begin(received, who, resources)}")
    except FileMissing:
        error = FormError((("file", "Choose a file with questions, like march.xlsx"),))
        return await _import_form(who, resources, error)
    except ValidationException:
        error = FormError((("file", "The form did not arrive whole. Choose the file again"),))
        return await _import_form(who, resources, error)


async def _report(
    import_id: UUID,
    who: SignedIn,
    resources: Resources,
    error: FormError | None = None,
    chosen: Choices | None = None,
    status: int = 200,
) -> Template:
    async with resources.database.reading() as session:
        now = await resources.database.now(session)
        report = await read_import(session, import_id, now)
        changed, like, made = [], [], []
        if report.state == ImportState.READY:
            changed = await imports.list_rows(session, import_id, held=True, limit=SHOWN_CHANGED)
            like = await imports.list_like(session, import_id, SHOWN_CHANGED)
        elif report.state == ImportState.IMPORTED:
            made = await imports.list_made(session, import_id, SHOWN_CHANGED)
        record = await imports.get_import(session, import_id)
        tests = await imports.list_outlines(session, import_id)
        forms = await list_forms_of_import(session, import_id)
        by = {one for one in (record.by_id, record.decided_by) if one}
        names = await list_names(session, by)
    return page(
        "bank/report.html",
        who,
        status=status,
        form_error=error,
        report=report,
        format_name=NAMES.get(report.format or "", ""),
        changed=changed,
        like=like,
        made=made,
        tests=tests,
        forms=forms,
        chosen=chosen or Choices(),
        shown=SHOWN_FINDINGS,
        by=names.get(record.by_id) if record.by_id else None,
        decided_by=names.get(record.decided_by) if record.decided_by else None,
        count=_taken(report),
        takes=_taken(report) + report.counts.get("statistics", 0) + len(tests),
    )


def _taken(report: ImportOut) -> int:
    return report.counts.get("new", 0) + report.counts.get("changed", 0)


@get("/bank/imports/{import_id:uuid}", opt=IMPORTERS, include_in_schema=False)
async def report_page(
    import_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    return await _report(import_id, who, resources)


@post(
    "/bank/imports/{import_id:uuid}/accept", status_code=303, opt=IMPORTERS, include_in_schema=False
)
async def accept_it(
    import_id: FromPath[UUID],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    form = await request.form()
    given = {name: text for name, text in form.multi_items() if not isinstance(text, UploadFile)}
    choices = _choices(given)
    try:
        await accept(resources.database, import_id, choices, who.person_id)
    except ImportUndecided as refusal:
        field = "partial" if "refused" in str(refusal) else "on-change"
        error = FormError(((field, str(refusal)),))
        return await _report(import_id, who, resources, error, choices, 422)
    except (BankChanged, ImportDecided) as refusal:
        error = FormError((("main", str(refusal)),), "Nothing was imported")
        return await _report(import_id, who, resources, error, choices, 409)
    return see(f"/bank/imports/{import_id}")


def _choices(given: dict[str, Any]) -> Choices:
    known = set(OnChange)
    on_change = given.get("on_change", "")
    items = {
        name.removeprefix(CHOICE): OnChange(choice)
        for name, choice in given.items()
        if name.startswith(CHOICE) and choice in known
    }
    return Choices(
        OnChange(on_change) if on_change in known else None, items, given.get("partial") == "yes"
    )


@post(
    "/bank/imports/{import_id:uuid}/discard",
    status_code=303,
    opt=IMPORTERS,
    include_in_schema=False,
)
async def discard_it(
    import_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    try:
        async with resources.database.transaction() as session:
            now = await resources.database.now(session)
            await ItemImports(session, now).discard(import_id, who.person_id)
    except ImportDecided as refusal:
        error = FormError((("main", str(refusal)),), "Nothing was changed")
        return await _report(import_id, who, resources, error, None, 409)
    return see("/bank/import")


ROUTES = [
    bank_page,
    item_page,
    import_page,
    upload,
    report_page,
    accept_it,
    discard_it,
]
