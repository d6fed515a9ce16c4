"""How things that come and go, and the minute's signal, are stored in the state; called by `evolve` only."""

from hems_actors.core import facts
from hems_actors.core.identity import Identity
from hems_actors.core.state import Battery, State, note_gone, note_surplus
from hems_actors.core.store_facts import end_doubts


def thing_added(state: State, event: facts.ThingAdded) -> None:
    """A thing has this number for life; a name may change, and what was gone may come back."""
    state.things[event.source] = Identity(event.kind, event.uuid, event.name)
    state.things = dict(sorted(state.things.items()))
    note_gone(state)


def thing_removed(state: State, event: facts.ThingRemoved) -> None:
    """Nothing of the thing is left but its number, which is never given out again."""
    source = event.source
    known = state.things.get(source)
    if known is not None:
        state.things[source] = known._replace(gone=True)
    state.chargers.pop(source, None)
    state.cars.pop(source, None)
    if state.battery.source == source:
        state.battery = Battery()
    state.alarms = {name: value for name, value in state.alarms.items() if name[1] != source}
    note_surplus(state)
    note_gone(state)


def minute_signal(state: State, _event: facts.MinuteSignal) -> None:
    """The minute begins: so does a cycle."""
    state.minute_signal = True
    state.site.cycle_at_ms = state.at_ms
    state.site.cycle_seq = state.seq
    end_doubts(state)


def minute_signal_lost(state: State, _event: facts.MinuteSignalLost) -> None:
    """From now on the timer alone begins cycles."""
    state.minute_signal = False
