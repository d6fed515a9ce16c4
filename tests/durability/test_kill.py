"""The threaded daemon, killed by SIGKILL twenty times on the same directory."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Final

from hems_actors.core.facts import ActionAnswered
from hems_actors.core.outcomes import ActionClosed, ActionIntended
from hems_actors.core.registry import Event
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.recovery import recover
from replay.chain import check_chain
from replay.report import Exit
from replay.verify import Options, verify
from tests.durability.found import Found, first_hash, found_in, intended_in
from tests.durability.live_child import HOME_NAME
from tests.tidy.sources import ROOT

KILLS: Final = 20
IN_FLIGHT_MIN: Final = 10
LINES: Final = (6, 30)
"""After how many lines of the child it is killed."""


def live_and_die(folder: Path, seed: int, base_ms: int, lines: int) -> str:
    """Run the daemon until it has said *lines* lines, kill it, and return the last one."""
    command = [sys.executable, "-m", "tests.durability.live_child", str(folder), str(seed), str(base_ms)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own
        assert child.stdout is not None
        last = ""
        try:
            for _ in range(lines):
                last = child.stdout.readline().strip()
                assert last, "the child ended by itself"
        finally:
            child.send_signal(signal.SIGKILL)
    return last


def in_flight(events: dict[int, Event]) -> list[int]:
    """Return the actions that were begun, and neither answered nor closed."""
    ended = {event.action_seq for event in events.values() if isinstance(event, (ActionAnswered, ActionClosed))}
    ended |= {  # superseded by a newer one of the same charger
        seq
        for seq, event in events.items()
        if isinstance(event, ActionIntended)
        and any(isinstance(e, ActionIntended) and e.source == event.source and s > seq for s, e in events.items())
    }
    return sorted(intended_in(events) - ended)


def judge(folder: Path, found: Found) -> None:
    """All that left the process is in its log, once; the recovery comes to what the files hold."""
    sent = [int(line) for line in (folder / "sent").read_text().splitlines()]
    assert len(sent) == len(set(sent))
    assert set(sent) <= intended_in(found.events)
    for line in (folder / "answered").read_text().splitlines():
        seq, _, fact = line.partition(" ")
        assert repr(found.events[int(seq)]) == fact
    copy = folder / "copy"
    shutil.copytree(folder / "log", copy)
    recovered = recover(copy, HOME_NAME)
    shutil.rmtree(copy)
    assert recovered.loss is None
    assert Found(recovered.state).hash == found.hash


def test_twenty_kills(tmp_path: Path) -> None:
    """Each start begins with the fold of what the kill before left; nothing was sent that is not in the log."""
    random, base_ms, table, before = Random(20), time.time_ns() // 1_000_000, [], None
    for number in range(KILLS):
        last = live_and_die(tmp_path, number, base_ms, random.randrange(*LINES))
        found = found_in(tmp_path / "log", HOME_NAME)
        newest = segments(tmp_path / "log", HOME_NAME)[-1]
        judge(tmp_path, found)
        if before is not None:
            assert first_hash(newest) == before
        before = found.hash
        table.append((number + 1, last, found.state.seq, in_flight(found.events)))
    print("kill  at            last event  in flight")  # noqa: T201 - shown with -rP, and in the script's output
    for number, last, seq, open_seqs in table:
        print(f"{number:4}  {last:13} {seq:10}  {' '.join(map(str, open_seqs)) or '-'}")  # noqa: T201 - as above

    reports = [verify(path, Options()) for path in segments(tmp_path / "log", HOME_NAME)]
    check_chain(reports, reports[0].header.state_version if reports[0].header else 0)
    assert [report.exit for report in reports] == [Exit.SAME] * KILLS
    assert sum(bool(open_seqs) for *_, open_seqs in table) >= IN_FLIGHT_MIN
