"""Plans for all chargers of a home, each on the headroom that those before it leave (charging.md section 8).

A charger's place in the order: the latest start it would have with the home to itself, earlier ones first; equal:
priority, higher first; equal: number. The best plan of each is exact; that those of all together are the best is not
claimed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from hems_actors.core.planning.finish import finish_s, margin_s, seconds_of
from hems_actors.core.planning.pieces import Outlook, Plan, until
from hems_actors.core.planning.planner import NOTHING, RUN_S_MIN, plan_in
from hems_actors.core.rates import Rates
from hems_actors.core.units import (
    CURRENT_MA_MAX,
    PHASES,
    VOLTAGE_DV_NOMINAL,
    current_ma_of,
    floor_to,
    mask_phases,
    power_w_of,
)

HOUSE_MA: Final = 5_000  # charging.md section 4, planning_house_a


Steps = tuple[tuple[int, int, int], ...]
"""Start and end (UTC, s) and power (W) of each part of the runs of a plan: cut where the power changes."""


class Base(NamedTuple):
    """What a charger takes all the time, whatever is planned: its minimum current, where its mode keeps that."""

    phases_mask: int = 0
    phases: int = 0
    current_ma: int = 0

    @property
    def power_w(self) -> int:
        """Return what that is."""
        return power_w_of(self.current_ma, self.phases)


class Request(NamedTuple):
    """What one charger is to be planned for."""

    source: int
    priority: int
    """Higher first."""
    need_ws: int
    """Beside what the base gives."""
    until_s: int
    """Deadline or end of the day, UTC."""
    phases_mask: int
    """Grid phases it loads or may load: bit 0 = A."""
    phases: int
    """On how many it charges."""
    min_ma: int
    max_ma: int
    """Effective minimum and maximum (charging.md section 7); minimum > maximum: it cannot charge."""
    step_ma: int
    running_since_s: int | None = None
    """When the run began that is going on now; None = it is not charging for this."""
    priced_only: bool = False
    """It buys where a price is known and nowhere else, up to `until_s` itself; else `until_s` is a deadline."""
    at_once: bool = False
    """It is a rest, taken now if it can be, rather than at another start."""
    base: Base = Base()
    before: Steps = ()
    """What is left of the plan it has."""
    stands: bool = False
    """That plan stands as long as those before it leave it room; else it is to be made anew."""
    shakes: bool = True
    """If its plan changes, those after it are made anew even where they have room: there may be a better place now."""


class Site(NamedTuple):
    """What plans assume of the home."""

    limit_ma: int
    """Per phase; 0 = none."""
    house_ma: int = HOUSE_MA
    """Load of the house per phase."""
    run_s_min: int = RUN_S_MIN


class Planned(NamedTuple):
    """A charger's plan."""

    source: int
    plan: Plan
    finish_s: int
    """When it is to be finished at the latest: a margin before a deadline if there is time, else `until_s`."""
    steps: Steps


Priced = tuple[list[int], list[int | None]]
"""Instants from which a price holds, and the prices; None = not known."""
Share = tuple[int, int, int]
"""Start, end, current (mA) that a charger can take then."""


def plan_all(requests: Sequence[Request], rates: Rates, now_s: int, site: Site) -> tuple[Planned, ...]:
    """Return the plans from *now_s* on that are made anew, in the order they were made.

    A plan that stands is left alone, whatever its charger has done since.

    Args:
        requests: one for each charger; their own order plays no part.
        rates: known prices.
        now_s: UTC.
        site: what plans assume of the home.
    """
    slots = _priced(rates, now_s, max([now_s, *[request.until_s for request in requests]]))
    loads = Loads(now_s)
    for request in requests:
        loads.add_base(request, 1)
    found: list[Planned] = []
    shaken = False
    for request in sorted(requests, key=lambda request: (_latest_start_s(request, now_s, site), *_rank(request))):
        loads.add_base(request, -1)
        if request.stands and not shaken and _fits(request, loads, site):
            steps = request.before
        else:
            made = _planned(request, loads, slots, site)
            steps = made.steps
            shaken = shaken or (request.shakes and steps != request.before)
            found.append(made)
        loads.add_base(request, 1)
        loads.add_steps(request, steps)
    return tuple(found)


def _fits(request: Request, loads: "Loads", site: Site) -> bool:
    """Return whether the chargers before it leave *request* what its plan takes."""
    return all(
        power_w_of(current_ma, request.phases) >= power_w
        for start_s, end_s, current_ma in _shares(request, loads, site)
        for from_s, to_s, power_w in request.before
        if from_s < end_s and start_s < to_s
    )


def _planned(request: Request, loads: "Loads", slots: Priced, site: Site) -> Planned:
    """Return *request*'s plan on what *loads* leave."""
    if request.until_s <= loads.from_s[0]:
        return Planned(request.source, NOTHING, request.until_s, ())
    shares = list(_shares(request, loads, site))
    outlook = _outlook(request, shares, slots)
    end_s = request.until_s
    if not request.priced_only:
        end_s = finish_s(outlook, request.need_ws)
        outlook = until(outlook, end_s)
    if request.at_once and request.need_ws > 0:
        outlook = until(outlook, _soonest_s(outlook, request.need_ws))
    made = plan_in(outlook, request.need_ws, site.run_s_min, request.running_since_s)
    if request.running_since_s is not None and _pauses(made, outlook, site.run_s_min):
        made = _going_on(outlook, made)
    steps = [
        (start_s, stop_s, power_w_of(current_ma, request.phases))
        for start_s, stop_s, current_ma in _taken(made, shares)
    ]
    return Planned(request.source, made, end_s, tuple(steps))


def _pauses(made: Plan, outlook: Outlook, run_s_min: int) -> bool:
    """Return whether *made* stops a charge that is going on, only to begin again before a minimum run is over."""
    if not made.runs:
        return False
    begin_s = made.runs[0][0]
    could = all(
        power_w for start_s, power_w in zip(outlook.edges_s, outlook.power_w, strict=False) if start_s < begin_s
    )
    return could and 0 < begin_s - outlook.edges_s[0] < run_s_min


def _going_on(outlook: Outlook, made: Plan) -> Plan:
    """Return *made* without that pause: its first run begins now, and ends as much earlier."""
    first, *others = made.runs
    runs = ((outlook.edges_s[0], _soonest_s(outlook, _taken_ws(first, outlook))), *others)
    cost, unpriced_ws = _bought(runs, outlook)
    return made._replace(runs=runs, cost=cost, unpriced_ws=unpriced_ws)


def _taken_ws(run: tuple[int, int], outlook: Outlook) -> int:
    """Return the energy of *run*."""
    free = Outlook(outlook.edges_s, [None] * len(outlook.power_w), outlook.power_w)
    return _bought([run], free)[1]


def _bought(runs: Sequence[tuple[int, int]], outlook: Outlook) -> tuple[int, int]:
    """Return the cost of *runs* at known prices, and their energy at unknown ones."""
    cost = unpriced_ws = 0
    for at, (price, power_w) in enumerate(zip(outlook.price_ueur_kwh, outlook.power_w, strict=True)):
        start_s, end_s = outlook.edges_s[at], outlook.edges_s[at + 1]
        energy_ws = power_w * sum([max(0, min(to_s, end_s) - max(from_s, start_s)) for from_s, to_s in runs])
        if price is None:
            unpriced_ws += energy_ws
        else:
            cost += price * energy_ws
    return cost, unpriced_ws


def _soonest_s(outlook: Outlook, need_ws: int) -> int:
    """Return when *need_ws* is taken if it is begun at once and without a break; the end if that cannot be."""
    left_ws = need_ws
    for at, power_w in enumerate(outlook.power_w):
        energy_ws = power_w * (outlook.edges_s[at + 1] - outlook.edges_s[at])
        if left_ws <= energy_ws:
            return outlook.edges_s[at] + seconds_of(left_ws, power_w)
        left_ws -= energy_ws
        if not power_w:
            break
    return outlook.edges_s[-1]


def _rank(request: Request) -> tuple[int, int]:
    return -request.priority, request.source


def _latest_start_s(request: Request, now_s: int, site: Site) -> int:
    """Return when *request* would have to start at the latest if no other charger were there; now if it cannot."""
    power_w = power_w_of(_current_ma(request, 0, site), request.phases) - request.base.power_w
    if power_w <= 0:
        return now_s
    duration_s = seconds_of(max(0, request.need_ws), power_w)
    return max(now_s, request.until_s - duration_s - (0 if request.priced_only else margin_s(duration_s)))


def _current_ma(request: Request, load_ma: int, site: Site) -> int:
    """Return the current *request* can take per phase where others load a phase of it with *load_ma* at most."""
    room_ma = site.limit_ma - site.house_ma - load_ma if site.limit_ma else CURRENT_MA_MAX
    current_ma = floor_to(min(request.max_ma, room_ma), request.step_ma)
    return current_ma if current_ma >= request.min_ma else 0


class Loads:
    """What the chargers planned so far take on each phase, in mA."""

    def __init__(self, now_s: int) -> None:
        """Begin at *now_s*, with none."""
        self.from_s = [now_s]
        """Instants at which a load changes."""
        self.loads_ma: list[tuple[int, ...]] = [(0,) * len(PHASES)]
        """Phases A, B, C from then on."""

    def add(self, start_s: int, end_s: int, mask: int, current_ma: int) -> None:
        """Add *current_ma* on the phases of *mask*."""
        first, end = self._cut(start_s), self._cut(end_s)
        for at in range(first, end):
            self.loads_ma[at] = tuple(
                [load + (current_ma if mask >> phase & 1 else 0) for phase, load in enumerate(self.loads_ma[at])]
            )

    def add_base(self, request: Request, sign: int) -> None:
        """Add what *request* takes all the time, or take it away again."""
        base, now_s = request.base, self.from_s[0]
        if base.current_ma and now_s < request.until_s:
            self.add(now_s, request.until_s, base.phases_mask, sign * base.current_ma)

    def add_steps(self, request: Request, steps: Steps) -> None:
        """Add the *steps* that *request* takes, in place of its base."""
        for start_s, end_s, power_w in steps:
            current_ma = current_ma_of(power_w, VOLTAGE_DV_NOMINAL * request.phases)
            step_ma = request.step_ma
            self.add(start_s, end_s, request.phases_mask, (current_ma + step_ma // 2) // step_ma * step_ma)
            if request.base.current_ma:
                self.add(start_s, end_s, request.base.phases_mask, -request.base.current_ma)

    def _cut(self, at_s: int) -> int:
        at = bisect_left(self.from_s, at_s)
        if at == len(self.from_s) or self.from_s[at] != at_s:
            self.from_s.insert(at, at_s)
            self.loads_ma.insert(at, self.loads_ma[at - 1])
        return at


def _shares(request: Request, loads: Loads, site: Site) -> Iterator[Share]:
    """Yield what *request* can take, from now to its end."""
    phases = mask_phases(request.phases_mask)
    count = bisect_left(loads.from_s, request.until_s)
    for at in range(count):
        end_s = loads.from_s[at + 1] if at + 1 < count else request.until_s
        load_ma = max([loads.loads_ma[at][phase] for phase in phases], default=0)
        yield loads.from_s[at], end_s, _current_ma(request, load_ma, site)


def _priced(rates: Rates, now_s: int, end_s: int) -> Priced:
    """Return the time from *now_s* to *end_s* with its prices, holes with none."""
    edges_s: list[int] = []
    prices: list[int | None] = []
    at_s = now_s
    for slot_start_s, slot_end_s, price in rates:
        if at_s < slot_end_s and slot_start_s < end_s:
            if at_s < slot_start_s:
                edges_s.append(at_s)
                prices.append(None)
                at_s = slot_start_s
            edges_s.append(at_s)
            prices.append(price)
            at_s = slot_end_s
    if at_s < end_s:
        edges_s.append(at_s)
        prices.append(None)
    return edges_s, prices


def _outlook(request: Request, shares: Sequence[Share], slots: Priced) -> Outlook:
    """Return what lies before *request*: cut where its share or the price changes."""
    edges_s, prices = slots
    outlook = Outlook([], [], [])
    for start_s, end_s, current_ma in shares:
        first, end = bisect_right(edges_s, start_s), bisect_left(edges_s, end_s)
        cells = prices[first - 1 : end]
        outlook.edges_s.append(start_s)
        outlook.edges_s.extend(edges_s[first:end])
        outlook.price_ueur_kwh.extend(cells)
        power_w = max(0, power_w_of(current_ma, request.phases) - request.base.power_w)
        outlook.power_w.extend([power_w] * len(cells))
    outlook.edges_s.append(request.until_s)
    if request.priced_only:
        for at, price in enumerate(outlook.price_ueur_kwh):
            if price is None:
                outlook.power_w[at] = 0
    return outlook


def _taken(made: Plan, shares: Sequence[Share]) -> Iterator[Share]:
    """Yield what the runs of *made* take: neighbours of equal current as one."""
    ends_s = [end_s for _start_s, end_s, _current_ma in shares]
    for start_s, end_s in made.runs:
        at = bisect_right(ends_s, start_s)
        from_s, current_ma = start_s, shares[at][2]
        while ends_s[at] < end_s:
            if shares[at + 1][2] != current_ma:
                yield from_s, ends_s[at], current_ma
                from_s, current_ma = ends_s[at], shares[at + 1][2]
            at += 1
        yield from_s, end_s, current_ma
