"""The door: sign in, sign out, and where to go from here."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template
from msgspec import Struct

from exam_engine.accounts.errors import AccountError
from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import Accounts
from exam_engine.demonstration.people import EVERYBODY, PASSWORD
from exam_engine.release.notices.queries import list_notices
from exam_engine.resources import Resources
from exam_engine.results.queries import list_results
from exam_engine.web import views
from exam_engine.web.api.calibrations import ANALYSTS
from exam_engine.web.api.item_imports import IMPORTERS
from exam_engine.web.api.releases import LOOKERS
from exam_engine.web.api.standards import SEATED
from exam_engine.web.api.trying import BANK
from exam_engine.web.auth import FOR, PUBLIC, SIGNED_IN, session_cookie
from exam_engine.web.errors import STATUS
from exam_engine.web.pages.frame import FormError, page, see
from exam_engine.web.signing import sign_in_with_code, sign_in_with_password


class SignInForm(Struct):
    email: str = ""
    password: str = ""


class CodeForm(Struct):
    email: str = ""
    code: str = ""


@get("/", opt={FOR: PUBLIC}, include_in_schema=False)
async def front(visitor: NamedDependency[SignedIn | None]) -> Redirect:
    return see("/home" if visitor else "/sign-in")


@get("/sign-in", opt={FOR: PUBLIC}, include_in_schema=False)
async def sign_in_page(resources: NamedDependency[Resources]) -> Template:
    return _sign_in(resources)


def _sign_in(
    resources: Resources, email: str = "", error: FormError | None = None, status: int = 200
) -> Template:
    shown = EVERYBODY if resources.settings.demonstration else ()
    people = [
        (
            person.name,
            person.roles[0].replace("_", " "),
            person.email,
            PASSWORD,
            person.comes_for,
        )
        for person in shown
    ]
    return page(
        "sign_in.html", None, form_error=error, status=status, email=email, demo_people=people
    )


@post("/sign-in", status_code=303, opt={FOR: PUBLIC}, include_in_schema=False)
async def sign_in(
    data: URLEncodedBody[SignInForm], resources: NamedDependency[Resources]
) -> Response[Any]:
    empty = [("email", "Enter your email address, like ana@example.org")] * (not data.email.strip())
    empty += [("password", "Enter your password")] * (not data.password)
    if empty:
        return _sign_in(resources, data.email, FormError(tuple(empty)), 422)
    try:
        token = await sign_in_with_password(resources, data.email, data.password)
    except AccountError as refusal:
        error = FormError((("email", str(refusal)),))
        return _sign_in(resources, data.email, error, STATUS[type(refusal)])
    return _entered(resources, token)


@get("/start-code", opt={FOR: PUBLIC}, include_in_schema=False)
async def start_code_page() -> Template:
    return page("start_code.html", None, email="")


@post("/start-code", status_code=303, opt={FOR: PUBLIC}, include_in_schema=False)
async def start_code(
    data: URLEncodedBody[CodeForm], resources: NamedDependency[Resources]
) -> Response[Any]:
    empty = [("email", "Enter your email address, like ana@example.org")] * (not data.email.strip())
    empty += [("code", "Enter the code on your card, like 7K4Q2-M9XPT")] * (not data.code.strip())
    if empty:
        error = FormError(tuple(empty))
        return page("start_code.html", None, email=data.email, form_error=error, status=422)
    try:
        token = await sign_in_with_code(resources, data.email, data.code)
    except AccountError as refusal:
        error = FormError((("code", str(refusal)),))
        return page(
            "start_code.html",
            None,
            email=data.email,
            form_error=error,
            status=STATUS[type(refusal)],
        )
    return _entered(resources, token)


@post("/sign-out", status_code=303, opt={FOR: SIGNED_IN}, include_in_schema=False)
async def sign_out(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Redirect:
    async with resources.database.transaction() as session:
        await Accounts(session, await resources.database.now(session)).sign_out(who.sign_in_id)
    return Redirect("/sign-in", status_code=303, cookies=[session_cookie(resources.settings, "")])


@get("/home", opt={FOR: SIGNED_IN}, include_in_schema=False)
async def home(who: NamedDependency[SignedIn], resources: NamedDependency[Resources]) -> Template:
    if Role.CANDIDATE not in who.roles:
        return page("staff_home.html", who, links=_ways(who))
    async with resources.database.snapshot() as snapshot:
        now = await snapshot.now()
        authorizations = await views.authorizations_out(snapshot, who)
    async with resources.database.reading() as session:
        results = [
            await views.result_out(session, found)
            for found in await list_results(session, who.person_id)
        ]
        notices = await list_notices(session, who.person_id, unread=True)
    return page(
        "candidate/home.html",
        who,
        now=now,
        authorizations=authorizations,
        results=results,
        notices=notices,
    )


def _ways(who: SignedIn) -> list[tuple[str, str, str]]:
    """Where somebody on the staff can go; only what exists for them."""
    ways = []
    if not who.roles.isdisjoint({Role.PROCTOR, Role.MANAGER}):
        ways.append(("Sittings", "/sittings", "Who is in the room, live: admit, pause, resume."))
    if not who.roles.isdisjoint(BANK[FOR]):
        ways.append(("The bank", "/bank", "All items, and how far they cover the blueprint."))
    if not who.roles.isdisjoint(ANALYSTS[FOR]):
        ways.append(
            ("Analysis", "/analysis", "Calibrate items from the answers of candidates; approve.")
        )
        ways.append(
            ("Answers from elsewhere", "/analysis/data", "Bring in what was answered on paper.")
        )
        ways.append(("Equating", "/equating", "A new form's table, by which scores mean the same."))
    if not who.roles.isdisjoint(SEATED[FOR]):
        ways.append(("Standards", "/standards", "Panels of judges: where the passing score lies."))
    if not who.roles.isdisjoint(LOOKERS[FOR]):
        ways.append(("Releases", "/releases", "Held results, what they wait for, their release."))
    if not who.roles.isdisjoint(IMPORTERS[FOR]):
        ways.append(("Import questions", "/bank/import", "Upload a file, read the report, choose."))
    if not who.roles.isdisjoint(BANK[FOR]):
        ways.append(
            ("Try an item", "/bank/try", "See it as a candidate does, answer it, score it.")
        )
    return ways


def _entered(resources: Resources, token: str) -> Redirect:
    return Redirect("/home", status_code=303, cookies=[session_cookie(resources.settings, token)])


ROUTES = [
    front,
    sign_in_page,
    sign_in,
    start_code_page,
    start_code,
    sign_out,
    home,
]
