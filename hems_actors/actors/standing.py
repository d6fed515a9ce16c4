"""What stands in the home and other actors go by: told when it changes, and to whoever was just started."""

from typing import Final

from hems_actors.actors.core_port import Core
from hems_actors.actors.directory import SPOT_MARKET, Directory
from hems_actors.actors.messages import LimitChanged, MarketChanged
from hems_actors.core.state import State

Told = LimitChanged | MarketChanged


class Standing:
    """Tells the root meter's actor the limit, and the prices' actor whom to ask."""

    def __init__(self, core: Core, directory: Directory) -> None:
        self._core: Final = core
        self._directory: Final = directory
        self._told: dict[int, Told] = {SPOT_MARKET: MarketChanged(enabled=False, provider=0)}
        """By address; who was never told of a market asks nobody."""

    def tell(self, state: State) -> None:
        """Tell what is another than was told last."""
        self._tell(state.config.meter, LimitChanged(self._core.limit_ma(state)))
        self._tell(SPOT_MARKET, MarketChanged(state.market.enabled, state.market.provider))

    def forget(self, source: int) -> None:
        """Tell the actor at *source* again next time: it was just started."""
        self._told.pop(source, None)

    def _tell(self, source: int, message: Told) -> None:
        if source and self._told.get(source) != message:
            self._told[source] = message
            self._directory[source].tell(message)
