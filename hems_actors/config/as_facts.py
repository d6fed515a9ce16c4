"""Tables of a configuration as the facts that a home is told."""

from typing import Final

from hems_actors.config.table import PlanningTable, Settings, phase_indices
from hems_actors.core import facts
from hems_actors.core.enums import OnExit

ON_EXIT: Final = {"keep": OnExit.KEEP, "safe": OnExit.SAFE, "stop": OnExit.STOP}


def milli(number: float) -> int:
    """Return *number* in thousandths, such as A in mA."""
    return round(number * 1_000)


def rotation_of(wiring: str) -> int:
    """Return the grid phase of each terminal, such as `BCA`, as `ChargerConfigured` has it; 0 for none."""
    rotation = 0
    for phase in phase_indices(wiring):
        rotation = rotation * 10 + phase + 1
    return rotation


def phases_mask(names: str) -> int:
    """Return the phases called *names* as bits, 1 = A."""
    return sum(1 << phase for phase in phase_indices(names))


def settings_fact(settings: Settings) -> facts.SiteSettingsChanged:
    """Return the home's settings as a fact."""
    return facts.SiteSettingsChanged(
        0,
        phase_limit_ma=milli(settings.phase_power_limit_a),
        tolerance_permille=milli(settings.acquisition_tolerance),
        battery_level_permille=milli(settings.battery_level_consideration),
    )


def planning_fact(planning: PlanningTable) -> facts.PlanningConfigured:
    """Return what plans assume as a fact."""
    return facts.PlanningConfigured(
        0,
        house_ma=milli(planning.house_a),
        run_s_min=planning.minimum_run_min * 60,
        capacity_wh=milli(planning.capacity_kwh),
        level_percent=planning.level_percent,
    )
