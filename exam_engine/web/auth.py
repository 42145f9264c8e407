"""Who is asking, and whether they may: one guard for every route.

Each route says in its ``opt`` whom it serves: `PUBLIC`, `SIGNED_IN`, a set of roles, or
`RECORDER` for the one route whose sign-in is checked inside the recorder's transaction.  A route
that says nothing does not start (`check_routes`).
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.queries import find_signed_in
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
BEARER = b"Bearer "
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


def allowed_origins(settings: Settings) -> frozenset[str]:
    """Our own address; on a loopback address all names of this machine."""
    parts = urlsplit(settings.origin)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    if host not in LOOPBACK:
        return frozenset({settings.origin})
    port = f":{parts.port}" if parts.port else ""
    return frozenset(f"{parts.scheme}://{name}{port}" for name in LOOPBACK)


class Access(ASGIMiddleware):
    """The guard before every route; leaves who is asking in the request's state.

    It is a middleware because Litestar copies the handler for each guard of each request.
    """

    scopes = (ScopeType.HTTP, ScopeType.ASGI)

    def __init__(self, settings: Settings) -> None:
        self._origin = settings.origin
        self._origins = frozenset(origin.encode() for origin in allowed_origins(settings))
        self._cookie = f"{cookie_name(settings)}=".encode()

    def _token(self, headers: Mapping[bytes, bytes]) -> bytes | None:
        """The token a request carries: a bearer token of a tool, or the browser's cookie."""
        bearer = headers.get(b"authorization", b"")
        if bearer.startswith(BEARER):
            return bearer.removeprefix(BEARER).strip() or None
        for pair in headers.get(b"cookie", b"").split(b";"):
            cookie = pair.strip()
            if cookie.startswith(self._cookie):
                return cookie.removeprefix(self._cookie).strip(b'"') or None
        return None

    def _check_origin(self, headers: Mapping[bytes, bytes]) -> None:
        """Refuse an act that another website started.  A tool's bearer token has no Origin."""
        if headers.get(b"origin") in self._origins:
            return
        if not headers.get(b"authorization", b"").startswith(BEARER):
            raise OriginRefused(self._origin)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        rule = scope["route_handler"].opt.get(FOR)
        resources: Resources = scope["litestar_app"].state.resources
        headers = dict(scope["headers"])
        if scope.get("method") not in SAFE_METHODS:
            self._check_origin(headers)
        token = self._token(headers)
        hashed = token_hash(token) if token else None
        if rule == RECORDER:
            scope["state"]["token_hash"] = hashed
        else:
            who = await find_signed_in(resources.database, hashed) if hashed else None
            scope["state"].update(who=who, token_hash=hashed)
            check_rule(rule, who)
        await next_app(scope, receive, send)


def check_rule(rule: Any, who: SignedIn | None) -> None:
    """Raises `SignInNeeded` or `NotAllowed`; a route without a rule serves nobody."""
    if rule == PUBLIC:
        return
    if who is None:
        raise SignInNeeded
    if rule != SIGNED_IN and (rule is None or who.roles.isdisjoint(rule)):
        raise NotAllowed


async def find_who(request: AnyRequest) -> SignedIn | None:
    """Who is asking, as of now: for answers that go on for hours."""
    hashed: bytes | None = request.scope["state"]["token_hash"]
    return await find_signed_in(resources_of(request).database, hashed) if hashed else None


def token_hash_of(request: AnyRequest) -> bytes:
    """The hash of the token that came with the request.  Raises `SignInNeeded`."""
    hashed: bytes | None = request.scope["state"]["token_hash"]
    if hashed is None:
        raise SignInNeeded
    return hashed


def provide_who(request: AnyRequest) -> SignedIn:
    """For handlers behind the guard: who is asking."""
    who: SignedIn | None = request.scope["state"]["who"]
    if who is None:
        raise SignInNeeded
    return who


def provide_visitor(request: AnyRequest) -> SignedIn | None:
    """For public pages: who is asking, if anybody."""
    visitor: SignedIn | None = request.scope["state"]["who"]
    return visitor


def check_routes(app: Litestar) -> None:
    """Raise unless every route says whom it serves."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            only_options = getattr(handler, "http_methods", None) == {"OPTIONS"}
            if handler is not None and not only_options and FOR not in handler.opt:
                raise RuntimeError(f"The route {route.path} does not say whom it serves.")
