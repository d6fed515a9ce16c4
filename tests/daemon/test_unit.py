"""The unit for systemd, and the rights it gives: no privilege, nothing to write but the state directory."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.daemon.lab import PATIENCE_S, Lab
from tests.tidy.sources import ROOT

UNIT: Final = ROOT / "systemd" / "hemsd.service"
NOBODY: Final = 65_534
_IN_A_CAGE: Final = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,ro,bind /
for place in $(cut -d' ' -f5 /proc/self/mountinfo); do mount -o remount,ro,bind "$place" 2> /dev/null || true; done
mount -o remount,rw,bind "$1"
if touch "$2/probe" 2> /dev/null; then echo "not read-only" >&2; exit 99; fi
cd "$2"
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all,+dac_read_search \
    --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search env "$3" -m hems_actors.cli run --config "$4"
"""


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_accepts_the_unit() -> None:
    """Without a word."""
    found = subprocess.run(  # noqa: S603 - a tool of the system on our own file
        ["systemd-analyze", "verify", str(UNIT)],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.skipif(
    os.getuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv"))), reason="needs root, unshare and setpriv"
)
def test_it_runs_with_no_rights_on_a_read_only_system(lab: Lab) -> None:
    """As nobody, in a mount namespace where only the state directory can be written.

    It may read what it likes: where tests run, Python and the project may be in folders that only root can enter.
    """
    lab.state.mkdir(mode=0o700)
    os.chown(lab.state, NOBODY, NOBODY)
    errors = lab.folder / "stderr"
    command = ["unshare", "--mount", "sh", "-c", _IN_A_CAGE, "sh"]
    arguments = [str(lab.state), str(Path.cwd()), sys.executable, str(lab.config)]
    with errors.open("wb") as out:
        child = subprocess.Popen([*command, *arguments], cwd=ROOT, stderr=out)  # noqa: S603 - our own
        try:
            daemon = lab.watch(child, errors)
            daemon.says("connected to")
            assert daemon.ask("GetStatus")["linkUp"]
            assert daemon.stop() == 0
        finally:
            child.kill()
            child.wait(PATIENCE_S)

    assert [path.stat().st_uid for path in lab.state.iterdir()] == [NOBODY] * len(list(lab.state.iterdir()))
    lab.replays()
