"""Replaying logs: the same, different, damaged, by older or failing code."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgpack
import pytest

from hems_actors.core import facts
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.frame import FrameType, open_payload
from hems_actors.eventlog.scan import Good
from replay.core import Core
from replay.divergence import Divergence
from replay.report import Exit, Report
from replay.verify import Options, verify
from tests.eventlog.logs import START_MS, frames_of, packed
from tests.replay.toy import record, toy

HOUR_MS = 3_600_000
SETTING = 202  # the part that holds the tolerance
DIFFERS = "state_differs"


def replay(path: Path, core: Core | None = None, **options: bool) -> Report:
    """Return the report of *path* by *core*."""
    return verify(path, Options(core=core or toy(), **options))


def short(divergence: Divergence) -> tuple[int, str, Any, Any]:
    """Return number, field, recorded and replayed value."""
    return divergence.seq, divergence.field, divergence.recorded, divergence.replayed


def test_same(tmp_path: Path) -> None:
    """The code that recorded a log decides the same, and ends in the same state."""
    path = tmp_path / "log"
    record(path, powers_w=(50, 200, 6000))
    report = replay(path)

    assert (report.exit, report.divergences, report.damage, report.open) == (Exit.SAME, [], [], False)
    assert (report.events, report.decisions, report.last_seq) == (11, 2, 11)


def test_real_core(tmp_path: Path) -> None:
    """Without another core given, the real one is compared with."""
    path = tmp_path / "log"
    record(path, Core())

    assert verify(path, Options()).exit == Exit.SAME


def test_other_current(tmp_path: Path) -> None:
    """A set-point that comes out otherwise is named field by field, and each later one again; its action not."""
    path = tmp_path / "log"
    record(path)
    report = replay(path, toy(current_ma=6_000))

    assert report.exit == Exit.DIFFERS
    assert [short(divergence) for divergence in report.divergences] == [
        (seq, f"set_point_decided.{field}", 16_000, 6_000)
        for seq in (6, 9)
        for field in ("current_ma", "target_ma", "operands.maximum_ma")
    ]
    assert [divergence.unit for divergence in report.divergences[:3]] == ["mA", "mA", "mA"]


def test_free_run(tmp_path: Path) -> None:
    """Running free, the difference goes on into the action and the state."""
    path = tmp_path / "log"
    record(path)
    report = replay(path, toy(current_ma=6_000), free_run=True)
    fields = [divergence.field for divergence in report.divergences]

    assert fields.count("action_intended.value") == 2
    assert fields[-1] == "state_differs"


def test_outcome_missing(tmp_path: Path) -> None:
    """An outcome this code does not reach is named whole."""
    path = tmp_path / "log"
    record(path, powers_w=(6000,))
    (divergence,) = replay(path, toy(alarm_w=9000)).divergences

    assert short(divergence) == (5, "alarm_changed", {"alarm": 1, "active": True, "value": 6000}, None)


def test_outcome_added(tmp_path: Path) -> None:
    """An outcome that was not recorded is named whole, at its fact."""
    path = tmp_path / "log"
    record(path, powers_w=(50, 70))
    (divergence,) = replay(path, toy(alarm_w=60)).divergences

    assert short(divergence) == (5, "alarm_changed", None, {"alarm": 1, "active": True, "value": 70})


def rewrite(path: Path, frame: int, **changes: Any) -> None:  # noqa: ANN401 - a frame's content
    """Write *path* again with the content of one of its frames changed, all checksums right."""
    crc, data = 0, b""
    for number, part in enumerate(frames_of(path)):
        content = open_payload(part.payload)._replace(prev_crc=crc)
        one = packed(content._replace(**changes) if number == frame else content)
        crc = int.from_bytes(one[6:10], "big")
        data += one
    path.write_bytes(data)


def test_outcomes_without_fact(tmp_path: Path) -> None:
    """Recorded outcomes that follow no fact are compared with none."""
    path = tmp_path / "log"
    record(path, powers_w=(200,))
    batch = open_payload(frames_of(path)[-2].payload)
    rewrite(path, len(frames_of(path)) - 2, body=((107, 0, 0, 0), *batch.body[1:]))
    fields = [divergence.field for divergence in replay(path).divergences]

    assert fields[:3] == ["health_judged", "set_point_decided", "action_intended"]


def test_outcomes_of_a_stage_out_of_order(tmp_path: Path) -> None:
    """A decision recorded after the action is no decision of its stage."""
    path = tmp_path / "log"
    record(path, powers_w=(200,))
    fact, point, action = open_payload(frames_of(path)[-2].payload).body
    rewrite(path, len(frames_of(path)) - 2, body=(fact, action, point))

    assert [divergence.field for divergence in replay(path).divergences][:3] == [
        "set_point_decided",
        "action_intended",
        "set_point_decided",
    ]


def test_instant_differs(tmp_path: Path) -> None:
    """An outcome has the instant of its fact."""
    path = tmp_path / "log"
    record(path, powers_w=(200,))
    fact, point, action = open_payload(frames_of(path)[-2].payload).body
    rewrite(path, len(frames_of(path)) - 2, body=(fact, (*point[:2], 5, *point[3:]), action))
    divergence = replay(path).divergences[0]

    assert short(divergence)[1:] == ("set_point_decided.at_ms", START_MS + 3005, START_MS + 3000)


@pytest.mark.parametrize("frame", [1, -1], ids=["first snapshot", "close"])
def test_state_differs(tmp_path: Path, frame: int) -> None:
    """A hash of another state is a finding of its own."""
    path = tmp_path / "log"
    record(path)
    rewrite(path, frame % len(frames_of(path)), state_hash=b"x" * 32)
    report = replay(path)

    assert report.exit == Exit.DIFFERS
    assert [divergence.field for divergence in report.divergences] == ["state_differs"]
    assert report.divergences[0].recorded == (b"x" * 32).hex()


def test_state_differs_once(tmp_path: Path) -> None:
    """After a snapshot of another state the replay goes on from it; running free it keeps its own."""
    path = tmp_path / "log"
    record(path, powers_w=[200] * 3, step_ms=HOUR_MS)
    snapshot = [open_payload(part.payload).type for part in frames_of(path)].index(FrameType.SNAPSHOT, 2)
    rows = open_payload(frames_of(path)[snapshot].payload).body
    changed = [(*row[:4], 77, *row[5:]) if row[0] == SETTING else row for row in rows]
    state_hash = sha256(msgpack.packb([(kind - 200, source, *values) for kind, source, _, *values in changed])).digest()
    rewrite(path, snapshot, body=changed, state_hash=state_hash)

    assert [short(divergence)[:2] for divergence in replay(path).divergences] == [(2, DIFFERS), (3, DIFFERS)]
    assert [short(divergence)[:2] for divergence in replay(path, free_run=True).divergences] == [(2, DIFFERS)]


def test_state_of_another_version(tmp_path: Path) -> None:
    """The state is compared only with one of its own version."""
    path = tmp_path / "log"
    record(path)
    rewrite(path, len(frames_of(path)) - 1, state_hash=b"x" * 32)

    assert replay(path, replace(toy(), state_version=STATE_VERSION + 1)).exit == Exit.SAME


def spoil(path: Path, frame: int) -> Good:
    """Flip the last bit of frame number *frame* of *path* and return where it was."""
    part = frames_of(path)[frame]
    data = bytearray(path.read_bytes())
    data[part.end - 1] ^= 1
    path.write_bytes(data)
    return part


def batch_from(path: Path, first_seq: int) -> int:
    """Return the number of the BATCH of *path* whose first event is *first_seq*."""
    frames = [open_payload(part.payload) for part in frames_of(path)]
    return next(n for n, frame in enumerate(frames) if frame[:2] == (FrameType.BATCH, first_seq))


def test_damage_ends_the_comparison(tmp_path: Path) -> None:
    """Damage is named with bytes, numbers and time, and nothing after it is compared unless asked for."""
    path = tmp_path / "log"
    record(path, powers_w=[200] * 6, step_ms=HOUR_MS // 3)
    damaged = batch_from(path, 7)
    part = spoil(path, damaged)
    report = replay(path)

    assert (report.exit, report.events, report.decisions, report.state_hash) == (Exit.DAMAGED, 18, 1, None)
    (damage,) = report.damage
    assert damage[:4] == (part.start, part.end, 7, 9)
    assert report.local.text(damage.at_ms_to or 0) == "2025-01-06T01:40:00.000+01:00"


def test_past_damage(tmp_path: Path) -> None:
    """When asked to, the comparison goes on from the next snapshot."""
    path = tmp_path / "log"
    record(path, powers_w=[200] * 6, step_ms=HOUR_MS // 3)
    damaged = batch_from(path, 7)
    spoil(path, damaged)
    same = replay(path, past_damage=True)
    other = replay(path, toy(current_ma=6000), past_damage=True)

    assert (same.exit, same.divergences, same.decisions) == (Exit.DAMAGED, [], 3)
    assert same.state_hash is not None
    assert len(other.divergences) == 9


def test_torn_tail(tmp_path: Path) -> None:
    """A torn tail alone is no damage: what is before it is the same, and the log is open."""
    path = tmp_path / "log"
    record(path)
    path.write_bytes(path.read_bytes()[:-5])
    report = replay(path)

    assert (report.exit, report.open, report.torn_tail_bytes > 0) == (Exit.SAME, True, True)


def poisoned(state: State, seq: int, at_ms: int, event: Event) -> None:
    """Raise on a reading of 200 W, evolve on all others."""
    if isinstance(event, facts.MeterReading) and event.power_w == 200:
        raise ValueError("poison")
    Core().evolve(state, seq, at_ms, event)


def test_core_that_fails(tmp_path: Path) -> None:
    """Code that cannot go on from a recorded event is a finding, named at that event, no traceback."""
    path = tmp_path / "log"
    record(path)
    report = replay(path, replace(toy(), evolve=poisoned))

    assert [short(divergence)[1:] for divergence in report.divergences] == [("core_failed", None, "ValueError: poison")]
    assert (report.exit, report.events, report.state_hash) == (Exit.DIFFERS, 10, None)


def test_core_that_fails_at_once(tmp_path: Path) -> None:
    """Code that cannot even take the first snapshot is a finding at that snapshot."""

    def fail(_state: State, _seq: int, _at_ms: int, _event: Event) -> None:
        raise KeyError(5)

    path = tmp_path / "log"
    record(path)
    (divergence,) = replay(path, replace(toy(), evolve=fail)).divergences

    assert short(divergence) == (1, "core_failed", None, "KeyError: 5")


def test_unreadable_part(tmp_path: Path) -> None:
    """What was compared before an unreadable frame is still reported."""
    path = tmp_path / "log"
    record(path)
    frame = len(frames_of(path)) - 2
    rewrite(path, frame, body=((99, 0, 0),))
    report = replay(path)

    assert (report.exit, report.decisions) == (Exit.DAMAGED, 1)
    assert "from event 8" in (report.error or "")


def test_unknown_frame_type(tmp_path: Path) -> None:
    """A frame of a type to come makes the log newer than this version."""
    path = tmp_path / "log"
    record(path)
    rewrite(path, 3, type=9)

    assert replay(path).exit == Exit.USAGE_OR_NEWER
    assert FrameType.CLOSE < 9
