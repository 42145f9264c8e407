"""Signs of life on stderr for work that takes longer than a second."""

import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO

QUIET_S = 1.0
EVERY_TERMINAL_S = 0.5
EVERY_PIPE_S = 5.0


class Progress:
    """Tells what is being done and for how long, from a thread of its own.

    A terminal gets one line that is rewritten and taken away at the end; a pipe gets a line every
    five seconds.
    """

    def __init__(self, stream: TextIO | None = None, *, first_after_s: float | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._on_terminal = self._stream.isatty()
        usual = QUIET_S if self._on_terminal else EVERY_PIPE_S
        self._first_after_s = usual if first_after_s is None else first_after_s
        self._doing = ""
        self._since = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)
        self._written = False

    def step(self, doing: str) -> None:
        """Say what begins now."""
        self._doing = doing

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        if self._written and self._on_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _tell(self) -> None:
        wait = self._first_after_s
        while not self._ended.wait(wait):
            wait = EVERY_TERMINAL_S if self._on_terminal else EVERY_PIPE_S
            words = f"{self._doing}, {time.monotonic() - self._since:.0f} s"
            line = f"\r\x1b[K{words}" if self._on_terminal else f"{words}\n"
            self._stream.write(line)
            self._stream.flush()
            self._written = True
