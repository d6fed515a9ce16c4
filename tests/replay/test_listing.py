"""`hems-replay --list`: a log read by people; the built-in day beside its reviewed transcript."""

from pathlib import Path

import pytest

from hems_actors.core.enums import ThingKind
from hems_actors.core.evolve import evolve
from hems_actors.core.facts import Fact, ThingAdded, ThingRemoved, Tick, ZoneKnown
from hems_actors.core.identity import points_of
from hems_actors.core.state import State
from hems_actors.core.version import LOGIC_VERSION
from hems_actors.eventlog.errors import MalformedError
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from hems_actors.sim.build import build
from hems_actors.sim.demo import BUILT_IN, play_to
from hems_actors.sim.scenario import read_scenario
from replay.cli import main
from replay.listing import lines_of
from replay.verify import Options, verify
from tests.eventlog.logs import HEAD

TRANSCRIPT = Path(__file__).parents[1] / "days" / "demo.txt"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of the built-in day."""
    path = tmp_path_factory.mktemp("day") / "demo.msgpack"
    play_to(build(*read_scenario(BUILT_IN)), path, [])
    return path


def test_the_day_is_decided_as_agreed(day: Path, request: pytest.FixtureRequest) -> None:
    """A change of decisions shows here as a reviewed diff, with a new logic version; `--rewrite` renews it."""
    lines = [f"logic_version {LOGIC_VERSION}", *lines_of(day, "changes")]
    text = "\n".join(lines) + "\n"
    if request.config.getoption("--rewrite"):
        TRANSCRIPT.write_text(text, encoding="utf-8")

    assert text == TRANSCRIPT.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("what", "more_than"),
    [
        pytest.param("changes", "", id="changes"),
        pytest.param("outcomes", "changes", id="outcomes: also set-points that stayed"),
        pytest.param("all", "outcomes", id="all: also facts"),
    ],
)
def test_what_is_listed(day: Path, what: str, more_than: str) -> None:
    """Each choice shows all that the smaller one shows, and more."""
    listed = list(lines_of(day, what))
    fewer = set(lines_of(day, more_than)) if more_than else set()

    assert fewer < set(listed)


def test_command(day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints what can be read and says in one line what cannot."""
    assert main([str(day), "--list"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == list(lines_of(day, "changes"))
    assert err == ""

    assert main([str(tmp_path / "none"), str(day), "--list", "all"]) == 3
    out, err = capsys.readouterr()
    assert "MeterReading" in out
    assert len(err.splitlines()) == 1


def test_damage_is_seen(day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The place is among the lines, and the command says so in the end."""
    damaged = tmp_path / "damaged.msgpack"
    content = bytearray(day.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)

    assert main([str(damaged), "--list"]) == 3
    out, err = capsys.readouterr()
    assert sum("is missing or damaged" in line for line in out.splitlines()) == 1
    assert err.startswith(f"hems-replay: {damaged}: damaged, places: 1")


def test_things_are_called_by_name(tmp_path: Path) -> None:
    """As they were named while the log was written, or before it; in the findings of a replay too."""
    state = State()
    evolve(state, 1, 0, ThingAdded(10, ThingKind.CHARGER, (1, 2, 3, 4), points_of("Hof")))
    writer = LogWriter(SingleFile(tmp_path / "named.msgpack"), HEAD, sync=NoSync())
    writer.start(state, 0)
    zoe = ThingAdded(11, ThingKind.CAR, (1, 2, 3, 5), points_of("Zoe"))
    happened: list[Fact] = [zoe, ThingRemoved(11), ThingRemoved(10)]
    for seq, fact in enumerate(happened, 2):
        writer.append(0, fact)
        evolve(state, seq, 0, fact)
    writer.close(state, 0)

    who = [line.partition(" #")[2].split()[1] for line in lines_of(writer.path, "all")]
    assert who == ["Zoe", "Zoe", "Hof"]
    report = verify(writer.path, Options())
    assert [report.thing(number) for number in (10, 11, 12)] == ["Hof", "Zoe", "thing 12"]


def test_a_name_that_is_none(tmp_path: Path) -> None:
    """No writer writes it: the listing says where it is; a replay, which needs no names, goes on."""
    writer = LogWriter(SingleFile(tmp_path / "odd.msgpack"), HEAD, sync=NoSync())
    writer.start(State(), 0)
    writer.append(0, ThingAdded(10, ThingKind.CHARGER, (1,), 5))  # type: ignore[arg-type]  # what is tested
    writer.commit()
    writer.abandon()

    with pytest.raises(MalformedError, match="event 1 is not what a writer writes"):
        list(lines_of(writer.path, "all"))
    assert verify(writer.path, Options()).names == {}


def test_later_file_is_told_in_local_time(tmp_path: Path) -> None:
    """Its zone is in its snapshot, and in none of its events."""
    at_ms, zone = 1_744_673_700_000, ZoneKnown(0, (0, 7_200))
    state = State()
    evolve(state, 1, at_ms, zone)
    writer = LogWriter(SingleFile(tmp_path / "later.msgpack"), HEAD, sync=NoSync())
    writer.start(state, at_ms)
    writer.append(at_ms, Tick(0))
    evolve(state, 2, at_ms, Tick(0))
    writer.close(state, at_ms)

    assert list(lines_of(writer.path, "all")) == ["2025-04-15T01:35:00.000+02:00 #2 home Tick"]
