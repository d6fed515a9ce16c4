"""Homes with an optimizer, for tests of what its answers lead to; amps and seconds."""

from typing import Any, Final

from hems_actors.core import facts
from hems_actors.core.enums import Mode, Trouble, What
from hems_actors.core.outcomes import ActionIntended, Outcome
from tests.core.home import Home
from tests.core.obedient import Obedient

BOX: Final = 2
CAR: Final = 5


def optimized_home(*, house_a: float = 2, limit_a: int = 25, **fields: Any) -> Home:  # noqa: ANN401  of `Home.charger`
    """Return a home whose optimizer is there, with a car (up to 16 A, 3 phases) plugged in; its house draws *house_a*.

    *fields* are those of `Home.charger`; mode Eco if not said.
    """
    home = Home(limit_a=limit_a)
    home.house_ma = (round(house_a * 1_000),) * 3
    settings: dict[str, Any] = {"mode": Mode.ECO, "max_ma": 16_000, "obeys": Obedient(), "car": CAR} | fields
    home.charger(BOX, **settings)
    home.plug(BOX)
    home.run(30, 5)
    there(home)
    return home


def there(home: Home) -> list[Outcome]:
    """Let the optimizer be there."""
    return home.tell(facts.OptimizerChanged(0, available=True, trouble=Trouble.NONE))


def gone(home: Home, trouble: Trouble = Trouble.ABSENT) -> list[Outcome]:
    """Let the optimizer be gone."""
    return home.tell(facts.OptimizerChanged(0, available=False, trouble=trouble))


def answer(home: Home, amps: float, *, phases: int = 0, valid_s: int = 600, source: int = BOX) -> list[Outcome]:
    """Let the optimizer want *amps* of a charger."""
    return home.tell(facts.OptimizerAnswered(source, round(amps * 1_000), phases, valid_s))


def stands(home: Home, source: int = BOX) -> str:
    """Return where the charger stands, without the write in flight."""
    return home.line(source).partition(",")[0]


def switches(home: Home, source: int = BOX) -> list[int]:
    """Return how the charger was switched, 1 = on."""
    return [action.value for action in home.all_of(ActionIntended, source) if action.what == What.POWER]
