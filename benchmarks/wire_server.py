"""The fake nymead of `benchmarks.wire`, a process of its own: does what each line of stdin says, answers on stdout."""

import json
import logging
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from benchmarks.overload import CHARGERS, EXCESS_MA, LIMIT_MA, METER, OFFER_MA
from hems_actors.nymea.protocol import Request
from tests.nymea.fake.methods import EXECUTE
from tests.nymea.fake.nymead import FakeNymead
from tests.nymea.fake.serving import served
from tests.nymea.fake.session import Session

PATIENCE_S: Final = 2.0


class Stopwatch:
    """When the last command of a burst came."""

    def __init__(self) -> None:
        self.last_s = 0.0
        self.things: set[str] = set()
        self._all = threading.Event()

    def begin(self) -> None:
        """Wait for commands anew."""
        self.things.clear()
        self._all.clear()

    def note(self, thing: str) -> None:
        """Take note of a command to *thing* now."""
        self.last_s = time.perf_counter()
        self.things.add(thing)
        if len(self.things) == len(CHARGERS):
            self._all.set()

    def wait(self) -> None:
        """Return when every charger was commanded, or not for long."""
        self._all.wait(PATIENCE_S)


def main() -> None:
    """Serve until stdin ends."""
    logging.disable()  # asyncio tells of each client that is gone in the middle of an answer
    watch = Stopwatch()
    with served() as server:
        fake = server.fake
        answer = fake.answer

        def noted(session: Session, request: Request) -> None:
            if request.method == EXECUTE:
                watch.note(request.params["thingId"])
            answer(session, request)

        fake.answer = noted  # type: ignore[method-assign] # a stop-watch in front of it
        _say({"port": server.ports.tcp, "things": _furnished(fake)})
        for line in sys.stdin:
            _say(_burst(fake, watch) if line.strip() == "burst" else _calm(fake))


def _furnished(fake: FakeNymead) -> Mapping[int, str]:
    """Add the meter, and chargers that all charge; return their UUIDs by number."""
    things = {METER: fake.add("smartMeter", "meter").id}
    for number in CHARGERS:
        thing = fake.add("wallboxNoMeter", f"charger {number}", power=True, pluggedIn=True, charging=True)
        thing.values |= {"maxChargingCurrent": OFFER_MA / 1_000, "phaseCount": 3}
        fake.set_limits(thing, "maxChargingCurrent", high=OFFER_MA / 1_000)
        fake.set_limits(thing, "desiredPhaseCount", possible=(3,))
        things[number] = thing.id
    return things


def _calm(fake: FakeNymead) -> dict[str, Any]:
    """The meter shows what all chargers draw, and a little more."""
    draw_ma = len(CHARGERS) * OFFER_MA
    for thing in fake.things.values():
        if thing.has("evcharger"):
            fake.set_state(thing, "maxChargingCurrent", OFFER_MA / 1_000)
            fake.set_state(thing, "power", value=True)
    fake.set_meter((draw_ma + 1_000, draw_ma, draw_ma))
    return {}


def _burst(fake: FakeNymead, watch: Stopwatch) -> dict[str, Any]:
    """Phase A rises far above its limit; return how long until the last command, and how many chargers had one."""
    watch.begin()
    draw_ma = len(CHARGERS) * OFFER_MA
    began_s = time.perf_counter()
    fake.set_meter((LIMIT_MA + EXCESS_MA, draw_ma, draw_ma))
    watch.wait()
    return {"ms": (watch.last_s - began_s) * 1_000, "chargers": len(watch.things)}


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
