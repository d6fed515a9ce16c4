"""The link as an actor: it crashes, things' actors crash, the configuration changes, and there is too much of all."""

from pathlib import Path
from typing import Final

import pytest

from hems_actors.actors.directory import HOME
from hems_actors.actors.messages import ReadBack
from hems_actors.core.enums import OnExit
from hems_actors.core.facts import (
    BatteryConfigured,
    ChargerConfigured,
    ChargerReported,
    LinkChanged,
    SiteConfigured,
    ThingAdded,
)
from hems_actors.nymea import roster, things
from hems_actors.nymea.rereading import LATER_MS
from hems_actors.nymea.things import ChargerSettings, Settings
from tests.nymea.linked import MINUTE_MS, SECOND_MS, SURPLUS_A, WALLBOX, Meant, linked

UP: Final = "connected to nymea-lab 1.15.2"


def test_the_link_crashes(tmp_path: Path) -> None:
    """It hangs up, is started anew, dials 4 s later, and tells nothing a second time; charging goes on."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        home.tell("what no link understands")
        home.wait(0)
        assert len(home.fake.sessions) == 0
        home.wait(3 * MINUTE_MS)

        assert home.report.status.text == UP
        assert [event.up for event in home.events(LinkChanged, since_ms=since_ms)] == [False, True]
        assert len(home.dialer.at_ms) == 2
        assert len(home.fake.sessions) == 1
        assert home.events(ThingAdded, ChargerConfigured, SiteConfigured, since_ms=since_ms) == []

        home.set_info(max_ma=8_000)
        home.wait(SECOND_MS)
        assert home.written(since_ms) == [("maxChargingCurrent", 8)]


def test_a_charger_s_actor_crashes(tmp_path: Path) -> None:
    """It is started anew and told all that the charger shows; the next write goes through it."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        home.tell_actor(home.number_of(WALLBOX), "what no charger understands")
        home.wait(SECOND_MS)

        assert home.events(ChargerReported, since_ms=since_ms)[-1].current_ma == SURPLUS_A * 1_000
        assert home.events(LinkChanged, since_ms=since_ms) == []
        home.set_info(max_ma=8_000)
        home.wait(SECOND_MS)
        assert home.written(since_ms) == [("maxChargingCurrent", 8)]


def test_commands_go_before_what_is_read_again(tmp_path: Path) -> None:
    """What an answered action is verified by is read a moment later, and once, however often it is wanted."""
    with linked(tmp_path) as home:
        home.charge()
        home.set_info(max_ma=8_000)
        home.wait(LATER_MS - 1)
        assert home.methods()[-1] == "Integrations.ExecuteAction"
        for _ in range(3):
            home.tell(ReadBack(home.number_of(WALLBOX), home.link))
        sent = len(home.methods())
        home.wait(1)

        assert home.methods()[sent:] == ["Integrations.GetThings"]
        home.wait(10 * LATER_MS)
        assert len(home.methods()) == sent + 1


def test_what_is_read_again_is_gone(tmp_path: Path) -> None:
    """A thing removed meanwhile is not asked for, and a line lost meanwhile asks nothing."""
    with linked(tmp_path) as home:
        home.charge()
        number = home.number_of(WALLBOX)
        home.tell(ReadBack(number, home.link))
        home.wait(0)
        home.fake.remove(home.wallbox)
        sent = len(home.methods())
        home.wait(SECOND_MS)
        assert len(home.methods()) == sent

        home.tell(ReadBack(home.number_of("meter"), home.link))
        home.wait(0)
        home.fake.drop_all()
        home.wait(SECOND_MS)
        assert len(home.methods()) == sent


def test_the_configuration_changes(tmp_path: Path) -> None:
    """What is another is told at once, once; what only the server knows stays."""
    site = SiteConfigured(HOME, 16_000, 3, 0, OnExit.STOP, 0)
    with linked(tmp_path, Meant(battery=True)) as home:
        home.wait(SECOND_MS)
        since_ms = home.now_ms
        for _ in range(2):
            home.tell(Settings(site, {WALLBOX: ChargerSettings(1, 2, 10_000)}, 0b111))
        home.wait(MINUTE_MS)

        wallbox, meter, battery = (home.number_of(name) for name in (WALLBOX, "meter", "battery"))
        assert home.events(SiteConfigured, since_ms=since_ms) == [site._replace(meter=meter)]
        assert home.events(ChargerConfigured, since_ms=since_ms) == [
            ChargerConfigured(wallbox, 1, 2, 10_000, 100, can_switch=False)
        ]
        assert home.events(BatteryConfigured, since_ms=since_ms) == [BatteryConfigured(battery, 0b111)]


def test_one_battery_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The first by name, and it stays the one while it is there; when it goes, the other counts."""
    with linked(tmp_path, Meant(battery=True)) as home:
        home.wait(SECOND_MS)
        home.fake.add("battery", "a battery")
        home.wait(MINUTE_MS)
        assert [event.source for event in home.events(BatteryConfigured)] == [home.number_of("battery")]
        assert len([line for line in caplog.messages if "only 'battery' counts" in line]) == 1

        home.fake.remove(next(thing for thing in home.fake.things.values() if thing.name == "battery"))
        home.wait(MINUTE_MS)
        assert home.events(BatteryConfigured)[-1].source == home.number_of("a battery")


def test_more_things_than_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Those that come too late are passed over, with one line for each; the others are not disturbed."""
    monkeypatch.setattr(roster, "THINGS_MAX", 5)
    with linked(tmp_path) as home:
        home.charge()
        for number in range(3):
            home.fake.add("wallboxNoMeter", f"charger {number}", power=False)
        home.wait(MINUTE_MS)

        assert len(home.events(ThingAdded)) == 4
        assert len([line for line in caplog.messages if "passed over" in line]) == 2
        assert home.report.status.text == UP


def test_no_number_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A number is never given out twice: when all were, what comes has none."""
    monkeypatch.setattr(things, "NUMBER_MAX", things.NUMBER_MIN + 2)
    with linked(tmp_path) as home:
        home.charge()
        home.fake.add("wallboxNoMeter", "one more", power=False)
        home.wait(MINUTE_MS)

        assert len(home.events(ThingAdded)) == 3
        assert [line for line in caplog.messages if "one more: no number is left" in line]
        assert int(home.wallbox.values["maxChargingCurrent"]) == SURPLUS_A
