"""What a start goes on from: the fold of what is good, and nothing that damage made uncertain."""

from dataclasses import replace
from pathlib import Path

import pytest

from hems_actors.core import facts
from hems_actors.core.state import State
from hems_actors.eventlog.errors import UnreadableError
from hems_actors.eventlog.frame import Frame, open_payload
from hems_actors.eventlog.place import end_of
from hems_actors.eventlog.recovery import Recovered
from tests.eventlog.logs import frames_of, packed, reading
from tests.eventlog.recordings import (
    CHARGER,
    GARAGE,
    OURS,
    SETTINGS,
    SITE,
    Recording,
    again,
    begin_home,
    change,
    is_state,
    recovered,
    spoil,
)


def test_nothing_there(tmp_path: Path) -> None:
    """The first start of all begins with an empty state."""
    found = recovered(tmp_path)

    assert found == (State(), 0, None, (), (), None, None, ())


def test_directory_that_cannot_be_listed(tmp_path: Path) -> None:
    """Only that is an error: one line that says which."""
    with pytest.raises(UnreadableError, match="missing: cannot be listed: No such file"):
        recovered(tmp_path / "missing")


@pytest.mark.parametrize("ends", [True, False], ids=["ended", "killed"])
@pytest.mark.parametrize("snapshots", [0, 1, 2])
def test_state_is_the_fold(tmp_path: Path, ends: bool, snapshots: int) -> None:
    """From the last snapshot on all events count, with an end and without."""
    home = begin_home(tmp_path)
    for _ in range(snapshots):
        home.snapshot()
        home.read(3, power_w=500)
    (home.end if ends else home.die)()
    found = recovered(tmp_path)

    assert is_state(found, home.state)
    assert found[1:5] == (home.at_ms, None, (), ())
    assert found.previous == end_of(home.path)
    assert found.segments == (home.path,)


def test_several_segments(tmp_path: Path) -> None:
    """The newest segment says all that is needed; no other is even looked through if it is long enough."""
    begin_home(tmp_path).end()
    second = again(tmp_path)
    second.read(700)
    second.end()
    third = again(tmp_path)
    third.read(601)
    third.die()
    found = recovered(tmp_path)

    assert is_state(found, third.state)
    assert found.segments == (third.path,)
    assert len(recovered_after(third, 100).segments) == 2


def recovered_after(home: Recording, frames: int) -> Recovered:
    """Return what a start finds if only *frames* of the segment's frames are there."""
    home.path.write_bytes(home.path.read_bytes()[: frames_of(home.path)[frames].start])
    return recovered(home.path.parent)


def test_torn_tail_loses_nothing(tmp_path: Path) -> None:
    """The unfinished last frame was never promised to anybody."""
    home = begin_home(tmp_path)
    home.die()
    home.path.write_bytes(home.path.read_bytes()[:-3])
    found = recovered(tmp_path)

    assert is_state(found, home.after[4])
    assert (found.loss, found.state.seq, found.last_at_ms) == (None, 4, home.at_ms - 1_000)
    assert found.previous == end_of(home.path)
    assert found.previous.bytes_ignored > 0


def test_corrupt_end(tmp_path: Path) -> None:
    """A last frame that is complete and wrong held events, nobody knows how many: the first is named."""
    home = begin_home(tmp_path)
    home.die()
    spoil(home.path, -1)
    found = recovered(tmp_path)

    assert is_state(found, home.after[4])
    assert (found.loss, found.state.seq) == ((5, 5), 4)


def test_damage_before_the_last_snapshot(tmp_path: Path) -> None:
    """The state lacks nothing of it."""
    home = begin_home(tmp_path)
    home.snapshot()
    home.read(3, power_w=500)
    home.die()
    spoil(home.path, 4)
    found = recovered(tmp_path)

    assert is_state(found, home.state)
    assert found.loss is None


def test_damage_behind_the_last_snapshot(tmp_path: Path) -> None:
    """Up to the damage all events count, behind it absolute settings only."""
    home = begin_home(tmp_path)
    home.tell(facts.ZoneKnown(0, (0, 3_600)))  # 6: damaged
    home.tell(
        facts.LinkChanged(0, up=True),
        SETTINGS,
        SITE._replace(grid_phases=1),
        CHARGER._replace(safe_ma=8_000),
        facts.ChargingInfoChanged(GARAGE, 1, 0, 5, 80, 0, 6_000),
        facts.BatteryConfigured(3, 7),
        facts.ZoneKnown(0, (0, 7_200)),
        facts.ClockOffset(0, -5),
        reading(900),
    )
    home.end()
    spoil(home.path, 6)
    found = recovered(tmp_path)
    state = found.state

    assert (found.loss, state.seq) == ((6, 15), 15)
    assert (state.settings.phase_limit_ma, state.config.grid_phases) == (16_000, 1)
    assert (state.chargers[GARAGE].config.safe_ma, state.chargers[GARAGE].info.priority) == (8_000, 5)
    assert (state.battery.source, state.site.transitions_s, state.site.clock_offset_ms) == (3, (0, 7_200), -5)
    assert (state.site.link_up, state.meter.latest_seq) == (False, 5)
    assert found.quarantined == ()


def test_setting_that_needs_what_is_lost(tmp_path: Path) -> None:
    """A setting of a charger whose configuration is lost is left out, and named."""
    home = begin_home(tmp_path)
    other = facts.ChargerConfigured(4, 1, 0, 6_000, 1_000, can_switch=False)
    home.tell(other)
    home.tell(facts.ChargingInfoChanged(4, 1, 0, 5, 80, 0, 6_000))
    home.die()
    spoil(home.path, 6)
    found = recovered(tmp_path)

    assert (found.loss, found.quarantined, found.state.seq, list(found.state.chargers)) == ((6, 7), (7,), 7, [GARAGE])


def test_only_a_snapshot_is_damaged(tmp_path: Path) -> None:
    """No event is missing: the fold goes on from the snapshot before."""
    home = begin_home(tmp_path)
    home.snapshot()
    home.read(3, power_w=500)
    home.die()
    spoil(home.path, 6)
    found = recovered(tmp_path)

    assert is_state(found, home.state)
    assert found.loss is None


def test_events_missing_before_a_later_snapshot_of_no_use(tmp_path: Path) -> None:
    """A snapshot that says another state than its hash is not trusted: the one before it is."""
    home = begin_home(tmp_path)
    home.snapshot()
    home.read(3, power_w=500)
    home.die()
    change(home.path, 6, state_hash=b"x" * 32)
    found = recovered(tmp_path)

    assert is_state(found, home.state)
    assert found.loss is None


def test_no_snapshot_anywhere(tmp_path: Path) -> None:
    """From the first event on an empty state will do."""
    home = begin_home(tmp_path)
    home.die()
    spoil(home.path, 1)
    found = recovered(tmp_path)

    assert is_state(found, home.state)
    assert found.loss is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([(99, 0, 0)], id="unknown kind"),
        pytest.param([(22, 0), (1, 0, 0)], id="row too short"),
        pytest.param([(22, 1, None, *[0] * 12), (1, 0, 0)], id="no time"),
        pytest.param([(99, 0, 0), (11, 0, 0), (11, 0, None, 1, 2, 3), 7, (11, 0, 5, 9_000, 500, 900)], id="a setting"),
    ],
)
def test_frame_that_cannot_be_read(tmp_path: Path, body: list[object]) -> None:
    """What this version does not know is lost, named; settings after and in it are not."""
    home = begin_home(tmp_path)
    home.read(len(body))
    home.tell(facts.ChargingInfoChanged(GARAGE, 1, 0, 5, 80, 0, 6_000))
    home.die()
    merged = [open_payload(part.payload) for part in frames_of(home.path)]
    frames = [*merged[:6], merged[6]._replace(body=tuple(body)), merged[-1]]
    frames[-1] = frames[-1]._replace(first_seq=6 + len(body))
    home.path.write_bytes(chained(frames))
    found = recovered(tmp_path)

    assert (found.loss, found.state.seq) == ((6, 6 + len(body)), 6 + len(body))
    assert found.state.chargers[GARAGE].info.priority == 5
    assert found.state.settings.phase_limit_ma == (9_000 if len(body) > 2 else 0)


def chained(frames: list[Frame]) -> bytes:
    """Return the bytes of *frames*, all checksums right."""
    crc, data = 0, b""
    for frame in frames:
        one = packed(frame._replace(prev_crc=crc))
        crc = int.from_bytes(one[6:10], "big")
        data += one
    return data


def test_disk_that_gives_less_the_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even then nothing is raised, and no number is given out again."""
    home = begin_home(tmp_path)
    home.die()

    def fail(*_: object) -> None:
        raise UnreadableError("Input/output error")

    monkeypatch.setattr("hems_actors.eventlog.recovery.LogReader", fail)
    found = recovered(tmp_path)

    assert (found.loss, found.state.seq) == ((1, 5), 5)


def test_state_of_another_version(tmp_path: Path) -> None:
    """Its hash cannot be compared, and parts may lack what there was not yet."""
    home = Recording(tmp_path, head=replace(OURS, state_version=OURS.state_version + 1))
    home.tell(SITE, SETTINGS)
    home.snapshot()
    home.end()
    change(home.path, 3, state_hash=b"x" * 32)
    found = recovered(tmp_path)

    assert is_state(found, home.state)


def test_snapshot_that_builds_no_state(tmp_path: Path) -> None:
    """A snapshot that cannot be restored is none."""
    home = begin_home(tmp_path)
    home.snapshot()
    home.die()
    change(home.path, -1, body=((203, 0, 0),))
    found = recovered(tmp_path)

    assert is_state(found, home.state)
