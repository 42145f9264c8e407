"""Who is asking, and whether they may: one guard for every route.

Each route says in its ``opt`` whom it serves: `PUBLIC`, `SIGNED_IN`, a set of roles, or
`RECORDER` for the one route whose sign-in is checked inside the recorder's transaction.  A route
that says nothing does not start (`check_routes`).
"""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler

from exam_engine.accounts.queries import SignedIn, find_signed_in
from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import LASTS, token_hash
from exam_engine.resources import Resources
from exam_engine.settings import Settings

AnyRequest = Request[Any, Any, Any]

FOR: Final = "for"
PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"
RECORDER: Final = "recorder"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class SignInNeeded(Exception):
    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("You are not signed in any more. Sign in again.")


class NotAllowed(Exception):
    code = "not_allowed"

    def __init__(self) -> None:
        super().__init__("Your role does not open this page.")


class OriginRefused(Exception):
    code = "origin_refused"

    def __init__(self, origin: str) -> None:
        super().__init__(f"This came from another website. Open {origin} and try there.")


def serves(*roles: Role) -> dict[str, Any]:
    """The ``opt`` of a route for these roles."""
    return {FOR: frozenset(roles)}


def resources_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Resources:
    found: Resources = connection.app.state.resources
    return found


def cookie_name(settings: Settings) -> str:
    """``__Host-`` needs TLS; on a loopback address without it the name is plain."""
    return "__Host-exam" if settings.is_secure else "exam"


def session_cookie(settings: Settings, token: str) -> Cookie:
    """The sign-in cookie; an empty token takes it away."""
    return Cookie(
        key=cookie_name(settings),
        value=token,
        path="/",
        httponly=True,
        secure=settings.is_secure,
        samesite="lax",
        max_age=int(LASTS.total_seconds()) if token else 0,
    )


def token_of(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> str | None:
    """The token a request carries: a bearer token of a tool, or the browser's cookie."""
    bearer = connection.headers.get("authorization", "")
    if bearer.startswith("Bearer "):
        return bearer.removeprefix("Bearer ").strip() or None
    return connection.cookies.get(cookie_name(settings)) or None


def check_origin(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> None:
    """Refuse an act that another website started.  Tools with a bearer token have no Origin."""
    if connection.headers.get("authorization", "").startswith("Bearer "):
        return
    origin = connection.headers.get("origin", "")
    if origin not in allowed_origins(settings):
        raise OriginRefused(settings.origin)


def allowed_origins(settings: Settings) -> frozenset[str]:
    """Our own address; on a loopback address all names of this machine."""
    parts = urlsplit(settings.origin)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    if host not in LOOPBACK:
        return frozenset({settings.origin})
    port = f":{parts.port}" if parts.port else ""
    return frozenset(f"{parts.scheme}://{name}{port}" for name in LOOPBACK)


async def check_access(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """The guard.  Leaves who is asking in ``connection.state.who`` (None on public routes)."""
    rule = handler.opt.get(FOR)
    resources = resources_of(connection)
    if connection.scope.get("method") not in SAFE_METHODS:
        check_origin(connection, resources.settings)
    if rule == RECORDER:
        return
    who = await find_who(connection)
    connection.state.who = who
    if rule == PUBLIC:
        return
    if who is None:
        raise SignInNeeded
    if rule != SIGNED_IN and (rule is None or who.roles.isdisjoint(rule)):
        raise NotAllowed


async def find_who(connection: ASGIConnection[Any, Any, Any, Any]) -> SignedIn | None:
    resources = resources_of(connection)
    token = token_of(connection, resources.settings)
    if token is None:
        return None
    async with resources.database.reading() as session:
        now = await resources.database.now(session)
        return await find_signed_in(session, token_hash(token), now)


def provide_who(request: AnyRequest) -> SignedIn:
    """For handlers behind the guard: who is asking."""
    who: SignedIn | None = request.state.who
    if who is None:
        raise SignInNeeded
    return who


def provide_visitor(request: AnyRequest) -> SignedIn | None:
    """For public pages: who is asking, if anybody."""
    visitor: SignedIn | None = request.state.who
    return visitor


def check_routes(app: Litestar) -> None:
    """Raise unless every route says whom it serves."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            only_options = getattr(handler, "http_methods", None) == {"OPTIONS"}
            if handler is not None and not only_options and FOR not in handler.opt:
                raise RuntimeError(f"The route {route.path} does not say whom it serves.")
