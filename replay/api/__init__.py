"""The events of a log as Python objects, for notebooks and tools: `from replay import open_log`.

>>> from replay import open_log
>>> with open_log(path) as log:
...     print(log.home, log.zone)
...     for event in log:
...         if event.kind == "set_point_decided" and event.fields["on"]:
...             print(event.at.isoformat(), event.thing, event.fields["current_ma"], "mA:", event.fields["rule"])
...             break
home Europe/Vienna
2025-06-15T10:11:00+02:00 wallbox 6000 mA: surplus_start

Events come one at a time in the order of their numbers; memory stays the same however long the log is. `fields` are as
exports show them: integers with the unit in the name, codes by their names. `record` is the event as the core has it, a
typed tuple, for `match` or `isinstance`. Where events are missing `DamagedError` says which; with `past_damage` the
iteration goes on behind them and `log.damage` names the places.
"""

from hems_actors.eventlog.errors import LogError, MalformedError, NewerError, UnreadableError
from replay.api.event import FieldValue, LoggedEvent
from replay.api.log import DamagedError, Log, open_log

__all__ = [
    "DamagedError",
    "FieldValue",
    "Log",
    "LogError",
    "LoggedEvent",
    "MalformedError",
    "NewerError",
    "UnreadableError",
    "open_log",
]
