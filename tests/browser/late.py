"""A thin line before a server: a script is late, in browsers whose requests no test can hold."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

BY_THE_LINE = {"connection", "transfer-encoding"}


class Line(ThreadingHTTPServer):
    """Hands each request on to ``port``; those for ``script`` only after ``now`` is set."""

    def __init__(self, script: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passage)
        self.script = script
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.port = 0
        self.asked = Event()
        self.now = Event()


class _Passage(BaseHTTPRequestHandler):
    server: Line

    def do_GET(self) -> None:
        if self.path.partition("?")[0].endswith(self.server.script):
            self.server.asked.set()
            self.server.now.wait()
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        with closing(HTTPConnection("127.0.0.1", self.server.port)) as onward:
            onward.request(self.command, self.path, body, dict(self.headers))
            reply = onward.getresponse()
            said = reply.read()
        self.send_response_only(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in BY_THE_LINE:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def late(script: str) -> Iterator[Line]:
    with Line(script) as line:
        serving = Thread(target=line.serve_forever)
        serving.start()
        try:
            yield line
        finally:
            line.now.set()
            line.shutdown()
            serving.join()
