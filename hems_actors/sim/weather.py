"""Built-in profiles: a clear-sky day behind seeded clouds, and a house with seeded appliances.

Only +, -, *, / and seeded draws are used, so a seed gives the same numbers on every machine.
"""

from random import Random
from typing import Final

from hems_actors.core.units import PHASES
from hems_actors.sim.moments import Moments
from hems_actors.sim.plant.house import LoadStep, PvStep
from hems_actors.sim.scenario_home import Load, Sun

CLEAR_STEP_MS: Final = 60_000
CLOUD_INERTIA: Final = 0.85
MINUTE_MS: Final = 60_000


def sun_steps(sun: Sun, moments: Moments, random: Random) -> list[PvStep]:
    """Return the roof's power over the scenario: a clear day's curve, dimmed by passing clouds."""
    period_ms = round(sun.cloud_period_s * 1_000) if sun.clouds else CLEAR_STEP_MS
    steps = [PvStep(moments.start_ms, 0.0)]
    if not sun.peak_w:
        return steps
    cover = 0.5
    for rise_ms, set_ms in zip(moments.daily(sun.sunrise), moments.daily(sun.sunset), strict=False):
        for at_ms in range(rise_ms, set_ms + period_ms, period_ms):
            if sun.clouds:
                cover = _drift(cover, random)
            power_w = sun.peak_w * clear_sky(at_ms, rise_ms, set_ms) * (1 - sun.clouds * cover)
            if at_ms <= moments.start_ms:
                steps[0] = PvStep(moments.start_ms, power_w)
            elif at_ms < moments.end_ms:
                steps.append(PvStep(at_ms, power_w))
    return steps


def clear_sky(at_ms: int, rise_ms: int, set_ms: int) -> float:
    """Return the share of the peak at *at_ms*: a smooth arch, 0 at and outside *rise_ms* and *set_ms*."""
    if not rise_ms < at_ms < set_ms:
        return 0.0
    from_noon = (2 * at_ms - rise_ms - set_ms) / (set_ms - rise_ms)
    height = 1 - from_noon * from_noon
    return height * (0.5 + 0.5 * height)


def noisy(steps: list[PvStep], clouds: float, period_ms: int, end_ms: int, random: Random) -> list[PvStep]:
    """Return recorded *steps* joined by straight lines, every *period_ms* up to the share *clouds* more or less."""
    if not steps:
        return steps
    out: list[PvStep] = []
    cover = 0.5
    i = 0
    for at_ms in range(steps[0].at_ms, end_ms, period_ms):
        while i + 1 < len(steps) and steps[i + 1].at_ms <= at_ms:
            i += 1
        power_w = steps[i].power_w
        if i + 1 < len(steps):
            ahead = (at_ms - steps[i].at_ms) / (steps[i + 1].at_ms - steps[i].at_ms)
            power_w += (steps[i + 1].power_w - power_w) * ahead
        cover = _drift(cover, random)
        out.append(PvStep(at_ms, power_w * (1 + clouds * (1 - 2 * cover))))
    return out


def load_steps(load: Load, moments: Moments, random: Random) -> list[LoadStep]:
    """Return the house's load over the scenario: base load with jitter, and appliances switched on and off."""
    changes = [(at_ms, phase, power_w) for at_ms, phase, power_w in _appliances(load, moments, random)]
    period_ms = round(load.jitter_period_s * 1_000)
    if load.jitter_w:
        changes += [(at_ms, -1, 0.0) for at_ms in range(moments.start_ms, moments.end_ms, period_ms)]
    changes.sort(key=lambda change: (change[0], change[1]))
    running = [0.0, 0.0, 0.0]
    jitter = [0.0, 0.0, 0.0]
    steps = [LoadStep(moments.start_ms, *load.base_w)]
    for at_ms, phase, power_w in changes:
        if phase < 0:
            jitter = [load.jitter_w * random.random() for _ in PHASES]
        else:
            running[phase] += power_w
        if steps[-1].at_ms == at_ms:
            steps.pop()
        a_w, b_w, c_w = (max(0.0, load.base_w[phase] + running[phase]) + jitter[phase] for phase in PHASES)
        steps.append(LoadStep(at_ms, a_w, b_w, c_w))
    return steps


def _drift(cover: float, random: Random) -> float:
    """Return the next share of the sky that is covered: mostly as before, sometimes another cloud."""
    aim = random.random() if random.random() < 0.1 else cover  # noqa: PLR2004 - a cloud edge in ten steps
    return min(1.0, max(0.0, cover * CLOUD_INERTIA + aim * (1 - CLOUD_INERTIA) + (random.random() - 0.5) * 0.05))


def _appliances(load: Load, moments: Moments, random: Random) -> list[tuple[int, int, float]]:
    """Return (instant, phase, change in W), on and off, of all appliances, in no order."""
    length_ms = moments.end_ms - moments.start_ms
    count = load.appliances_per_day * length_ms // 86_400_000
    changes = []
    for _ in range(count):
        begins_ms = moments.start_ms + random.randrange(length_ms)
        lasts_ms = (2 + random.randrange(58)) * MINUTE_MS + random.randrange(MINUTE_MS)
        power_w = load.appliance_w_max * (0.05 + 0.95 * random.random() * random.random())
        phases = PHASES if random.random() < 0.1 else (random.randrange(3),)  # noqa: PLR2004 - a stove in ten
        for phase in phases:
            changes.append((begins_ms, phase, power_w))
            if begins_ms + lasts_ms < moments.end_ms:
                changes.append((begins_ms + lasts_ms, phase, -power_w))
    return changes
