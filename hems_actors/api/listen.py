"""Where the API may be served: unencrypted on this machine alone, anywhere else with TLS and tokens."""

import socket
import ssl
from collections.abc import Sequence
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.api.errors import ListenError
from hems_actors.nymea.address import address_of
from hems_actors.nymea.errors import AddressError

_BACKLOG: Final = 64


class Certificate(NamedTuple):
    """Files of the server's certificate and its key, PEM."""

    certificate: Path
    key: Path


class Listener(NamedTuple):
    """A socket that listens, and what is spoken there."""

    socket: socket.socket
    url: str
    websocket: bool
    tls: ssl.SSLContext | None
    """With it, every call needs a token."""

    @property
    def port(self) -> int:
        """Where it is."""
        port: int = self.socket.getsockname()[1]
        return port


def listen(urls: Sequence[str], certificate: Certificate | None, *, has_tokens: bool) -> list[Listener]:
    """Return sockets that listen at *urls*: `nymea://` and `ws://`, encrypted `nymeas://` and `wss://`; port 0 = any.

    Raises:
        ListenError: one of them may not, or cannot; then none does.
    """
    listeners: list[Listener] = []
    with ExitStack() as stack:
        for url in urls:
            listener = _listener(url, certificate, has_tokens=has_tokens)
            stack.callback(listener.socket.close)
            listeners.append(listener)
        stack.pop_all()
    return listeners


def _listener(url: str, certificate: Certificate | None, *, has_tokens: bool) -> Listener:
    try:
        address = address_of(url)
    except AddressError as error:
        raise ListenError(f"API: {error}") from error
    targets = _targets(url, address.host, address.port)
    if not address.tls and not all(ip_address(str(target[0])).is_loopback for _, target in targets):
        raise ListenError(f"API: {url} is open to the network: use wss:// or nymeas:// with a certificate and tokens")
    if address.tls and certificate is None:
        raise ListenError(f"API: {url} needs a certificate and its key")
    if address.tls and not has_tokens:
        raise ListenError(f"API: {url} needs tokens: make one with `hemsd token add NAME`")
    context = _context(certificate) if address.tls and certificate is not None else None
    family, target = targets[0]
    return Listener(_bound(url, family, target), url, address.websocket, context)


def _targets(url: str, host: str, port: int) -> list[tuple[int, tuple[object, ...]]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ListenError(f"API: {url}: {error.strerror or error}") from error
    targets = [(int(family), target) for family, _, _, _, target in found]
    return sorted(targets, key=lambda each: each[0] != socket.AF_INET)  # `localhost` is 127.0.0.1


def _bound(url: str, family: int, target: tuple[object, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(target)
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise ListenError(f"API: {url}: {error.strerror or error}") from error
    return sock


def _context(files: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(files.certificate, files.key)
    except OSError as error:  # ssl.SSLError is one
        why = "no certificate with its key, PEM" if isinstance(error, ssl.SSLError) else error.strerror or str(error)
        raise ListenError(f"API: {files.certificate}, {files.key}: {why}") from error
    return context
