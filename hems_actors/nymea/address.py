"""Where `nymead` is and how to speak to it: `nymea://`, `nymeas://`, `ws://`, `wss://`."""

import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from hems_actors.nymea.errors import AddressError

_PORTS: Final = {"nymea": 2222, "nymeas": 2222, "ws": 4444, "wss": 4444}
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Address(NamedTuple):
    """A server's address, taken apart."""

    url: str
    host: str
    port: int
    tls: bool
    websocket: bool


def address_of(url: str) -> Address:
    """Return what *url* says, such as `nymeas://192.168.1.5:2222`.

    Raises:
        AddressError: it is no address of a `nymead`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise AddressError(f"{url!r} is no address: {error}") from error
    scheme, host = parts.scheme, parts.hostname
    if scheme not in _PORTS or not host or host.startswith(".") or "@" in parts.netloc or parts.query or parts.fragment:
        raise AddressError(f"{url!r} is no address: expected one such as nymea://127.0.0.1:2222 or ws://127.0.0.1:4444")
    websocket = scheme.startswith("ws")
    if parts.path not in ("", "/") and not websocket:
        raise AddressError(f"{url!r} is no address: {scheme}:// has no path")
    return Address(url, host, _PORTS[scheme] if port is None else port, scheme in ("nymeas", "wss"), websocket)


def fingerprint_of(text: str) -> str:
    """Return the SHA-256 fingerprint *text*, with or without colons, as 64 small hexadecimal digits.

    Raises:
        AddressError: it is none.
    """
    digits = text.replace(":", "").lower()
    if not _SHA256.fullmatch(digits):
        raise AddressError(f"{text!r} is no SHA-256 fingerprint: expected 64 hexadecimal digits")
    return digits
