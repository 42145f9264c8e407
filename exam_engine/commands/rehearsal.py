"""rehearse: a whole exam day with scripted candidates, before the real one."""

import argparse
import ipaddress
import json
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvloop

from exam_engine.commands import Refused
from exam_engine.commands.serving import upgrade
from exam_engine.database import Database
from exam_engine.demonstration.service import add_programme
from exam_engine.exams.programme import PRACTICE
from exam_engine.exams.queries import find_exam
from exam_engine.rehearsal import day, report
from exam_engine.rehearsal.server import NotStarted, own_server
from exam_engine.rehearsal.service import add_rehearsal_manager
from exam_engine.settings import Settings

MOST_CANDIDATES = 5_000
MOST_MINUTES = 180
FILES_BESIDE = 200  # open files that have nothing to do with the number of candidates

DESCRIPTION = """\
Plays scripted candidates over HTTP (sign in, start, answer with changes, duplicate and reordered
saves, submit, read the result), then holds every receipt against the event log. Prints one JSON
object; progress goes to stderr. Exit code 1 when anything failed or was lost.

Without --url it starts a server of its own on a free loopback port and an empty data directory
that is removed afterwards.
"""
EXAMPLES = """\
examples:
  exam-engine rehearse --candidates 300 --minutes 1
  exam-engine rehearse --candidates 300 --minutes 5 --database postgresql://localhost/rehearsal
  exam-engine rehearse --candidates 20 --minutes 1 --url http://127.0.0.1:8000 --token TOKEN

Make the token with: exam-engine user token manager@example.org
"""


def add_to(commands: Any) -> None:
    rehearse = commands.add_parser(
        "rehearse",
        help="a whole exam day with scripted candidates",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rehearse.add_argument("--candidates", type=_candidates, required=True, metavar="N")
    rehearse.add_argument("--minutes", type=_minutes, required=True, metavar="M")
    rehearse.add_argument("--seed", type=int, default=1, metavar="N", help="another day (1)")
    where = rehearse.add_mutually_exclusive_group()
    where.add_argument("--database", metavar="URL", help="for the server of its own")
    where.add_argument("--url", help="a running server instead; needs --token")
    rehearse.add_argument("--data", metavar="DIR", help="for the server of its own; kept")
    rehearse.add_argument("--token", help="a manager's bearer token for --url")
    rehearse.add_argument(
        "--yes-this-is-my-server",
        action="store_true",
        help="allow a --url that is not on this machine",
    )
    rehearse.add_argument("--json", action="store_true", help="print JSON (it always does)")
    rehearse.set_defaults(run=run)


def _candidates(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST_CANDIDATES:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_CANDIDATES}, not {text!r}")
    return int(text)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0
    if not 0 < minutes <= MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"more than 0, up to {MOST_MINUTES}, not {text!r}")
    return minutes


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    _check(arguments)
    _allow_files(arguments.candidates)
    signal.signal(signal.SIGTERM, _end)
    try:
        if arguments.url:
            summary = uvloop.run(_on_running_server(arguments))
        else:
            with _data_dir(arguments) as data_dir:
                summary = _on_own_server(arguments, data_dir)
    except day.NoEvent as refusal:
        raise Refused(f"The server made no event for the rehearsal ({refusal}).") from refusal
    except NotStarted as silence:
        raise Refused(f"The server of the rehearsal did not start: {silence}") from silence
    print(json.dumps(summary))
    return 0 if report.is_sound(summary) else 1


def _end(_signal: int, _frame: object) -> None:
    """Told to stop: leave by way of whatever stops the server and removes its folder."""
    sys.exit(1)


def _check(arguments: argparse.Namespace) -> None:
    if not arguments.url:
        if arguments.token:
            raise Refused("--token goes with --url; a server of its own needs none.")
        return
    if not arguments.token:
        raise Refused(
            "--url needs --token: make one with exam-engine user token manager@example.org"
        )
    if arguments.data:
        raise Refused("--data is for a server of its own; leave it out with --url.")
    parts = urlsplit(arguments.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(f"--url is an address like http://127.0.0.1:8000, not {arguments.url!r}.")
    if not (_is_loopback(parts.hostname) or arguments.yes_this_is_my_server):
        raise Refused(
            f"{parts.hostname} is not this machine. A rehearsal is a load like an attack: "
            "if the server is yours, add --yes-this-is-my-server."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _allow_files(candidates: int) -> None:
    """Each candidate has connections of their own, here and in the server we start."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * candidates + FILES_BESIDE
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def _data_dir(arguments: argparse.Namespace) -> Iterator[Path]:
    """Where the server of its own keeps its files."""
    if arguments.data:
        path = Path(arguments.data).absolute()
        path.mkdir(parents=True, exist_ok=True)
        yield path
        return
    if arguments.database and arguments.database.startswith("sqlite"):
        # the lock that keeps a second server away from a file lies beside it
        path = Path(urlsplit(arguments.database).path[1:]).absolute().parent
        path.mkdir(parents=True, exist_ok=True)
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="exam-rehearsal-") as folder:
        yield Path(folder)


def _on_own_server(arguments: argparse.Namespace, data_dir: Path) -> dict[str, Any]:
    environ = {"EXAM_DATA_DIR": str(data_dir)}
    if arguments.database:
        environ["EXAM_DATABASE_URL"] = arguments.database
    settings = Settings.from_env(environ)
    _tell("Filling the database")
    upgrade(settings)
    token = uvloop.run(fill(settings))

    async def rehearse() -> dict[str, Any]:
        async with own_server(data_dir, arguments.database) as server:
            return await day.play(
                server.url,
                token,
                candidates=arguments.candidates,
                minutes=arguments.minutes,
                seed=arguments.seed,
                tell=_tell,
                measure=server.usage,
            )

    return uvloop.run(rehearse())


async def fill(settings: Settings) -> str:
    """A published form to sit, unless there is one, and a manager's token."""
    database = Database(settings.database_url)
    try:
        async with database.transaction() as session:
            now = await database.now(session)
            if await find_exam(session, PRACTICE.code) is None:
                await add_programme(session, now)
            return await add_rehearsal_manager(session, now)
    finally:
        await database.close()


async def _on_running_server(arguments: argparse.Namespace) -> dict[str, Any]:
    return await day.play(
        arguments.url.rstrip("/"),
        arguments.token,
        candidates=arguments.candidates,
        minutes=arguments.minutes,
        seed=arguments.seed,
        tell=_tell,
    )


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
