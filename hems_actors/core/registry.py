"""The closed world of events: every kind, its number in the log, its version, its stage.

Numbers are never reused or changed; a new version of a kind needs an upcast in `eventlog.upcast`.
"""

from enum import IntEnum
from typing import Final

from hems_actors.core import facts, outcomes
from hems_actors.core.restored import Restored

Event = facts.Fact | outcomes.Outcome | Restored


class Stage(IntEnum):
    """The order in which a fact is concluded; replay compares stage by stage."""

    FACT = 0
    JUDGE = 1
    DECIDE = 2
    ACT = 3


KINDS: Final[dict[int, type[facts.Fact | outcomes.Outcome]]] = {
    1: facts.Tick,
    2: facts.Restarted,
    3: facts.ExitRequested,
    4: facts.ClockOffset,
    5: facts.ZoneKnown,
    6: facts.CoreFailed,
    7: facts.Quarantined,
    8: facts.RecoveredWithLoss,
    9: facts.LogLost,
    15: facts.LogResumed,
    16: facts.FailSafeOrdered,
    10: facts.SiteConfigured,
    11: facts.SiteSettingsChanged,
    12: facts.ChargerConfigured,
    13: facts.ChargingInfoChanged,
    14: facts.BatteryConfigured,
    17: facts.PlanningConfigured,
    18: facts.SpotMarketChanged,
    19: facts.PricesKnown,
    28: facts.PricesFailed,
    29: facts.ThingAdded,
    30: facts.ThingRemoved,
    31: facts.MinuteSignal,
    32: facts.MinuteSignalLost,
    33: facts.OptimizerChanged,
    34: facts.OptimizerAnswered,
    20: facts.LinkChanged,
    21: facts.ThingConnected,
    22: facts.MeterReading,
    23: facts.BatteryReported,
    24: facts.ChargerReported,
    25: facts.CarReported,
    26: facts.ActionSent,
    27: facts.ActionAnswered,
    100: outcomes.TimerSet,
    101: outcomes.ActionClosed,
    102: outcomes.DeviationSeen,
    103: outcomes.CarJudged,
    104: outcomes.StepSeen,
    105: outcomes.PhasesJudged,
    106: outcomes.UnderuseCapped,
    107: outcomes.HealthJudged,
    108: outcomes.AlarmChanged,
    109: outcomes.DeadlineJudged,
    110: outcomes.PlanMade,
    140: outcomes.SetPointDecided,
    141: outcomes.PhaseCut,
    160: outcomes.ActionIntended,
}
"""Kind number to event class. 200 and above: restored parts of the state (`restored.PARTS`)."""

VERSIONS: Final[dict[int, int]] = {13: 2}
"""Kind number to version where that is not 1."""

JUDGE_KIND_FIRST: Final = 100
DECIDE_KIND_FIRST: Final = 140
ACT_KIND_FIRST: Final = 160
RESTORED_KIND_FIRST: Final = 200


def stage_of(kind: int) -> Stage:
    """Return the stage that emits *kind*."""
    if kind < JUDGE_KIND_FIRST or kind >= RESTORED_KIND_FIRST:
        return Stage.FACT
    if kind < DECIDE_KIND_FIRST:
        return Stage.JUDGE
    if kind < ACT_KIND_FIRST:
        return Stage.DECIDE
    return Stage.ACT
