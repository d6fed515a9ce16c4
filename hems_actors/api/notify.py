"""What changed between two views, as notifications: each only when its value really is another."""

from collections.abc import Iterator, Sequence
from typing import Final

from hems_actors.actors.view import ChargerView, View
from hems_actors.api import calls, notices
from hems_actors.api.fields import Wire
from hems_actors.api.port import HomePort, Made
from hems_actors.api.shown import all_schedules, charging_info, configuration, decision, score_entries, uuid_of

_MA: Final = 1_000
_PERMILLE: Final = 1_000

Notice = tuple[str, Wire]
"""Name and params."""


class Notifier:
    """Remembers what clients were told last; used in one thread."""

    def __init__(self, port: HomePort) -> None:
        self._port = port
        self._view = port.view()
        self._now_s = port.now_s()
        self._decided_seq = max((made.seq for made in port.news(0)), default=0)

    def news(self) -> list[Notice]:
        """Return what is new since the last time."""
        before, before_s = self._view, self._now_s
        self._view, self._now_s = after, after_s = self._port.view(), self._port.now_s()
        made = self._port.news(self._decided_seq)
        if made:
            self._decided_seq = made[-1].seq
        found = [*_infos(before, after), *_schedules(before, before_s, after, after_s), *_settings(before, after)]
        return [*found, *self._market(before, before_s, after, after_s), *_decisions(after, made)]

    def pass_over(self) -> None:
        """Nobody wants to know: what is now counts as told."""
        self._view, self._now_s = self._port.view(), self._port.now_s()
        made = self._port.news(self._decided_seq)
        if made:
            self._decided_seq = made[-1].seq

    def _market(self, before: View, before_s: int, after: View, after_s: int) -> Iterator[Notice]:
        providers = self._port.providers()
        now = configuration(after, providers, after_s)
        if now != configuration(before, providers, before_s):
            yield "EnergyPlugin.SpotMarketConfigurationChanged", now
        if (before.market.slots, before.transitions_s) != (after.market.slots, after.transitions_s):
            entries = score_entries(after)
            if entries != score_entries(before):
                yield (
                    "EnergyPlugin.SpotMarketScoreEntriesChanged",
                    notices.ScoresTold(spotMarketScoreEntries=entries),
                )


def _infos(before: View, after: View) -> Iterator[Notice]:
    known = dict(before.chargers)
    for number, charger in after.chargers:
        old = known.pop(number, None)
        if old is None:
            info = charging_info(after, number, charger)
            yield "EnergyPlugin.ChargingInfoAdded", notices.InfoTold(chargingInfo=info)
        elif before.things is not after.things or _told_of(old) != _told_of(charger):
            info = charging_info(after, number, charger)
            if info != charging_info(before, number, old):
                yield "EnergyPlugin.ChargingInfoChanged", notices.InfoTold(chargingInfo=info)
    for number in known:
        yield "EnergyPlugin.ChargingInfoRemoved", notices.ChargerGone(evChargerId=uuid_of(before.things, number))


def _told_of(charger: ChargerView) -> tuple[object, ...]:
    """Return all that a ChargingInfo is made from, but for names."""
    return charger.info, charger.charging_state, charger.issuer, charger.rule


def _schedules(before: View, before_s: int, after: View, after_s: int) -> Iterator[Notice]:
    if before_s == after_s and _plans(before) == _plans(after):
        return
    now = all_schedules(after, after_s)
    if now != all_schedules(before, before_s):
        yield "EnergyPlugin.ChargingSchedulesChanged", notices.SchedulesTold(chargingSchedules=now)


def _plans(view: View) -> list[tuple[object, ...]]:
    return [(number, charger.plans) for number, charger in view.chargers]


def _settings(before: View, after: View) -> Iterator[Notice]:
    old, new = before.settings, after.settings
    if old.phase_limit_ma // _MA != new.phase_limit_ma // _MA:
        limit = calls.PhasePowerLimit(phasePowerLimit=new.phase_limit_ma // _MA)
        yield "EnergyPlugin.PhasePowerLimitChanged", limit
    if old.tolerance_permille != new.tolerance_permille:
        tolerance = calls.AcquisitionTolerance(acquisitionTolerance=new.tolerance_permille / _PERMILLE)
        yield "EnergyPlugin.AcquisitionToleranceChanged", tolerance
    if old.battery_level_permille != new.battery_level_permille:
        level = calls.BatteryLevelConsideration(batteryLevelConsideration=new.battery_level_permille / _PERMILLE)
        yield "EnergyPlugin.BatteryLevelConsiderationChanged", level


def _decisions(view: View, made: Sequence[Made]) -> Iterator[Notice]:
    for each in made:
        yield "EnergyPlugin.DecisionMade", notices.DecisionTold(decision=decision(view.things, each))
