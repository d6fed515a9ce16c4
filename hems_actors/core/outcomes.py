"""Outcomes: what the core concluded from a fact, in three stages: judgements, decisions, actions.

Each is an event in the log, changes the state only through `evolve`, and is compared on replay.
"""

from typing import NamedTuple


class TimerSet(NamedTuple):
    """A timer began at `since_ms`, or ended (None), because `value` met or missed `threshold`."""

    source: int
    timer: int
    since_ms: int | None
    value: int
    threshold: int


class ActionClosed(NamedTuple):
    """An action left the ledger, or waits to be tried again."""

    source: int
    action_seq: int
    closing: int


class DeviationSeen(NamedTuple):
    """A charger shows a value that no open action explains."""

    source: int
    what: int
    value: int
    deviation: int


class CarJudged(NamedTuple):
    """A plugged-in car draws, is finished, was nudged, or refuses."""

    source: int
    car_phase: int
    draw_ma: int


class StepSeen(NamedTuple):
    """What the root meter showed of a charger's own step, and what its unmeasured draw is now taken to be."""

    source: int
    step_ma: int
    a_ma: int
    b_ma: int
    c_ma: int
    """The meter's change per phase."""
    phases_mask: int
    """Phases that moved by 70-130 % of the step; 0 = none, no evidence."""
    draw_ma: int
    """The unmeasured draw from here on."""
    before_seq: int
    after_seq: int


class PhasesJudged(NamedTuple):
    """Which grid phases a charger loads, and how that is known."""

    source: int
    phases_mask: int
    knowledge: int


class UnderuseCapped(NamedTuple):
    """An offer far above the draw is held at `cap_ma`; 0 = no longer."""

    source: int
    cap_ma: int


class HealthJudged(NamedTuple):
    """What the site's readings can be trusted with from now on."""

    source: int
    health: int


class AlarmChanged(NamedTuple):
    """An alarm was raised or ended; `value` says how much (its meaning by the alarm)."""

    source: int
    alarm: int
    active: bool
    value: int


class DeadlineJudged(NamedTuple):
    """A charger's deadline was set, or ended."""

    source: int
    deadline_s: int
    ending: int
    need_wh: int
    """What was still needed then."""


class PlanMade(NamedTuple):
    """When a charger is to charge for a purpose, and which fact made that be planned anew."""

    source: int
    purpose: int
    until_s: int
    """Deadline, or end of the day; 0 = there is nothing to plan for any more."""
    need_wh: int
    runs: tuple[int, ...]
    """Triples of start and end (UTC, s) and power (W), in time order."""
    price_ueur_kwh: int
    """Mean of what is bought at known prices."""
    unpriced_wh: int
    """How much of that is taken where no price is known."""
    phases_mask: int
    """Grid phases it loads or may load: bit 0 = A."""
    phases: int
    """On how many it is to charge."""
    current_ma: int
    """What it can take per phase at most; 0 = it cannot charge."""
    base_w: int
    """What it takes outside its runs, too: the minimum current of modes that keep one."""
    assumed: int
    """What was not known: 1 = level, 2 = capacity, 4 = prices up to the end, 8 = whether it is surely the best plan."""
    cause: int
    cause_seq: int


class PhaseCut(NamedTuple):
    """A phase went over its limit, was cut for again, or came back (`over_ma` <= 0)."""

    source: int
    phase: int
    """0 = A."""
    reading_ma: int
    over_ma: int
    taken_ma: int
    """What the set-points that follow take off this phase."""


class SetPointDecided(NamedTuple):
    """A charger's set-point: on each cycle, and whenever an event changes it."""

    source: int
    on: bool
    current_ma: int
    phases: int
    target_ma: int
    """What the producers asked for; raises go towards it (charging.md 5.5)."""
    issuer: int
    rule: int
    operands: tuple[int, ...]
    """Pairs of value and the number of the event it came from, as `rules` names them."""


class ActionIntended(NamedTuple):
    """A write that leaves for the charger; its number is the action's name."""

    source: int
    what: int
    value: int
    reduces: bool
    attempt: int


Judgement = (
    TimerSet
    | ActionClosed
    | DeviationSeen
    | CarJudged
    | StepSeen
    | PhasesJudged
    | UnderuseCapped
    | HealthJudged
    | AlarmChanged
    | DeadlineJudged
    | PlanMade
)
Outcome = Judgement | PhaseCut | SetPointDecided | ActionIntended
