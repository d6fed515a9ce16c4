"""The fake nymead on real sockets of loopback: TCP and WebSocket, each with or without TLS, in one thread."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.nymea.fake.nymead import FakeNymead, Options
from tests.nymea.fake.session import Session

_CHUNK: Final = 65_536
_PATIENCE_S: Final = 10.0
HOST: Final = "127.0.0.1"


def wall_ms() -> int:
    """Return ms since the Unix epoch."""
    return time.time_ns() // 1_000_000


class Loop:
    """An event loop in a thread of its own, which also keeps the timers of a fake in real time."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-nymead")
        self._thread.start()

    def call_later(self, delay_ms: int, callback: Callable[[], None]) -> None:
        """Do *callback* in *delay_ms*, in the loop's thread."""
        self._loop.call_soon_threadsafe(lambda: self._loop.call_later(delay_ms / 1_000, callback))

    def soon(self, callback: Callable[[], object]) -> None:
        """Do *callback* in the loop's thread; after its end, do nothing."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)

    def start(self, serving: "_Serving", ports: "Ports | None" = None) -> "Ports":
        """Begin to serve, on *ports* or on free ones, and return where."""
        return asyncio.run_coroutine_threadsafe(serving.start(ports), self._loop).result(_PATIENCE_S)

    def end(self, serving: "_Serving") -> None:
        """End serving."""
        asyncio.run_coroutine_threadsafe(serving.stop(), self._loop).result(_PATIENCE_S)

    def stop(self, serving: "_Serving | None" = None) -> None:
        """End serving, if any, and the thread."""
        if serving is not None:
            self.end(serving)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()


class Ports(NamedTuple):
    """Where it is served."""

    tcp: int
    websocket: int
    is_encrypted: bool = False

    @property
    def nymea_url(self) -> str:
        """For a dialer, over TCP."""
        return f"{'nymeas' if self.is_encrypted else 'nymea'}://{HOST}:{self.tcp}"

    @property
    def websocket_url(self) -> str:
        """For a dialer, over WebSocket."""
        return f"{'wss' if self.is_encrypted else 'ws'}://{HOST}:{self.websocket}"


class Served(NamedTuple):
    """A fake nymead and where it is."""

    fake: FakeNymead
    ports: Ports
    kill: Callable[[], object]
    """Close its ports and all connections, as the end of its process does."""
    revive: Callable[[], object]
    """Serve again, on the same ports."""


@contextmanager
def served(
    options: Options | None = None, tokens: tuple[str, ...] = (), tls: ssl.SSLContext | None = None
) -> Iterator[Served]:
    """Serve a fake nymead in real time on free ports; with *tls*, encrypted."""
    loop = Loop()
    fake = FakeNymead(loop.call_later, wall_ms, options, tokens)
    serving = _Serving(fake, loop, tls)
    try:
        ports = loop.start(serving)
        yield Served(fake, ports, lambda: loop.end(serving), lambda: loop.start(serving, ports))
    finally:
        loop.stop(serving)


class _Serving:
    """The two servers; all of it runs in the loop's thread."""

    def __init__(self, fake: FakeNymead, loop: Loop, tls: ssl.SSLContext | None) -> None:
        self._fake = fake
        self._loop = loop
        self._tls = tls

    async def start(self, ports: Ports | None) -> Ports:
        tcp = await asyncio.start_server(self._each_tcp, HOST, ports.tcp if ports else 0, ssl=self._tls)
        self._websocket = await serve(
            self._each_websocket, HOST, ports.websocket if ports else 0, ssl=self._tls, compression=None
        )
        self._tcp = tcp
        tcp_port, websocket_port = (next(iter(server.sockets)).getsockname()[1] for server in (tcp, self._websocket))
        return Ports(tcp_port, websocket_port, self._tls is not None)

    async def stop(self) -> None:
        self._fake.drop_all()
        self._tcp.close()
        self._websocket.close()
        await self._websocket.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if others:
            await asyncio.wait(others, timeout=_PATIENCE_S)

    async def _each_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = self._session(
            lambda data: self._loop.soon(lambda: writer.write(data)), lambda: self._loop.soon(writer.close)
        )
        with suppress(OSError):
            while session is not None and (data := await reader.read(_CHUNK)):
                session.receive(data)
        if session is not None:
            session.gone()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _each_websocket(self, connection: ServerConnection) -> None:
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        session = self._session(
            lambda data: self._loop.soon(lambda: queue.put_nowait(data)),
            lambda: self._loop.soon(lambda: queue.put_nowait(None)),
        )
        if session is None:
            return
        sender = asyncio.create_task(_send_from(queue, connection))
        with suppress(ConnectionClosed):
            async for message in connection:
                if isinstance(message, str):
                    session.receive(message.encode())
        session.gone()
        queue.put_nowait(None)
        await sender

    def _session(self, send: Callable[[bytes], None], close: Callable[[], None]) -> Session | None:
        with suppress(ConnectionRefusedError):
            return self._fake.connect(send, close)
        return None


async def _send_from(queue: "asyncio.Queue[bytes | None]", connection: ServerConnection) -> None:
    with suppress(ConnectionClosed):
        while (data := await queue.get()) is not None:
            await connection.send(data.decode())
    await connection.close()
