"""Signs of life: one line on a terminal, plain lines in a pipe, silence for short work."""

import io
import threading

import pytest

from exam_engine.commands.progress import Progress


class Stream(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal
        self.written = threading.Event()

    def isatty(self) -> bool:
        return self.terminal

    def flush(self) -> None:
        self.written.set()


@pytest.mark.parametrize(
    ("terminal", "first", "last"),
    [(True, "\r\x1b[KCounting, 0 s", "\r\x1b[K"), (False, "Counting, 0 s\n", "s\n")],
)
def test_long_work_is_told(terminal: bool, first: str, last: str) -> None:
    stream = Stream(terminal=terminal)
    with Progress(stream, first_after_s=0.01) as progress:
        progress.step("Counting")
        assert stream.written.wait(60)
    assert first in stream.getvalue()
    assert stream.getvalue().endswith(last)


@pytest.mark.parametrize("terminal", [True, False])
def test_short_work_is_silent(terminal: bool) -> None:
    stream = Stream(terminal=terminal)
    with Progress(stream) as progress:
        progress.step("Counting")
    assert stream.getvalue() == ""
