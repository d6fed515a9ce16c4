"""What happens in the home, as log lines of the process: decisions with their reasons, alarms, what came and went."""

import logging
from typing import Final

from hems_actors.core import facts
from hems_actors.core.describe import operands_text
from hems_actors.core.enums import Alarm
from hems_actors.core.identity import Identity, name_of
from hems_actors.core.outcomes import AlarmChanged, SetPointDecided
from hems_actors.core.registry import Event
from hems_actors.core.rules import RULES
from hems_actors.core.state import State

_LOG: Final = logging.getLogger(__name__)
_MA: Final = 1_000


class Saying:
    """A tap of the event log; told in the coordinator's thread, whose lines nothing waits for."""

    def __init__(self, state: State) -> None:
        """Begin with what *state* says already."""
        self._names = {number: _name(identity) for number, identity in state.things.items()}
        self._points: dict[int, tuple[object, ...]] = {}

    def see(self, seq: int, _at_ms: int, event: Event) -> None:
        """Say what *event*, number *seq*, is, if people want to know."""
        match event:
            case SetPointDecided():
                self._decided(seq, event)
            case AlarmChanged():
                text = Alarm(event.alarm).name.lower().replace("_", " ")
                level = logging.WARNING if event.active else logging.INFO
                _LOG.log(level, "%s: %s%s", self._who(event.source), "" if event.active else "no more: ", text)
            case facts.ThingAdded():
                self._names[event.source] = name_of(event.name)
                _LOG.info("%s is there", self._who(event.source))
            case facts.ThingRemoved():
                _LOG.info("%s is gone", self._who(event.source))
            case facts.MinuteSignalLost():
                _LOG.warning("nymea: its minute signal stays away: cycles go by this machine's clock")
            case facts.LogLost():
                _LOG.error("the event log cannot be written: nothing may add load until it can")
            case facts.LogResumed():
                _LOG.warning("the event log goes on; events %d to %d are not in it", event.first_seq, event.last_seq)

    def _decided(self, seq: int, event: SetPointDecided) -> None:
        point = (event.on, event.current_ma, event.phases, event.issuer, event.rule)
        if self._points.get(event.source) == point:
            return
        self._points[event.source] = point
        phases = f" on {event.phases} phase{'s' * (event.phases > 1)}" if event.phases else ""
        what = f"{event.current_ma / _MA:g} A{phases}" if event.on else "off"
        because = operands_text(event.rule, event.operands)
        why = RULES[event.rule].sentence if event.rule in RULES else str(event.rule)
        _LOG.info("%s: %s, as %s%s [%d]", self._who(event.source), what, why, f" ({because})" if because else "", seq)

    def _who(self, source: int) -> str:
        return self._names.get(source, f"thing {source}") if source else "home"


def _name(identity: Identity) -> str:
    return name_of(identity.name)
