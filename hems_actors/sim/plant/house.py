"""What the house draws and the roof yields: values that hold until the next change."""

from typing import NamedTuple

from hems_actors.core.units import PHASES


class HouseStep(NamedTuple):
    """From `at_ms` on: base load per phase less what the roof feeds into it (W), and the sun's power (W, >= 0)."""

    at_ms: int
    a_w: float
    b_w: float
    c_w: float
    pv_w: float


class LoadStep(NamedTuple):
    """From `at_ms` on: load per phase (W); negative where a recorded grid meter includes the roof."""

    at_ms: int
    a_w: float
    b_w: float
    c_w: float


class PvStep(NamedTuple):
    """From `at_ms` on: the sun's power (W, >= 0)."""

    at_ms: int
    power_w: float


def shared_by(phases: tuple[int, ...]) -> tuple[float, float, float]:
    """Return the shares of each phase of something spread evenly over *phases*; all 0 without any."""
    share = 1 / len(phases) if phases else 0.0
    return (share if 0 in phases else 0.0, share if 1 in phases else 0.0, share if PHASES[-1] in phases else 0.0)


def house_steps(load: list[LoadStep], pv: list[PvStep], pv_phases: tuple[int, ...]) -> list[HouseStep]:
    """Merge *load* and *pv*, both in time order, fed in evenly on *pv_phases*; () = the load contains it already."""
    feeds = shared_by(pv_phases)
    steps: list[HouseStep] = []
    now_load = LoadStep(0, 0.0, 0.0, 0.0)
    now_w = 0.0
    load_i = pv_i = 0
    while load_i < len(load) or pv_i < len(pv):
        load_at = load[load_i].at_ms if load_i < len(load) else None
        pv_at = pv[pv_i].at_ms if pv_i < len(pv) else None
        at_ms = min(at for at in (load_at, pv_at) if at is not None)
        if load_at == at_ms:
            now_load = load[load_i]
            load_i += 1
        if pv_at == at_ms:
            now_w = pv[pv_i].power_w
            pv_i += 1
        a_w, b_w, c_w = (now_load[1 + phase] - now_w * feeds[phase] for phase in PHASES)
        if steps and steps[-1].at_ms == at_ms:
            steps.pop()
        steps.append(HouseStep(at_ms, a_w, b_w, c_w, now_w))
    return steps
