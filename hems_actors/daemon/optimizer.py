"""The optimizer's wiring: the actor's questions and answers in the words of `etm`'s client."""

from typing import Final

from etm import errors
from etm.powersync_client import SOCKET, PowerSyncClient
from etm.powersync_models import ChargerState, HomeBattery, Meter, PriceSlot, SiteState
from etm.powersync_models import Mode as WireMode
from etm.powersync_models import SetPoint as SaidPoint
from etm.powersync_transport import Limits
from hems_actors.actors.clock import TimeSource
from hems_actors.actors.directory import OPTIMIZER
from hems_actors.actors.optimizer import INTERVAL_MS, Means, Memory, Optimizer, in_thread
from hems_actors.actors.optimizer_port import ChargerAsked, OptimizerError, Question, SetPoint
from hems_actors.actors.published import Published
from hems_actors.actors.supervisor import Spec
from hems_actors.core.enums import Mode, Trouble

_TROUBLES: Final = (
    (errors.AbsentError, Trouble.ABSENT),
    (errors.RefusedError, Trouble.REFUSED),
    (errors.SlowError, Trouble.SLOW),
    (errors.StatusError, Trouble.STATUS),
    (errors.TooLargeError, Trouble.TOO_LARGE),
    (errors.MalformedError, Trouble.MALFORMED),
    (errors.NonsenseError, Trouble.NONSENSICAL),
)
MODES: Final[dict[Mode, WireMode]] = {
    Mode.NORMAL: "normal",
    Mode.ECO: "eco",
    Mode.ECO_WITH_TARGET_TIME: "ecoWithTargetTime",
    Mode.ECO_WITH_MIN_CURRENT: "ecoWithMinCurrent",
    Mode.ECO_MIN_WITH_TARGET_TIME: "ecoMinWithTargetTime",
}


class PowerSync:
    """PowerSyncClient as the actor's port: healthy first, then asked."""

    def __init__(self, client: PowerSyncClient) -> None:
        self._client = client

    def ask(self, question: Question) -> tuple[SetPoint, ...]:
        """Return what the optimizer wants.

        Raises:
            OptimizerError: there was no answer, or one that cannot be used.
        """
        try:
            self._client.check_health()
            answer = self._client.request_optimization(site_state(question))
        except errors.PowerSyncError as error:
            raise OptimizerError(trouble_of(error), str(error)) from error
        return tuple(_set_point(point) for point in answer.set_points)


def optimizer_spec(
    time: TimeSource,
    published: Published,
    socket_path: str = SOCKET,
    *,
    interval_ms: int = INTERVAL_MS,
    limits: Limits | None = None,
) -> Spec:
    """Return the optimizer's actor to start after the coordinator, asking at *socket_path* every *interval_ms*.

    Raises:
        EtmError: no socket can have that path.
    """
    port = PowerSync(PowerSyncClient(socket_path, limits))
    return Spec(OPTIMIZER, Optimizer, (Means(time, published, port, Memory(), interval_ms, in_thread),))


def trouble_of(error: errors.PowerSyncError) -> Trouble:
    """Return how events name the kind of *error*."""
    return next((trouble for kind, trouble in _TROUBLES if isinstance(error, kind)), Trouble.MALFORMED)


def site_state(question: Question) -> SiteState:
    """Return *question* as it goes over the wire."""
    reading, battery = question.reading, question.battery
    return SiteState(
        id=question.number,
        at_s=question.at_s,
        phase_limit_ma=question.phase_limit_ma,
        meter=Meter(
            power_w=reading.power_w,
            phase_power_w=(reading.a_w, reading.b_w, reading.c_w),
            phase_current_ma=(reading.a_ma, reading.b_ma, reading.c_ma),
        ),
        battery=battery and HomeBattery(power_w=battery.power_w, level_percent=battery.level_percent),
        prices=tuple(
            PriceSlot(start_s=slot.start_s, end_s=slot.end_s, price_ueur_kwh=slot.price_ueur_kwh)
            for slot in question.prices
        ),
        chargers=tuple(_charger(charger) for charger in question.chargers),
    )


def _charger(charger: ChargerAsked) -> ChargerState:
    return ChargerState(
        charger=charger.uuid,
        connected=charger.connected,
        plugged_in=charger.plugged_in,
        charging=charger.charging,
        power_on=charger.power_on,
        current_ma=charger.current_ma,
        draw_w=charger.draw_w,
        phases=charger.phases,
        min_ma=charger.min_ma,
        max_ma=charger.max_ma,
        mode=MODES[charger.mode],
        target_percent=charger.target_percent,
        end_s=charger.end_s,
        priority=charger.priority,
        level_percent=charger.level_percent,
        capacity_wh=charger.capacity_wh,
    )


def _set_point(point: SaidPoint) -> SetPoint:
    return SetPoint(point.charger.strip("{}").lower(), point.target_ma, point.phases or 0, point.valid_until_s)
