"""Signing in and out, and who I am."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.service import Accounts
from exam_engine.resources import Resources
from exam_engine.web.auth import FOR, PUBLIC, SIGNED_IN, session_cookie
from exam_engine.web.schemas import PersonOut, SignInIn, StartCodeIn
from exam_engine.web.signing import sign_in_with_code, sign_in_with_password
from exam_engine.web.views import person_out


@post("/api/sign-in", status_code=204, opt={FOR: PUBLIC})
async def sign_in(
    data: JSONBody[SignInIn], resources: NamedDependency[Resources]
) -> Response[None]:
    """Sign in with email and password; the answer sets the session cookie."""
    token = await sign_in_with_password(resources, data.email, data.password)
    return Response(None, cookies=[session_cookie(resources.settings, token)])


@post("/api/sign-in/code", status_code=204, opt={FOR: PUBLIC})
async def sign_in_by_code(
    data: JSONBody[StartCodeIn], resources: NamedDependency[Resources]
) -> Response[None]:
    """Sign in with the start code of a sitting; five wrong tries lock the code."""
    token = await sign_in_with_code(resources, data.email, data.code)
    return Response(None, cookies=[session_cookie(resources.settings, token)])


@post("/api/sign-out", status_code=204, opt={FOR: SIGNED_IN})
async def sign_out(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Response[None]:
    """End this sign-in on the server."""
    async with resources.database.transaction() as session:
        await Accounts(session, await resources.database.now(session)).sign_out(who.sign_in_id)
    return Response(None, cookies=[session_cookie(resources.settings, "")])


@get("/api/me", opt={FOR: SIGNED_IN})
async def me(who: NamedDependency[SignedIn]) -> PersonOut:
    """Who is signed in."""
    return person_out(who)


ROUTES = [sign_in, sign_in_by_code, sign_out, me]
