"""A recorded day: decided as it was recorded, as its transcript says, with a short difference where not."""

from dataclasses import replace
from pathlib import Path

import pytest

from hems_actors.core.outcomes import Outcome
from hems_actors.core.state import State
from hems_actors.core.version import LOGIC_VERSION
from replay.core import Core
from replay.decision_diff import LINES_MAX
from replay.recorded_day import base_of, check_day, scenario_of, transcript_of
from tests.eventlog.archives import archived
from tests.eventlog.logs import frames_of
from tests.replay.test_replayer import rewrite, spoil
from tests.replay.toy import record, toy

NEXT = LOGIC_VERSION + 1
POWERS_W = (200, 6000, 300)


def other(version: int = LOGIC_VERSION) -> Core:
    """Return a toy that decides otherwise, as *version*."""
    return replace(toy(current_ma=6000), logic_version=version)


def a_day(folder: Path, core: Core | None = None) -> Path:
    """Record a day as *core* decides, and its transcript."""
    path = folder / "day.msgpack"
    record(path, core or toy(), powers_w=POWERS_W)
    assert check_day(path, core or toy(), rewrite=True) == []
    return path


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """Return a day as agreed."""
    return a_day(tmp_path)


def test_as_agreed(day: Path) -> None:
    """Nothing is wrong; its archive is the same day."""
    assert check_day(day, toy()) == []
    assert check_day(archived(day), toy()) == []


def test_transcript(day: Path) -> None:
    """Versions first, then what was decided, with units and causes, and the state at the end."""
    first, *lines, last = transcript_of(day).read_text().splitlines()

    assert first.startswith(f"logic_version {LOGIC_VERSION}, log of ")
    assert lines[0].startswith("2025-01-06T00:00:03.000+01:00 #4 Garage SetPointDecided on=yes current=16 A phases=1")
    assert "rule=normal because maximum 16 A (#4)" in lines[0]
    assert last.startswith("state at the end ")


CASES = [
    pytest.param(other(), "otherwise", ["rule normal", "16 A on 1 phase", "6 A on 1 phase", "Garage"], id="decides"),
    pytest.param(toy(alarm_w=100), "otherwise", ["decided   AlarmChanged", "rule      Garage normal"], id="alarms"),
    pytest.param(other(NEXT), f"this is logic_version {NEXT}: read this, then --rewrite", ["rule=normal"], id="next"),
    pytest.param(replace(toy(), logic_version=NEXT), f"this is logic_version {NEXT}", [], id="next version, the same"),
]


@pytest.mark.parametrize(("core", "why", "says"), CASES)
def test_decides_otherwise(day: Path, core: Core, why: str, says: list[str]) -> None:
    """Within a logic version against the log, of another against the transcript; the rule is named, in 30 lines."""
    found = check_day(day, core)

    assert why in found[0]
    assert len(found) <= LINES_MAX
    for text in says:
        assert any(text in line for line in found), (text, found)


def test_many_differences_are_short(tmp_path: Path) -> None:
    """30 lines at most, the first differences first."""
    path = tmp_path / "long.msgpack"
    record(path, toy(), powers_w=tuple(range(200, 300)))
    found = check_day(path, other(), rewrite=True)

    assert len(found) <= LINES_MAX
    assert found[2].startswith("2025-01-06T00:00:03.000+01:00 Garage, event ")
    assert found[-1].startswith("and at ")


def test_a_log_of_another_version(tmp_path: Path) -> None:
    """What an older version decided is no difference: only the transcript counts."""
    path = a_day(tmp_path, other(3))
    assert check_day(path, toy())[0].endswith(f"this is logic_version {LOGIC_VERSION}: read this, then --rewrite")

    assert check_day(path, toy(), rewrite=True) == []
    assert check_day(path, toy()) == []
    found = check_day(path, toy(alarm_w=100))
    assert "changed without a new LOGIC_VERSION" in found[0]


def test_rewrite_needs_a_new_version(tmp_path: Path) -> None:
    """What was agreed for a version stands: another decision of the same version is not written."""
    path = a_day(tmp_path, other(3))
    assert check_day(path, toy(), rewrite=True) == []
    before = transcript_of(path).read_bytes()
    found = check_day(path, toy(alarm_w=100), rewrite=True)

    assert "changed without a new LOGIC_VERSION" in found[0]
    assert transcript_of(path).read_bytes() == before
    assert check_day(path, replace(toy(alarm_w=100), logic_version=NEXT), rewrite=True) == []
    assert transcript_of(path).read_bytes() != before


def test_rewrite_never_writes_a_log(day: Path) -> None:
    """Not even where it differs."""
    before = day.read_bytes()
    check_day(day, other(), rewrite=True)

    assert day.read_bytes() == before


def test_another_log(day: Path) -> None:
    """A day recorded anew needs its transcript read anew."""
    day.unlink()
    record(day, toy(), powers_w=(250,))
    assert "of another log" in check_day(day, toy())[0]

    assert check_day(day, toy(), rewrite=True) == []
    assert check_day(day, toy()) == []


def test_state_at_the_end(day: Path) -> None:
    """Another state alone is a difference, and says so."""
    rewrite(day, len(frames_of(day)) - 1, state_hash=b"x" * 32)
    found = check_day(day, toy())

    assert any("state     787878787878 -> " in line for line in found)
    assert any("rule      Garage normal" in line for line in found)


def test_what_raises(day: Path) -> None:
    """Code that fails is a difference of any version."""
    found = check_day(day, replace(toy(), stages=(fails, *toy().stages[1:]), logic_version=NEXT))

    assert any(line == "  failed    None -> ZeroDivisionError: 0" for line in found), found
    assert found[-1] == "  rule      Garage normal, recorded later"


def fails(state: State) -> list[Outcome]:
    """Fail on the first fact that is not the zone."""
    if state.seq > 1:
        raise ZeroDivisionError(0)
    return []


def test_a_home_begins_as_it_began(day: Path) -> None:
    """The state of a home of which nothing is known yet, which no replay of a log ever needs."""

    def begin() -> State:
        state = State()
        state.site.meter_connected = not state.site.meter_connected
        return state

    (why, *_, rule) = check_day(day, replace(toy(), new_state=begin))
    assert "stored otherwise" in why or "recorded it otherwise" in why
    assert rule == "  rule      Garage normal"


def test_no_transcript_no_log_damage(day: Path) -> None:
    """Each is one line that says what to do, or where."""
    transcript_of(day).unlink()
    assert check_day(day, toy()) == [
        f"{transcript_of(day)}: no transcript: write it with --rewrite, read it, check it in"
    ]

    spoil(day, 3)
    (line,) = check_day(day, toy())
    assert line.startswith(f"{day}: damaged: bytes ")

    day.write_bytes(b"")
    assert check_day(day, toy()) == [f"{day}: the file is empty: nothing was recorded"]


NAMES = [
    pytest.param("clear.msgpack", "clear", "clear", id="log"),
    pytest.param("clear.msgpack.zst", "clear", "clear", id="archive"),
    pytest.param("a.b-1-20250520T070000000Z.msgpack.zst", "a.b-1-20250520T070000000Z", "a.b", id="segment"),
]


@pytest.mark.parametrize(("log", "base", "scenario"), NAMES)
def test_names(log: str, base: str, scenario: str) -> None:
    """What lies beside a log."""
    path = Path("days") / log

    assert base_of(path) == Path("days") / base
    assert transcript_of(path) == Path("days") / f"{base}.txt"
    assert scenario_of(path) == Path("days") / f"{scenario}.toml"
