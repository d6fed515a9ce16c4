"""The second stage: producers -> gate -> clip, one set-point per charger.

Decided on each cycle, and on any other fact only if it changes a set-point or a plan (facts/replay.md
section 3). The limit has the last word on every reading (charging.md section 5).
"""

from typing import Final

from hems_actors.core.calm import leaves_room
from hems_actors.core.clip import Room, clip
from hems_actors.core.electric import offer_ma
from hems_actors.core.enums import Health, Issuer
from hems_actors.core.facts import ChargerReported
from hems_actors.core.failsafe import decide_fail_safe, is_fail_safe
from hems_actors.core.gate import barred
from hems_actors.core.headroom import spare_ma
from hems_actors.core.outcomes import Outcome, SetPointDecided
from hems_actors.core.overload import Cuts, find_cuts
from hems_actors.core.point import Point, held, off
from hems_actors.core.producers import wish_of
from hems_actors.core.rules import Rule
from hems_actors.core.shares import share_out
from hems_actors.core.state import Charger, State
from hems_actors.core.timing import TELLS_NOTHING, has_nothing_to_decide
from hems_actors.core.wish import Site

_NO_CONTROL: Final = Health.NO_CONTROL  # a plain name costs a tenth of the look-up in its class


def decide(state: State) -> list[Outcome]:
    """Return the phase cuts and set-points due after the newest fact and its judgements."""
    if is_fail_safe(state):
        return decide_fail_safe(state)
    if state.passed_seq == state.fact_seq or state.site.health == _NO_CONTROL or not state.chargers:
        return []
    if _tells_nothing(state):
        return []
    cuts = find_cuts(state)
    if not cuts.events and not cuts.offers and has_nothing_to_decide(state):
        return []
    cycle = state.site.cycle_seq == state.fact_seq
    found: list[Outcome] = list(cuts.events)
    site = Site(share_out(state), spare_ma(state), cycle)
    room = Room(site.spare_ma, {c.source: _standing_ma(c, cuts) for c in state.chargers.values()}, [])
    for charger in _in_raise_order(state):
        point = _decide_charger(state, charger, site, cuts, room)
        room.offers[charger.source] = point.current_ma if point.on else 0
        if cycle or point.differs(charger.point):
            found.append(SetPointDecided(charger.source, *point))
    return found


def _tells_nothing(state: State) -> bool:
    """Return whether nothing was judged of the newest fact, and neither a cut nor a set-point can follow from it.

    A charger's report leads to nothing but a cut, and to none while what is offered fits the newest reading.
    """
    if state.seq != state.fact_seq:
        return False
    return state.fact_type in TELLS_NOTHING or (state.fact_type is ChargerReported and leaves_room(state))


def _in_raise_order(state: State) -> list[Charger]:
    """Return the chargers, higher priority first, then plugged in earlier, then id."""
    return sorted(state.chargers.values(), key=lambda c: (-c.info.priority, c.session.at_ms, c.source))


def _standing_ma(charger: Charger, cuts: Cuts) -> int:
    """Return the offer that stands for *charger* until it is decided: none if unplugged, or what a cut leaves."""
    return cuts.offers.get(charger.source, offer_ma(charger)) if charger.session.plugged else 0


def _decide_charger(state: State, charger: Charger, site: Site, cuts: Cuts, room: Room) -> Point:
    if not charger.report.connected:
        return held(charger, Rule.DISCONNECTED, ())
    verdict = barred(state, charger)
    if verdict is not None:
        return off(charger, Issuer.UNKNOWN, *verdict)
    wish = wish_of(state, charger, site)
    return clip(state, charger, wish, cuts, room)
