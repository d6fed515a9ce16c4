"""`hems-replay --report` and `--timeline`: what they show is what the log says, whatever is in it."""

import hashlib
import json
import re
from pathlib import Path
from stat import S_IMODE
from typing import Final

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import ThingKind
from hems_actors.core.identity import points_of, words_of
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from hems_actors.sim.scenario import read_scenario
from replay import open_log
from replay.cli import main
from replay.picture.columns import Group
from replay.picture.content import Content, gather
from replay.picture.page_file import FIRST_LINE, parts
from replay.picture.walk import open_files
from replay.report import Exit
from tests.eventlog.logs import HEAD, START_MS, begin
from tests.replay.browser import CHROMIUM, Page, opened
from tests.tidy.sources import ROOT

SCENARIOS: Final = ROOT / "tests" / "scenarios"
TIMELINE: Final = Path(__file__).with_name("timeline.txt")
VENDOR: Final = ROOT / "replay" / "picture" / "vendor"
HOSTILE: Final = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture(scope="session")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evening on which the fuse nearly trips, with prices and a plan."""
    path = tmp_path_factory.mktemp("picture") / "night.msgpack"
    play_to(build(*read_scenario(SCENARIOS / "incident_night.toml")), path, [])
    return path


@pytest.fixture(scope="session")
def content(log_path: Path) -> Content[Group]:
    """What a report of it shows."""
    return gather(open_files([log_path]), Group)


def _hostile(path: Path) -> Path:
    """Write a log whose home's charger bears a name that wants to be a script."""
    writing = begin(LogWriter(SingleFile(path), HEAD, sync=NoSync()))
    named = facts.ThingAdded(10, ThingKind.CHARGER, words_of(5), points_of(HOSTILE))
    report = facts.ChargerReported(10, True, True, 6_000, 6_000, 16_000, True, True, 1, 1, 1_380, None, None, None)
    writing.put(START_MS + 1_000, named, report)
    writing.put(START_MS + 60_000, facts.ChargerReported(*report._replace(plugged_in=False)))
    writing.log.close(writing.state, START_MS + 61_000)
    return path


def test_every_changed_decision_is_there(log_path: Path, content: Content[Group]) -> None:
    """With its values, and each operand with the event that it came from."""
    shown = {row[1]: row for row in content.decisions}
    before: dict[int, tuple[object, ...]] = {}
    with open_log(log_path) as log:
        for event in log:
            record = event.record
            if isinstance(record, SetPointDecided):
                point = (record.on, record.current_ma, record.phases, record.issuer, record.rule)
                assert (event.seq in shown) == (before.get(record.source) != point)
                before[record.source] = point
                if event.seq in shown:
                    row = shown[event.seq]
                    assert row[:2] == (event.at_ms, event.seq)
                    assert row[10::4] == record.operands[::2]
                    assert row[11::4] == record.operands[1::2]
    assert shown


def test_each_mark_explains_itself(content: Content[Group]) -> None:
    """It has a title and at least the record that it came from."""
    assert {mark.kind for mark in content.marks} >= {"action", "plan", "car", "user"}
    for mark in content.marks:
        assert mark.title
        assert mark.lines[-1][0] == "Record"


def test_prices_and_plans_stand_where_they_are(content: Content[Group]) -> None:
    """Prices without overlap; no stretch of a plan outlasts the plan that took its place."""
    for (_, end, _), (start, _, _) in zip(content.prices, content.prices[1:], strict=False):
        assert end <= start
    assert content.plans
    made = [mark.at_ms for mark in content.marks if mark.kind == "plan"]
    assert all(any(at_ms <= start for at_ms in made) for _, _, start, _, _ in content.plans)


def test_it_needs_nothing_else(content_text: str) -> None:
    """No address is loaded, and the page forbids it too."""
    assert content_text.startswith(FIRST_LINE)
    assert "default-src 'none'" in content_text
    assert re.findall(r'<(?:link|img|iframe|script)[^>]*(?:src|href)=["\']?[a-z]+:', content_text) == []


@pytest.fixture
def content_text(log_path: Path) -> str:
    """The report's text."""
    return "".join(parts(gather(open_files([log_path]), Group)))


def test_names_cannot_be_scripts(tmp_path: Path) -> None:
    """What a thing is called stays text."""
    text = "".join(parts(gather(open_files([_hostile(tmp_path / "log")]), Group)))

    assert "<script>alert" not in text
    assert "onerror=" not in text.replace("\\u003c", "<").split("<img")[0]


def test_only_an_older_report_is_written_over(
    log_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never a log, whose name is easily mistaken."""
    report, other = tmp_path / "report.html", tmp_path / "other.msgpack"
    other.write_bytes(log_path.read_bytes())
    for _ in range(2):
        assert main([str(log_path), "--report", str(report)]) == Exit.SAME
    assert main([str(log_path), "--report", str(other)]) == Exit.USAGE_OR_NEWER

    assert other.read_bytes() == log_path.read_bytes()
    assert "is there already and is no report" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.msgpack", "report.html"]


def test_a_damaged_log_is_shown_with_its_gap(
    log_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line says so, the exit code too, and the curves break off."""
    data = bytearray(log_path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "damaged.msgpack"
    path.write_bytes(data)

    assert main([str(path), "--report", str(tmp_path / "report.html")]) == Exit.DAMAGED
    assert "damaged, places: 1" in capsys.readouterr().err
    assert gather(open_files([path]), Group).gaps


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--report", "r.html", "--timeline"], "ask for one at a time", id="both"),
        pytest.param(["--timeline", "--json"], "--timeline does not go with --json", id="json"),
        pytest.param(["--report", "r.html", "--list"], "--report does not go with --list", id="list"),
    ],
)
def test_refused(log_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    """In one line."""
    with pytest.raises(SystemExit) as ended:
        main([str(log_path), *arguments])

    assert ended.value.code == Exit.USAGE_OR_NEWER
    assert words in capsys.readouterr().err


def test_timeline(log_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> None:
    """Two local days of 100 columns, as reviewed; `--rewrite` renews the text."""
    assert main([str(log_path), "--timeline"]) == Exit.SAME
    said = capsys.readouterr().out
    if request.config.getoption("--rewrite"):
        TIMELINE.write_text(said, encoding="utf-8")

    assert max(map(len, said.splitlines())) <= 103
    assert said == TIMELINE.read_text(encoding="utf-8")


def test_vendored_files_are_unchanged() -> None:
    """Their checksums stand in the README beside them."""
    stated = dict(re.findall(r"\| `([0-9a-f]{64})` \| (\S+) \|", (VENDOR / "README.md").read_text())[::-1])
    found = {hashlib.sha256((VENDOR / name).read_bytes()).hexdigest(): name for name in stated.values()}

    assert found == stated
    assert len(found) == 2


def _told_in_sight(page: Page, width: int) -> bool:
    """Choose the last mark of the list on a screen of *width* pixels; return whether its text is then to be seen."""
    page.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    told: bool = page.evaluate("""(async () => {
        const item = [...document.querySelectorAll('#list button')].pop();
        item.scrollIntoView({ block: "center" });
        item.click();
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const box = document.querySelector('#detail h2').getBoundingClientRect();
        const bar = document.querySelector('nav').getBoundingClientRect(), page = document.documentElement;
        return bar.top >= 0 && box.top >= bar.bottom && box.bottom <= innerHeight && page.scrollWidth <= innerWidth;
    })()""")
    return told


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_in_a_browser(log_path: Path, tmp_path: Path) -> None:
    """It opens without a complaint or a request; every mark explains itself; what is wanted comes into sight."""
    report = tmp_path / "report.html"
    assert main([str(log_path), "--report", str(report)]) == Exit.SAME
    with opened(report, tmp_path / "profile") as page:
        count = page.evaluate("report.count")
        told = page.evaluate("report.marks.map((mark, i) => report.explain(i))")
        writes = page.evaluate("report.marks.filter((mark) => mark.kind === 'action').map((mark) => mark.lines[0][0])")
        days = page.evaluate("[...document.querySelectorAll('#list .day')].map((item) => item.innerText)")
        in_sight = [_told_in_sight(page, width) for width in (390, 1_280)]
        page.evaluate("report.look(report.marks[5].at - 3600000, report.marks[5].at + 3600000)")
        span_ms = page.evaluate("report.view.to - report.view.from")
        curves = page.evaluate("document.querySelectorAll('#charts .uplot').length")
        requests = [each for each in page.complaints if each["method"] == "Network.requestWillBeSent"]
        others = [each for each in page.complaints if each not in requests]

    assert others == []
    assert [each["params"]["request"]["url"] for each in requests] == [report.as_uri()]
    assert count == len(told) > 50
    assert all(len(text.splitlines()) >= 4 for text in told), json.dumps(told[:3])
    assert span_ms <= 7_200_000
    assert curves >= 4
    assert set(writes) == {"Because"}
    assert in_sight == [True, True]
    assert days == ["Thu 2025-06-12", "Fri 2025-06-13"]
    assert S_IMODE(report.stat().st_mode) == 0o600


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_hostile_names_in_a_browser(tmp_path: Path) -> None:
    """They are shown as they are written, and run nothing."""
    report = tmp_path / "report.html"
    assert main([str(_hostile(tmp_path / "log.msgpack")), "--report", str(report)]) == Exit.SAME
    with opened(report, tmp_path / "profile") as page:
        shown = page.evaluate("document.querySelector('.lanes').innerText")
        images = page.evaluate("document.images.length")

    assert "</script>" in shown
    assert (images, [each for each in page.complaints if each["method"] == "Runtime.exceptionThrown"]) == (0, [])
