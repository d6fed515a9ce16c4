"""The configuration that the last process had, as the log's newest header says."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hems_actors.daemon.given import Sections
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.reader import LogReader


def config_before(segments: Sequence[Path]) -> Sections | None:
    """Return the configuration in the newest of *segments* whose header can be read; None if there is none."""
    for path in reversed(segments):
        try:
            with LogReader(path) as log:
                found: Any = json.loads(log.header.config)
        except (LogError, ValueError):
            continue
        return found if isinstance(found, dict) else None
    return None
