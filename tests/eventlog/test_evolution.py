"""Old logs: what older versions wrote of facts and of the state is read as today's, and its hash is left alone."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from hems_actors.core.evolve import evolve
from hems_actors.core.facts import MeterReading
from hems_actors.core.registry import KINDS
from hems_actors.core.state import SiteStatus, State
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog import codec
from hems_actors.eventlog.codec import Vocabulary
from hems_actors.eventlog.frame import FrameType, open_payload
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.schema import current_schema, field_of
from hems_actors.eventlog.upcast import Upcast
from replay.report import Exit
from replay.verify import Options, verify
from tests.eventlog.logs import frames_of, packed
from tests.replay.toy import record, toy

READING, SETTING, SITE = 22, 202, 203
Rows = Callable[[tuple[Any, ...]], tuple[Any, ...]]


def rewritten(path: Path, kind: int, names: list[str], change: Rows, state_hash: bytes | None = None) -> None:
    """Make *path* a log in which *kind* has other fields: *change* makes such rows of today's; all checksums right."""
    crc, data = 0, b""
    for part in frames_of(path):
        frame = open_payload(part.payload)._replace(prev_crc=crc)
        if frame.type == FrameType.HEADER:
            schema = [
                (number, name, 1, tuple(map(field_of, names)) if number == kind else of_kind)
                for number, name, _, of_kind in frame.body["schema"]
            ]
            frame = frame._replace(body={**frame.body, "schema": schema})
        else:
            frame = frame._replace(body=[change(row) if row[0] == kind else row for row in frame.body])
            if frame.state_hash is not None:
                frame = frame._replace(state_hash=state_hash or frame.state_hash)
        one = packed(frame)
        crc = int.from_bytes(one[6:10], "big")
        data += one
    path.write_bytes(data)


def know(monkeypatch: pytest.MonkeyPatch, kind: int, upcast: Upcast) -> None:
    """Let *kind* be in version 2, and *upcast* what makes it of version 1."""
    schema = {**current_schema(), kind: current_schema()[kind]._replace(version=2)}
    monkeypatch.setattr(codec, "current_vocabulary", lambda: Vocabulary(KINDS, schema, {(kind, 1): upcast}))


def in_amps(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row of settings as a version wrote it that had amps, and no consideration of the battery."""
    return (*row[:3], row[3] // 1000, row[4])


def from_amps(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return today's settings of those."""
    return (values[0], values[1] * 1000, values[2], 900)


@pytest.mark.parametrize(
    ("state_version", "code"),
    [
        pytest.param(STATE_VERSION + 1, Exit.SAME, id="of its own version"),
        pytest.param(STATE_VERSION, Exit.DIFFERS, id="of this version"),
    ],
)
def test_older_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state_version: int, code: Exit) -> None:
    """A part of the state with fewer fields and another unit is upcast where it is read, and the log replays.

    Its hash was made of the older part: it is compared only where both have one version.
    """
    path = tmp_path / "log"
    record(path, powers_w=(200, 300))
    rewritten(path, SETTING, ["phase_limit_a", "tolerance_permille"], in_amps, b"x" * 32)
    know(monkeypatch, SETTING, from_amps)
    report = verify(path, Options(core=replace(toy(), state_version=state_version)))

    assert (report.exit, report.error, report.decisions) == (code, None, 2)
    assert {divergence.field for divergence in report.divergences} <= {"state_differs"}
    with LogReader(path) as log:
        state = State()
        for event in log.events(next(iter(log))):
            evolve(state, 0, 0, event)
    assert state == replace(State(), at_ms=state.at_ms)


def test_older_fact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact of an older version goes the same way, and the same is decided of it."""
    path = tmp_path / "log"
    record(path, powers_w=(200, 300))
    names = list(MeterReading._fields[1:])
    names[names.index("power_w")] = "power_dw"
    rewritten(path, READING, names, lambda row: (*row[:5], row[5] * 10, *row[6:]))
    know(monkeypatch, READING, lambda values: (*values[:3], values[3] // 10, *values[4:]))

    assert verify(path, Options(core=toy())).exit == Exit.SAME


def test_part_without_its_newest_fields(tmp_path: Path) -> None:
    """A log from before two fields of the home's status were added folds with their defaults."""
    path = tmp_path / "log"
    record(path, powers_w=(200, 300))
    names = [field.name for field in fields(SiteStatus)]
    rewritten(path, SITE, names[:-2], lambda row: row[:-2], b"x" * 32)
    report = verify(path, Options(core=replace(toy(), state_version=STATE_VERSION + 1)))

    assert (report.exit, report.error, report.decisions) == (Exit.SAME, None, 2)
