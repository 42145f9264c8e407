"""Firefox and WebKit, which Playwright for Python cannot drive as systems have them.

Both are asked in the words of W3C WebDriver: Firefox over its Marionette socket, WebKit over HTTP
through WebKitWebDriver, in a window of an X server of its own.  A page is never waited for: what
a test wants to be so, it says with `Engine.wait`.
"""

import base64
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.processes import PartFailed, PartMissing, free_port, tail, wait_until, which

Ask = Callable[..., Any]
"""``ask("ElementClick", id=...)``: a command of WebDriver and its value; raises `Refused`."""

WINDOW = (1280, 1000)
TRIES = 1200
PAUSE_S = 0.05
ANSWERS_WITHIN_S = 60
ENDS_WITHIN_S = 10
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that WebDriver gives to a reference
FIREFOX_NAMES = ("firefox-esr", "firefox")
MINIBROWSERS = ("lib/*/webkit*gtk-*/MiniBrowser", "libexec/webkit*gtk-*/MiniBrowser")
FIREFOX_MISSING = (
    "Firefox is missing: install it with apt-get install firefox-esr, or name one in "
    "EXAM_TEST_FIREFOX."
)
WEBKIT_MISSING = "WebKit is missing: install it with apt-get install webkit2gtk-driver xvfb."

# Firefox chooses the port itself, and asks nobody outside for anything.
FIREFOX_PREFERENCES = """\
user_pref("marionette.port", 0);
user_pref("app.normandy.enabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
"""
OVER_HTTP = {
    "Navigate": ("POST", "/url"),
    "Refresh": ("POST", "/refresh"),
    "SetWindowRect": ("POST", "/window/rect"),
    "ExecuteScript": ("POST", "/execute/sync"),
    "ElementClick": ("POST", "/element/{id}/click"),
    "ElementSendKeys": ("POST", "/element/{id}/value"),
    "TakeScreenshot": ("GET", "/screenshot"),
}
FIND = """
const [css, words] = arguments;
const said = (one) => one.textContent.trim();
const one = [...document.querySelectorAll(css)].find(
    (one) => one.checkVisibility() && !one.matches(":disabled") && (!words || said(one) === words));
one?.scrollIntoView({block: "center", behavior: "instant"});
return one ?? null;
"""
LISTEN = """
const keep = (text) => { sessionStorage.thrown = (sessionStorage.thrown ?? "") + text + "\\n"; };
addEventListener("error", (event) => keep(event.message));
addEventListener("unhandledrejection", (event) => keep(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => keep(event.violatedDirective));
"""
CONSOLE = """
return Services.console.getMessageArray()
    .filter((one) => one instanceof Ci.nsIScriptError && one.flags === Ci.nsIScriptError.errorFlag)
    .filter((one) => one.sourceName.startsWith("http:"))
    .map((one) => one.errorMessage);
"""
WHERE = "return [location.href, document.body?.innerText.replace(/\\s+/g, ' ').slice(0, 300)]"


class Refused(Exception):
    """The browser did not do what it was asked."""


class Engine:
    """One window of a browser."""

    def __init__(self, version: str, ask: Ask, console: Callable[[], list[str]] = list) -> None:
        self.version = version
        self._ask = ask
        self._console = console
        self._ask("SetWindowRect", width=WINDOW[0], height=WINDOW[1])

    def goto(self, url: str) -> None:
        """Until another page has begun; it may still be loading."""
        with self._another_page():
            self._ask("Navigate", url=url)

    def reload(self) -> None:
        """Like `goto`, for the address that is shown."""
        with self._another_page():
            self._ask("Refresh")

    def run(self, script: str, *arguments: object) -> Any:
        """What the body of a function returns, called with ``arguments``."""
        return self._ask("ExecuteScript", script=script, args=list(arguments))

    def wait(self, script: str, *arguments: object) -> Any:
        """The first true value that an expression has."""
        return self._until(f"{script} with {arguments}", f"return {script}", arguments)

    def click(self, css: str, words: str = "") -> None:
        """A click of the mouse on the first that can be seen; with ``words``, that says them.

        Another element that lies over it makes it `Refused`.
        """
        self._ask("ElementClick", id=self._find(css, words))

    def type(self, css: str, text: str) -> None:
        self._ask("ElementSendKeys", id=self._find(css, ""), text=text)

    def picture(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self._ask("TakeScreenshot", full=False))

    def listen(self) -> None:
        """Hear what this page throws from now on."""
        self.run(LISTEN)

    def complaints(self) -> list[str]:
        """What was thrown, or broke the security policy, in all pages of the site shown."""
        thrown = str(self.run("return sessionStorage.thrown ?? ''"))
        return [*thrown.splitlines(), *self._console()]

    def _find(self, css: str, words: str) -> str:
        found = self._until(f"{css} {words!r}", FIND, (css, words))
        return str(found[ELEMENT])

    def _until(self, what: str, script: str, arguments: tuple[object, ...]) -> Any:
        said = None
        for _ in range(TRIES):
            try:
                if said := self.run(script, *arguments):
                    return said
            except Refused as refused:  # the page went away while it was asked
                said = refused
            time.sleep(PAUSE_S)
        where, words = self.run(WHERE)
        raise AssertionError(f"waited for {what}: {said!r}; at {where}: {words}")

    @contextmanager
    def _another_page(self) -> Iterator[None]:
        begun = self.run("return performance.timeOrigin")
        yield
        self.wait("performance.timeOrigin !== arguments[0]", begun)


@contextmanager
def firefox(folder: Path) -> Iterator[Engine]:
    """Firefox without a window, its profile in ``folder``; raises `PartMissing`, `PartFailed`."""
    program = os.environ.get("EXAM_TEST_FIREFOX") or which(*FIREFOX_NAMES)
    if program is None:
        raise PartMissing(FIREFOX_MISSING)
    folder.mkdir()
    (folder / "user.js").write_text(FIREFOX_PREFERENCES, encoding="utf-8")
    chosen = folder / "MarionetteActivePort"
    options = ("--headless", "--marionette", "--no-remote", "--profile", str(folder))
    # Without the last the console, which hears what a page throws while it loads, is closed to us.
    words = [program, *options, "--remote-allow-system-access"]
    log = folder / "firefox.log"
    with ExitStack() as stack:
        process = stack.enter_context(_process(words, log, {"HOME": str(folder)}))
        wait_until(lambda: chosen.exists() and chosen.read_text() != "", process, log)
        address = ("127.0.0.1", int(chosen.read_text()))
        line = stack.enter_context(socket.create_connection(address, timeout=ANSWERS_WITHIN_S))
        marionette = Marionette(line)
        stack.enter_context(marionette.replies)
        made = marionette.ask("NewSession", pageLoadStrategy="none")
        version = made["capabilities"]["browserVersion"]
        yield Engine(f"Firefox {version}", marionette.ask, marionette.console)


@contextmanager
def webkit(folder: Path) -> Iterator[Engine]:
    """WebKitGTK, Safari's engine, its files in ``folder``; raises `PartMissing`, `PartFailed`."""
    driver, display = which("WebKitWebDriver"), which("Xvfb")
    browsers = [path for pattern in MINIBROWSERS for path in Path("/usr").glob(pattern)]
    if driver is None or display is None or not browsers:
        raise PartMissing(WEBKIT_MISSING)
    folder.mkdir()
    port = free_port()
    log = folder / "webkit.log"
    with ExitStack() as stack:
        shown_at = stack.enter_context(_display(display, folder / "display.log"))
        home = {name: str(folder) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
        window = {"DISPLAY": shown_at, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        process = stack.enter_context(_process([driver, f"--port={port}"], log, home | window))
        client = stack.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=ANSWERS_WITHIN_S)
        )
        wait_until(lambda: _is_up(client), process, log)
        wanted = {
            "pageLoadStrategy": "none",
            "webkitgtk:browserOptions": {"binary": str(browsers[0]), "args": ["--automation"]},
        }
        made = _value(client.post("/session", json={"capabilities": {"alwaysMatch": wanted}}))
        session = f"/session/{made['sessionId']}"
        stack.callback(client.delete, session)

        def ask(command: str, **value: object) -> Any:
            method, path = OVER_HTTP[command]
            body = None if method == "GET" else value
            return _value(client.request(method, session + path.format(**value), json=body))

        yield Engine(f"WebKitGTK {made['capabilities']['browserVersion']}", ask)


class Marionette:
    """The line to a Firefox: ``LENGTH:[0, number, command, value]``, the length in bytes."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._number = 0
        self.replies = line.makefile("rb")
        self._read()  # it says first who it is

    def ask(self, command: str, **value: object) -> Any:
        said = self._command(f"WebDriver:{command}", value)
        return said["value"] if said.keys() == {"value"} else said

    def console(self) -> list[str]:
        """The errors of web pages."""
        self._command("Marionette:SetContext", {"value": "chrome"})
        found = self.ask("ExecuteScript", script=CONSOLE, args=[])
        self._command("Marionette:SetContext", {"value": "content"})
        return [str(one) for one in found]

    def _command(self, name: str, value: Mapping[str, object]) -> Any:
        self._number += 1
        body = json.dumps([0, self._number, name, value]).encode()
        self._line.sendall(b"%d:%b" % (len(body), body))
        _, _, error, said = self._read()
        if error:
            raise Refused(f"{error['error']}: {error['message']}")
        return said

    def _read(self) -> Any:
        length = b""
        while (byte := self.replies.read(1)) not in {b":", b""}:
            length += byte
        if not length:
            raise Refused("Firefox has gone")
        return json.loads(self.replies.read(int(length)))


@contextmanager
def _display(program: str, log: Path) -> Iterator[str]:
    """An X server at the first number that is free."""
    told, tells = os.pipe()
    screen = ("-screen", "0", f"{WINDOW[0]}x{WINDOW[1]}x24")
    words = [program, "-displayfd", str(tells), "-nolisten", "tcp", *screen]
    with os.fdopen(told, "rb") as reader, ExitStack() as stack:
        try:
            stack.enter_context(_process(words, log, {}, keep=tells))
        finally:
            os.close(tells)
        number = reader.readline().decode().strip()
        if not number:
            raise PartFailed(f"Xvfb does not start: {tail(log)}")
        yield f":{number}"


@contextmanager
def _process(
    words: list[str], log: Path, environment: Mapping[str, str], *, keep: int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process while the block lasts, and no longer any that it started."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            words,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=() if keep is None else (keep,),
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _is_up(client: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return client.get("/status").status_code == httpx.codes.OK
    return False


def _value(said: httpx.Response) -> Any:
    value = said.json()["value"]
    if said.is_error:
        raise Refused(f"{value['error']}: {value['message']}")
    return value
