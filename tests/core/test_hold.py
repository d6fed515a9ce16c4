"""While readings are not to be trusted nothing starts, and nothing stops but for a reason of its own."""

from hems_actors.core import facts
from tests.core.home import METER
from tests.core.sunny import Sunny


def test_a_surplus_stop_waits_for_readings() -> None:
    """The stop delay ends while the meter is held: the charge goes on, and stops with the next fresh reading."""
    home = Sunny()
    home.eco()
    home.live_through([(300, 3_000), (150, -500)])
    assert home.stands() == "6 A 1p"

    home.tell(facts.ThingConnected(METER, connected=False))
    home.wait(60)
    assert home.stands() == "6 A 1p"

    home.tell(facts.ThingConnected(METER, connected=True))
    home.pass_time(20, -600)
    assert home.stands() == "off"
