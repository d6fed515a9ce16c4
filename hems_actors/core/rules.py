"""The rules a decision can name, and what its operands are: pairs of value and event number.

Numbers never change; new rules are appended.
"""

from enum import IntEnum
from typing import Final, NamedTuple


class Rule(IntEnum):
    """Why a set-point is what it is."""

    NONE = 0
    NORMAL = 1
    SURPLUS_START = 2
    SURPLUS_CHARGING = 3
    SURPLUS_STOP = 4
    SURPLUS_MISSING = 5
    DISPLACED = 6
    OVERLOAD_CUT = 7
    OVERLOAD_STOP = 8
    RESTART_WAITS = 9
    NO_HEADROOM = 10
    BOUNDS_CROSS = 11
    UNPLUGGED = 12
    FINISHED = 13
    TARGET_REACHED = 14
    USER_WISH = 15
    NUDGE = 16
    PHASE_SWITCH = 17
    FAILSAFE = 18
    READINGS_NOT_FRESH = 19
    WAITS_FOR_EVIDENCE = 20
    EXIT = 21
    RAISED = 22
    ADOPTED = 23
    UNBALANCE = 24
    START_WAITS = 25
    DISCONNECTED = 26
    LOG_LOST = 27
    CORE_FAILED = 28
    BOUGHT_SLOT = 29
    PLANNED_SLOT = 30
    DEADLINE_MISSED = 31
    MIN_CURRENT = 32
    OPTIMIZED = 33
    OPTIMIZER_PAUSES = 34
    OPTIMIZER_ENDED = 35


class RuleText(NamedTuple):
    """A rule's name and operands, and the sentence that says it to a person."""

    name: str
    operands: tuple[str, ...]
    sentence: str


RULES: Final[dict[int, RuleText]] = {
    Rule.NONE: RuleText("none", (), "nothing decided yet"),
    Rule.NORMAL: RuleText("normal", ("maximum_ma",), "charges at the most that limits allow"),
    Rule.SURPLUS_START: RuleText(
        "surplus_start", ("available_w", "threshold_w"), "surplus held above the start threshold for 60 s"
    ),
    Rule.SURPLUS_CHARGING: RuleText("surplus_charging", ("available_w", "threshold_w"), "charges on surplus"),
    Rule.SURPLUS_STOP: RuleText(
        "surplus_stop", ("available_w", "threshold_w"), "surplus stayed under the stop threshold for 180 s"
    ),
    Rule.SURPLUS_MISSING: RuleText("surplus_missing", ("available_w", "threshold_w"), "not enough surplus to start"),
    Rule.DISPLACED: RuleText("displaced", ("available_w", "threshold_w"), "a higher priority took the surplus"),
    Rule.OVERLOAD_CUT: RuleText(
        "overload_cut", ("reading_ma", "limit_ma", "draw_ma", "phase"), "a phase is above its limit: lowered"
    ),
    Rule.OVERLOAD_STOP: RuleText(
        "overload_stop", ("reading_ma", "limit_ma", "draw_ma", "phase"), "a phase is above its limit: stopped"
    ),
    Rule.RESTART_WAITS: RuleText(
        "restart_waits", ("headroom_ma", "wanted_ma"), "after an overload stop: headroom must hold for 120 s"
    ),
    Rule.NO_HEADROOM: RuleText("no_headroom", ("headroom_ma", "minimum_ma"), "the limit leaves less than the minimum"),
    Rule.BOUNDS_CROSS: RuleText("bounds_cross", ("minimum_ma", "maximum_ma"), "effective minimum above the maximum"),
    Rule.UNPLUGGED: RuleText("unplugged", (), "no car is plugged in"),
    Rule.FINISHED: RuleText("finished", ("minimum_ma",), "the car stopped drawing: finished"),
    Rule.TARGET_REACHED: RuleText("target_reached", ("level_percent", "target_percent"), "the car reached its target"),
    Rule.USER_WISH: RuleText("user_wish", ("wish_ma",), "switched off by hand"),
    Rule.NUDGE: RuleText("nudge", ("nudges",), "off and on again to wake the car"),
    Rule.PHASE_SWITCH: RuleText("phase_switch", ("phases",), "off for a phase switch"),
    Rule.FAILSAFE: RuleText("failsafe", ("safe_ma",), "no usable meter: at most the safe current"),
    Rule.READINGS_NOT_FRESH: RuleText("readings_not_fresh", (), "no raise or start until the meter is proved fresh"),
    Rule.WAITS_FOR_EVIDENCE: RuleText("waits_for_evidence", (), "another charger's phases are being found"),
    Rule.EXIT: RuleText("exit", ("safe_ma",), "the daemon ends"),
    Rule.RAISED: RuleText("raised", ("headroom_ma", "target_ma"), "raised towards the target"),
    Rule.ADOPTED: RuleText("adopted", ("current_ma",), "what the charger does was adopted"),
    Rule.UNBALANCE: RuleText("unbalance", ("spread_ma", "limit_ma"), "phases too unequally loaded"),
    Rule.START_WAITS: RuleText("start_waits", (), "another charger just started on this surplus"),
    Rule.DISCONNECTED: RuleText("disconnected", (), "the charger is not reachable"),
    Rule.LOG_LOST: RuleText("log_lost", (), "the log cannot be written: nothing may add load"),
    Rule.CORE_FAILED: RuleText("core_failed", ("safe_ma",), "the decision code failed repeatedly: the safe current"),
    Rule.BOUGHT_SLOT: RuleText("bought_slot", ("slot_end_s",), "charges in a cheap slot bought for the day"),
    Rule.PLANNED_SLOT: RuleText("planned_slot", ("slot_end_s",), "charges as planned for the deadline"),
    Rule.DEADLINE_MISSED: RuleText("deadline_missed", ("deadline_s",), "the deadline is over: charges at once"),
    Rule.MIN_CURRENT: RuleText("min_current", ("minimum_ma",), "never less than the minimum while plugged in"),
    Rule.OPTIMIZED: RuleText("optimized", ("asked_ma",), "charges as the optimizer says"),
    Rule.OPTIMIZER_PAUSES: RuleText(
        "optimizer_pauses", ("asked_ma", "minimum_ma"), "the optimizer wants none, or less than the minimum: off"
    ),
    Rule.OPTIMIZER_ENDED: RuleText(
        "optimizer_ended", (), "the optimizer says no more: goes on until it shows whether there is surplus for it"
    ),
}
