"""Which grid phases does a charger load (charging.md section 6)?

Two questions, never silently "A": which terminals carry current in this plug-in (own currents, else
`phaseCount`, else correlation), and to which grid phase a terminal is wired (configured rotation, else
correlation, else the last correlated map).
"""

from typing import Final

from hems_actors.core.electric import (
    DRAWING_MA,
    Triple,
    has_meter,
    is_certain,
    is_drawing,
    offer_ma,
    offered_phases,
    reading_currents_ma,
    site_mask,
)
from hems_actors.core.enums import Alarm, Knowledge
from hems_actors.core.outcomes import AlarmChanged, Judgement, PhasesJudged, StepSeen
from hems_actors.core.state import Charger, PhaseMap, State
from hems_actors.core.steps import EVIDENCE_MA, SETTLE_MS, SUSPECT_MS_MAX, patience_ms
from hems_actors.core.units import (
    MASK_ALL,
    PHASES,
    SECOND_MS,
    VOLTAGE_DV_NOMINAL,
    current_ma_of,
    mask_phases,
    phase_count,
)

_METER_SUSPECT: Final = Alarm.METER_SUSPECT  # a plain name costs a tenth of the look-up in its class
_PHASES_CONTRADICT: Final = Alarm.PHASES_CONTRADICT
_CORRELATED: Final = Knowledge.CORRELATED
_CONTRADICTED: Final = Knowledge.CONTRADICTED
_PROVISIONAL: Final = Knowledge.PROVISIONAL
_UNKNOWN: Final = Knowledge.UNKNOWN
MOVED_PERCENT_MIN: Final = 70
MOVED_PERCENT_MAX: Final = 130
HIDDEN_PERCENT: Final = 30
SUSPECT_STEP_MA: Final = 3_000  # charging.md section 10
EXCLUSIVE_MS: Final = 120 * SECOND_MS  # docs/decisions/0006: waiting for evidence starves nobody
_THREE: Final = 3


def judge_phases(state: State) -> list[Judgement]:
    """Return what became known about the phases of each charger, and whether the meter misses a step."""
    found: list[Judgement] = []
    for charger in state.chargers.values():
        if charger.map.step_ma and _is_settled(state, charger.map):
            found.extend(_see_step(state, charger))
        elif charger.session.plugged and state.fact_seq in (charger.report_seq, state.site.cycle_seq):
            found.extend(_tell(state, charger))
        found.extend(_doubt_meter(state, charger))
    if (_METER_SUSPECT, 0) in state.alarms and _changed_since_lost(state):
        found.append(AlarmChanged(0, _METER_SUSPECT, active=False, value=0))
    found.extend(
        AlarmChanged(charger.source, _PHASES_CONTRADICT, active=False, value=0)
        for charger in state.chargers.values()
        if (_PHASES_CONTRADICT, charger.source) in state.alarms and not charger.map.disproved
    )
    return found


def _is_settled(state: State, own: PhaseMap) -> bool:
    """Return whether the newest reading can show the step: complete, late enough, and not one that never changes.

    A meter says nothing while its value stays: at a cycle the last reading still stands.
    """
    age_ms, changed_at_ms = state.at_ms - own.step_at_ms, state.meter.changed_at_ms
    shown = state.fact_seq in (state.meter.full_seq, state.site.cycle_seq)
    if not shown or age_ms < SETTLE_MS:
        return False
    return age_ms >= SUSPECT_MS_MAX or (changed_at_ms is not None and changed_at_ms > own.step_at_ms)


def _tell(state: State, charger: Charger) -> list[Judgement]:
    """Judge by what the charger reports and the configuration says, without correlation."""
    if charger.map.knowledge in (_CORRELATED, _CONTRADICTED):
        return []
    mask, knowledge = _reported(state, charger)
    if charger.map.knowledge == _PROVISIONAL and knowledge != Knowledge.MEASURED:
        return []
    if knowledge == _UNKNOWN and _is_outdated(state, charger):
        return [PhasesJudged(charger.source, 0, _UNKNOWN)]
    if knowledge == _UNKNOWN or (mask == charger.map.phases_mask and is_certain(charger)):
        return []
    return [PhasesJudged(charger.source, mask, knowledge)]


def _is_outdated(state: State, charger: Charger) -> bool:
    """Return whether other terminals carry current than when the phases were told: a car on one of three phases."""
    terminals, _measured = _terminals(state, charger)
    told = phase_count(charger.map.phases_mask)
    return terminals != 0 and told not in (0, phase_count(terminals))


def _reported(state: State, charger: Charger) -> tuple[int, Knowledge]:
    home = site_mask(state)
    if phase_count(home) == 1:
        return home, Knowledge.CONFIGURED
    terminals, measured = _terminals(state, charger)
    if terminals == 0:
        return 0, _UNKNOWN
    if terminals == MASK_ALL:
        return MASK_ALL, Knowledge.MEASURED if measured else Knowledge.COUNTED
    rotation = _rotation(charger)
    if rotation:
        mask = 0
        for terminal in mask_phases(terminals):
            mask |= 1 << (rotation[terminal] - 1)
        return mask, Knowledge.MEASURED if measured else Knowledge.CONFIGURED
    if terminals == 1 and charger.map.wiring:
        return 1 << (charger.map.wiring - 1), Knowledge.REMEMBERED
    return 0, _UNKNOWN


def _terminals(state: State, charger: Charger) -> tuple[int, bool]:
    """Return the terminals that carry current as a mask, 0 = unknown, and whether they were measured."""
    report, known_phases = charger.report, charger.ledger.known_phases
    if charger.config.phases == 1:
        return 1, False
    if charger.config.can_switch and known_phases not in (0, charger.point.phases):
        return int(charger.point.phases == 1), False  # what it reports is still of the phases before the switch
    currents = (report.a_ma, report.b_ma, report.c_ma)
    if None not in currents and is_drawing(charger):
        mask = 0
        for terminal, current_ma in zip(PHASES, currents, strict=True):
            if current_ma is not None and current_ma >= DRAWING_MA:
                mask |= 1 << terminal
        return mask, True
    if offered_phases(state, charger) == 1:
        return 1, False
    if report.phase_count:
        return (1 << report.phase_count) - 1, False
    return (MASK_ALL, True) if _needs_three(state, charger) else (0, False)


def _needs_three(state: State, charger: Charger) -> bool:
    """Return whether the total power, long enough after the last write, is more than two phases may give."""
    report = charger.report
    if report.draw_w is None or state.at_ms - charger.ledger.sent_at_ms < SETTLE_MS:
        return False
    return current_ma_of(report.draw_w, VOLTAGE_DV_NOMINAL) * 10 > report.current_ma * 2 * 11


def _rotation(charger: Charger) -> tuple[int, ...]:
    """Return the grid phases (1 = A) of the terminals, empty if not configured for all wired terminals."""
    if charger.map.disproved:
        return ()
    digits = tuple(int(digit) for digit in str(charger.config.rotation)) if charger.config.rotation else ()
    return digits if len(digits) in (charger.config.phases, _THREE) else ()


def _see_step(state: State, charger: Charger) -> list[Judgement]:
    """Close the observation of a step; a clean one of 5 A or more is evidence."""
    own = charger.map
    moved = _moved_ma(state, own)
    step_ma, mask = _match(charger, moved)
    mask = 0 if own.spoiled or _may_be_hidden(state, moved, step_ma, mask) else mask & site_mask(state)
    draw_ma = _estimate_ma(state, charger, moved, mask)
    found: list[Judgement] = [
        StepSeen(charger.source, step_ma, *moved, mask, draw_ma, own.before_seq, state.meter.full_seq)
    ]
    if mask and abs(step_ma) >= EVIDENCE_MA and _is_plausible(state, charger, mask):
        found.extend(_weigh(charger, mask))
    return found


def _may_be_hidden(state: State, moved: Triple, step_ma: int, mask: int) -> bool:
    """Return whether the home battery may have hidden the step on a phase: one of its own moved, and not with it.

    It follows the car within seconds, its report later: a phase that it feeds then moves by anything but the step.
    """
    if not state.battery.source:
        return False
    own = state.battery.phases_mask or MASK_ALL
    return any(abs(moved[phase]) * 100 >= HIDDEN_PERCENT * abs(step_ma) for phase in mask_phases(own & ~mask))


def _moved_ma(state: State, own: PhaseMap) -> Triple:
    """Return the meter's change per phase since before the step, less the battery's on its known phases."""
    now = reading_currents_ma(state.meter.full, state.meter)
    battery = state.battery
    share_ma = 0
    if battery.phases_mask:
        share_ma = current_ma_of(battery.power_w - own.before_battery_w, VOLTAGE_DV_NOMINAL) // phase_count(
            battery.phases_mask
        )
    before = (own.before_a_ma, own.before_b_ma, own.before_c_ma)
    a_ma, b_ma, c_ma = (
        now[phase] - before[phase] - (share_ma if battery.phases_mask >> phase & 1 else 0) for phase in PHASES
    )
    return a_ma, b_ma, c_ma


def _match(charger: Charger, moved: Triple) -> tuple[int, int]:
    """Return the step per phase and the phases that moved with it: measured where possible, else as commanded.

    Of total power alone, the number of phases is the one that explains the step.
    """
    own, report = charger.map, charger.report
    if not has_meter(charger):
        return own.step_ma, _matching(moved, own.step_ma)
    if report.a_ma is not None or report.draw_w is None or own.before_draw_w is None:
        step_ma = charger.draw.seen_ma - own.before_draw_ma
        return step_ma, _matching(moved, step_ma)
    total_ma = current_ma_of(report.draw_w - own.before_draw_w, VOLTAGE_DV_NOMINAL)
    for phases in (3, 2, 1):
        mask = _matching(moved, total_ma // phases)
        if phase_count(mask) == phases:
            return total_ma // phases, mask
    return total_ma, 0


def _matching(moved: Triple, step_ma: int) -> int:
    """Return the phases that moved by 70-130 % of the step, with its sign, as a mask."""
    mask = 0
    if step_ma == 0:
        return mask
    sign = 1 if step_ma > 0 else -1
    for phase in PHASES:
        percent = moved[phase] * sign * 100
        if MOVED_PERCENT_MIN * abs(step_ma) <= percent <= MOVED_PERCENT_MAX * abs(step_ma):
            mask |= 1 << phase
    return mask


def _estimate_ma(state: State, charger: Charger, moved: Triple, mask: int) -> int:
    """Return the unmeasured draw after the step: as seen on the phases it loads, never above the set-point."""
    loaded = mask or (charger.map.phases_mask & site_mask(state)) or site_mask(state)
    seen_ma = [moved[phase] for phase in mask_phases(loaded)]
    return min(offer_ma(charger), max(0, charger.map.before_draw_ma + min(seen_ma)))


def _is_plausible(state: State, charger: Charger, mask: int) -> bool:
    """Return whether *mask* has as many phases as the charger can load."""
    terminals, _measured = _terminals(state, charger)
    if terminals:
        return phase_count(mask) == phase_count(terminals)
    return phase_count(mask) in (1, offered_phases(state, charger))


def _weigh(charger: Charger, mask: int) -> list[Judgement]:
    """Two agreeing steps confirm, one contradiction restarts; against the configuration: the union of both."""
    own, source = charger.map, charger.source
    if own.knowledge == _PROVISIONAL:
        if mask == own.evidence_mask:
            return [PhasesJudged(source, mask, _CORRELATED)]
        return [PhasesJudged(source, 0, _UNKNOWN)]
    if own.knowledge == _UNKNOWN:
        return [PhasesJudged(source, mask, _PROVISIONAL)]
    if mask & own.phases_mask:
        return []
    if own.knowledge in (_CORRELATED, Knowledge.REMEMBERED):
        return [PhasesJudged(source, 0, _UNKNOWN)]
    return [
        PhasesJudged(source, mask | own.phases_mask, _CONTRADICTED),
        AlarmChanged(source, _PHASES_CONTRADICT, active=True, value=mask),
    ]


def _doubt_meter(state: State, charger: Charger) -> list[Judgement]:
    """A verified own change of 3 A or more that the root meter never shows makes the meter suspect."""
    own, meter, site = charger.map, state.meter, state.site
    if not state.config.meter or not site.meter_connected or not site.link_up:
        return []
    if own.step_ma == 0 or own.spoiled or (_METER_SUSPECT, 0) in state.alarms:
        return []
    if state.at_ms - own.step_at_ms < patience_ms(state) or not _is_verified_change(charger):
        return []
    if meter.changed_at_ms is not None and meter.changed_at_ms > own.step_at_ms:
        return []
    return [AlarmChanged(0, _METER_SUSPECT, active=True, value=own.step_ma)]


def _is_verified_change(charger: Charger) -> bool:
    if has_meter(charger):
        return abs(charger.draw.seen_ma - charger.map.before_draw_ma) >= SUSPECT_STEP_MA
    if charger.ledger.open_seq or abs(charger.map.step_ma) < SUSPECT_STEP_MA:
        return False
    return charger.map.step_ma < 0 or charger.report.charging is True


def _changed_since_lost(state: State) -> bool:
    changed_at_ms, lost_at_ms = state.meter.changed_at_ms, state.site.meter_lost_at_ms
    return changed_at_ms is not None and (lost_at_ms is None or changed_at_ms > lost_at_ms)


def is_waiting_for_evidence(state: State, charger: Charger) -> bool:
    """Return whether *charger* must wait because another one's phases are being found (docs/decisions/0006)."""
    return any(
        other is not charger
        and not is_certain(other)
        and other.map.knowledge != _CONTRADICTED
        and other.point.on
        and other.session.plugged
        and other.map.evidence_at_ms is not None
        and state.at_ms - other.map.evidence_at_ms < EXCLUSIVE_MS
        for other in state.chargers.values()
    )


def suspect_due_ms(state: State, charger: Charger) -> int | None:
    """Return when an unseen step makes the meter suspect."""
    if charger.map.step_ma == 0:
        return None
    return charger.map.step_at_ms + patience_ms(state)
