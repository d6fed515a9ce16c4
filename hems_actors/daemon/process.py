"""`hemsd run`: the process around a daemon, its signals, its service manager, its exit codes."""

import faulthandler
import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Final

from hems_actors.actors.clock import SystemTime
from hems_actors.actors.errors import ActorsError
from hems_actors.config.errors import ConfigError
from hems_actors.config.hems import Config, read_config
from hems_actors.config.tariff import contract_warnings
from hems_actors.daemon.about import package_version
from hems_actors.daemon.errors import CannotRunError
from hems_actors.daemon.home import Daemon
from hems_actors.daemon.logs import Lines
from hems_actors.daemon.notify import Systemd
from hems_actors.daemon.places import places_of
from hems_actors.daemon.tidying import Tidying, limits_of

_LOG: Final = logging.getLogger(__name__)
_TURN_S: Final = 0.5
"""How soon the end of a vital actor is noticed."""
_STATUS_S: Final = 5.0
_WATCHES: Final = 4
"""How often the coordinator is pinged per watchdog time."""


SWITCH_S: Final = 0.0005
"""How long a thread may keep the others from running (docs/decisions/0022)."""


class ExitCode(IntEnum):
    """What the process says with its exit code."""

    STOPPED = 0
    FAILED = 1
    """The home could not go on: start it again."""
    USAGE = 2
    """The configuration or the call is wrong: a new start changes nothing."""
    CANNOT_RUN = 3
    """Something around it is not as it must be: try again later."""


class Order(IntEnum):
    """What a signal asks for."""

    STOP = 1
    RELOAD = 2
    NAME_THREADS = 3


_ORDERS: Final[dict[int, Order]] = {
    signal.SIGTERM: Order.STOP,
    signal.SIGINT: Order.STOP,
    signal.SIGHUP: Order.RELOAD,
    signal.SIGUSR1: Order.NAME_THREADS,
}


def run(path: Path) -> ExitCode:
    """Run the home of the configuration at *path* until it is told to stop, or cannot go on.

    Raises:
        ConfigError: the configuration is wrong.
    """
    config, _ = read_config(path)
    lines, systemd = Lines(config.service.log_level), Systemd()
    orders: SimpleQueue[Order] = SimpleQueue()
    sys.setswitchinterval(SWITCH_S)
    with _signals(orders):
        lines.start()
        try:
            _LOG.info("hemsd %s: home %s", package_version(), config.home.name)
            return _Process(path, config, lines, systemd, orders).run()
        except CannotRunError as error:
            _LOG.error("%s", error)
            return ExitCode.CANNOT_RUN
        finally:
            lines.stop()


class _Process:
    """The main thread: starts the daemon, waits for orders, ends it."""

    def __init__(self, path: Path, config: Config, lines: Lines, systemd: Systemd, orders: SimpleQueue[Order]) -> None:
        self._path = path.absolute()
        self._lines = lines
        self._systemd = systemd
        self._orders = orders
        places = places_of(config, self._path.parent)
        self._daemon = Daemon(config, self._path.parent, places, SystemTime())
        limits = limits_of(config.log)
        self._tidying = Tidying(places.log, config.home.name, limits, lambda: self._daemon.writing)
        _warn(config)

    def run(self) -> ExitCode:
        self._daemon.start()
        self._tidying.start()
        self._systemd.ready(self._daemon.status())
        code = ExitCode.STOPPED
        try:
            self._until_stopped()
            self._systemd.stopping()
            _LOG.info("stopping")
            self._daemon.exit()
        except ActorsError as error:
            _LOG.critical("%s: stopping", error, exc_info=error)
            code = ExitCode.FAILED
        self._tidying.stop()
        for text in self._daemon.stop():
            _LOG.error("%s", text)
        return code

    def _until_stopped(self) -> None:
        """Return when a signal says so.

        Raises:
            ActorsError: the home cannot go on.
        """
        watchdog_s = self._systemd.watchdog_s
        watch_s = status_s = time.monotonic()
        while True:
            self._daemon.check()
            now_s = time.monotonic()
            if watchdog_s is not None and now_s >= watch_s:
                watch_s = now_s + watchdog_s / _WATCHES
                if self._daemon.ping():
                    self._systemd.alive()
            if now_s >= status_s:
                status_s = now_s + _STATUS_S
                self._systemd.status(self._daemon.status())
            try:
                order = self._orders.get(timeout=_TURN_S)
            except Empty:
                continue
            if order == Order.STOP:
                return
            if order == Order.RELOAD:
                self._reload()
            else:
                _name_threads()

    def _reload(self) -> None:
        """Take up what the configuration says now; one that is wrong changes nothing."""
        self._systemd.reloading(time.monotonic_ns() // 1_000)
        try:
            config, _ = read_config(self._path)
        except ConfigError as error:
            for line in error.lines:
                _LOG.error("%s", line)
            _LOG.error("nothing of the configuration was taken up")
        else:
            late = self._daemon.reload(config)
            self._lines.set_level(config.service.log_level)
            _warn(config)
            _LOG.info("the configuration was taken up")
            for name in late:
                _LOG.warning("%s has changed: what it says holds from the next start on", name)
        self._systemd.ready(self._daemon.status())


def _warn(config: Config) -> None:
    """Say what is allowed in *config*, but most likely a mistake."""
    if config.tariff is not None and config.tariff.kind == "hp_hc":
        for warning in contract_warnings(config.tariff):
            _LOG.warning("tariff.%s", warning)


def _name_threads() -> None:
    """Say what the threads are called that a dump just showed by number alone."""
    for thread in threading.enumerate():
        _LOG.info("thread 0x%016x is %s", thread.ident or 0, thread.name)


@contextmanager
def _signals(orders: SimpleQueue[Order]) -> Iterator[None]:
    """Turn signals into *orders*; SIGUSR1 also writes what each thread does to stderr, even if all hang."""

    def ordered(number: int, _frame: FrameType | None) -> None:
        orders.put(_ORDERS[number])

    before = {number: signal.signal(number, ordered) for number in _ORDERS}
    faulthandler.register(signal.SIGUSR1, all_threads=True, chain=True)
    try:
        yield
    finally:
        faulthandler.unregister(signal.SIGUSR1)
        for number, handler in before.items():
            signal.signal(number, handler)
