"""Many logs in one call: patterns, the table, one line for each that cannot be used, little memory."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.damage import Damage
from replay import cli
from replay.many import SHOWN_MAX, SPOOL_BYTES_MAX, Tally, chained, expand
from replay.report import Exit, Report
from replay.verify import Options, verify
from tests.eventlog.archives import archived
from tests.replay.test_cli import chain, empty, newer, no_log
from tests.replay.test_replayer import spoil
from tests.replay.toy import record, toy

MANY = SHOWN_MAX + 5
LOGS, PLACES = 300, 200


@pytest.fixture(autouse=True)
def _toy_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "Options", lambda **options: Options(core=toy(), **options))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return folders with a log, an archive beside its segment, one in the making, and a text."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/one.msgpack", "a/b/two.msgpack", "a/b/three.msgpack"):
        record(tmp_path / name)
    segment = (tmp_path / "a/b/two.msgpack").read_bytes()
    archived(tmp_path / "a/b/three.msgpack")
    archived(tmp_path / "a/b/two.msgpack")
    (tmp_path / "a/b/two.msgpack").write_bytes(segment)
    (tmp_path / "a/b/four.msgpack.zst.tmp").touch()
    (tmp_path / "a/notes.txt").touch()
    return tmp_path


PATTERNS = [
    pytest.param("**/*.msgpack*", ["a/b/three.msgpack.zst", "a/b/two.msgpack", "a/one.msgpack"], id="any folder"),
    pytest.param("a/*.msgpack", ["a/one.msgpack"], id="one folder"),
    pytest.param("a/b/t[wh]*.zst", ["a/b/three.msgpack.zst", "a/b/two.msgpack.zst"], id="archives alone"),
    pytest.param("none/*", ["none/*"], id="matches nothing: no such file"),
    pytest.param("a/one.msgpack", ["a/one.msgpack"], id="no pattern"),
]


@pytest.mark.parametrize(("pattern", "files"), PATTERNS)
def test_patterns(tree: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, files: list[str]) -> None:
    """Of a segment and its archive the segment counts; an archive in the making does not."""
    monkeypatch.chdir(tree)

    assert expand([pattern]) == [Path(name) for name in files]


def test_a_file_with_a_star(tmp_path: Path) -> None:
    """What is there under its own name is no pattern."""
    odd = tmp_path / "[1]*.msgpack"
    odd.touch()

    assert expand([str(odd)]) == [odd]


def test_bad_ones_in_the_middle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is one line, the rest is replayed, the worst decides the exit code, and the table counts all."""
    for number in range(MANY):
        record(tmp_path / f"{number:03}.msgpack")
    for name, make in (("005-empty", empty), ("006-foreign", no_log), ("007-newer", newer)):
        make(tmp_path / f"{name}.msgpack")
    record(tmp_path / "008-damaged.msgpack")
    spoil(tmp_path / "008-damaged.msgpack", 3)
    record(tmp_path / "009-cut.msgpack")
    cut = tmp_path / "009-cut.msgpack"
    cut.write_bytes(cut.read_bytes()[:-5])
    record(tmp_path / "010-differs.msgpack", toy(current_ma=6000))

    assert cli.main(["--jobs", "1", f"{tmp_path}/*.msgpack"]) == 3
    out, err = capsys.readouterr()
    *lines, names, numbers = out.splitlines()
    assert [_called(line) for line in lines] == ["damaged", "differs"]
    assert "1 place: bytes " in lines[0]
    assert "first at event 6, 2025-01-06T00:00:04.000+01:00, Garage, set_point_decided.current_ma: rec" in lines[1]
    complaints = [line for line in err.splitlines() if line.startswith("hems-replay: ")]
    assert [_called(line) for line in complaints] == ["empty", "foreign", "newer", "cut"]
    assert names.split() == ["logs", "same", "differ", "damaged", "newer", "events", "time"]
    assert numbers.split()[:5] == [str(MANY + 6), str(MANY + 1), "1", "3", "1"]


def _called(line: str) -> str:
    """Return what the log that *line* is about is called, without its number."""
    return line.partition(".msgpack")[0].rpartition("-")[2]


def test_few_have_a_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And one log alone has no table."""
    for name in ("a", "b"):
        record(tmp_path / name)
    cli.main(["--jobs", "1", str(tmp_path / "a"), str(tmp_path / "b")])
    assert len(capsys.readouterr().out.splitlines()) == 4

    cli.main([str(tmp_path / "a")])
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_progress_is_each_tenth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where stderr is no terminal."""
    for number in range(40):
        record(tmp_path / f"{number:03}.msgpack", powers_w=())
    cli.main(["--jobs", "1", f"{tmp_path}/*"])

    assert capsys.readouterr().err.splitlines() == [f"{done}/40 logs" for done in range(4, 41, 4)]


def test_a_bar_on_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place, full at the end."""
    for name in "ab":
        record(tmp_path / name)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    cli.main(["--jobs", "1", f"{tmp_path}/*"])

    half, full = "#" * 15 + "." * 15, "#" * 30
    assert capsys.readouterr().err == f"\r[{half}] 1/2 logs\r[{full}] 2/2 logs\n"


def test_findings_do_not_stay_in_memory(tmp_path: Path) -> None:
    """Whatever was found in the logs, little of it stays while the others are read, and nothing is lost."""
    record(tmp_path / "log", toy(current_ma=6000))
    report = verify(tmp_path / "log", Options(core=toy()))
    grew: list[int] = []

    def reports() -> Iterator[Report]:
        for _ in range(LOGS):
            damage = [Damage(place, place + 1_000_000, None, None, None, None) for place in range(PLACES)]
            yield replace(report, damage=damage)
        grew.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        found = sum(len(report.damage) for report in chained(reports(), STATE_VERSION))
    finally:
        tracemalloc.stop()

    assert found == LOGS * PLACES
    assert grew[0] < SPOOL_BYTES_MAX + LOGS * 3_000


def test_chain_of_many(tmp_path: Path) -> None:
    """A segment that is missing among many is named, whatever the order; archives beside segments are no gap."""
    paths = chain(tmp_path)
    copies = [archived(path) for path in chain(tmp_path / "copy")]
    segments = [*paths, *copies]
    found = list(chained((verify(path, Options(core=toy())) for path in segments), STATE_VERSION))
    assert [report.damage for report in found] == [[]] * 6

    found = list(chained((verify(path, Options(core=toy())) for path in (paths[2], paths[0])), STATE_VERSION))
    assert [len(report.damage) for report in found] == [1, 0]


def test_tally() -> None:
    """Thousands are grouped; nothing at all is a table too."""
    tally = Tally()
    assert tally.exit == Exit.SAME
    tally.add(Report("a", events=1_234_567))

    assert tally.table(61.25)[1].split() == ["1", "1", "0", "0", "0", "1,234,567", "61.2", "s"]
