"""What the configuration gives the home to begin with: facts for the coordinator, settings for the link.

What users may change too (settings, whose prices) is told when the file says something new, at the first start first
of all; else the last word, whoever said it, stands in the log.
"""

from collections.abc import Mapping
from typing import Any, Final

from hems_actors.config.as_facts import ON_EXIT, milli, phases_mask, planning_fact, rotation_of, settings_fact
from hems_actors.config.hems import ChargerTable, Config
from hems_actors.core import facts
from hems_actors.core.enums import PriceProvider
from hems_actors.core.state import State
from hems_actors.nymea.things import ChargerSettings, Settings

Sections = Mapping[str, Any]
"""A configuration as the log's header has it."""
_AT_START: Final = ("nymea", "log", "api", "tariff", "optimizer")
_HOME_AT_START: Final = ("name", "time_zone")
"""Tables of the file, and keys of `[home]`, that a running daemon does not take up."""
_PROVIDERS: Final = {
    "awattar_at": PriceProvider.AWATTAR_AT,
    "awattar_de": PriceProvider.AWATTAR_DE,
    "hp_hc": PriceProvider.STATIC_HC_HP,
}


def sections_of(config: Config) -> dict[str, Any]:
    """Return *config* as the log's header has it; it holds no secrets, only where they are."""
    return config.model_dump(mode="json")


def site_of(config: Config, meter: int) -> facts.SiteConfigured:
    """Return the home's configuration, its root meter being thing *meter*."""
    home = config.home
    return facts.SiteConfigured(
        0,
        phase_limit_max_ma=milli(home.phase_limit_a),
        grid_phases=home.grid_phases,
        unbalance_limit_ma=milli(home.unbalance_limit_a),
        on_exit=ON_EXIT[home.on_exit],
        meter=meter,
    )


def link_settings(config: Config) -> Settings:
    """Return what the installer says of the home's things."""
    battery = config.battery
    return Settings(
        site=site_of(config, 0),
        chargers={charger.uuid or charger.name or "": _charger(charger) for charger in config.chargers},
        battery_mask=0 if battery is None else phases_mask(battery.phases),
    )


def first_facts(config: Config, state: State, before: Sections | None) -> list[facts.Fact]:
    """Return what a start with *config* has to tell of it to a home that stands at *state*.

    Args:
        config: the configuration.
        state: as recovered from the log.
        before: what the last process had for a configuration; None = not known.
    """
    wanted: list[facts.Fact] = [site_of(config, state.config.meter), planning_fact(config.planning)]
    found = [fact for fact in wanted if not _stands(fact, state)]
    is_first, now = state.market.seq == 0, sections_of(config)
    if is_first or _differs("settings", before, now):
        found.append(settings_fact(config.settings))
    if is_first or _differs("tariff", before, now):  # always told last: it tells that everything was
        found.append(_market(config, state.market.provider))
    return found


def as_running(config: Config, running: Config) -> tuple[Config, list[str]]:
    """Return *config* as far as a daemon that runs by *running* can take it up, and what must wait for a new start."""
    kept: dict[str, Any] = {name: getattr(running, name) for name in _AT_START}
    late = [f"[{name}]" for name in _AT_START if getattr(config, name) != kept[name]]
    home = {name: getattr(running.home, name) for name in _HOME_AT_START}
    late += [f"home.{name}" for name, value in home.items() if getattr(config.home, name) != value]
    return config.model_copy(update=kept | {"home": config.home.model_copy(update=home)}), late


def reloaded_facts(config: Config, running: Config) -> list[facts.Fact]:
    """Return what *config* has to tell to a home that runs by *running*, beside what the link is told."""
    found: list[facts.Fact] = []
    if config.planning != running.planning:
        found.append(planning_fact(config.planning))
    if config.settings != running.settings:
        found.append(settings_fact(config.settings))
    return found


def _differs(name: str, before: Sections | None, now: Sections) -> bool:
    """Return whether section *name* says something new; one that was not there before says nothing."""
    return before is not None and before.get(name, now[name]) != now[name]


def _market(config: Config, provider: int) -> facts.SpotMarketChanged:
    """Return whose prices are to be used, *provider* being whose prices were."""
    tariff = config.tariff
    if tariff is None:
        return facts.SpotMarketChanged(0, enabled=False, provider=provider)
    return facts.SpotMarketChanged(0, tariff.enabled, _PROVIDERS[tariff.kind])


def _charger(charger: ChargerTable) -> ChargerSettings:
    return ChargerSettings(charger.phases, rotation_of(charger.wiring or ""), milli(charger.safe_a))


def _stands(fact: facts.Fact, state: State) -> bool:
    """Return whether *state* says already what *fact* does."""
    part = state.config if isinstance(fact, facts.SiteConfigured) else state.planning
    return all(getattr(part, name) == value for name, value in fact._asdict().items() if name != "source")
