"""Deciding a charger's set-point again, with what came up on the way: what was asked for, and what became of it.

The steps are those of `core.decide`, one after the other; that they lead to the recorded decisions is a test.
"""

from typing import NamedTuple

from hems_actors.core.clip import Room, clip
from hems_actors.core.electric import offer_ma
from hems_actors.core.enums import Issuer
from hems_actors.core.failsafe import is_fail_safe
from hems_actors.core.gate import Verdict, barred
from hems_actors.core.headroom import spare_ma
from hems_actors.core.modes import ISSUERS
from hems_actors.core.optimized import optimized
from hems_actors.core.overload import Cuts, find_cuts
from hems_actors.core.point import Point, held, off
from hems_actors.core.producers import PRODUCERS, wish_of
from hems_actors.core.rules import Rule
from hems_actors.core.shares import Shares, share_out
from hems_actors.core.state import Charger, State
from hems_actors.core.wish import Site, Wish


class Asked(NamedTuple):
    """What one producer of set-points wanted; None = nothing."""

    issuer: Issuer
    wish: Wish | None


class Trace(NamedTuple):
    """How a set-point came about."""

    point: Point
    verdict: Verdict | None
    """Why it may not charge at all."""
    asked: list[Asked]
    """What those wanted whom its mode asks, in their order; the optimizer first where it says something."""
    wish: Wish | None
    """The one that counts; None = they were not asked."""
    shares: Shares
    spare_ma: tuple[int, ...]
    """Left on each phase when it was its turn; negative = too much is offered already."""
    is_cut: bool


def trace(state: State, source: int) -> Trace | None:
    """Return how the set-point of charger *source* comes about in *state*; None in fail-safe mode, which asks nobody.

    Raises:
        CoreError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError: this version cannot decide it.
    """
    if is_fail_safe(state):
        return None
    cuts = find_cuts(state)
    site = Site(share_out(state), spare_ma(state), state.site.cycle_seq == state.fact_seq)
    offers = {c.source: _standing_ma(c, cuts) for c in state.chargers.values()}
    room = Room(site.spare_ma, offers, [])
    for charger in sorted(state.chargers.values(), key=lambda c: (-c.info.priority, c.session.at_ms, c.source)):
        left_ma = tuple(room.spare_ma)
        asked = _asked(state, charger, site) if charger.source == source else []
        point, verdict, wish = _decide(state, charger, site, cuts, room)
        if charger.source == source:
            return Trace(point, verdict, asked, wish, site.shares, left_ma, source in cuts.offers)
        room.offers[charger.source] = point.current_ma if point.on else 0
    return None


def _standing_ma(charger: Charger, cuts: Cuts) -> int:
    return cuts.offers.get(charger.source, offer_ma(charger)) if charger.session.plugged else 0


def _decide(
    state: State, charger: Charger, site: Site, cuts: Cuts, room: Room
) -> tuple[Point, Verdict | None, Wish | None]:
    if not charger.report.connected:
        return held(charger, Rule.DISCONNECTED, ()), None, None
    verdict = barred(state, charger)
    if verdict is not None:
        return off(charger, Issuer.UNKNOWN, *verdict), verdict, None
    wish = wish_of(state, charger, site)
    return clip(state, charger, wish, cuts, room), None, wish


def _asked(state: State, charger: Charger, site: Site) -> list[Asked]:
    answer = optimized(state, charger, site)
    first = [] if answer is None else [Asked(Issuer.OPTIMIZER, answer)]
    return [*first, *(Asked(issuer, PRODUCERS[issuer](state, charger, site)) for issuer in ISSUERS[charger.info.mode])]
