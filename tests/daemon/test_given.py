"""What the configuration gives the home: told when it is news, and only then."""

from typing import Any, Final

import pytest

from hems_actors.config.hems import Config
from hems_actors.core import facts
from hems_actors.core.enums import PriceProvider, ThingKind
from hems_actors.core.evolve import evolve
from hems_actors.core.identity import points_of, words_of
from hems_actors.core.state import State
from hems_actors.daemon.given import as_running, first_facts, link_settings, reloaded_facts, sections_of, site_of
from hems_actors.daemon.link import memory_of
from hems_actors.nymea.things import ChargerSettings

METER: Final = 12
GARAGE: Final = 10


def _config(**tables: Any) -> Config:  # noqa: ANN401 - tables of the file
    home = {"name": "lab", "time_zone": "Europe/Vienna", "phase_limit_a": 25}
    return Config.model_validate({"home": home | tables.pop("home", {}), **tables})


def _told(*events: facts.Fact) -> State:
    state = State()
    for event in events:
        evolve(state, state.seq + 1, 0, event)
    return state


def _kinds(found: list[facts.Fact]) -> list[str]:
    return [type(fact).__name__ for fact in found]


def test_a_first_start_tells_everything() -> None:
    """What prices are used comes last: it says that all was told."""
    found = first_facts(_config(tariff={"kind": "awattar_de"}), State(), None)

    assert _kinds(found) == ["SiteConfigured", "SiteSettingsChanged", "SpotMarketChanged"]
    assert found[-1] == facts.SpotMarketChanged(0, True, PriceProvider.AWATTAR_DE)


def test_planning_that_is_as_the_core_has_it_is_no_news() -> None:
    """Else it is."""
    found = first_facts(_config(planning={"house_a": 6}), State(), None)

    assert facts.PlanningConfigured(0, 6_000, 1_800, 50_000, 20) in found


CHANGES: Final = [
    pytest.param({}, [], id="nothing new"),
    pytest.param({"settings": {"acquisition_tolerance": 0.1}}, ["SiteSettingsChanged"], id="settings"),
    pytest.param({"tariff": {"kind": "awattar_at"}}, ["SpotMarketChanged"], id="other prices"),
    pytest.param({"tariff": None}, ["SpotMarketChanged"], id="no prices"),
    pytest.param({"home": {"phase_limit_a": 20}}, ["SiteConfigured"], id="fuse"),
    pytest.param({"planning": {"house_a": 1}}, ["PlanningConfigured"], id="planning"),
    pytest.param({"chargers": [{"name": "x"}]}, [], id="the link tells of chargers"),
]


@pytest.mark.parametrize(("changed", "kinds"), CHANGES)
def test_a_later_start_tells_what_the_file_says_anew(changed: dict[str, Any], kinds: list[str]) -> None:
    """Whatever users changed meanwhile stands if the file says what it said."""
    old = _config(tariff={"kind": "awattar_de"})
    state = _told(*first_facts(old, State(), None), facts.SiteSettingsChanged(0, 16_000, 900, 100))

    tables = {"tariff": {"kind": "awattar_de"}} | changed
    assert _kinds(first_facts(_config(**tables), state, sections_of(old))) == kinds


def test_a_section_that_is_new_to_the_program_says_nothing() -> None:
    """A header that was written before there was a table does not contradict its defaults."""
    config = _config()
    state = _told(*first_facts(config, State(), None))

    assert first_facts(config, state, {}) == []
    assert first_facts(config, state, None) == []


def test_the_site_keeps_its_meter() -> None:
    """The configuration does not know it; what the log says stands until the link says otherwise."""
    config = _config()
    state = _told(site_of(config, METER))

    assert first_facts(config, state, {})[0] != site_of(config, 0)
    assert memory_of(config, state).site == site_of(config, METER)


def test_what_the_log_knows_is_not_told_again() -> None:
    """The link begins with it; a thing that is gone is none of it."""
    configured = facts.ChargerConfigured(GARAGE, 3, 123, 6_000, 1_000, can_switch=True)
    named = facts.ThingAdded(GARAGE, ThingKind.CHARGER, words_of(5), points_of("Garage"))

    there = memory_of(_config(), _told(named, configured))
    gone = memory_of(_config(), _told(named, configured, facts.ThingRemoved(GARAGE)))
    assert (there.configured, gone.configured) == ({GARAGE: configured}, {})


def test_link_settings() -> None:
    """Wiring as digits, by the charger's name or UUID; phases of the battery as bits."""
    config = _config(
        chargers=[
            {"name": "Garage", "wiring": "BCA", "safe_a": 8.0},
            {"uuid": "{6F2A1B4C-0000-4000-8000-00000000000A}", "phases": 1},
        ],
        battery={"phases": "AC"},
    )

    settings = link_settings(config)
    assert settings.chargers == {
        "Garage": ChargerSettings(3, 231, 8_000),
        "6f2a1b4c-0000-4000-8000-00000000000a": ChargerSettings(1, 0, 6_000),
    }
    assert settings.battery_mask == 0b101


def test_what_must_wait_for_a_start() -> None:
    """It is named, and what runs is not touched by it."""
    running = _config()
    asked = _config(
        home={"name": "other", "time_zone": "Europe/Paris", "phase_limit_a": 20},
        nymea={"url": "ws://127.0.0.1:1"},
        tariff={"kind": "awattar_at"},
        settings={"acquisition_tolerance": 0.1},
        planning={"house_a": 2},
    )

    taken, late = as_running(asked, running)
    assert late == ["[nymea]", "[tariff]", "home.name", "home.time_zone"]
    assert (taken.home.name, taken.home.phase_limit_a, taken.nymea) == ("lab", 20, running.nymea)
    assert _kinds(reloaded_facts(taken, running)) == ["PlanningConfigured", "SiteSettingsChanged"]
    assert reloaded_facts(taken, taken) == []
