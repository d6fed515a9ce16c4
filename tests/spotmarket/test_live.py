"""Provider, actor and threads together, against a real server on loopback."""

import threading
import time
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from hems_actors.actors.clock import SystemTime
from hems_actors.actors.directory import HOME, Directory
from hems_actors.actors.messages import StandingWanted
from hems_actors.actors.runtime import Place
from hems_actors.actors.spot_market import Means, SpotMarket, in_thread
from hems_actors.actors.threads import ThreadRuntime
from hems_actors.core.enums import PriceProvider
from hems_actors.core.facts import PricesKnown
from hems_actors.core.rates import flat
from hems_actors.spotmarket.awattar import awattar_at
from hems_actors.spotmarket.memory import Memory
from hems_actors.spotmarket.provider import Provider
from hems_actors.spotmarket.web import Limits
from tests.actors.fakes import Recorder
from tests.spotmarket.answers import DAY_S, answer_of, hourly
from tests.spotmarket.server import PATIENCE_S, Asked, document, serving

SPOT: Final = -3
VIENNA: Final = ZoneInfo("Europe/Vienna")


def _spawn(runtime: ThreadRuntime, directory: Directory, provider: Provider) -> None:
    means = Means(SystemTime(), (provider,), Memory(provider), VIENNA, run=in_thread)
    runtime.spawn(SpotMarket, Place(runtime, directory, SPOT), means)


def test_real_server_real_threads() -> None:
    """HTTP on loopback: from the server's answer to the coordinator."""
    midnight = datetime.now(VIENNA).replace(hour=0, minute=0, second=0, microsecond=0)
    rates = hourly(int(midnight.timestamp()), int(midnight.timestamp()) + 2 * DAY_S)
    told: list[Any] = []
    reached = threading.Event()
    runtime = ThreadRuntime()
    directory = Directory()
    with serving(document(answer_of(rates))) as server:
        runtime.spawn(Recorder, Place(runtime, directory, HOME), told, reached, 2)
        _spawn(runtime, directory, awattar_at(f"http://{server.authority}"))
        assert reached.wait(PATIENCE_S)
        runtime.stop()

    assert told == [StandingWanted(SPOT), PricesKnown(HOME, PriceProvider.AWATTAR_AT, flat(rates))]


def test_silent_server_delays_no_stop() -> None:
    """The actor stops at once while its fetch still waits; the thread that waits holds up nobody."""
    asked = threading.Event()

    def stall(request: Asked) -> None:
        asked.set()
        request.stall()

    runtime = ThreadRuntime()
    directory = Directory()
    with serving(stall) as server:
        _spawn(runtime, directory, awattar_at(f"http://{server.authority}", Limits(read_s=PATIENCE_S)))
        assert asked.wait(PATIENCE_S)
        begun_s = time.monotonic()
        runtime.stop()
        took_s = time.monotonic() - begun_s
    for thread in threading.enumerate():
        if thread.name == "prices":
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

    assert took_s < 4
