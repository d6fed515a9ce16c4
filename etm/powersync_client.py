"""PowerSyncClient: speaks with the optimizer over its Unix socket, and does nothing else.

Each call blocks for as long as its limits allow, opens a connection of its own, and may be made from any thread.
"""

from typing import Final, TypeVar

from pydantic import ValidationError

from etm.errors import EtmError, MalformedError, NonsenseError, PowerSyncError, RefusedError
from etm.powersync_models import (
    NONSENSE,
    DynamicTariff,
    Health,
    Optimization,
    Said,
    SiteState,
    WeatherForecast,
)
from etm.powersync_transport import Limits, exchange, shown

SOCKET: Final = "/run/powersync/optimizer.sock"
PATH_BYTES_MAX: Final = 107
"""Of a Unix socket's path, on Linux."""
_UNBELIEVABLE: Final = (
    NONSENSE,
    "greater_than",
    "greater_than_equal",
    "less_than",
    "less_than_equal",
    "string_too_long",
    "too_long",
)
SaidT = TypeVar("SaidT", bound=Said)


class PowerSyncClient:
    """The optimizer at one socket."""

    def __init__(self, socket_path: str = SOCKET, limits: Limits | None = None) -> None:
        """Speak over the socket at *socket_path*, which need not be there yet.

        Raises:
            EtmError: no socket can have that path.
        """
        if not socket_path or "\0" in socket_path or len(socket_path.encode()) > PATH_BYTES_MAX:
            raise EtmError(f"{socket_path!r} is no socket's path: expected 1 to {PATH_BYTES_MAX} bytes, none of them 0")
        self._path = socket_path
        self._limits = limits or Limits()

    def check_health(self) -> None:
        """Return if the optimizer says that it is healthy.

        Raises:
            PowerSyncError: it does not.
        """
        if self._asked("GET", "/health", Health).status != "ok":
            raise RefusedError(f"{self._path}: GET /health: the optimizer says that it is not healthy")

    def is_available(self) -> bool:
        """Return whether the optimizer can be asked now."""
        try:
            self.check_health()
        except PowerSyncError:
            return False
        return True

    def request_optimization(self, site_state: SiteState) -> Optimization:
        """Return the set-points for *site_state*.

        Raises:
            PowerSyncError: there were none, or such as cannot be used.
        """
        body = site_state.model_dump_json(by_alias=True).encode()
        answer = self._asked("POST", "/optimize", Optimization, body)
        if answer.id != site_state.id:
            raise NonsenseError(f"{self._path}: POST /optimize: id: expected {site_state.id}, not {answer.id}")
        return answer

    def get_weather_forecast(self) -> WeatherForecast:
        """Return the weather that the optimizer expects.

        Raises:
            PowerSyncError: it said nothing that can be used.
        """
        return self._asked("GET", "/weather", WeatherForecast)

    def get_dynamic_tariff(self) -> DynamicTariff:
        """Return what electricity costs, as the optimizer knows it.

        Raises:
            PowerSyncError: it said nothing that can be used.
        """
        return self._asked("GET", "/tariff", DynamicTariff)

    def _asked(self, method: str, target: str, model: type[SaidT], body: bytes | None = None) -> SaidT:
        data = exchange(self._path, self._limits, method, target, body)
        try:
            return model.model_validate_json(data)
        except ValidationError as error:
            mistakes = error.errors(include_url=False, include_context=False, include_input=False)
            kind = NonsenseError if all(mistake["type"] in _UNBELIEVABLE for mistake in mistakes) else MalformedError
            place = ".".join(str(part) for part in mistakes[0]["loc"])
            said = ": ".join(shown(part) for part in (place, mistakes[0]["msg"]) if part)
            raise kind(f"{self._path}: {method} {target}: {said}") from error
