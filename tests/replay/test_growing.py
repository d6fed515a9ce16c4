"""A log that another process is writing: read as far as it is, open, the same."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from replay import cli
from replay.verify import Options, verify

ROOT = Path(__file__).parents[2]
READS = 4


def test_while_it_grows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each time it is read it has more events, is open and replays; at most its last frame is not whole yet."""
    path = tmp_path / "log"
    writer = subprocess.Popen(  # noqa: S603 - this project's own
        [sys.executable, "-m", "tests.replay.grow", str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with writer:
        assert writer.stdout is not None
        assert writer.stdin is not None
        assert writer.stdout.readline() == b"begun\n"
        found: list[Any] = []
        while len(found) < READS:
            size = path.stat().st_size
            while path.stat().st_size == size:
                assert writer.poll() is None
            assert cli.main(["--json", str(path)]) == 0
            found.append(json.loads(capsys.readouterr().out))
        repaired = cli.main(["--repair", str(tmp_path / "out"), str(path)])
        assert writer.poll() is None
        writer.stdin.close()
    assert writer.returncode == 0

    assert [item["open"] for item in found] == [True] * READS
    assert all(item["damage"] == item["divergences"] == [] for item in found)
    events = [item["events"] for item in found]
    assert all(one < other for one, other in pairwise(events))
    assert repaired == 0
    copy = verify(tmp_path / "out", Options())
    assert (copy.open, copy.events >= events[-1], copy.damage) == (True, True, [])
