"""The view of the home: built of the state, published as frames close, and with each fact while somebody listens."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hems_actors.actors.view import ChargerView, MarketView, PlanView, SettingsView, View
from hems_actors.core.facts import BatteryReported, ChargingInfoChanged, MeterReading
from hems_actors.core.identity import Identity
from hems_actors.core.modes import charging_state
from hems_actors.core.state import Charger, Market, Plan, State

LAG_MS_MAX: Final = 1_000
"""So far at most a view is behind, while readings come and somebody listens."""


class Published:
    """Holds the newest view; read from any thread, written by the coordinator only."""

    def __init__(self) -> None:
        self.view = view_of(State())
        self._listeners: tuple[Callable[[View], object], ...] = ()

    def listen(self, listener: Callable[[View], object]) -> None:
        """Call *listener* with each view from now on, in the coordinator's thread: it must neither block nor raise."""
        self._listeners = (*self._listeners, listener)

    def keep_up(self, state: State) -> None:
        """Publish the view of *state* if somebody listens and it is another one; one more reading may wait for 1 s."""
        view = self.view
        if not self._listeners or state.seq == view.seq:
            return
        if state.fact_type is not MeterReading or state.at_ms - view.at_ms >= LAG_MS_MAX:
            self.publish(state)

    def publish(self, state: State) -> None:
        """Publish the view of *state*."""
        self.view = view = view_of(state, self.view)
        for listener in self._listeners:
            listener(view)


class Unread(Published):
    """Makes no view: for a coordinator beside which nobody reads one, as in a day that is played to be logged."""

    def publish(self, state: State) -> None:
        """Leave it at that."""


def view_of(state: State, before: View | None = None) -> View:
    """Return the view of *state*; it shares nothing that changes, but with *before* what did not."""
    battery, settings = state.battery, state.settings
    known = {} if before is None else dict(before.chargers)
    return View(
        state.seq,
        state.at_ms,
        state.site.clock_offset_ms,
        state.site.health,
        state.meter.full,
        BatteryReported(battery.source, battery.power_w, battery.level_percent) if battery.source else None,
        tuple((source, _charger_view(state, charger, known.get(source))) for source, charger in state.chargers.items()),
        tuple((alarm, source, value) for (alarm, source), value in state.alarms.items()),
        SettingsView(
            settings.phase_limit_ma,
            settings.tolerance_permille,
            settings.battery_level_permille,
            state.config.phase_limit_max_ma,
        ),
        _market_view(state.market),
        _things(state, before),
        state.site.transitions_s,
        state.minute_signal,
        state.config.meter,
    )


def _things(state: State, before: View | None) -> Mapping[int, Identity]:
    """Return a copy of what things there are, or the last one if nothing came or went."""
    if before is not None and before.things == state.things:
        return before.things
    return dict(state.things)


def _market_view(market: Market) -> MarketView:
    return MarketView(market.enabled, market.provider, market.slots, market.seq)


def _charger_view(state: State, charger: Charger, before: ChargerView | None) -> ChargerView:
    point, info = charger.point, charger.info
    car = state.cars.get(info.car)
    return ChargerView(
        charger.report,
        point.on,
        point.current_ma,
        point.phases,
        point.issuer,
        point.rule,
        charger.map.phases_mask,
        charger.session.car_phase,
        _info(charger, before),
        info.seq,
        charging_state(point),
        charger.session.plugged,
        charger.deadline.at_s,
        tuple(_plan_view(plan) for plan in charger.plans),
        point.seq,
        charger.ledger.open_seq,
        None if car is None else car.level_percent,
        None if car is None else car.capacity_wh,
    )


def _info(charger: Charger, before: ChargerView | None) -> ChargingInfoChanged:
    info = charger.info
    if before is not None and (before.info_seq, before.info.end_s) == (info.seq, info.end_s):
        return before.info
    values: dict[str, Any] = {name: getattr(info, name) for name in ChargingInfoChanged._fields if name != "source"}
    return ChargingInfoChanged(charger.source, **values)


def _plan_view(plan: Plan) -> PlanView:
    return PlanView(plan.seq, plan.until_s, plan.need_ws // 3_600, plan.runs, plan.phases, plan.current_ma)
