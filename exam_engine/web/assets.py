"""The static files: few and small, so they are held in memory, compressed once.

Only these are compressed, never a page: a page holds what is secret beside what was typed in.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from exam_engine.web.auth import FOR, PUBLIC, AnyRequest

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    compressed: bytes
    media_type: str
    tag: str


@cache
def assets() -> dict[str, Asset]:
    """Every file that may be served, by its path below ``/static/``."""
    found = {}
    for path in sorted(STATIC.rglob("*")):
        if path.suffix in MEDIA_TYPES:
            content = path.read_bytes()
            found[path.relative_to(STATIC).as_posix()] = Asset(
                content,
                gzip.compress(content, mtime=0),
                MEDIA_TYPES[path.suffix],
                hashlib.sha256(content).hexdigest()[:12],
            )
    return found


def address(name: str) -> str:
    """The address of a file; it changes with the file, so it may be kept for ever."""
    return f"/static/{name}?v={assets()[name].tag}"


@get("/static/{path:path}", opt={FOR: PUBLIC}, include_in_schema=False)
async def serve(request: AnyRequest, path: FromPath[str]) -> ASGIResponse:
    """A static file.  Under its versioned address it may be kept, else it is asked for again."""
    asset = assets().get(path.lstrip("/"))
    if asset is None:
        raise NotFoundException
    versioned = request.query_params.get("v") == asset.tag
    headers = {
        "cache-control": FOR_A_YEAR if versioned else "no-cache",
        "etag": f'"{asset.tag}"',
        "vary": "accept-encoding",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return ASGIResponse(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return ASGIResponse(body=asset.compressed, media_type=asset.media_type, headers=headers)
    return ASGIResponse(body=asset.content, media_type=asset.media_type, headers=headers)
