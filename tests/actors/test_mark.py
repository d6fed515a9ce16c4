"""Marks: whoever told things something knows when all that followed from it is in the coordinator's mailbox."""

import pytest

from hems_actors.actors.battery import Battery
from hems_actors.actors.car import Car
from hems_actors.actors.charger import Charger
from hems_actors.actors.directory import LINK
from hems_actors.actors.messages import Mark, Marked, StatesChanged
from hems_actors.actors.meter import Meter
from hems_actors.actors.runtime import Behaviour
from hems_actors.core.facts import BatteryReported
from tests.actors.fakes import Bench


@pytest.mark.parametrize("behaviour", [Battery, Car, Charger, Meter])
def test_every_thing_answers(bench: Bench, behaviour: type[Behaviour]) -> None:
    """To whom it is told to."""
    bench.queue.spawn(behaviour, bench.place(4))
    bench.tell(4, Mark(9, bench.directory[LINK]))

    assert bench.sent == [Marked(9, 4)]


def test_what_was_told_before_is_dealt_with(bench: Bench) -> None:
    """The fact was told before the answer."""
    bench.queue.spawn(Battery, bench.place(4))
    bench.tell(4, StatesChanged({"power_w": 5}, 0, read_back=True), Mark(9, bench.directory[LINK]))

    assert bench.told == [BatteryReported(4, 5, None)]
    assert bench.sent == [Marked(9, 4)]
