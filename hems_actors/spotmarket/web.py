"""One GET over HTTP or HTTPS: bounded in time and size, TLS verified, no redirect followed, nothing unpacked."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from importlib.metadata import PackageNotFoundError, version
from threading import Timer
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, InvalidHeader, NewConnectionError
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError
from urllib3.response import BaseHTTPResponse

from hems_actors.core.enums import Failure
from hems_actors.spotmarket.errors import AddressError, ProviderError

OK: Final = 200
_CHUNK: Final = 65_536


class Limits(NamedTuple):
    """What one GET may take."""

    connect_s: float = 5.0
    """For each address of the host; TLS included."""
    read_s: float = 10.0
    """Longest silence of the server."""
    total_s: float = 20.0
    """From the connection to the answer's last byte, however slowly it comes."""
    answer_bytes: int = 1 << 20


class Web:
    """Gets documents below one address."""

    def __init__(self, address: str, limits: Limits | None = None) -> None:
        """Get from below *address*, such as `https://api.awattar.at`.

        Raises:
            AddressError: it is none.
        """
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError as error:
            raise AddressError(f"{address!r} is no address: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise AddressError(f"{address!r} is no address: expected one such as https://api.awattar.at")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = port
        self._path = parts.path.rstrip("/")
        self._limits = limits or Limits()

    def get(self, path: str) -> bytes:
        """Return the document at *path*, query included.

        Raises:
            ProviderError: none came, or not whole, or one that is too large.
        """
        try:
            return self._get(path)
        except ssl.SSLCertVerificationError as error:
            text = f"certificate not verified ({error.verify_message}): is the clock right?"
            raise self._failed(Failure.UNTRUSTED, text) from error
        except NewConnectionError as error:
            raise self._failed(Failure.DOWN, f"no connection: {_reason(error)}") from error
        except ConnectTimeoutError as error:
            raise self._failed(Failure.TIMEOUT, f"no connection within {self._limits.connect_s:g} s") from error
        except (TimeoutError, Urllib3TimeoutError) as error:
            raise self._failed(Failure.TIMEOUT, f"silent for {self._limits.read_s:g} s") from error
        except InvalidHeader as error:
            raise self._failed(Failure.MALFORMED, f"no HTTP: {_reason(error)}") from error
        except (OSError, HTTPError) as error:
            raise self._failed(Failure.DOWN, f"the connection broke: {_reason(error)}") from error
        except HTTPException as error:
            raise self._failed(Failure.MALFORMED, f"no HTTP: {_reason(error)}") from error

    def _get(self, path: str) -> bytes:
        limits = self._limits
        connection = self._connection()
        try:
            connection.connect()
            connection.timeout = limits.read_s
            with self._in_time(connection.sock):
                headers = {"User-Agent": _user_agent(), "Accept": "application/json", "Accept-Encoding": "identity"}
                connection.request("GET", self._path + path, headers=headers, preload_content=False)
                with closing(connection.getresponse()) as response:
                    return self._body(response)
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        if self._secure:
            trusted = ssl.create_default_context()
            return HTTPSConnection(self._host, self._port, timeout=self._limits.connect_s, ssl_context=trusted)
        return HTTPConnection(self._host, self._port, timeout=self._limits.connect_s)

    @contextmanager
    def _in_time(self, sock: socket.socket) -> Iterator[None]:
        """End whatever *sock* waits for when the total time is up: a server may trickle for ever."""
        late: list[bool] = []

        def end() -> None:
            late.append(True)
            with suppress(OSError):  # the answer may have ended by itself just now
                # not SSLSocket.shutdown: that forgets the TLS layer under the reader's feet
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

        timer = Timer(self._limits.total_s, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, HTTPError, HTTPException):
            if not late:
                raise
        finally:
            timer.cancel()
            timer.join()
        if late:  # what was read may end where the connection did
            raise self._failed(Failure.TIMEOUT, f"the answer was not whole after {self._limits.total_s:g} s")

    def _body(self, response: BaseHTTPResponse) -> bytes:
        if response.status != OK:
            raise self._failed(Failure.STATUS, f"answered {response.status} {_shown(response.reason or '')}".rstrip())
        encoding = response.headers.get("content-encoding", "identity")
        if encoding.strip().lower() != "identity":
            raise self._failed(Failure.REFUSED, f"packed as {_shown(encoding)}, though only plain text was asked for")
        bytes_max = self._limits.answer_bytes
        length = response.headers.get("content-length", "")
        too_large = self._failed(Failure.REFUSED, f"the answer has more than {bytes_max} bytes")
        if length.isdecimal() and (len(length) > len(str(bytes_max)) or int(length) > bytes_max):
            raise too_large
        body = bytearray()
        while chunk := response.read(min(_CHUNK, bytes_max + 1 - len(body)), decode_content=False):
            body += chunk
            if len(body) > bytes_max:
                raise too_large
        return bytes(body)

    def _failed(self, failure: Failure, text: str) -> ProviderError:
        return ProviderError(failure, f"{self._host}: {text}")


def _user_agent() -> str:
    try:
        return f"hems-actors/{version('hems-actors')}"
    except PackageNotFoundError:
        return "hems-actors"


def _reason(error: Exception) -> str:
    return _shown(str(error) or type(error).__name__)


def _shown(text: str) -> str:
    """Return *text*, which a server may have written, fit for one line."""
    return repr(text[:100])[1:-1]
