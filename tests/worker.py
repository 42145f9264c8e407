"""A real ``exam-engine worker`` process of our own, which a test may kill and start again."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.processes import tail
from tests.server import ROOT


class Worker:
    """One worker process.  It ends with the test run, whose end of its input closes."""

    def __init__(self, data_dir: Path, environment: Mapping[str, str]) -> None:
        self._log = data_dir / "worker.log"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("EXAM_")}
        inherited |= {"EXAM_DATA_DIR": str(data_dir), "EXAM_WORKER_NICE": "0"}
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "exam_engine", "worker", "--with-parent"],
                cwd=ROOT,
                env={**inherited, **environment},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return tail(self._log)

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        """``kill -9``: it gets no chance to finish anything."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
