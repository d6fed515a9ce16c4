"""Logs that nobody's writer writes, every checksum right: `python -m tests.replay.hostile LOG [COUNT] [SEED]`.

Each is made from a real one: a value somewhere in one frame is replaced, left out, repeated, or the payload's bytes are
changed; then all crcs are made right, so that the content is reached.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final
from zlib import crc32

import msgpack

from hems_actors.eventlog.frame import BIN32, HEAD, MAGIC
from replay import cli
from tests.eventlog.damages import Original, original

DEEP: Final = b"\x91" * 100_000 + b"\xc0"
WIDE: Final = b"\xdd\xff\xff\xff\xff"
LONG: Final = b"\xdb\xff\xff\xff\xff"
MANY: Final = b"\xdf\xff\xff\xff\xff"


def _nested(depth: int) -> Any:  # noqa: ANN401 - as deep as asked
    return (_nested(depth - 1),) if depth else ()


VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, -1, 0, 1, 2, 7, 99, 200, 255, 2**31, 2**32, 2**53, 2**63, 2**64 - 1, -(2**31), -(2**63)),
    *(1.5, -0.0, float("nan"), float("inf"), 1e300),
    *("", "x" * 300, "\n", "\x1b[2J\u202e", b"", b"x" * 32, b"\xff" * 300),
    *((), (1,), (None,), (1, 2, 3), (0,) * 300, _nested(40), {}, {"a": 1}, {1: (2,)}, msgpack.ExtType(5, b"x")),
)
MODES: Final = (("--json",), (), ("--list",), ("--list", "all"), ("--past-damage",), ("--free-run",))


class Forge:
    """Makes hostile logs from a real one.

    Args:
        whole: the real log.
        random: what to change.
    """

    def __init__(self, whole: Original, random: Random) -> None:
        self._payloads = [part.payload for part in whole.parts]
        self._random = random

    def log(self) -> bytes:
        """Return a log with one to three changes."""
        payloads = list(self._payloads)
        for _ in range(self._random.choice((1, 1, 2, 3))):
            number = self._random.choice((0, 1, 2, self._random.randrange(len(payloads))))
            payloads[number] = self._changed(payloads[number])
        return chained(payloads)

    def _changed(self, payload: bytes) -> bytes:
        random = self._random
        way = random.randrange(10)
        if way == 0:
            place = random.randrange(len(payload))
            return payload[:place] + random.randbytes(random.randrange(4)) + payload[place + random.randrange(4) :]
        if way == 1:
            place = random.randrange(len(payload))
            return payload[:place] + random.choice((DEEP, WIDE, LONG, MANY)) + payload[place:]
        try:
            content = msgpack.unpackb(payload, use_list=True, strict_map_key=False)
        except (ValueError, TypeError):
            return payload
        return msgpack.packb(self._with_change(content))

    def _with_change(self, content: Any) -> Any:  # noqa: ANN401 - whatever it is
        """Return *content* with one value in it changed."""
        random = self._random
        if isinstance(content, dict) and content:
            key = random.choice(list(content))
            changed = dict(content)
            if random.random() < 0.1:
                del changed[key]
            else:
                changed[key] = self._with_change(content[key])
            return changed
        if not isinstance(content, list) or not content or random.random() < 0.1:
            return random.choice(VALUES)
        place = random.randrange(len(content))
        way = random.randrange(12)
        if way == 0:
            return content[:place] + content[place + 1 :]
        if way == 1:
            return content[: place + 1] * random.choice((2, 50))
        if way == 2:
            return [*content[:place], random.choice(VALUES), *content[place:]]
        return [*content[:place], self._with_change(content[place]), *content[place + 1 :]]


def chained(payloads: list[bytes]) -> bytes:
    """Return a log of *payloads* with crcs that are right, chained where they can be."""
    data, crc = [], 0
    for payload in payloads:
        chained_payload = _with_crc(payload, crc)
        crc = crc32(chained_payload)
        data.append(HEAD.pack(MAGIC, crc, BIN32, len(chained_payload)) + chained_payload)
    return b"".join(data)


def _with_crc(payload: bytes, crc: int) -> bytes:
    """Return *payload* with `prev_crc` set; as it is where it is no frame's."""
    try:
        content = msgpack.unpackb(payload, use_list=True, strict_map_key=False)
        content[3] = crc
        return msgpack.packb(content)
    except (ValueError, TypeError, LookupError, OverflowError):
        return payload


def run(*arguments: str) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of the command."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.main(arguments)
    return code, out.getvalue(), err.getvalue()


def check_hostile(path: Path, data: bytes, mode: tuple[str, ...]) -> int:
    """Check that the command says in a few printable lines what is wrong with *data*; return its exit code."""
    path.write_bytes(data)
    if mode and mode[0] == "--repair":
        Path(mode[1]).unlink(missing_ok=True)
    code, out, err = run(str(path), *mode) if "--repair" not in mode else run(*mode, str(path))
    assert code in (0, 1, 2, 3)
    assert len(err.splitlines()) <= 3, err
    assert all(len(line) < 1000 and line.startswith("hems-replay: ") for line in err.splitlines()), err
    assert all(text.isprintable() for text in [*err.splitlines(), *out.split("\n")]), repr(out[-2000:])
    return code


def hostile(whole: Original, directory: Path, count: int, seed: int) -> Iterator[int]:
    """Yield the exit code for each of *count* logs made from *whole*."""
    random = Random(seed)
    forge, path = Forge(whole, random), directory / "log"
    modes = (*MODES, ("--repair", str(directory / "out")))
    for number in range(count):
        data = forge.log()
        try:
            yield check_hostile(path, data, random.choice(modes))
        except BaseException:
            (directory.parent / f"hostile-{seed}-{number}").write_bytes(data)
            raise


def main(log: Path, count: int, seed: int) -> str:
    """Make *count* hostile logs from *log*, and return how often each exit code came of them."""
    with TemporaryDirectory() as directory:
        codes = Counter(hostile(original(log), Path(directory), count, seed))
    exits = ", ".join(f"exit {code}: {number:,}" for code, number in sorted(codes.items()))
    return f"{count:,} hostile logs, seed {seed}: {exits}"


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[2:4]]
    print(main(Path(sys.argv[1]), *[*numbers, *(100_000, 1)[len(numbers) :]]))  # noqa: T201 - a script
