"""Tokens of the API: made once, shown once, kept as hashes in a file that only its owner can read."""

import fcntl
import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from hmac import compare_digest
from pathlib import Path
from typing import Final

from hems_actors.api.errors import TokenError

TOKENS_MAX: Final = 100
_BYTES: Final = 32
_FILE_BYTES_MAX: Final = 64 << 10
_MODE: Final = 0o600
_OTHERS: Final = 0o077
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_LOG: Final = logging.getLogger(__name__)


def add_token(path: Path, name: str) -> str:
    """Make a token called *name*, keep its hash in the file *path*, and return it: nobody can show it again.

    Raises:
        TokenError: the name is no good or taken, or the file cannot be read or written.
    """
    if not _NAME.fullmatch(name):
        raise TokenError(f"{name[:40]!r} is no name for a token: 1 to 40 letters, digits, `_`, `.` and `-`")
    token = secrets.token_urlsafe(_BYTES)
    with _changing(path) as hashes:
        if name in hashes:
            raise TokenError(f"there is a token called {name!r} already: remove it first, or take another name")
        if len(hashes) >= TOKENS_MAX:
            raise TokenError(f"there are {TOKENS_MAX} tokens already: remove one first")
        hashes[name] = _hash(token)
    return token


def remove_token(path: Path, name: str) -> None:
    """Remove the token called *name*; from its next call on it is no good.

    Raises:
        TokenError: there is none, or the file cannot be read or written.
    """
    with _changing(path) as hashes:
        if hashes.pop(name, None) is None:
            raise TokenError(f"there is no token called {name[:40]!r}")


def token_names(path: Path) -> list[str]:
    """Return what the tokens in the file *path* are called; none if there is no file.

    Raises:
        TokenError: it cannot be read.
    """
    return sorted(_read(path))


class FileKeys:
    """Knows the tokens of a file, as it is at the moment."""

    def __init__(self, path: Path) -> None:
        """Know those in the file *path*.

        Raises:
            TokenError: it cannot be read.
        """
        self._path = path
        self._hashes = _read(path)
        self._seen = _stamp(path)

    def name_of(self, token: str) -> str | None:
        """Return what *token* is called; None = it is no good."""
        stamp = _stamp(self._path)
        if stamp != self._seen:
            self._seen = stamp
            try:
                self._hashes = _read(self._path)
            except TokenError as error:
                self._hashes = {}
                _LOG.warning("API: no token counts: %s", error)
        found, given = None, _hash(token)
        for name, known in self._hashes.items():
            if compare_digest(known, given):
                found = name
        return found


def _hash(token: str) -> str:
    """Return what is kept of *token*; it is random and long, so one round tells nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise TokenError(f"{path} can be read by others: `chmod 600 {path}`, and make new tokens")
            data = file.read(_FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise TokenError(f"{path}: {error.strerror or error}") from error
    try:
        hashes = json.loads(data) if len(data) <= _FILE_BYTES_MAX else None
    except ValueError:
        hashes = None
    if not isinstance(hashes, dict) or not all(
        isinstance(known, str) and _HASH.fullmatch(known) for known in hashes.values()
    ):
        raise TokenError(f"{path} is no file of tokens: remove it, and make new ones with `hemsd token add NAME`")
    return hashes


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, str]]:
    """Give what the file holds, to be changed; then write it whole, or not at all."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise TokenError(f"{path.parent}: {error.strerror or error}") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        hashes = _read(path)
        yield hashes
        _write(path, json.dumps(hashes, indent=1).encode() + b"\n")
        os.fsync(folder)
    except OSError as error:
        raise TokenError(f"{path}: {error.strerror or error}") from error
    finally:
        os.close(folder)


def _write(path: Path, data: bytes) -> None:
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, _MODE)
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
