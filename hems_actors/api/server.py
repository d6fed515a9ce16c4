"""The API's server: one thread, WebSocket and TCP, for as many clients as it can bear and no more."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple

from hems_actors.actors.view import View
from hems_actors.api.changes import Changes
from hems_actors.api.client import Client, Limits
from hems_actors.api.fields import Wire
from hems_actors.api.handler import Keys, Served, Server
from hems_actors.api.listen import Certificate, Listener, listen
from hems_actors.api.notify import Notifier
from hems_actors.api.pace import Pace
from hems_actors.api.port import HomePort
from hems_actors.eventlog.errors import LogError

CLIENTS_MAX: Final = 64
STOP_S: Final = 1.5
_RETRY_S: Final = 0.2
_LOG: Final = logging.getLogger(__name__)


class Access(NamedTuple):
    """Where the API is served, and to whom."""

    urls: Sequence[str] = ("ws://127.0.0.1:4480", "nymea://127.0.0.1:2280")
    certificate: Certificate | None = None
    keys: Keys | None = None
    """Who knows good tokens, if any were made."""


class ApiServer:
    """Serves the API of a home, from `start` to `stop`; `looked` and `decided` may be called from any thread."""

    def __init__(self, port: HomePort, server: Server, access: Access, limits: Limits | None = None) -> None:
        self._port = port
        self._server = server
        self._access = access
        self._limits = limits or Limits()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ended = asyncio.Event()
        self._clients: set[Client] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pace = Pace()
        self._will_look = False
        self._told = 0
        """Notifications so far."""

    def start(self) -> list[int]:
        """Begin to serve, and return the port of each address.

        Raises:
            ListenError: an address may not be served, or cannot.
        """
        keys = self._access.keys
        listeners = listen(self._access.urls, self._access.certificate, has_tokens=keys is not None)
        loop = asyncio.new_event_loop()
        self._changes, self._notifier = Changes(self._port, loop), Notifier(self._port)
        self._loop = loop
        self._thread = threading.Thread(target=self._run, args=(loop, listeners), name="api", daemon=True)
        self._thread.start()
        return [listener.port for listener in listeners]

    def stop(self) -> None:
        """Close all connections and end the thread, within 2 s; harmless twice."""
        if self._loop is not None and self._thread is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()
            self._thread = None

    def looked(self, _view: View | None = None) -> None:
        """There is a newer view, or a new decision: clients will be told, soon."""
        if not self._will_look and self._loop is not None:
            self._will_look = True
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._look)

    def _run(self, loop: asyncio.AbstractEventLoop, listeners: list[Listener]) -> None:
        asyncio.set_event_loop(loop)
        try:
            worker = ThreadPoolExecutor(1, "api-look-up")
            loop.run_until_complete(self._serve(loop, listeners, worker))
            worker.shutdown(wait=False, cancel_futures=True)
        finally:
            loop.close()

    async def _serve(
        self, loop: asyncio.AbstractEventLoop, listeners: list[Listener], worker: ThreadPoolExecutor
    ) -> None:
        served = Served(self._port, self._changes, self._server, partial(_work, loop, worker))
        accepting = [asyncio.create_task(self._accept(listener, served)) for listener in listeners]
        await self._ended.wait()
        for task in (*accepting, *self._tasks):
            task.cancel()
        await asyncio.wait((*accepting, *self._tasks), timeout=STOP_S)
        for listener in listeners:
            listener.socket.close()

    async def _accept(self, listener: Listener, served: Served) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, _ = await loop.sock_accept(listener.socket)
            except OSError as error:  # out of descriptors, most likely
                _LOG.warning("API: %s: %s", listener.url, error.strerror or error)
                await asyncio.sleep(_RETRY_S)
                continue
            if len(self._tasks) >= CLIENTS_MAX:
                sock.close()
                continue
            task = asyncio.create_task(self._each(listener, served, sock))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    async def _each(self, listener: Listener, served: Served, sock: socket.socket) -> None:
        keys = None if listener.tls is None else self._access.keys
        client = Client(served, listener, keys, self._pace, self._limits)
        self._clients.add(client)
        try:
            await client.run(sock)
        finally:
            self._clients.discard(client)

    def _done(self, task: asyncio.Task[None]) -> None:
        """Forget the connection of *task*; one that failed does not end the others."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _LOG.error("API: a connection was closed because answering failed", exc_info=error)

    def _look(self) -> None:
        self._will_look = False
        began_s = time.perf_counter()
        self._changes.looked()
        listening = [client.session for client in self._clients if client.session.wants]
        if not listening:
            self._notifier.pass_over()
            return
        for name, params in self._notifier.news():
            sent = params.wire()
            for session in listening:
                session.notify(self._told, name, sent)
            self._told += 1
        self._pace.worked(time.perf_counter() - began_s)


def _work(
    loop: asyncio.AbstractEventLoop,
    worker: ThreadPoolExecutor,
    get: Callable[[], Wire],
    told: Callable[[Wire | str], object],
) -> None:
    """Do *get* in the other thread, and tell of it in this one."""

    def done(looked_up: Future[Wire]) -> None:
        error = None if looked_up.cancelled() else looked_up.exception()
        if error is not None and not isinstance(error, LogError):
            _LOG.error("API: looking up failed", exc_info=error)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(told, looked_up.result() if error is None else f"cannot be read: {error}")

    worker.submit(get).add_done_callback(done)
