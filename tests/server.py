"""A real ``exam-engine serve`` process of our own, which a test may kill and start again."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from tests.processes import free_port, tail, wait_until

ROOT = Path(__file__).parent.parent


class Server:
    """One process on the loopback; ``url`` stays the same when it is started again.

    ``environment`` is added to what the process gets; nothing of ``EXAM_*`` is inherited.  It
    has no worker beside it unless ``EXAM_WORKER`` says so.
    """

    def __init__(self, data_dir: Path, environment: Mapping[str, str]) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = data_dir / "serve.log"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("EXAM_")}
        usual = {"EXAM_PUBLIC_URL": self.url, "EXAM_WORKER": "no"}
        self._environment = {**inherited, **usual, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    @property
    def log(self) -> str:
        """The end of what it wrote to its standard output and error."""
        return tail(self._log)

    def start(self) -> None:
        """Start it and wait until ``GET /health`` is answered with 200."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        options = ("--port", str(self.port), "--data", str(self.data_dir))
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "exam_engine", "serve", *options],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._is_healthy, self._process, self._log)

    def stop(self) -> int:
        """Ask it to stop (SIGTERM) and wait; its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """``kill -9``: it gets no chance to finish anything."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait()
        self._process = None
        return code

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/health")
            return connection.getresponse().status == http.client.OK
        return False
