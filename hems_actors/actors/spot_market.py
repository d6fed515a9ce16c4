"""The prices' actor: fetches on schedule, tells what is new, and each failure once."""

import threading
from collections.abc import Callable
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from hems_actors.actors.clock import TimeSource
from hems_actors.actors.directory import HOME
from hems_actors.actors.messages import MarketChanged, StandingWanted
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.waking import Wake, WakeTimer
from hems_actors.actors.zone import DAY_MS, WALL_MS_MAX, transitions_s
from hems_actors.core.enums import Failure
from hems_actors.core.facts import PricesFailed, PricesKnown
from hems_actors.core.rates import Rates, flat, forget_before, merged
from hems_actors.spotmarket.errors import ProviderError
from hems_actors.spotmarket.memory import Memory
from hems_actors.spotmarket.provider import Provider
from hems_actors.spotmarket.schedule import Now, asked_range_s, due_s

LOOK_MS_MAX: Final = 600_000
"""So often at least it looks whether somebody set the wall clock."""
PATIENCE_MS: Final = 60_000
"""After that a fetch counts as failed, whatever holds it: looking up a name has no time-out of its own."""
_BEFORE_MS: Final = 3 * DAY_MS
_AHEAD_MS: Final = 33 * DAY_MS
"""UTC offsets from before today's midnight, whatever happened since, to after the last day that is asked for."""

Job = Callable[[], None]


class Fetched(NamedTuple):
    """A fetch to the actor that began it: the answer, or what became of it."""

    number: int
    result: Rates | Exception


class Overdue(NamedTuple):
    """The actor to itself: the time for fetch `number` is up."""

    number: int


class Means(NamedTuple):
    """What the actor works with."""

    time: TimeSource
    providers: tuple[Provider, ...]
    """Who can be asked, each with a number of its own."""
    memory: Memory
    zone: ZoneInfo | None = None
    """The home's; None = UTC."""
    spread_s: int = 0
    run: Callable[[Job], None] | None = None
    """How to run what blocks; None = here and now, for providers that answer at once."""


def in_thread(job: Job) -> None:
    """Run *job* in a thread of its own, which no end of the process waits for."""
    threading.Thread(target=job, name="prices", daemon=True).start()


class SpotMarket(Behaviour):
    """Asks one provider; at most one fetch is open, and a fetch that blocks leaves the actor free to stop."""

    def __init__(self, place: Place, means: Means) -> None:
        super().__init__(place)
        self._means = means
        self._providers = {provider.number: provider for provider in means.providers}
        self._timer = WakeTimer(place)
        self._transitions_s: tuple[int, ...] = ()
        self._transitions_of_ms: int | None = None
        self._asked: Provider | None = None
        """Whose answer is awaited."""

    def on_start(self) -> None:
        """Go on where an actor before this one ended."""
        self.coordinator.tell(StandingWanted(self.place.source))
        self._go_on()

    def on_receive(self, message: MarketChanged | Wake | Fetched | Overdue) -> None:
        """Take what came, then fetch if it is time."""
        if isinstance(message, MarketChanged):
            self._configure(message)
        elif isinstance(message, Wake):
            self._timer.fired(message)
        elif isinstance(message, Fetched):
            self._take(message)
        else:
            late = ProviderError(Failure.TIMEOUT, f"no answer within {PATIENCE_MS // 1_000} s")
            self._take(Fetched(message.number, late))
        self._go_on()

    def _configure(self, message: MarketChanged) -> None:
        """Ask another provider from now on; what is known of that one is told at once."""
        memory = self._means.memory
        if message.provider != memory.told:
            memory.told = None  # the home forgot them
        provider = self._providers.get(message.provider) if message.enabled else None
        if provider is memory.provider:
            return
        memory.provider = provider
        self._asked = None  # what an open fetch brings is nobody's news any more
        if provider is not None and memory.told is None and memory.of(provider.number).known:
            self._tell(provider.number, memory.of(provider.number).known)

    def _go_on(self) -> None:
        """Fetch now, or wait until it is time."""
        provider = self._means.memory.provider
        if provider is None or self._asked is not None:
            return
        now = self._now()
        record = self._means.memory.of(provider.number)
        due_ms = due_s(now, record.known, record.history, self._means.spread_s) * 1_000
        now_ms = self.place.runtime.now_ms()
        if due_ms > now_ms:
            self._timer.arm(now_ms, due_ms, now_ms + LOOK_MS_MAX)
            return
        record.history = record.history.asked(now)
        self._fetch(provider, *asked_range_s(now, provider.days))

    def _fetch(self, provider: Provider, from_s: int, to_s: int) -> None:
        memory, me = self._means.memory, self.place.me
        self._asked = provider
        memory.fetches += 1
        number = memory.fetches

        def job() -> None:
            result: Rates | Exception
            try:
                result = provider.fetch(from_s, to_s)
            except Exception as error:  # noqa: BLE001 - the actor raises it if it is not the provider's own
                result = error
            me.tell(Fetched(number, result))

        if self._means.run is None:
            job()
        else:
            self.place.runtime.call_later(PATIENCE_MS, me, Overdue(number))
            self._means.run(job)

    def _take(self, message: Fetched) -> None:
        """Tell what the newest fetch brought; an older one's answer is dropped, but no bug is."""
        result = message.result
        if isinstance(result, Exception) and not isinstance(result, ProviderError):
            raise result
        provider, memory = self._asked, self._means.memory
        if provider is None or message.number != memory.fetches:
            return
        self._asked = None
        now, record = self._now(), memory.of(provider.number)
        memory.trouble = str(result) if isinstance(result, ProviderError) else None
        record.history = record.history.ended(now, answered=memory.trouble is None)
        if isinstance(result, ProviderError):
            self.coordinator.tell(PricesFailed(HOME, provider.number, result.failure))
        else:
            self._answered(provider.number, result, asked_range_s(now, 1)[0])

    def _answered(self, number: int, rates: Rates, today_s: int) -> None:
        """Tell *rates* whole if any of it from *today_s* on was not known."""
        record = self._means.memory.of(number)
        known = forget_before(record.known, today_s)
        if not set(forget_before(rates, today_s)) <= set(known):
            known = merged(known, rates)
            self._tell(number, rates)
        record.known = known

    def _tell(self, number: int, rates: Rates) -> None:
        self._means.memory.told = number
        self.coordinator.tell(PricesKnown(HOME, number, flat(rates)))

    def _now(self) -> Now:
        wall_ms = self._means.time.wall_ms()
        at_ms = min(max(wall_ms, 0), WALL_MS_MAX)
        zone, of_ms = self._means.zone, self._transitions_of_ms
        if zone is not None and (of_ms is None or abs(at_ms - of_ms) > DAY_MS):
            self._transitions_s = transitions_s(zone, at_ms - _BEFORE_MS, at_ms + _AHEAD_MS)
            self._transitions_of_ms = at_ms
        return Now(self.place.runtime.now_ms() // 1_000, wall_ms // 1_000, self._transitions_s)
