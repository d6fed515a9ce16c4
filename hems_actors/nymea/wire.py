"""A connected socket that waits no longer than told, and no longer at all once it is woken."""

import os
import select
import socket
import ssl
import time
from contextlib import suppress
from typing import Final

from hems_actors.nymea.address import Address
from hems_actors.nymea.errors import LineError
from hems_actors.nymea.tls import check_fingerprint, wrapped

_CHUNK: Final = 65_536
_BLOCKED: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_OPTIONS: Final = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)


class Deadline:
    """An instant by which something must be done."""

    def __init__(self, what: str, within_s: float) -> None:
        """Give *what*, as in `no answer to ...`, *within_s* from now."""
        self._what = what
        self._within_s = within_s
        self._at_s = time.monotonic() + within_s

    def left_s(self) -> float:
        """Return how long is left.

        Raises:
            LineError: nothing.
        """
        left_s = self._at_s - time.monotonic()
        if left_s <= 0:
            raise LineError(f"{self._what} took longer than {self._within_s:g} s")
        return left_s


class Wire:
    """One socket, which never blocks; not for two threads at once, but for `wait`."""

    def __init__(self, sock: socket.socket, woken: socket.socket) -> None:
        """Own *sock*; whoever closes the other end of *woken* wakes whoever waits here."""
        sock.setblocking(False)
        self._socket = sock
        self._woken = woken

    def wait(self, events: int, wait_s: float) -> bool:
        """Return whether one of *events* came within *wait_s*.

        Raises:
            LineError: woken.
        """
        poll = select.poll()
        poll.register(self._socket, events)
        poll.register(self._woken, select.POLLIN)
        ready = [descriptor for descriptor, _ in poll.poll(wait_s * 1_000)]
        if self._woken.fileno() in ready:
            raise LineError("woken")
        return bool(ready)

    def connect(self, target: tuple[object, ...], deadline: Deadline) -> None:
        """Connect to *target*.

        Raises:
            OSError, LineError: cannot be.
        """
        for level, option, value in _OPTIONS:
            self._socket.setsockopt(level, option, value)
        with suppress(BlockingIOError):
            self._socket.connect(target)
        while not self.wait(select.POLLOUT, deadline.left_s()):
            pass
        error = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))

    def encrypt(self, address: Address, fingerprint: str | None, deadline: Deadline) -> None:
        """Shake hands, and make sure of the server.

        Raises:
            OSError, LineError: cannot be.
        """
        self._socket = sock = wrapped(self._socket, address, fingerprint)
        while True:
            try:
                sock.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.wait(select.POLLIN, deadline.left_s())
            except ssl.SSLWantWriteError:
                self.wait(select.POLLOUT, deadline.left_s())
        if fingerprint is not None:
            check_fingerprint(sock, fingerprint)

    def read(self) -> bytes | None:
        """Return what is there; empty = the end; None = nothing yet.

        Raises:
            OSError: the connection is lost.
        """
        try:
            return self._socket.recv(_CHUNK)
        except _BLOCKED:
            return None

    def write(self, data: bytes, deadline: Deadline) -> None:
        """Write all of *data*.

        Raises:
            OSError, LineError: cannot be.
        """
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except ssl.SSLWantReadError:
                self.wait(select.POLLIN, deadline.left_s())
            except (BlockingIOError, ssl.SSLWantWriteError):
                self.wait(select.POLLOUT, deadline.left_s())

    def close(self, goodbye: bytes) -> None:
        """Close it, with *goodbye* if that costs nothing."""
        with suppress(OSError):
            self._socket.send(goodbye)
        self._socket.close()


def connected(address: Address, fingerprint: str | None, woken: socket.socket, deadline: Deadline) -> Wire:
    """Return a wire to *address*: its host's addresses are tried in turn.

    Raises:
        OSError, LineError: there is none; the last address tells why.
    """
    failed: OSError = ConnectionError("the host has no address")
    for family, kind, protocol, _, target in socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM):
        wire = Wire(socket.socket(family, kind, protocol), woken)
        try:
            wire.connect(target, deadline)
            if address.tls:
                wire.encrypt(address, fingerprint, deadline)
        except OSError as error:
            wire.close(b"")
            failed = error
        except BaseException:
            wire.close(b"")
            raise
        else:
            return wire
    raise failed
