"""serve, migrate, demo."""

import argparse
import asyncio
import fcntl
import logging
import os
import socket
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from exam_engine import migrations
from exam_engine.accounts.passwords import hash_password
from exam_engine.commands import Refused
from exam_engine.commands.beside import worker_beside
from exam_engine.database import Database
from exam_engine.demonstration.people import CANDIDATE, EVERYBODY, PASSWORD
from exam_engine.demonstration.service import Seeded, add_demonstration
from exam_engine.settings import DEFAULT_PORT, Settings

Commands = Any
STOPS_WITHIN_S = 3


def add_to(commands: Commands) -> None:
    serve = commands.add_parser("serve", help="serve the API and the pages")
    _place(serve)
    serve.add_argument("--workers", type=_count, default=1, metavar="N", help="PostgreSQL only")
    serve.set_defaults(run=run_serve)
    migrate = commands.add_parser("migrate", help="bring the database to this version")
    migrate.add_argument("--data", metavar="DIR", help="data directory (default: ./data)")
    migrate.set_defaults(run=run_migrate)
    demo = commands.add_parser("demo", help="a filled demonstration, served at once")
    _place(demo)
    demo.add_argument("--no-open", action="store_true", help="do not open a browser")
    demo.set_defaults(run=run_demo)


def _place(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=_port, default=DEFAULT_PORT, metavar="N")
    command.add_argument("--data", metavar="DIR", help="data directory (default: ./data)")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 64:
        raise argparse.ArgumentTypeError(f"a number of processes from 1 to 64, not {text!r}")
    return int(text)


def settings_for(arguments: argparse.Namespace, environ: Mapping[str, str]) -> Settings:
    """The environment's settings with the command's own words on top."""
    environ = dict(environ)
    if arguments.data:
        environ["EXAM_DATA_DIR"] = arguments.data
    port = getattr(arguments, "port", None)
    if port and "EXAM_PUBLIC_URL" not in environ:
        environ["EXAM_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    return Settings.from_env(environ)


def run_serve(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_for(arguments, environ)
    upgrade(settings)
    serve(settings, arguments.port, arguments.workers)
    return 0


def run_migrate(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    upgrade(settings_for(arguments, environ))
    print("The database is up to date.")
    return 0


def run_demo(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if not arguments.data and "EXAM_DATA_DIR" not in environ:
        environ = {**environ, "EXAM_DATA_DIR": str(Path("data") / "demo")}
    settings = replace(settings_for(arguments, environ), demonstration=True)
    if settings.production:
        raise Refused("The demonstration has public passwords: unset EXAM_PRODUCTION to run it.")
    _check_port(arguments.port)
    upgrade(settings)
    print("Filling the demonstration ...", flush=True)
    seeded = asyncio.run(_seed(settings))
    print(_sign_ins(settings, seeded), flush=True)
    if not arguments.no_open:
        webbrowser.open(settings.public_url)
    serve(settings, arguments.port)
    return 0


async def _seed(settings: Settings) -> Seeded | None:
    database = Database(settings.database_url)
    try:
        password_hash = await hash_password(PASSWORD)
        async with database.transaction() as session:
            now = await database.now(session)
            return await add_demonstration(session, now, settings.secret_key, password_hash)
    finally:
        await database.close()


def _sign_ins(settings: Settings, seeded: Seeded | None) -> str:
    rows = [
        f"  {person.email:<31}{', '.join(person.roles):<17}{person.comes_for}"
        for person in EVERYBODY
    ]
    lines = [
        "",
        f"Open {settings.public_url}/sign-in   (stop with Ctrl+C; data in {settings.data_dir})",
        f"Password for everybody: {PASSWORD}",
        "",
        *rows,
        "",
        f"Start here: sign in as {CANDIDATE.email} and take the exam. In another window (a",
        "private one) sign in as proctor@example.org and watch the sitting live.",
    ]
    if seeded is not None:
        code = seeded.codes[CANDIDATE.email]
        lines.append(f"With a start code instead of a password: {CANDIDATE.email}, {code}")
    return "\n".join(lines)


def upgrade(settings: Settings) -> None:
    """Bring the database to this version; a clear sentence when it cannot be reached."""
    if settings.is_sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        migrations.upgrade(settings.database_url)
    except migrations.MigrationFailed as error:
        raise Refused(str(error)) from error


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Refused(
                f"Port {port} is in use. Choose another one: exam-engine demo --port {port + 1}"
            ) from None


def serve(settings: Settings, port: int, workers: int = 1) -> None:
    """Serve until told to stop; answers that were received are stored first."""
    _check_port(port)
    asyncio.run(_refuse_unsafe(settings))
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    options: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "loop": "uvloop",
        "http": "httptools",
        "ws": "none",
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": STOPS_WITHIN_S,
    }
    if workers > 1:
        if settings.is_sqlite:
            raise Refused(
                "SQLite is served by one process. For --workers above 1 use PostgreSQL: "
                "set EXAM_DATABASE_URL=postgresql://..."
            )
        os.environ.update(EXAM_DATA_DIR=str(settings.data_dir), EXAM_PUBLIC_URL=settings.public_url)
        with worker_beside(settings):
            uvicorn.run(
                "exam_engine.app:create_app_from_env", factory=True, workers=workers, **options
            )
        return
    from exam_engine.app import create_app  # its imports take a second that --help need not wait

    with only_server(settings), worker_beside(settings):
        server = uvicorn.Server(uvicorn.Config(create_app(settings), **options))
        server.run()
    if not server.started:
        raise Refused("The server could not start; the reason is above.")


async def _refuse_unsafe(settings: Settings) -> None:
    """In production, an acknowledged answer must be a stored answer whatever happens."""
    if not settings.production:
        return
    database = Database(settings.database_url)
    try:
        faults = await database.unsafe_settings()
    finally:
        await database.close()
    if faults:
        raise Refused(
            "An acknowledged answer could be lost with these settings. " + " ".join(faults)
        )


@contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """On SQLite one process serves a data directory; a lock file says so."""
    if not settings.is_sqlite:
        yield
        return
    with (settings.data_dir / "serve.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(
                f"Another process serves {settings.data_dir} already. Stop it, give this one "
                "another --data, or use PostgreSQL (EXAM_DATABASE_URL), which takes any number."
            ) from None
        yield
