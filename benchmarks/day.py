"""A day at home, recorded: a three-phase meter read each second, sun, a battery, a charger with a meter of its own.

The car charges at full current for some hours of the night and on surplus from the morning to the afternoon.
"""

from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks.recorder import START_MS, Recorder
from hems_actors.core import facts
from hems_actors.core.enums import Mode, OnExit, Result, What
from hems_actors.core.outcomes import ActionIntended
from hems_actors.core.units import CURRENT_MA_MIN, VOLTAGE_DV_NOMINAL

METER: Final = 1
CHARGER: Final = 2
BATTERY: Final = 3

_SECONDS: Final = 86_400
_HOUR_S: Final = 3_600
_PLUGS_S: Final = {0: True, 6 * _HOUR_S: False, 9 * _HOUR_S: True, 17 * _HOUR_S: False, 22 * _HOUR_S: True}
_MODES_S: Final = {0: Mode.NORMAL, 9 * _HOUR_S: Mode.ECO, 22 * _HOUR_S: Mode.NORMAL}
_SUNRISE_S: Final = 6 * _HOUR_S
_SUNSET_S: Final = 20 * _HOUR_S
_SUN_W: Final = 9_500
_BATTERY_W: Final = 3_000
_REACTION_MS: Final = 2_000
_REPORT_S: Final = 10
_LIMIT_MA: Final = 25_000


class Day:
    """The house, what stands in it, and its log."""

    def __init__(self, path: Path, seed: int = 7) -> None:
        """Begin the log of a day, another one for each *seed*, at *path*."""
        self._recorder = Recorder(path)
        self._random = Random(seed)  # noqa: S311 - weather, not a secret
        self._report = facts.ChargerReported(
            CHARGER, True, False, 6_000, 6_000, 16_000, False, False, None, None, 0, 0, 0, 0
        )
        self._writes: list[tuple[int, int, ActionIntended]] = []
        """When each takes effect, its number, and what it writes."""
        self._battery_w = 0
        self._house_w = [150, 200, 120]
        self._cloud_permille = 800

    def live(self) -> None:
        """Let the day pass, and end its log."""
        home = self._recorder
        home.tell(
            START_MS,
            facts.SiteConfigured(0, _LIMIT_MA, 3, 0, OnExit.SAFE, METER),
            facts.SiteSettingsChanged(0, 0, 500, 900),
            facts.BatteryConfigured(BATTERY, 0b111),
            facts.ChargerConfigured(CHARGER, 3, 123, CURRENT_MA_MIN, 1_000, can_switch=False),
            facts.LinkChanged(0, up=True),
        )
        for second in range(_SECONDS):
            self._live_through(second)
        home.close()

    def _live_through(self, second: int) -> None:
        at_ms = START_MS + second * 1_000
        home, chance = self._recorder, self._random
        if second in _MODES_S:
            home.tell(at_ms, facts.ChargingInfoChanged(CHARGER, _MODES_S[second], 0, 0, 80, 0, CURRENT_MA_MIN))
        if second in _PLUGS_S:
            self._show(at_ms, plugged_in=_PLUGS_S[second])
        while self._writes and self._writes[0][0] <= at_ms:
            self._obey(*self._writes.pop(0))
        if self._report.power_on and second % _REPORT_S == _REPORT_S // 2:
            self._show(at_ms)
        if second % _REPORT_S == 0:
            home.tell(at_ms, facts.BatteryReported(BATTERY, self._battery_w, 60))
        read_at_ms = at_ms + 300 + chance.randrange(50)
        home.wait_until(read_at_ms)
        home.tell(read_at_ms, self._reading(second))
        for seq, action in home.intended:
            self._writes.append((home.state.at_ms + _REACTION_MS, seq, action))
        home.intended.clear()

    def _obey(self, at_ms: int, seq: int, action: ActionIntended) -> None:
        self._recorder.tell(at_ms, facts.ActionAnswered(CHARGER, seq, Result.OK))
        if action.what == What.POWER:
            self._show(at_ms, power_on=bool(action.value))
        else:
            self._show(at_ms, current_ma=action.value)

    def _show(self, at_ms: int, **changes: Any) -> None:  # noqa: ANN401 - fields of the report
        """Let the charger say all of itself, with *changes*, and what its car draws then."""
        report = self._report._replace(**changes)
        draw_ma = 0
        if report.power_on and report.plugged_in:
            draw_ma = max(0, report.current_ma - 150 - self._random.randrange(100))
        self._report = report._replace(
            charging=draw_ma > 0, draw_w=draw_ma * 3 * 230 // 1_000, a_ma=draw_ma, b_ma=draw_ma, c_ma=draw_ma
        )
        self._recorder.tell(at_ms, self._report)

    def _reading(self, second: int) -> facts.MeterReading:
        """Return what the meter shows; the battery follows for the next second."""
        chance = self._random
        sun_w = self._sun_w(second)
        draw_w = (self._report.a_ma or 0) * VOLTAGE_DV_NOMINAL // 10_000
        for phase in range(3):
            if chance.random() < 1 / 600:
                self._house_w[phase] = chance.choice((110, 150, 260, 900, 2_300))
        powers_w = [
            house_w + draw_w + (self._battery_w - sun_w) // 3 + chance.randrange(-15, 16) for house_w in self._house_w
        ]
        volts_dv = [VOLTAGE_DV_NOMINAL + chance.randrange(-25, 40) for _ in range(3)]
        currents_ma = [
            power_w * 10_000 // voltage_dv + chance.randrange(40)
            for power_w, voltage_dv in zip(powers_w, volts_dv, strict=True)
        ]
        total_w = sum(powers_w)
        self._battery_w = max(-_BATTERY_W, min(_BATTERY_W, self._battery_w - total_w // 4))
        return facts.MeterReading(METER, 20 + chance.randrange(20), True, total_w, *powers_w, *currents_ma, *volts_dv)

    def _sun_w(self, second: int) -> int:
        if not _SUNRISE_S < second < _SUNSET_S:
            return 0
        if second % 20 == 0:
            self._cloud_permille = max(150, min(1_000, self._cloud_permille + self._random.randrange(-120, 121)))
        half_s = (_SUNSET_S - _SUNRISE_S) // 2
        height_permille = 1_000 * (second - _SUNRISE_S) * (_SUNSET_S - second) // half_s**2
        return _SUN_W * height_permille * self._cloud_permille // 1_000_000
