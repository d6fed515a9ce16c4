"""Who is asked for prices, and what the prices' actor begins with."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from hems_actors.actors.clock import TimeSource
from hems_actors.actors.spot_market import Means, in_thread
from hems_actors.config.hems import Config
from hems_actors.config.tariff import hp_hc
from hems_actors.core.rates import unflat
from hems_actors.core.state import State
from hems_actors.eventlog.naming import parse_name
from hems_actors.spotmarket.awattar import awattar_at, awattar_de
from hems_actors.spotmarket.memory import Memory
from hems_actors.spotmarket.provider import Provider
from hems_actors.spotmarket.schedule import after_restarts, spread_s_of

_DAY_S: Final = 86_400


def providers_of(config: Config, transitions_s: Callable[[], tuple[int, ...]]) -> tuple[Provider, ...]:
    """Return who can be asked: the two markets, and the contract if *config* has one, in the home's local time."""
    tariff = config.tariff
    kind, mirror = (None, None) if tariff is None else (tariff.kind, tariff.address)
    markets: tuple[Provider, ...] = (
        awattar_at(mirror) if mirror is not None and kind == "awattar_at" else awattar_at(),
        awattar_de(mirror) if mirror is not None and kind == "awattar_de" else awattar_de(),
    )
    return markets if tariff is None or kind != "hp_hc" else (*markets, hp_hc(tariff, transitions_s))


def memory_of(state: State, segments: Sequence[Path], time: TimeSource) -> Memory:
    """Return what is known from the log: prices need not be asked again, and fair use counts over restarts."""
    market = state.market
    known = {market.provider: unflat(market.slots)} if market.provider else {}
    history = after_restarts(starts_s(segments, time), time.boot_ms() // 1_000)
    return Memory(known=known, told=market.provider or None, history=history)


def means_of(home: str, zone: ZoneInfo, time: TimeSource, providers: tuple[Provider, ...], memory: Memory) -> Means:
    """Return what the prices' actor of *home*, named as no other is, works with."""
    return Means(time, providers, memory, zone, spread_s_of(home), in_thread)


def starts_s(segments: Sequence[Path], time: TimeSource) -> tuple[int, ...]:
    """Return when the *segments* of the last day were begun, on the clock since boot: most likely by a start each."""
    ahead_s = time.wall_ms() // 1_000 - time.boot_ms() // 1_000
    now_s = time.boot_ms() // 1_000
    names = (parse_name(path.name) for path in segments)
    begun = [int(name.start_s or 0) - ahead_s for name in names if name is not None]
    return tuple(sorted(at_s for at_s in begun if now_s - _DAY_S < at_s <= now_s))
