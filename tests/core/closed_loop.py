"""A home that draws what it is offered: house, cars and meter around the core, second by second.

Steps of one second. A car follows its charger's setting after 5 s (3 s to off); the root meter is read every
`interval_s`; each action is sent, answered and read back in the second in which it is intended. Currents in
mA per phase, house in W per phase (production negative), 230 V.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from hems_actors.core.engine import conclude, next_due_ms
from hems_actors.core.enums import Mode, Result, What
from hems_actors.core.evolve import evolve
from hems_actors.core.facts import (
    ActionAnswered,
    ActionSent,
    BatteryReported,
    ChargerConfigured,
    ChargerReported,
    ChargingInfoChanged,
    Fact,
    MeterReading,
    Tick,
)
from hems_actors.core.outcomes import ActionIntended, Outcome, SetPointDecided
from tests.core.home import METER, START_MS, Home, Noted

BATTERY = 9
FOLLOWS_MS = 5_000
STOPS_MS = 3_000
FLAPPING = 500
"""More outcomes than this from one fact never end."""
House = Callable[[int], tuple[int, int, int]]
"""Seconds since the start -> W per phase."""


def steady(a_w: int, b_w: int = 0, c_w: int = 0) -> House:
    """Return a house that never changes."""
    return lambda _at_s: (a_w, b_w, c_w)


@dataclass
class Post:
    """A charger and its car. `wiring` names the grid phase (0 = A) of each terminal the car uses."""

    source: int
    mode: Mode = Mode.NORMAL
    wiring: tuple[int, ...] = (0, 1, 2)
    rotation: int = 0
    phases: int = 3
    can_switch: bool = False
    metered: bool = True
    counts_phases: bool = True
    deaf: bool = False
    """Shows what it is told and draws what it drew."""
    mute: bool = False
    """Answers OK and changes nothing."""
    refuses_phases: bool = False
    priority: int = 0
    car_max_ma: int = 16_000
    max_ma: int = 16_000
    info_max_ma: int = 0
    step_ma: int = 1_000
    plugged: bool = True
    connected: bool = True
    power_on: bool = False
    current_ma: int = 6_000
    desired: int = 3
    draw_ma: int = 0
    due: list[tuple[int, int]] = field(default_factory=list)
    """Draws to come: instant, mA."""

    def active(self) -> tuple[int, ...]:
        """Return the grid phases in use."""
        return self.wiring[: self.desired] if self.can_switch else self.wiring

    def report(self) -> ChargerReported:
        """Return what the charger says."""
        count = len(self.active())
        draw_w = self.draw_ma * 230 * count // 1_000
        return ChargerReported(
            source=self.source,
            connected=self.connected,
            power_on=self.power_on,
            current_ma=self.current_ma,
            min_ma=6_000,
            max_ma=self.max_ma,
            plugged_in=self.plugged,
            charging=self.draw_ma > 0,
            phase_count=count if self.counts_phases else None,
            desired_phases=self.desired if self.can_switch else None,
            draw_w=draw_w if self.metered else None,
            a_ma=None,
            b_ma=None,
            c_ma=None,
        )

    def write(self, what: int, value: int, at_ms: int) -> None:
        """Take a write; the car follows later."""
        if self.mute or (self.refuses_phases and what == What.PHASES):
            return
        if what == What.POWER:
            self.power_on = bool(value)
        elif what == What.CURRENT:
            self.current_ma = value
        else:
            self.desired = value
        self.follow(at_ms)

    def follow(self, at_ms: int) -> None:
        """Let the car take notice of what is offered from *at_ms* on."""
        if self.deaf:
            return
        offer_ma = min(self.current_ma, self.car_max_ma) if self.power_on and self.plugged else 0
        if not offer_ma:
            self.due.clear()  # what has not begun to flow never will
        self.due.append((at_ms + (FOLLOWS_MS if offer_ma else STOPS_MS), offer_ma))

    def advance(self, at_ms: int) -> bool:
        """Let what is due by *at_ms* happen; return whether the draw changed."""
        before_ma = self.draw_ma
        for item in [item for item in self.due if item[0] <= at_ms]:
            self.due.remove(item)
            self.draw_ma = item[1]
        return self.draw_ma != before_ma


class Loop(Home):
    """A home of *posts* whose meter shows what *house* and cars take."""

    def __init__(self, *posts: Post, house: House | None = None, limit_a: int = 25, **site: int) -> None:
        """Configure and connect; chargers that are on are found on."""
        self.posts: list[Post] = []
        super().__init__(limit_a=limit_a, **site)
        self.posts += posts
        self.house = house or steady(0)
        self.interval_s = 5
        self.battery_w: int | None = None
        self.battery_percent: int | None = None
        self.frozen: MeterReading | None = None
        self.loudest_ma = [0, 0, 0]
        """Highest current per phase that really flowed."""
        for post in posts:
            config = ChargerConfigured(post.source, post.phases, post.rotation, 6_000, post.step_ma, post.can_switch)
            post.draw_ma = min(post.current_ma, post.car_max_ma) if post.power_on else 0
            self.tell(config, self.info_of(post), post.report())
        self.measure()

    @staticmethod
    def info_of(post: Post) -> ChargingInfoChanged:
        """Return the post's ChargingInfo."""
        return ChargingInfoChanged(post.source, post.mode, 0, post.priority, 80, post.info_max_ma, 6_000)

    @property
    def at_s(self) -> int:
        """Seconds since the start."""
        return (self.now_ms - START_MS) // 1_000

    def tell(self, *events: Fact) -> list[Outcome]:
        """Let *events* happen now, and what the chargers make of the actions; return all outcomes."""
        queue = list(events)
        first = len(self.noted)
        while queue:
            assert len(self.noted) - first < FLAPPING, f"flaps at {self.at_s} s: {self.line(queue[0].source)}"
            evolve(self.state, self.state.seq + 1, self.now_ms, queue.pop(0))
            for seq, outcome in enumerate(conclude(self.state), self.state.fact_seq + 1):
                self.noted.append(Noted(seq, self.now_ms, outcome))
                if isinstance(outcome, ActionIntended):
                    queue += self._carry_out(seq, outcome)
        return [noted.outcome for noted in self.noted[first:]]

    def _carry_out(self, seq: int, action: ActionIntended) -> list[Fact]:
        post = self.post(action.source)
        post.write(action.what, action.value, self.now_ms)
        return [ActionSent(post.source, seq), ActionAnswered(post.source, seq, Result.OK), post.report()]

    def post(self, source: int) -> Post:
        """Return the post of charger *source*."""
        return next(post for post in self.posts if post.source == source)

    def currents_ma(self) -> tuple[int, int, int]:
        """Return what flows per phase."""
        total = [power_w * 1_000 // 230 for power_w in self.house(self.at_s)]
        for post in self.posts:
            for phase in post.active():
                total[phase] += post.draw_ma
        if self.battery_w is not None:
            total = [current_ma + self.battery_w * 1_000 // 690 for current_ma in total]
        return total[0], total[1], total[2]

    def reading(self, *, complete: bool = True) -> MeterReading:
        """Return the reading a meter would send now."""
        a_w, b_w, c_w = (current_ma * 230 // 1_000 for current_ma in self.currents_ma())
        volts = (2_300, 2_300, 2_300)
        return MeterReading(METER, 0, complete, a_w + b_w + c_w, a_w, b_w, c_w, None, None, None, *volts)

    def measure(self) -> list[Outcome]:
        """Send the battery's report and the meter's reading."""
        if self.battery_w is not None:
            self.tell(BatteryReported(BATTERY, self.battery_w, self.battery_percent))
        return self.tell(self.frozen or self.reading())

    def change(self, source: int) -> list[Outcome]:
        """Let the core know what the test changed about a post: ChargingInfo and report."""
        return self.tell(self.info_of(self.post(source)), self.post(source).report())

    def live(self, seconds: int) -> None:
        """Let *seconds* pass."""
        for _ in range(seconds):
            self.now_ms += 1_000
            for post in self.posts:
                if post.advance(self.now_ms):
                    self.tell(post.report())
            if self.at_s % self.interval_s == 0:
                self.measure()
            if next_due_ms(self.state) <= self.now_ms:
                self.tell(Tick(0))
            self.loudest_ma = [max(pair) for pair in zip(self.loudest_ma, self.currents_ma(), strict=True)]

    def offer_a(self, source: int) -> float:
        """Return the offer of charger *source* in A, 0 = off."""
        point = self.state.chargers[source].point
        return point.current_ma / 1_000 if point.on else 0

    def series(self, source: int) -> list[tuple[int, float]]:
        """Return (second, offer in A) wherever the set-point of *source* changed."""
        found: list[tuple[int, float]] = []
        for _seq, at_ms, outcome in self.noted:
            if isinstance(outcome, SetPointDecided) and outcome.source == source:
                offer_a = outcome.current_ma / 1_000 if outcome.on else 0
                if not found or found[-1][1] != offer_a:
                    found.append(((at_ms - START_MS) // 1_000, offer_a))
        return found

    def starts(self, source: int) -> int:
        """Return how often *source* was switched on."""
        offers = [offer_a for _at_s, offer_a in self.series(source)]
        return sum(now > 0 and before == 0 for before, now in zip([0.0, *offers], offers, strict=False))
