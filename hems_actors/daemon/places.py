"""Where the daemon's files are: as the configuration says, or where the service manager put its folders."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.config.hems import Config

STATE: Final = Path("/var/lib/hems-actors")


class Places(NamedTuple):
    """Where what is."""

    state: Path
    """What must survive: the log and the tokens."""
    log: Path
    tokens: Path


def places_of(config: Config, root: Path, environment: Mapping[str, str] = os.environ) -> Places:
    """Return where the files of a daemon with *config* are, a file in the folder *root*."""
    given = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    state = root / config.log.directory if config.log.directory else Path(given) if given else STATE
    return Places(state, state, state / "tokens.json")
