"""Lines over real sockets: one daemon thread each, TCP or WebSocket, with or without TLS."""

import select
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from hems_actors.actors.messages import Recipient
from hems_actors.nymea.address import Address, address_of, fingerprint_of
from hems_actors.nymea.codec import codec_of
from hems_actors.nymea.errors import AddressError, LineError
from hems_actors.nymea.line import Closed, Line, Opened, Received
from hems_actors.nymea.wire import Deadline, Wire, connected

_HERE: Final = "closed here"


class Limits(NamedTuple):
    """How long things may take."""

    connect_s: float = 10.0
    """Until the line is open: TCP, TLS and WebSocket together; looking up a name comes on top."""
    send_s: float = 2.0
    """One message."""
    quiet_s: float = 20.0
    """Silence before a WebSocket is pinged, and once more before it counts as dead."""


class ThreadDialer:
    """Dials one server, each time with a thread of its own."""

    def __init__(
        self, url: str, *, fingerprint: str | None, clock: Callable[[], int], limits: Limits | None = None
    ) -> None:
        """Dial *url*: `nymea://`, `nymeas://` (TLS), `ws://` or `wss://`; *clock* tells when bytes arrived, in ms.

        With *fingerprint*, the SHA-256 of the server's certificate, no authority is asked.

        Raises:
            AddressError: *url* or *fingerprint* is none, or they do not go together.
        """
        self._address = address_of(url)
        codec_of(self._address)
        self._fingerprint = None if fingerprint is None else fingerprint_of(fingerprint)
        if fingerprint is not None and not self._address.tls:
            raise AddressError(f"{url!r} is without TLS: a fingerprint needs nymeas:// or wss://")
        self._clock = clock
        self._limits = limits or Limits()

    def dial(self, number: int, to: Recipient) -> Line:
        """Begin to connect and return at once; the line tells *to* what becomes of it. Never raises."""
        try:
            line = SocketLine(self._address, self._fingerprint, self._limits)
            threading.Thread(
                target=line.run, args=(number, to, self._clock), name=f"nymea-line-{number}", daemon=True
            ).start()
        except (OSError, RuntimeError) as error:  # out of descriptors or threads
            to.tell(Closed(number, f"{self._address.url}: {error}"))
            return NoLine()
        return line


class NoLine:
    """A line that could not even begin."""

    def send(self, data: bytes) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class SocketLine:
    """One connection; its thread connects and reads, any other may send and close."""

    def __init__(self, address: Address, fingerprint: str | None, limits: Limits) -> None:
        self._address = address
        self._fingerprint = fingerprint
        self._limits = limits
        self._codec = codec_of(address)
        self._wire: Wire | None = None
        self._using = threading.Lock()
        """Held by whoever uses codec and wire: neither bears two at once."""
        self._ending = threading.Lock()
        self._reason: str | None = None
        self._woken, self._waker = socket.socketpair()

    def send(self, data: bytes) -> None:
        """Write *data*, one message; what cannot be sent closes the line."""
        with self._using:
            if self._reason is not None:
                return
            if self._wire is None or not self._codec.is_open:
                self._end("something was sent before the line was open")
                return
            try:
                self._wire.write(self._codec.packed(data), Deadline("sending", self._limits.send_s))
            except (OSError, LineError) as error:
                self._end(self._said(error))

    def close(self) -> None:
        """End the line soon; harmless twice."""
        self._end(_HERE)

    def run(self, number: int, to: Recipient, clock: Callable[[], int]) -> None:
        """Connect, then read until the end; tell *to* all of it."""
        try:
            deadline = Deadline("connecting", self._limits.connect_s)
            self._wire = wire = connected(self._address, self._fingerprint, self._woken, deadline)
            self._use(wire, number, to, clock, deadline)
        except (OSError, LineError) as error:
            self._end(self._said(error))
        finally:
            self._end("internal error")
            self._hang_up()
            to.tell(Closed(number, self._reason or _HERE))

    def _use(self, wire: Wire, number: int, to: Recipient, clock: Callable[[], int], deadline: Deadline) -> None:
        """Tell when the line is open and what arrives, until the end."""
        self._write_own(wire)
        opened = False
        while self._reason is None:
            with self._using:
                data = wire.read()
                at_ms = clock()
                payloads = [] if data is None else self._codec.payloads(data)
            self._write_own(wire)
            if not opened and (self._codec.is_open or payloads):
                opened = True
                to.tell(Opened(number))
            for payload in payloads:
                to.tell(Received(number, payload, at_ms))
            if self._codec.over is not None:
                raise LineError(self._codec.over)
            wait_s = self._limits.quiet_s if opened else deadline.left_s()
            if data is None and not wire.wait(select.POLLIN, wait_s) and opened:
                with self._using:
                    self._codec.quiet()

    def _write_own(self, wire: Wire) -> None:
        with self._using:
            own = self._codec.own()
            if own:
                wire.write(own, Deadline("sending", self._limits.send_s))

    def _end(self, reason: str) -> None:
        """Wake the thread to end; the first *reason* counts."""
        with self._ending:
            if self._reason is None:
                self._reason = reason
                self._waker.close()

    def _hang_up(self) -> None:
        with self._using:
            if self._wire is not None:
                self._wire.close(self._codec.goodbye())
            self._woken.close()

    def _said(self, error: OSError | LineError) -> str:
        """Return what *error* says, in one line."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"{self._address.url}: {error.verify_message}: if it is the right one, configure its fingerprint"
        why = error.strerror if isinstance(error, OSError) else None
        return f"{self._address.url}: {why or error}"
