"""One HTTP exchange over a Unix socket: bounded in time and in bytes, whatever the other side does."""

import errno
import socket
import time
from contextlib import closing
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from etm.errors import AbsentError, MalformedError, RefusedError, SlowError, StatusError, TooLargeError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

OK: Final = 200
UNAVAILABLE: Final = 503
_CHUNK: Final = 65_536
_HEAD_BYTES: Final = 65_536
"""What an answer may have besides its body: headers, chunk sizes."""
_ABSENT: Final = (errno.ENOENT, errno.ENOTDIR)


class Limits(NamedTuple):
    """What one call may take."""

    connect_s: float = 1.0
    read_s: float = 5.0
    """Longest silence of the server."""
    total_s: float = 10.0
    """From the connection to the answer's last byte, however slowly it comes."""
    answer_bytes: int = 1 << 20


class Budget:
    """What is left of one call's time and bytes; it says whose call that is."""

    def __init__(self, path: str, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self._end_s = time.monotonic() + limits.total_s
        self._bytes_left = limits.answer_bytes + _HEAD_BYTES

    def wait_s(self, longest_s: float) -> float:
        """Return how long the next step may take.

        Raises:
            SlowError: the time is up.
        """
        left_s = self._end_s - time.monotonic()
        if left_s <= 0:
            raise SlowError(f"{self.path}: no whole answer within {self.limits.total_s:g} s")
        return min(left_s, longest_s)

    def silent(self) -> SlowError:
        """Return the error of a step that took too long."""
        left_s = self._end_s - time.monotonic()
        if left_s <= 0:
            return SlowError(f"{self.path}: no whole answer within {self.limits.total_s:g} s")
        return SlowError(f"{self.path}: silent for {self.limits.read_s:g} s")

    def spend(self, received: int) -> None:
        """Count bytes.

        Raises:
            TooLargeError: there were too many.
        """
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise self.too_large()

    def too_large(self) -> TooLargeError:
        """Return the error of an answer with too many bytes."""
        return TooLargeError(f"{self.path}: the answer has more than {self.limits.answer_bytes} bytes")


class BudgetSocket(socket.socket):
    """A Unix socket each of whose steps ends when its call's time is up."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self._budget = budget

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        """Receive within time and size."""
        self.settimeout(self._budget.wait_s(self._budget.limits.read_s))
        try:
            received = super().recv_into(buffer, nbytes, flags)
        except TimeoutError as error:
            raise self._budget.silent() from error
        self._budget.spend(received)
        return received

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        """Send within time."""
        self.settimeout(self._budget.wait_s(self._budget.limits.read_s))
        try:
            super().sendall(data, flags)
        except TimeoutError as error:
            raise self._budget.silent() from error


class UnixConnection(HTTPConnection):
    """A connection to a Unix socket; the host is a mere name."""

    def __init__(self, *args: Any, budget: Budget, **kwargs: Any) -> None:  # noqa: ANN401 - the pool's own
        super().__init__(*args, **kwargs)
        self._budget = budget

    def _new_conn(self) -> socket.socket:
        budget = self._budget
        sock = BudgetSocket(budget)
        try:
            sock.settimeout(budget.wait_s(budget.limits.connect_s))
            sock.connect(budget.path)
        except (TimeoutError, BlockingIOError) as error:  # the second: more callers wait than it has room for
            sock.close()
            raise SlowError(f"{budget.path}: no connection within {budget.limits.connect_s:g} s") from error
        except OSError as error:
            sock.close()
            if error.errno in _ABSENT:
                raise AbsentError(f"{budget.path}: no such socket: is the optimizer running?") from error
            raise RefusedError(f"{budget.path}: no connection: {error.strerror or error}") from error
        return sock


class UnixPool(HTTPConnectionPool):
    """A pool for one call."""

    ConnectionCls = UnixConnection


def exchange(path: str, limits: Limits, method: str, target: str, body: bytes | None = None) -> bytes:
    """Return the body that the server at *path* answers with.

    Raises:
        PowerSyncError: none came, or not whole, or too late, or one that is too large, or with another status than 200.
    """
    budget = Budget(path, limits)
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "Connection": "close"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    with UnixPool("localhost", maxsize=1, budget=budget) as pool:
        try:
            response = pool.urlopen(
                method,
                target,
                body,
                headers,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            with closing(response):
                return _body(response, budget, f"{method} {target}")
        except (OSError, HTTPError, HTTPException) as error:
            raise MalformedError(f"{path}: {method} {target}: the answer broke off or is no HTTP: {error!r}") from error


def _body(response: BaseHTTPResponse, budget: Budget, asked: str) -> bytes:
    if response.status != OK:
        error = RefusedError if response.status == UNAVAILABLE else StatusError
        raise error(f"{budget.path}: {asked}: answered {response.status} {shown(response.reason or '')}".rstrip())
    encoding = response.headers.get("content-encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise MalformedError(f"{budget.path}: {asked}: packed as {shown(encoding)}, though plain text was asked for")
    bytes_max = budget.limits.answer_bytes
    length = response.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > len(str(bytes_max)) or int(length) > bytes_max):
        raise budget.too_large()
    body = bytearray()
    while chunk := response.read(min(_CHUNK, bytes_max + 1 - len(body)), decode_content=False):
        body += chunk
        if len(body) > bytes_max:
            raise budget.too_large()
    return bytes(body)


def shown(text: str) -> str:
    """Return *text*, which the other side wrote, fit for one line."""
    return repr(text[:100])[1:-1]
