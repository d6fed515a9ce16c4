"""TLS to `nymead`: its own certificate known by fingerprint, or one that the machine's authorities vouch for."""

import hashlib
import socket
import ssl
from typing import Final

from hems_actors.nymea.address import Address
from hems_actors.nymea.errors import LineError

_SHOWN: Final = 16


def wrapped(sock: socket.socket, address: Address, fingerprint: str | None) -> ssl.SSLSocket:
    """Return *sock* as one that will shake hands; with *fingerprint*, `check_fingerprint` must follow."""
    if fingerprint is None:
        context = ssl.create_default_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(sock, server_hostname=address.host, do_handshake_on_connect=False)


def check_fingerprint(sock: ssl.SSLSocket, fingerprint: str) -> None:
    """Make sure that the server is the one whose certificate has the SHA-256 *fingerprint*.

    Raises:
        LineError: it is another.
    """
    certificate = sock.getpeercert(binary_form=True) or b""
    found = hashlib.sha256(certificate).hexdigest()
    if found != fingerprint:
        raise LineError(
            f"the server's certificate is another: its SHA-256 fingerprint is {found}, not {fingerprint[:_SHOWN]}..."
        )
