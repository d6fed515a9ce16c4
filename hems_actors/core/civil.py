"""Instants as people write them, in UTC: `2025-03-30T01:00:00Z`."""

from typing import Final

DAY_S: Final = 86_400
_DAYS_TO_1970: Final = 719_468  # from 1 March of the year 0
_ERA_DAYS: Final = 146_097  # 400 years
_MARCH: Final = 3
_JANUARY: Final = 10  # months from March to it


def utc_text(at_s: int) -> str:
    """Return the instant *at_s* (epoch seconds) in UTC, ISO 8601."""
    day, second = divmod(at_s, DAY_S)
    year, month, date = _date_of(day)
    return f"{year:04}-{month:02}-{date:02}T{second // 3_600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def _date_of(day: int) -> tuple[int, int, int]:
    """Return year, month and date of *day* (since 1 January 1970): counted in years that begin in March."""
    era, day_of_era = divmod(day + _DAYS_TO_1970, _ERA_DAYS)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march = (5 * day_of_year + 2) // 153
    month = march + _MARCH if march < _JANUARY else march - _JANUARY + 1
    return era * 400 + year_of_era + (month < _MARCH), month, day_of_year - (153 * march + 2) // 5 + 1
