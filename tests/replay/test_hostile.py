"""Logs that nobody's writer writes: a line that says why, an exit code, never a traceback, never much memory."""

import resource
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack
import pytest

from hems_actors.eventlog.brief import brief, printable
from hems_actors.eventlog.frame import HEAD, PAYLOAD_BYTES_MAX, Frame, open_payload
from tests.eventlog.damages import Original
from tests.replay.hostile import DEEP, LONG, MANY, WIDE, chained, hostile, run

Change = Callable[[Frame], Any]


def forged(whole: Original, number: int, change: Change) -> bytes:
    """Return *whole* with what *change* makes of frame *number*, all checksums right."""
    payloads = [part.payload for part in whole.parts]
    frame = open_payload(payloads[number])
    changed = change(frame)
    if not isinstance(changed, bytes):
        changed = msgpack.packb([item for item in changed if item is not None] if changed[5] is None else list(changed))
    payloads[number] = changed
    return chained(payloads)


def head(**changes: object) -> Change:
    """Return what changes values of the header's map."""
    return lambda frame: frame._replace(body={**frame.body, **changes})


def row(place: int, value: object, kind: int) -> Change:
    """Return what puts *value* at *place* of the first row of *kind* in a frame."""

    def change(frame: Frame) -> Frame:
        number = next(n for n, item in enumerate(frame.body) if item[0] == kind)
        changed = [*frame.body[number][:place], value, *frame.body[number][place + 1 :]]
        return frame._replace(body=[*frame.body[:number], changed, *frame.body[number + 1 :]])

    return change


def lie(kind: int, **changes: object) -> Change:
    """Return what changes the schema's entry of *kind*: `name`, `version`, `fields` or its `number`."""

    def change(frame: Frame) -> Frame:
        rows = []
        for number, name, version, fields in frame.body["schema"]:
            entry = {"number": number, "name": name, "version": version, "fields": fields}
            rows.append(tuple((entry | changes).values() if number == kind else entry.values()))
        return frame._replace(body={**frame.body, "schema": rows})

    return change


H, S, B = 0, 1, 2
CASES: list[Any] = [
    pytest.param(H, head(home=5), 3, "home is missing", id="home that is a number"),
    pytest.param(H, head(wall_ms="x"), 3, "wall_ms", id="time that is a text"),
    pytest.param(H, head(versions={"python": [1]}), 3, "versions are not all texts", id="version that is an array"),
    pytest.param(H, head(sources=[[float("inf"), "x"]]), 3, "sources", id="source without end"),
    pytest.param(H, head(sources=5), 3, "sources", id="sources that are a number"),
    pytest.param(H, head(sources=[5]), 3, "sources", id="source that is a number"),
    pytest.param(H, head(schema=[[None, "x", 1, []]]), 3, "schema table", id="kind that is nothing"),
    pytest.param(H, head(schema=[[1, "x", 1, [[1, 2, 3]]]]), 3, "schema table", id="field that is numbers"),
    pytest.param(H, head(format=2**40), 2, "log format", id="format far away"),
    pytest.param(H, lambda frame: frame._replace(first_seq=-1), 3, "begins with event -1", id="negative number"),
    pytest.param(H, lambda frame: frame._replace(first_seq=2**64 - 1), 3, "begins with event", id="number 2^64"),
    pytest.param(H, lambda frame: frame._replace(t0_ms=-(2**63)), 3, "begins with event", id="time before all time"),
    pytest.param(H, lie(200, version=-(2**63)), 3, "no way to read it", id="version far below"),
    pytest.param(H, lie(200, version=2**63), 2, "newer than", id="version far above"),
    pytest.param(H, lie(22, fields=()), 3, "has 15 items instead of 3", id="kind without its fields"),
    pytest.param(H, lie(22, number=23), 3, "", id="kind under another number"),
    pytest.param(
        H, lie(1, fields=[["x\n\x1b[2J" * 90, "", 1]]), 3, "has 3 items instead of 4", id="field of another world"
    ),
    pytest.param(H, lie(1, name="\x1b[2J\n" * 90, version=7), 2, "version newer", id="name that clears the screen"),
    pytest.param(S, row(3, "7", 200), 3, "no msgpack, or holds", id="text in a snapshot"),
    pytest.param(S, row(3, "", 200), 3, "a row of kind 200 holds", id="empty text in a snapshot"),
    pytest.param(S, row(3, 1.5, 201), 3, "a row of kind 201 holds 1.5", id="float in a snapshot"),
    pytest.param(S, row(15, {}, 203), 3, "a row of kind 203 holds {}", id="map as offsets"),
    pytest.param(S, row(15, (1, None), 203), 3, "a row of kind 203 holds", id="offset that is nothing"),
    pytest.param(S, row(0, 777, 200), 3, "KeyError", id="part that is not in the table"),
    pytest.param(S, lambda frame: frame._replace(body=[5]), 3, "TypeError", id="snapshot of numbers"),
    pytest.param(B, row(2, 0.5, 140), 3, "has the time", id="time that is a half"),
    pytest.param(B, row(2, 2**63, 140), 3, "has the time", id="time without end"),
    pytest.param(B, row(3, "x", 10), 3, "no msgpack, or holds", id="text where a limit belongs"),
    pytest.param(B, row(3, b"", 10), 3, "a row of kind 10 holds b''", id="bytes where a limit belongs"),
    pytest.param(B, row(3, (1, 2, "3"), 5), 3, "no msgpack, or holds", id="offset that is a text"),
    pytest.param(B, row(3, (((),),), 5), 3, "a row of kind 5 holds", id="offsets nested"),
    pytest.param(B, row(2, (1,), 22), 3, "does not begin with kind, source and time", id="time that is an array"),
    pytest.param(B, row(5, "", 22), 3, "a row of kind 22 holds", id="reading that the core stumbles over"),
    pytest.param(B, lambda _: DEEP, 3, "no msgpack", id="nested without end"),
    pytest.param(B, lambda _: b"\x95\x03\x01\x00\x00" + WIDE, 3, "no msgpack", id="array of 2^32"),
    pytest.param(B, lambda _: b"\x95\x03\x01\x00\x00" + MANY, 3, "no msgpack", id="map of 2^32"),
    pytest.param(B, lambda _: b"\x95\x03\x01\x00\x00" + LONG, 3, "no msgpack", id="text of 2^32"),
    pytest.param(H, lambda _: b"\x95\x01\x01\x00\x00" + MANY, 3, "no msgpack", id="header of 2^32"),
    pytest.param(H, lambda _: b"\x95\x01\x01\x00\x00\x81\x80\xc0", 3, "no msgpack", id="key that is a map"),
]


@pytest.mark.parametrize(("number", "change", "code", "says"), CASES)
def test_one_line(simulated: Original, tmp_path: Path, *, number: int, change: Change, code: int, says: str) -> None:
    """What is wrong is said in one line of stderr, and as exit code, whether it is replayed, listed or repaired."""
    path = tmp_path / "log"
    path.write_bytes(forged(simulated, number, change))
    found, out, error = run(str(path), "--json")

    assert (found, len(out.splitlines()), len(error.splitlines())) == (code, 1, 1)
    assert says in error
    assert len(error) < 400
    assert error.strip().isprintable()
    for other in (("--list", "all"), ("--repair", str(tmp_path / "out"))):
        found, _, error = run(*other, str(path)) if "--repair" in other else run(str(path), *other)
        assert found in ((0, 2, 3) if "--list" in other else (code,))
        assert len(error.splitlines()) == (found != 0)
    assert not (tmp_path / "out").exists()


def test_length_beyond_all(simulated: Original, tmp_path: Path) -> None:
    """A frame that says it is 4 GiB long is damage; nothing is allocated for it."""
    path = tmp_path / "log"
    part = simulated.parts[5]
    whole = simulated.data
    path.write_bytes(whole[: part.start] + HEAD.pack(b"\xceHEMS\xce", 0, b"\xc6", 2**32 - 1) + whole[part.start :])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert run(str(path), "--past-damage")[0] == 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_too_many_rows(simulated: Original, tmp_path: Path) -> None:
    """A frame longer than any reader takes is damage, whatever it holds."""
    path = tmp_path / "log"
    path.write_bytes(forged(simulated, B, lambda frame: frame._replace(body=frame.body * 100_000)))
    assert path.stat().st_size > PAYLOAD_BYTES_MAX

    assert run(str(path))[0] == 3


def test_offsets_that_are_a_number(simulated: Original, tmp_path: Path) -> None:
    """Without offsets no local time can be told: no list."""
    path = tmp_path / "log"
    path.write_bytes(forged(simulated, B, row(3, 7, 5)))
    code, _, error = run(str(path), "--list")

    assert code == 3
    assert "no local time can be told by 7 and 0" in error


def test_names_in_the_text(simulated: Original, tmp_path: Path) -> None:
    """A thing whose name would clear the screen is printed without doing so."""
    path = tmp_path / "log"
    sources = [(number, "\x1b[2J\nwallbox") for number in (0, 1, 10, 60)]
    path.write_bytes(forged(simulated, H, head(sources=sources)))
    code, out, error = run(str(path), "--list", "all")

    assert (code, error) == (0, "")
    assert "wallbox" in out
    assert all(line.isprintable() for line in out.split("\n"))


def test_any_change(simulated: Original, tmp_path: Path) -> None:
    """Some thousand seeded changes: printable lines and an exit code each time."""
    codes = Counter(hostile(simulated, tmp_path, 2500, 4))

    assert set(codes) == {0, 1, 2, 3}
    assert codes[3] > 1000


def test_brief() -> None:
    """Whatever it is becomes a short text."""
    nested: tuple[Any, ...] = ()
    for _ in range(100_000):
        nested = (nested,)

    assert brief(nested) == "a tuple"
    assert brief(10**5000) == "a int"
    assert brief("x" * 200) == "x" * 100 + "..."
    assert (printable("Küche"), printable("a\nb")) == ("Küche", "a\N{REPLACEMENT CHARACTER}b")
