"""Codes used in event fields: numbers never change, new ones are appended."""

from enum import IntEnum


class Mode(IntEnum):
    """ChargingMode of nymea's energy API (charging.md section 3)."""

    NORMAL = 0
    ECO = 1
    ECO_WITH_TARGET_TIME = 2
    ECO_WITH_MIN_CURRENT = 3
    ECO_MIN_WITH_TARGET_TIME = 4


class Issuer(IntEnum):
    """Who sets a charger's current (charging.md section 3)."""

    UNKNOWN = 0
    SURPLUS_CHARGING = 1
    SPOT_MARKET_CHARGING = 2
    TIME_REQUIREMENT = 3
    OVERLOAD_PROTECTION = 4
    NORMAL = 5
    MIN_CURRENT = 6
    OPTIMIZER = 7
    FAILSAFE = 8


class ChargingState(IntEnum):
    """ChargingState of nymea's energy API (charging.md section 3)."""

    IDLE = 0
    SURPLUS_CHARGING = 1
    SPOT_MARKET_CHARGING = 2
    TIME_REQUIREMENT = 3


class What(IntEnum):
    """What an action writes to a charger; its value: 0/1, mA, 1/3."""

    POWER = 1
    CURRENT = 2
    PHASES = 3


class Result(IntEnum):
    """How the device answered an action (facts/nymea.md, ThingError)."""

    OK = 0
    TIMEOUT = 1
    INVALID = 2
    HARDWARE = 3
    PERMANENT = 4


class Closing(IntEnum):
    """How an action in the ledger ended."""

    VERIFIED = 0
    TIMED_OUT = 1
    REFUSED = 2
    UNVERIFIED = 3
    SUPERSEDED = 4
    FAILED = 5
    GAVE_UP = 6


class Timer(IntEnum):
    """Per-charger timers, kept in the state as the instant they began."""

    SURPLUS_START = 0
    SURPLUS_STOP = 1
    PHASES_UP = 2
    PHASES_DOWN = 3
    FINISHED = 4
    RESUMED = 5
    ASLEEP = 6
    UNDERUSED = 7
    RESTART = 8
    UNPLUGGED = 9


class Deviation(IntEnum):
    """Why a charger shows a value nobody here commanded (charging.md section 11)."""

    LATE_EFFECT = 0
    USER_LOWERED = 1
    USER_RAISED = 2
    CLAMPED = 3
    ADOPTED = 4
    WISH_ENDED = 5


class CarPhase(IntEnum):
    """Where a plugged-in car stands (charging.md section 11)."""

    IDLE = 0
    DRAWING = 1
    FINISHED = 2
    NUDGED = 3
    REFUSES = 4


class Knowledge(IntEnum):
    """How the phases a charger loads became known (charging.md section 6)."""

    UNKNOWN = 0
    CONFIGURED = 1
    MEASURED = 2
    COUNTED = 3
    PROVISIONAL = 4
    CORRELATED = 5
    CONTRADICTED = 6
    REMEMBERED = 7


class CoreStep(IntEnum):
    """Where the core raised."""

    EVOLVE = 0
    CONCLUDE = 1
    LOOK_AHEAD = 2


class Health(IntEnum):
    """What the site can be trusted with (charging.md section 10)."""

    GOOD = 0
    CACHED = 1
    HOLD = 2
    NO_METER = 3
    NO_CONTROL = 4
    LOG_LOST = 5


class Alarm(IntEnum):
    """What a person should know; raised and cleared by events."""

    OVERLOAD_PERSISTS = 1
    GAVE_UP = 2
    METER_LOST = 3
    NO_CONTROL = 4
    CAR_TAKES_NO_POWER = 5
    PHASES_CONTRADICT = 6
    NOT_OBEYING = 7
    METER_SUSPECT = 8
    LOG_LOST = 9
    FAIL_SAFE = 10


class Purpose(IntEnum):
    """What a plan is for."""

    DEADLINE = 0
    DAY = 1
    """The share of its capacity that a car may buy from noon to noon (charging.md section 4)."""


class PlanCause(IntEnum):
    """The fact that made a plan be made anew (charging.md section 8)."""

    NONE = 0
    PLUGGED = 1
    SETTINGS = 2
    PRICES = 3
    LIMIT = 4
    """The home's, or what charger, car or user allow."""
    PHASES = 5
    NEED = 6
    SLOT_ENDED = 7
    DAY_BEGAN = 8
    OTHERS = 9
    """Another charger's plan left other headroom."""
    CLOCK = 10
    """It was set back."""
    DEADLINE = 11
    """It is over, or another one counts."""


class Ending(IntEnum):
    """How a deadline was set, or ended."""

    SET = 0
    MET = 1
    MISSED = 2
    """Charging goes on at once, for 4 h at most."""
    EXPIRED = 3
    UNPLUGGED = 4
    REMOVED = 5
    """By another mode or setting."""
    PAST = 6
    """It was past when it was set, or at plug-in: ignored."""


class ThingKind(IntEnum):
    """What a thing is to the home."""

    CHARGER = 1
    METER = 2
    BATTERY = 3
    CAR = 4


class PriceProvider(IntEnum):
    """Who says what electricity costs."""

    AWATTAR_AT = 1
    AWATTAR_DE = 2
    STATIC_HC_HP = 3


class Failure(IntEnum):
    """Why a fetch of prices brought none."""

    DOWN = 1
    """No connection, or it broke before the answer was whole."""
    TIMEOUT = 2
    STATUS = 3
    """An answer other than 200, a redirect included."""
    MALFORMED = 4
    """The answer is not what is specified: no HTTP, no JSON, keys or types missing."""
    REFUSED = 5
    """The answer can be read but not be believed: too large, contradictory, absurd."""
    UNTRUSTED = 6
    """TLS: the certificate was not verified; a wrong clock does that too."""


class Trouble(IntEnum):
    """Why the optimizer cannot be asked."""

    NONE = 0
    ABSENT = 1
    """No socket is where it should be."""
    REFUSED = 2
    """Nobody listens there, this process may not speak there, or it says that it is not healthy."""
    SLOW = 3
    """No answer in time."""
    STATUS = 4
    """An answer other than 200, a redirect included."""
    TOO_LARGE = 5
    MALFORMED = 6
    """The answer is not what is specified, or not whole: no HTTP, no JSON, keys or types missing."""
    NONSENSICAL = 7
    """The answer can be read but not be believed: unknown chargers, impossible currents, a validity that is over."""


class OnExit(IntEnum):
    """What chargers are left at when the daemon stops (charging.md section 10)."""

    KEEP = 0
    SAFE = 1
    STOP = 2
