"""The home's things as they come, change and go: what the coordinator is told of them, and which have an actor."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from hems_actors.actors.battery import Battery
from hems_actors.actors.car import Car
from hems_actors.actors.charger import Charger
from hems_actors.actors.directory import HOME, SUPERVISOR
from hems_actors.actors.messages import Dismiss, StatesChanged
from hems_actors.actors.meter import Meter
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.supervisor import Spec
from hems_actors.core.enums import ThingKind
from hems_actors.core.facts import BatteryConfigured, ChargerConfigured, ThingAdded, ThingRemoved
from hems_actors.core.identity import name_of, uuid_text
from hems_actors.nymea.catalog import SOLAR, THINGS_MAX, Problems, Thing, shown_of, uuid_of
from hems_actors.nymea.readings import Values, all_values, charger_offers, solar_w, state_values
from hems_actors.nymea.things import Memory, first_info, identity_of

_log: Final = logging.getLogger(__name__)
_NOTED_MAX: Final = 1_000
_BEHAVIOURS: Final[Mapping[ThingKind, type[Behaviour]]] = {
    ThingKind.CHARGER: Charger,
    ThingKind.METER: Meter,
    ThingKind.BATTERY: Battery,
    ThingKind.CAR: Car,
}

MakeSpec = Callable[[ThingKind, int], Spec]


def device_spec(kind: ThingKind, number: int) -> Spec:
    """Return the actor of thing *number*."""
    return Spec(number, _BEHAVIOURS[kind])


class Roster:
    """All things there are, as last shown, over one line after the other."""

    def __init__(self, place: Place, memory: Memory, make_spec: MakeSpec) -> None:
        self.memory: Final = memory
        self.things: dict[str, Thing] = {}
        """Those there, or there last, by UUID."""
        self.root: str | None = None
        """UUID of the root meter."""
        self.orders: list[int] = []
        """Numbers of things whose actor has to be told all; whoever tells it empties this."""
        self._place = place
        self._make_spec = make_spec
        self._coordinator = place.directory[HOME]
        self._noted: set[str] = set()

    def meet(self, things: Mapping[str, Thing], present: frozenset[str], root: str | None) -> None:
        """Replace all that was known: what went meanwhile is told, then what came or changed."""
        self.things, self.root = {}, root
        for uuid in [uuid for uuid in self.memory.numbers if uuid not in present]:
            self._lose(uuid)
        for thing in things.values():
            self._keep(thing)
        self.orders = sorted(self.memory.staffed)
        self.refresh()

    def put(self, thing: Thing, received_at_ms: int, *, read_back: bool = False) -> None:
        """Take *thing* as it is now, new or not, and tell its actor."""
        if thing.uuid not in self.things and len(self.things) >= THINGS_MAX:
            self.note("", [f"more than {THINGS_MAX} things: {thing.name} is passed over"])
            return
        self._keep(thing)
        number = self.memory.numbers.get(thing.uuid)
        if number in self.memory.staffed:
            self._tell(number, self._values(thing), received_at_ms, read_back=read_back)
        self.refresh()

    def remove(self, uuid: str) -> None:
        """Forget a thing that is not there any more."""
        self.things.pop(uuid, None)
        if uuid in self.memory.numbers:
            self._lose(uuid)
        self.refresh()

    def change(self, params: Mapping[str, Any], received_at_ms: int) -> None:
        """Take what *params* of a StateChanged say, and tell the thing's actor."""
        thing = self.things.get(uuid_of(params.get("thingId")) or "")
        state_id = uuid_of(params.get("stateTypeId")) or ""
        state = thing.of.states.get(state_id) if thing is not None else None
        if thing is None or state is None:
            return
        before = thing.shown.get(state_id, state.said)
        shown = shown_of(params, before)
        self.things[thing.uuid] = thing = thing._replace(shown={**thing.shown, state_id: shown})
        number = self.memory.numbers.get(thing.uuid)
        if thing.kind is SOLAR or number is None or not thing.complete:
            return
        problems: Problems = []
        self._tell(number, state_values(thing.kind, state, shown, problems), received_at_ms)
        self.note(thing.name, problems)
        if before.possible != shown.possible:
            self._configure(thing, number)

    def values_of(self, number: int) -> Values | None:
        """Return all that thing *number* shows; None = it has no actor, or is not there."""
        thing = self.thing(number)
        return self._values(thing) if thing is not None and number in self.memory.staffed else None

    @property
    def meter(self) -> int:
        """Number of the root meter; 0 = none."""
        return self.memory.site.meter if self.memory.site is not None else 0

    def thing(self, number: int) -> Thing | None:
        """Return thing *number*; None = it is not there."""
        identity = self.memory.identities.get(number)
        return None if identity is None or identity.gone else self.things.get(uuid_text(identity.uuid))

    def solar_w(self) -> int | None:
        """Return what all inverters say together, negative while they produce; None = nothing is said."""
        said = [solar_w(thing) for thing in self.things.values() if thing.kind is SOLAR]
        known = [power_w for power_w in said if power_w is not None]
        return sum(known) if known else None

    def refresh(self) -> None:
        """Tell which meter and battery count, and which settings, if that changed; order and dismiss actors."""
        memory = self.memory
        root = self.things.get(self.root or "")
        meter = memory.numbers.get(root.uuid, 0) if root is not None and root.kind == ThingKind.METER else 0
        site = memory.settings.site._replace(meter=meter)
        if site != memory.site:
            memory.site = site
            self._coordinator.tell(site)
        self._choose_battery()
        for thing in self.things.values():
            if thing.kind == ThingKind.CHARGER and thing.uuid in memory.numbers:
                self._configure(thing, memory.numbers[thing.uuid])
        wanted = {number for uuid, number in memory.numbers.items() if self._has_actor(uuid, number)}
        for number in sorted(memory.staffed - wanted):
            memory.left[number] = self._place.directory[number].ref
            self._dismiss(number)
        for number in sorted(wanted - memory.staffed):
            memory.staffed.add(number)
            self._place.directory[SUPERVISOR].tell(self._make_spec(ThingKind(memory.identities[number].kind), number))
            self.orders.append(number)

    def note(self, who: str, problems: Iterable[str]) -> None:
        """Log each of *problems* of *who* once."""
        for problem in problems:
            line = f"{who}: {problem}" if who else problem
            if line not in self._noted and len(self._noted) < _NOTED_MAX:
                self._noted.add(line)
                _log.warning("nymea: %s", line)

    def _keep(self, thing: Thing) -> None:
        """Keep *thing*; tell its number and name if they are news."""
        memory, kind = self.memory, thing.kind
        self.things[thing.uuid] = thing
        number = memory.numbers.get(thing.uuid)
        if number is not None and memory.identities[number].kind != kind:
            self._lose(thing.uuid)
            number = None
        if kind is SOLAR or (number is None and not thing.complete):
            return
        is_new = number is None
        if number is None:
            number = memory.number_for(thing.uuid)
        if number is None:
            self.note(thing.name, ["no number is left for it"])
            return
        identity = identity_of(thing, kind)
        if memory.identities.get(number) != identity:
            memory.identities[number] = identity
            self._coordinator.tell(ThingAdded(number, identity.kind, identity.uuid, identity.name))
        if kind == ThingKind.CHARGER:
            self._configure(thing, number)
            if is_new:
                self._coordinator.tell(first_info(number))

    def _configure(self, thing: Thing, number: int) -> None:
        """Tell the configuration of the charger *thing* if it changed."""
        problems: Problems = []
        settings = self.memory.settings.of(thing)
        configured = ChargerConfigured(number, *settings, *charger_offers(thing, problems))
        self.note(thing.name, problems)
        if self.memory.configured.get(number) != configured:
            self.memory.configured[number] = configured
            self._coordinator.tell(configured)

    def _choose_battery(self) -> None:
        """Keep to the battery that counts; without one, take the first by name."""
        memory = self.memory
        batteries = [thing for thing in self.things.values() if thing.kind == ThingKind.BATTERY]
        batteries = sorted((thing for thing in batteries if thing.uuid in memory.numbers), key=_by_use)
        if memory.battery is not None:
            chosen = memory.battery.source
        elif batteries:
            chosen = memory.numbers[batteries[0].uuid]
        else:
            return
        configured = BatteryConfigured(chosen, memory.settings.battery_mask)
        if configured != memory.battery:
            memory.battery = configured
            self._coordinator.tell(configured)
        if len(batteries) > 1:
            name = name_of(memory.identities[chosen].name)
            self.note("", [f"{len(batteries)} home batteries: only {name!r} counts"])

    def _has_actor(self, uuid: str, number: int) -> bool:
        thing, memory = self.things.get(uuid), self.memory
        if thing is None:
            return number in memory.staffed  # it is there, but nobody knows what it is now
        if thing.kind == ThingKind.METER:
            return uuid == self.root
        return thing.kind != ThingKind.BATTERY or (memory.battery is not None and memory.battery.source == number)

    def _lose(self, uuid: str) -> None:
        number = self.memory.lose(uuid)
        self._coordinator.tell(ThingRemoved(number))
        if number in self.memory.staffed:
            self._dismiss(number)

    def _dismiss(self, number: int) -> None:
        self.memory.staffed.discard(number)
        self._place.directory[SUPERVISOR].tell(Dismiss(number))

    def _tell(self, number: int, values: Values, received_at_ms: int, *, read_back: bool = False) -> None:
        if values or read_back:
            self._place.directory[number].tell(StatesChanged(values, received_at_ms, read_back))

    def _values(self, thing: Thing) -> Values:
        problems: Problems = []
        values = all_values(thing, problems)
        self.note(thing.name, problems)
        return values


def _by_use(thing: Thing) -> tuple[bool, str, str]:
    return not thing.complete, thing.name, thing.uuid
