"""What the link begins with: the server's address, the token, and what the log knows of its things."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hems_actors.config.hems import Config, NymeaTable
from hems_actors.core import facts
from hems_actors.core.state import State
from hems_actors.daemon.errors import CannotRunError
from hems_actors.daemon.given import link_settings, site_of
from hems_actors.nymea.link import LinkMeans
from hems_actors.nymea.sockets import ThreadDialer
from hems_actors.nymea.status import LinkReport
from hems_actors.nymea.things import Memory

_TOKEN_CHARS_MAX: Final = 4_096


def means_of(config: Config, root: Path, state: State, report: LinkReport, clock: Callable[[], int]) -> LinkMeans:
    """Return what the link works with.

    Args:
        config: the configuration, a file in the folder *root*.
        root: what relative paths are relative to.
        state: as recovered.
        report: where it says how it stands.
        clock: the runtime's, in ms.

    Raises:
        CannotRunError: the token cannot be read.
    """
    nymea = config.nymea
    dialer = ThreadDialer(nymea.url, fingerprint=nymea.fingerprint, clock=clock)
    return LinkMeans(dialer, memory_of(config, state), report, token_of(nymea, root))


def memory_of(config: Config, state: State) -> Memory:
    """Return what was told before of the home's things: what stands in *state* is not told again."""
    memory = Memory(link_settings(config), state.things)
    memory.site = site_of(config, state.config.meter)
    there = {number for number, identity in state.things.items() if not identity.gone}
    for number, charger in state.chargers.items():
        if number in there:
            values = {name: getattr(charger.config, name) for name in facts.ChargerConfigured._fields[1:]}
            memory.configured[number] = facts.ChargerConfigured(number, **values)
    if state.battery.source in there:
        memory.battery = facts.BatteryConfigured(state.battery.source, state.battery.phases_mask)
    return memory


def token_of(nymea: NymeaTable, root: Path) -> str | None:
    """Return the token to show to the server; None = none is configured.

    Raises:
        CannotRunError: the file is not there, holds no token, or everybody can read it.
    """
    if nymea.token_file is None:
        return None
    path = root / nymea.token_file
    try:
        with path.open("rb") as file:
            if path.stat().st_mode & stat.S_IROTH:
                raise CannotRunError(f"{path}: everybody can read this token: `chmod 600 {path}`")
            text = file.read(_TOKEN_CHARS_MAX + 1).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no token, which is plain ASCII"
        raise CannotRunError(f"{path}: nymea.token_file cannot be read: {reason}") from error
    if not text or len(text) > _TOKEN_CHARS_MAX or len(text.split()) > 1:
        raise CannotRunError(f"{path}: expected one token, as nymea gave it")
    return text
