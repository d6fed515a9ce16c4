"""From a scenario to the facts a home begins with, and those its user adds later."""

from hems_actors.actors.zone import transitions_s
from hems_actors.core import facts
from hems_actors.core.enums import Mode, OnExit
from hems_actors.core.state import SiteSettings, State
from hems_actors.sim.build import Stage, milli
from hems_actors.sim.numbers import BATTERY, METER
from hems_actors.sim.scenario_home import Settings, phase_indices
from hems_actors.sim.scenario_things import ChargerTable, Info

_MODES = {"Normal": Mode.NORMAL, "Eco": Mode.ECO}
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
    ]
    for charger in scenario.chargers:
        number = stage.numbers.chargers[charger.name]
        found += [_configured(number, charger), _info(number, charger.info, stage)]
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
    settings = stage.scenario.settings
    infos = {charger.name: charger.info for charger in stage.scenario.chargers}
    changes = sorted(stage.scenario.changes, key=lambda change: stage.moments.at(change.at))
    found: list[tuple[int, facts.Fact]] = []
    for change in changes:
        at_ms = stage.moments.at(change.at)
        given = change.model_dump(include=change.model_fields_set - {"at", "charger"})
        if change.charger is None:
            settings = settings.model_copy(update=given)
            found.append((at_ms, _settings(settings)))
        else:
            info = infos[change.charger] = infos[change.charger].model_copy(update=given)
            found.append((at_ms, _info(stage.numbers.chargers[change.charger], info, stage)))
    return found


def _settings(settings: Settings) -> facts.SiteSettingsChanged:
    return facts.SiteSettingsChanged(
        0,
        phase_limit_ma=settings.phase_power_limit_a * 1_000,
        tolerance_permille=milli(settings.acquisition_tolerance),
        battery_level_permille=milli(settings.battery_level_consideration),
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


def _info(number: int, info: Info, stage: Stage) -> facts.ChargingInfoChanged:
    return facts.ChargingInfoChanged(
        number,
        mode=_MODES[info.mode],
        car=stage.numbers.cars[info.car] if info.car is not None else 0,
        priority=info.priority,
        target_percent=info.target_percent,
        max_ma=milli(info.max_charging_current_a),
        min_ma=milli(info.min_charging_current_a),
    )
