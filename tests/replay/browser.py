"""A headless Chromium that opens one page: what it evaluates, what it complains of."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_S: Final = 30.0
_LOADED: Final = """new Promise((done) =>
  document.readyState === "complete" ? done(true) : addEventListener("load", () => done(true)))"""
_READY: Final = """new Promise((done) => { const look = () =>
  document.documentElement.dataset.ready || !document.getElementById("problems").hidden
    ? done(true) : setTimeout(look, 20); look(); })"""
_COMPLAINTS: Final = ("Runtime.exceptionThrown", "Log.entryAdded", "Network.requestWillBeSent")


class Page:
    """An opened page."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self.complaints: list[dict[str, Any]] = []
        """Exceptions, log entries, and requests over a network."""

    def call(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
        """Do *method* of the DevTools protocol and return its result."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv(timeout=PATIENCE_S))
            if message.get("id") == self._number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            if message.get("method") in _COMPLAINTS:
                self.complaints.append(message)

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of *expression*, awaited."""
        found = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")


@contextmanager
def opened(path: Path, profile: Path) -> Iterator[Page]:
    """Open the page at *path*, ready, in a browser of its own whose files are in *profile*."""
    assert CHROMIUM is not None
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--no-first-run"]
    command = [CHROMIUM, *options, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as child:  # noqa: S603
        try:
            assert child.stderr is not None
            lines = iter(child.stderr.readline, "")
            port = next(match[1] for match in map(re.compile(r"ws://127\.0\.0\.1:(\d+)/").search, lines) if match)
            with connect(_page_of(port), max_size=None, proxy=None) as connection:
                page = Page(connection)
                for domain in ("Page", "Runtime", "Log", "Network"):
                    page.call(f"{domain}.enable")
                page.call("Page.navigate", url=path.as_uri())
                page.evaluate(_LOADED)
                page.evaluate(_READY)
                yield page
        finally:
            child.kill()


def _page_of(port: str) -> str:
    """Return where the first tab of the browser is spoken to."""
    from urllib.request import urlopen  # noqa: PLC0415

    with urlopen(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE_S) as answer:
        targets = json.load(answer)
    url: str = next(target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page")
    return url
