"""What the server holds in memory: idle after the start, and idle again after one exam."""

import asyncio
from typing import Any

import psutil
import uvloop

from benchmarks import printing
from benchmarks.venue import Venue, venue
from exam_engine.rehearsal import day
from exam_engine.rehearsal.server import own_server

BAR_MB = 200
SETTLES_S = 2


def main() -> None:
    with venue() as place:
        found = uvloop.run(_measure(place))
    printing.table(
        "Memory of the server process, SQLite",
        ("", "MB"),
        [(name, f"{size:.0f}") for name, size in found.items()],
    )
    kept = max(found.values()) <= BAR_MB
    print(f"\n  bar {BAR_MB} MB: {'kept' if kept else 'MISSED'}")
    figures: dict[str, Any] = {f"{name} mb": round(size, 1) for name, size in found.items()}
    printing.json_line("memory", {**figures, "bar_mb": BAR_MB})


async def _measure(place: Venue) -> dict[str, float]:
    async with own_server(place.data_dir, place.database_url) as server:
        process = psutil.Process(server.pid)

        async def held_mb() -> float:
            await asyncio.sleep(SETTLES_S)
            return float(process.memory_info().rss / 1024**2)

        after_start = await held_mb()
        await day.play(
            server.url, place.token, candidates=1, minutes=0.1, seed=1, tell=lambda _: None
        )
        return {"after the start": after_start, "after one exam": await held_mb()}


if __name__ == "__main__":
    main()
