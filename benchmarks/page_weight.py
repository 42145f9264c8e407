"""What a browser with an empty cache transfers for the exam page of one question.

The page, and from it everything it names: style sheets, icon, scripts, the modules they import.
Heads and bodies of the replies count; what the player asks for afterwards is shown apart.
"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import aiohttp
import uvloop

from benchmarks import printing
from benchmarks.venue import Seated, Venue, seat, venue
from exam_engine.rehearsal.server import own_server

BAR_KB = 60
NAMED = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
IMPORTED = re.compile(r'(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"')
IN_STYLES = re.compile(r"url\(\s*[\"']?([^\"')]+)")


def main() -> None:
    with venue() as place:
        [one] = seat(place, 1)
        page, after = uvloop.run(_weigh(place, one))
    total = sum(page.values())
    rows = [(name, f"{size:,}") for name, size in sorted(page.items(), key=lambda row: -row[1])]
    printing.table("Exam page of one question, uncached", ("", "bytes"), rows)
    for name, size in after.items():
        print(f"\n  afterwards {name}: {size:,} bytes")
    print(
        f"\n  together {total / 1000:.1f} kB in {len(page)} requests, bar {BAR_KB} kB: "
        f"{'kept' if total <= BAR_KB * 1000 else 'MISSED'}"
    )
    figures = {"bytes": total, "requests": len(page), "bar_bytes": BAR_KB * 1000}
    printing.json_line("page_weight", {**figures, "afterwards_bytes": sum(after.values())})


async def _weigh(place: Venue, one: Seated) -> tuple[dict[str, int], dict[str, int]]:
    """Bytes by address: the page with all that it names, and what the player fetches next."""
    async with (
        own_server(place.data_dir, place.database_url) as server,
        aiohttp.ClientSession(
            server.url,
            headers={"Cookie": f"exam={one.token}", "Accept-Encoding": "gzip, br"},
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session,
    ):
        sizes: dict[str, int] = {}
        waiting = ["/exam/questions/1"]
        while waiting:
            address = waiting.pop(0)
            if address in sizes:
                continue
            sizes[address], text = await _transfer(session, address)
            waiting += _named_in(address, text)
        ahead = f"/api/attempts/{one.attempt_id}/questions?start=2&count=10"
        size, _ = await _transfer(session, ahead)
        return sizes, {"the next ten questions": size}


async def _transfer(session: aiohttp.ClientSession, address: str) -> tuple[int, str]:
    """Bytes on the line (status line, head, body as it was sent), and the text."""
    async with session.get(address, allow_redirects=False) as reply:
        if reply.status != 200:
            raise SystemExit(f"{address} was answered with {reply.status}")
        text = await reply.text()
        head = sum(len(name) + len(value) + 4 for name, value in reply.raw_headers)
        body = int(reply.headers["content-length"])
        return len(f"HTTP/1.1 200 {reply.reason}\r\n\r\n") + head + body, text


def _named_in(address: str, text: str) -> Iterator[str]:
    patterns = [NAMED]
    if ".js" in address:
        patterns = [IMPORTED]
    elif ".css" in address:
        patterns = [IN_STYLES]
    for pattern in patterns:
        for name in pattern.findall(text):
            if not name.startswith("data:"):
                yield urljoin(address, name)


if __name__ == "__main__":
    main()
