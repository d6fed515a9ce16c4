"""Why the home manager cannot do all that it should, in words."""

from typing import Final

from hems_actors.actors.view import View
from hems_actors.api.calls import Status
from hems_actors.api.port import Condition
from hems_actors.core.enums import Alarm, Health
from hems_actors.core.identity import names_of

_HEALTH: Final = {
    Health.CACHED: "readings are not proved fresh yet: nothing is raised or started",
    Health.HOLD: "the root meter says nothing usable: nothing is raised or started",
    Health.NO_METER: "no usable root meter: at most the safe currents",
    Health.NO_CONTROL: "no control: the devices cannot be reached",
    Health.LOG_LOST: "the log cannot be written: nothing may add load",
}
_ALARMS: Final = {
    Alarm.OVERLOAD_PERSISTS: "a phase is above its limit in spite of all cuts",
    Alarm.GAVE_UP: "a setting was tried in vain and given up",
    Alarm.METER_LOST: "the root meter is lost",
    Alarm.NO_CONTROL: "no control: the devices cannot be reached",
    Alarm.CAR_TAKES_NO_POWER: "the car does not take power",
    Alarm.PHASES_CONTRADICT: "the configured phases contradict what is measured",
    Alarm.NOT_OBEYING: "the charger does not obey",
    Alarm.METER_SUSPECT: "the root meter does not show what a charger does",
    Alarm.LOG_LOST: "the log cannot be written: nothing may add load",
    Alarm.FAIL_SAFE: "the decision code failed repeatedly: only the safe currents",
}


def degraded(view: View) -> list[str]:
    """Return what *view* tells of it, each once, what concerns the home first."""
    names = names_of(view.things)
    found = [_HEALTH[Health(view.health)]] if view.health in _HEALTH else []
    for alarm, source, _value in sorted(view.alarms, key=lambda each: each[1]):
        text = _ALARMS.get(Alarm(alarm), Alarm(alarm).name.lower())
        found.append(f"{names.get(source, f'thing {source}')}: {text}" if source else text)
    return list(dict.fromkeys(found))


def status(view: View, condition: Condition) -> Status:
    """Return the answer to GetStatus."""
    return Status(
        degraded=list(dict.fromkeys([*degraded(view), *condition.degraded])),
        linkUp=condition.link_up,
        link=condition.link,
        log=condition.log,
        chargers=len(view.chargers),
    )
