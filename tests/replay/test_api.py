"""The Python API: typed events, their time and fields, and what is said of damage."""

import doctest
from pathlib import Path

import pytest

import replay
from hems_actors.core.facts import MeterReading
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.eventlog.errors import LogError, UnreadableError
from replay import DamagedError, api, open_log
from replay.api.event import column_names
from replay.listing import lines_of
from tests.eventlog.damages import original
from tests.eventlog.simulated import write_simulated


@pytest.fixture(scope="module")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of an hour with a car that charges on surplus."""
    path = tmp_path_factory.mktemp("api") / "home.msgpack"
    write_simulated(path)
    return path


def test_the_example_in_its_docstring(log_path: Path) -> None:
    """What the documentation shows is what happens."""
    results = doctest.testmod(api, extraglobs={"path": log_path})

    assert (results.failed, results.attempted > 1) == (0, True)


def test_events_are_those_of_the_listing(log_path: Path) -> None:
    """Each event once, in order, with the same number, thing, time and text."""
    with open_log(log_path) as log:
        lines = [f"{event.at.isoformat(timespec='milliseconds')} #{event.seq} {event.text()}" for event in log]
        assert (log.closed, log.damage, log.gaps, log.torn_tail_bytes) == (True, [], [], 0)

    assert lines == list(lines_of(log_path, "all"))


def test_fields_and_record(log_path: Path) -> None:
    """A decision: typed as the core has it, named as exports show it."""
    with open_log(log_path) as log:
        decided = next(event for event in log if isinstance(event.record, SetPointDecided) and event.record.on)
        record = decided.record
        assert (decided.kind, decided.stage, decided.thing, decided.source) == (
            "set_point_decided", "decision", "wallbox", 10,
        )  # fmt: skip
        assert log.names[10] == "wallbox"
    assert isinstance(record, SetPointDecided)
    fields = decided.fields
    assert fields["current_ma"] == record.current_ma
    assert (fields["rule"], fields["issuer"]) == ("surplus_start", "surplus_charging")
    assert (fields["operands.available_w"], fields["operands.available_w.event"]) == record.operands[:2]
    assert "operands" not in fields


def test_columns_hold_all_fields(log_path: Path) -> None:
    """No event has a field that the table of its kind lacks."""
    with open_log(log_path) as log:
        for event in log:
            assert set(event.fields) <= set(column_names(iter([type(event.record)])))


def test_only_readings(log_path: Path) -> None:
    """Records can be matched by their class."""
    with open_log(str(log_path)) as log:
        powers_w = [event.record.power_w for event in log if isinstance(event.record, MeterReading)]

    assert len(powers_w) > 5
    assert all(isinstance(power_w, int) for power_w in powers_w)


def test_damage_is_an_error(log_path: Path, tmp_path: Path) -> None:
    """Events before it are there, then it is said which are missing; one who knows goes on behind them."""
    parts = original(log_path).parts
    content = bytearray(log_path.read_bytes())
    middle = parts[len(parts) // 2]
    content[(middle.start + middle.end) // 2] ^= 1
    damaged = tmp_path / "damaged.msgpack"
    damaged.write_bytes(content)

    seen: list[int] = []
    with open_log(damaged) as log, pytest.raises(DamagedError, match="damaged: bytes") as error:
        seen.extend(event.seq for event in log)
    assert isinstance(error.value, LogError)
    assert seen[-1] + 1 == error.value.damage.seq_from
    with open_log(damaged, past_damage=True) as log:
        beyond = [event.seq for event in log]
        assert log.damage == [error.value.damage]
    assert beyond[: len(seen)] == seen
    assert beyond[len(seen)] == (error.value.damage.seq_to or 0) + 1


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    """A missing file is a typed error, as is a name that the package does not have."""
    with pytest.raises(UnreadableError):
        open_log(tmp_path / "none.msgpack")
    with pytest.raises(AttributeError, match="has no attribute 'open_book'"):
        _ = replay.open_book
