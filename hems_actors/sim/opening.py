"""From a scenario to the facts a home begins with, and those its user adds later."""

from hems_actors.actors.zone import transitions_s
from hems_actors.config.table import PlanningTable, Settings, phase_indices
from hems_actors.core import facts
from hems_actors.core.enums import OnExit
from hems_actors.core.state import SiteSettings, State
from hems_actors.sim.build import Stage, milli
from hems_actors.sim.infos import MODES, Told, told_at_start, told_later
from hems_actors.sim.mistakes import MARKET, SETTINGS
from hems_actors.sim.numbers import BATTERY, METER
from hems_actors.sim.scenario_things import ChargerTable

_ON_EXIT = {"keep": OnExit.KEEP, "safe": OnExit.SAFE, "stop": OnExit.STOP}
_YEAR_MS = 366 * 86_400_000


def opening_facts(stage: Stage) -> list[facts.Fact]:
    """Return what is known before the first reading: zone, configuration, settings."""
    scenario, moments = stage.scenario, stage.moments
    offsets = transitions_s(moments.zone, moments.start_ms - 1_000, moments.end_ms + 2 * _YEAR_MS)
    found: list[facts.Fact] = [
        facts.Restarted(0),
        facts.ZoneKnown(0, offsets),
        facts.SiteConfigured(
            0,
            phase_limit_max_ma=milli(scenario.home.phase_limit_a_max),
            grid_phases=scenario.home.grid_phases,
            unbalance_limit_ma=milli(scenario.home.unbalance_limit_a),
            on_exit=_ON_EXIT[scenario.home.on_exit],
            meter=METER if scenario.meter.kind != "none" else 0,
        ),
        _settings(scenario.settings),
        _planning(scenario.planning),
    ]
    if stage.prices is not None:
        found.append(facts.SpotMarketChanged(0, stage.prices.table.enabled, stage.prices.number))
    for charger, told in zip(scenario.chargers, told_at_start(scenario, moments), strict=True):
        found += [_configured(stage.numbers.chargers[charger.name], charger), _info(told, stage)]
    if scenario.battery is not None:
        known = phase_indices(scenario.battery.phases) if scenario.battery.phases_configured else ()
        found.append(facts.BatteryConfigured(BATTERY, sum(1 << phase for phase in known)))
    return found


def missing_facts(stage: Stage, state: State) -> list[facts.Fact]:
    """Return those of the opening facts that *state*, as recovered, does not hold or contradicts.

    What a user may change is told only where nothing is known of it: the last logged value stands.
    """
    return [fact for fact in opening_facts(stage) if not _is_known(fact, state)]


def _is_known(fact: facts.Fact, state: State) -> bool:
    """Return whether *state* needs not be told *fact* at a restart."""
    charger = state.chargers.get(fact.source)
    match fact:
        case facts.SiteConfigured():
            return _holds(state.config, fact)
        case facts.SiteSettingsChanged():
            return state.settings != SiteSettings() or _holds(state.settings, fact)
        case facts.PlanningConfigured():
            return _holds(state.planning, fact)
        case facts.SpotMarketChanged():
            return state.market.seq > 0
        case facts.ChargerConfigured():
            return charger is not None and _holds(charger.config, fact)
        case facts.ChargingInfoChanged():
            return charger is not None and charger.info.seq > 0
        case facts.BatteryConfigured():
            return (state.battery.source, state.battery.phases_mask) == tuple(fact)
        case facts.ZoneKnown():
            return state.site.transitions_s == fact.transitions_s
    return True  # that the process restarted is not the scenario's to tell


def _holds(part: object, fact: facts.Fact) -> bool:
    """Return whether each field of *fact*, its source apart, stands in *part*."""
    values = fact._asdict()
    return all(getattr(part, name) == value for name, value in values.items() if name != "source")


def later_facts(stage: Stage) -> list[tuple[int, facts.Fact]]:
    """Return the facts of the scenario's `[[changes]]` and their instants, in time order, each whole."""
    scenario, moments = stage.scenario, stage.moments
    infos = {told.key: told for told in told_later(scenario, moments)}
    settings = scenario.settings
    found: list[tuple[int, facts.Fact]] = []
    for i, change in sorted(enumerate(scenario.changes), key=lambda item: moments.at(item[1].at)):
        at_ms, given = moments.at(change.at), change.model_fields_set
        if ("changes", i) in infos:
            found.append((at_ms, _info(infos["changes", i], stage)))
        if given.intersection(SETTINGS):
            settings = settings.model_copy(update=change.model_dump(include=given.intersection(SETTINGS)))
            found.append((at_ms, _settings(settings)))
        if given.intersection(MARKET) and stage.prices is not None:
            found.append((at_ms, facts.SpotMarketChanged(0, change.spot_market_enabled or False, stage.prices.number)))
    return found


def _settings(settings: Settings) -> facts.SiteSettingsChanged:
    return facts.SiteSettingsChanged(
        0,
        phase_limit_ma=settings.phase_power_limit_a * 1_000,
        tolerance_permille=milli(settings.acquisition_tolerance),
        battery_level_permille=milli(settings.battery_level_consideration),
    )


def _planning(planning: PlanningTable) -> facts.PlanningConfigured:
    return facts.PlanningConfigured(
        0,
        house_ma=milli(planning.house_a),
        run_s_min=planning.minimum_run_min * 60,
        capacity_wh=round(planning.capacity_kwh * 1_000),
        level_percent=planning.level_percent,
    )


def _configured(number: int, charger: ChargerTable) -> facts.ChargerConfigured:
    rotation = 0
    if charger.wiring_configured:
        for phase in phase_indices(charger.wiring):
            rotation = rotation * 10 + phase + 1
    return facts.ChargerConfigured(
        number,
        phases=len(charger.wiring),
        rotation=rotation,
        safe_ma=milli(charger.safe_a),
        step_ma=milli(charger.step_a),
        can_switch=charger.can_switch,
    )


def _info(told: Told, stage: Stage) -> facts.ChargingInfoChanged:
    info = told.info
    return facts.ChargingInfoChanged(
        stage.numbers.chargers[told.charger],
        mode=MODES[info.mode],
        car=stage.numbers.cars[info.car] if info.car is not None else 0,
        priority=info.priority,
        target_percent=info.target_percent,
        max_ma=milli(info.max_charging_current_a),
        min_ma=milli(info.min_charging_current_a),
        end_s=told.end_s,
        repeat_mask=told.repeat_mask,
        spot=info.spot_market_charging,
        daily_percent=info.daily_spot_market_percent,
    )
