"""One client's connection: reads no faster than it is dealt with, waits for nobody for ever."""

import asyncio
import socket
import time
from contextlib import suppress
from typing import Final, NamedTuple

from hems_actors.api.handler import Keys, Served, Session
from hems_actors.api.listen import Listener
from hems_actors.api.pace import Pace
from hems_actors.api.stream import PlainStream, Stream, WebSocketStream

_CHUNK: Final = 16_384
_OPTIONS: Final = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 20),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)


class Limits(NamedTuple):
    """What one client may cost."""

    hello_s: float = 10.0
    """From the connection to its Hello, and with it its token; TLS and WebSocket included."""
    quiet_s: float = 30.0
    """For the rest of a message; for a WebSocket also until it is pinged, and again until it counts as dead."""
    unread_s: float = 30.0
    """With more than 64 kB of answers not read."""
    unread_bytes: int = 1 << 20
    """Sent and not read, before it is thrown out."""
    goodbye_s: float = 1.0
    """To read what was sent last."""


class Client:
    """One connection; all of it runs in the thread that serves."""

    def __init__(self, served: Served, listener: Listener, keys: Keys | None, pace: Pace, limits: Limits) -> None:
        self._listener = listener
        self._pace = pace
        self._limits = limits
        self._stream: Stream = WebSocketStream(needs_token=keys is not None) if listener.websocket else PlainStream()
        self._writer: asyncio.StreamWriter | None = None
        self._may_go_on = asyncio.Event()
        self.session = Session(served, self, keys)

    def send(self, data: bytes) -> None:
        """Send *data*; whoever reads nothing is thrown out."""
        writer = self._writer
        if writer is not None and not writer.transport.is_closing():
            writer.write(self._stream.packed(data))
            if writer.transport.get_write_buffer_size() > self._limits.unread_bytes:
                writer.transport.abort()

    def close(self) -> None:
        """Read no more; `run` sees that the session is over."""

    def go_on(self) -> None:
        """The open call is answered."""
        self._may_go_on.set()

    async def run(self, sock: socket.socket) -> None:
        """Speak over *sock* until either side has enough."""
        began_s = time.monotonic()
        with suppress(OSError):  # clients come and go as they like; a TimeoutError is one
            reader, self._writer = await self._connected(sock)
            try:
                await self._talk(reader, self._writer, began_s + self._limits.hello_s)
            finally:
                self.session.gone()
                await self._hang_up(self._writer)

    async def _connected(self, sock: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_CHUNK)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            for level, option, value in _OPTIONS:
                sock.setsockopt(level, option, value)
            tls = self._listener.tls
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                sock,
                ssl=tls,
                ssl_handshake_timeout=None if tls is None else self._limits.hello_s,
                ssl_shutdown_timeout=None if tls is None else self._limits.goodbye_s,
            )
        except BaseException:
            sock.close()
            raise
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello_at_s: float) -> None:
        session, stream = self.session, self._stream
        quiet_at_s = hello_at_s
        while not session.is_over and not stream.is_over:
            until_s = quiet_at_s if session.is_admitted else hello_at_s
            try:
                async with asyncio.timeout(max(0.0, until_s - time.monotonic())):
                    data = await reader.read(_CHUNK)
            except TimeoutError:
                if not session.is_admitted or not stream.is_patient(is_half=session.is_half):
                    return
                quiet_at_s = time.monotonic() + self._limits.quiet_s
                writer.write(stream.own())
                continue
            if not data:
                return
            if await self._take(data, writer):
                quiet_at_s = time.monotonic() + self._limits.quiet_s

    async def _take(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        """Deal with *data*; return whether a message was completed, or begun."""
        session = self.session
        was_half = session.is_half
        began_s = time.perf_counter()
        segments = self._stream.segments(data)
        writer.write(self._stream.own())
        for segment in segments:
            session.receive(segment)
            while session.step():
                self._pace.worked(time.perf_counter() - began_s)
                await self._breathe(writer)
                began_s = time.perf_counter()
        self._pace.worked(time.perf_counter() - began_s)
        await self._breathe(writer)
        return bool(segments) and not (was_half and session.is_half)

    async def _breathe(self, writer: asyncio.StreamWriter) -> None:
        """Wait until the open call is answered, what was sent is on its way, and others had their turn."""
        while self.session.is_busy:
            self._may_go_on.clear()
            await self._may_go_on.wait()
        async with asyncio.timeout(self._limits.unread_s):
            await writer.drain()
        await asyncio.sleep(self._pace.wait_s())

    async def _hang_up(self, writer: asyncio.StreamWriter) -> None:
        try:
            if not writer.transport.is_closing():
                writer.write(self._stream.goodbye())
            writer.close()
            async with asyncio.timeout(self._limits.goodbye_s):
                await writer.wait_closed()
        finally:
            writer.transport.abort()
