"""Which thing has which number, and what was told of it: outlives the link's actor and every line."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from hems_actors.core.enums import Mode, ThingKind
from hems_actors.core.facts import BatteryConfigured, ChargerConfigured, ChargingInfoChanged, SiteConfigured
from hems_actors.core.identity import Identity, points_of, uuid_text
from hems_actors.core.units import CURRENT_MA_MIN
from hems_actors.nymea.catalog import Thing

NUMBER_MIN: Final = 10
NUMBER_MAX: Final = 0xFFFF
_TARGET_PERCENT: Final = 80


class ChargerSettings(NamedTuple):
    """What only the installer knows of a charger."""

    phases: int = 3
    """Wired ones, 1 or 3."""
    rotation: int = 0
    """As `ChargerConfigured` has it; 0 = unknown."""
    safe_ma: int = CURRENT_MA_MIN


class Settings(NamedTuple):
    """What the configuration says of the home's things; told to the link, it replaces the former one."""

    site: SiteConfigured
    """All but the root meter, which the server knows."""
    chargers: Mapping[str, ChargerSettings] = {}
    """By UUID or name."""
    battery_mask: int = 0
    """Phases of the home battery; 0 = unknown."""

    def of(self, thing: Thing) -> ChargerSettings:
        """Return what is said of the charger *thing*, or is usual."""
        return self.chargers.get(thing.uuid) or self.chargers.get(thing.name) or ChargerSettings()


class Memory:
    """Numbers of things, and the newest that was told of each: what is told again is told because it changed."""

    def __init__(self, settings: Settings, known: Mapping[int, Identity]) -> None:
        """Begin with the things that the log knows, those gone included: no number is given out twice."""
        self.settings = settings
        self.identities = dict(known)
        self.numbers = {uuid_text(identity.uuid): number for number, identity in known.items() if not identity.gone}
        """Of all that are not gone, by UUID."""
        self.configured: dict[int, ChargerConfigured] = {}
        self.staffed: set[int] = set()
        """Numbers of things with an actor."""
        self.left: dict[int, object] = {}
        """By number, the actor that was dismissed: another one may come."""
        self.site: SiteConfigured | None = None
        """As the coordinator was told; None = nothing yet."""
        self.battery: BatteryConfigured | None = None
        self.lines = 0
        """How many were dialled."""
        self.begun = False

    def number_for(self, uuid: str) -> int | None:
        """Give *uuid* the next free number; None = there is none left."""
        number = max((NUMBER_MIN - 1, *self.identities)) + 1
        if number > NUMBER_MAX:
            return None
        self.numbers[uuid] = number
        return number

    def lose(self, uuid: str) -> int:
        """Forget *uuid*, but not its number, which is returned."""
        number = self.numbers.pop(uuid)
        self.identities[number] = self.identities[number]._replace(gone=True)
        self.configured.pop(number, None)
        if self.battery is not None and self.battery.source == number:
            self.battery = None
        return number


def identity_of(thing: Thing, kind: ThingKind) -> Identity:
    """Return how events speak of *thing*."""
    return Identity(kind, thing.words, points_of(thing.name))


def first_info(number: int) -> ChargingInfoChanged:
    """Return the settings that a charger begins with."""
    return ChargingInfoChanged(
        number, mode=Mode.NORMAL, car=0, priority=0, target_percent=_TARGET_PERCENT, max_ma=0, min_ma=CURRENT_MA_MIN
    )
