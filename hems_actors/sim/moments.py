"""Times of a scenario as instants: local, in the home's zone, unless they carry an offset."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hems_actors.sim.scenario_home import HomeTable
from hems_actors.sim.scenario_things import Moment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_DAY = timedelta(days=1)


def epoch_ms(instant: datetime) -> int:
    """Return *instant*, which carries an offset, in ms since the Unix epoch, exactly."""
    return (instant - _EPOCH) // _MS


class Moments:
    """The instants (ms) that a scenario's times mean."""

    def __init__(self, home: HomeTable) -> None:
        """Take zone, start and duration from *home*."""
        self.zone = ZoneInfo(home.zone)
        self._start = self._zoned(home.start)
        self.start_ms = epoch_ms(self._start)
        self.end_ms = self.start_ms + round(home.duration_h * 3_600_000)

    def at(self, moment: Moment, not_before_ms: int | None = None) -> int:
        """Return when *moment* is; a time of day is the first one not before the start, or *not_before_ms*."""
        if isinstance(moment, datetime):
            return epoch_ms(self._zoned(moment))
        earliest_ms = self.start_ms if not_before_ms is None else not_before_ms
        day = (_EPOCH + earliest_ms * _MS).astimezone(self.zone).date()
        at_ms = epoch_ms(datetime.combine(day, moment, self.zone))
        return at_ms if at_ms >= earliest_ms else epoch_ms(datetime.combine(day + _DAY, moment, self.zone))

    def shift_ms(self, shown_from: datetime | None) -> int:
        """Return how much later than it was recorded something is shown, if *shown_from* is shown at the start."""
        return 0 if shown_from is None else self.start_ms - self.at(shown_from)

    def next_day(self, at_ms: int) -> int:
        """Return the same local time a day later."""
        local = (_EPOCH + at_ms * _MS).astimezone(self.zone)
        return epoch_ms(local + _DAY)

    def daily(self, of_day: time) -> Iterator[int]:
        """Yield *of_day* of each local day that the scenario touches, and of the days around it."""
        day = self._start.date() - _DAY
        while True:
            at_ms = epoch_ms(datetime.combine(day, of_day, self.zone))
            yield at_ms
            if at_ms > self.end_ms:
                return
            day += _DAY

    def _zoned(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=self.zone)
