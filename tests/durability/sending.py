"""What reaches the link, judged the moment it does: durable before it adds load, written before it acts, once."""

from collections.abc import Callable

from hems_actors.actors.messages import Call
from hems_actors.core.enums import What
from hems_actors.sim.link import SimLink
from hems_actors.sim.machine import Machine
from hems_actors.sim.plant.chargers import Charger
from tests.durability.found import Intents
from tests.durability.points import Points


class Sending:
    """All calls of all lives on *machine*; *breach* is told what did not hold."""

    def __init__(self, machine: Machine, home: str, breach: Callable[[str], object]) -> None:
        self.intents = Intents(machine.disk, machine.folder, home)
        self._home = machine.stage.home
        self._breach = breach
        self._sent: set[int] = set()
        self._restarted = False

    def judge(self, call: Call) -> None:
        """Judge *call*, which is about to be sent."""
        try:
            self._judge(call)
        except Exception as error:  # noqa: BLE001 - the link would die of it, and be started again without a word
            self._breach(repr(error))

    def _judge(self, call: Call) -> None:
        plant = self._home.chargers[call.thing]
        if _adds_load(call, plant) and call.token not in self.intents.durable():
            self._breach(f"sent before it was durable: {call[:4]}")
        if call.token not in self.intents.written():
            self._breach(f"sent before it was written: {call[:4]}")
        if call.token in self._sent:
            self._breach(f"sent twice: {call[:4]}")
        self._sent.add(call.token)
        if self._restarted and call.value == _shown(call.what, plant):
            self._breach(f"sent, though the charger shows it: {call[:4]}")

    def survived(self, actions: set[int] | None) -> None:
        """Note that a process died; only *actions* are in the files still, None = all: lost numbers are given anew."""
        self._restarted = True
        if actions is not None:
            self._sent &= actions
            self.intents.forget()


def watched_link(sending: Sending, points: Points) -> type[SimLink]:
    """Return a link whose calls *sending* judges, and that may die before and after each of them."""

    class WatchedLink(SimLink):
        def on_receive(self, message: object) -> None:
            if isinstance(message, Call):
                sending.judge(message)
                points.reach("before send")
            super().on_receive(message)  # type: ignore[arg-type] # whatever it is told
            if isinstance(message, Call):
                points.reach("after send")

    return WatchedLink


def _adds_load(call: Call, plant: Charger) -> bool:
    if call.what == What.CURRENT:
        return call.value > plant.current_ma
    return call.what == What.PHASES or call.value == 1


def _shown(what: int, plant: Charger) -> int:
    if what == What.POWER:
        return int(plant.power_on)
    return plant.current_ma if what == What.CURRENT else plant.desired_phases
