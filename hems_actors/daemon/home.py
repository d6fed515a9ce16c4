"""A home's actors and all that is around them in this process: put together, started, asked, stopped."""

import logging
import time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pykka

from hems_actors.actors.clock import TimeSource
from hems_actors.actors.coordinator import Coordinator
from hems_actors.actors.directory import HOME, LINK, SPOT_MARKET
from hems_actors.actors.errors import LogLostError, StartError, StopError
from hems_actors.actors.messages import Request
from hems_actors.actors.opening import open_home
from hems_actors.actors.published import Published
from hems_actors.actors.spot_market import SpotMarket
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.threads import ThreadRuntime
from hems_actors.actors.zone import ZoneOffsets
from hems_actors.api.decisions import Recent
from hems_actors.api.live import Around, LiveHome
from hems_actors.config.hems import Config
from hems_actors.core.facts import ExitRequested
from hems_actors.core.version import LOGIC_VERSION, STATE_VERSION
from hems_actors.daemon import link, prices
from hems_actors.daemon.about import home_uuid, package_version, versions
from hems_actors.daemon.api import ApiPlace, serve
from hems_actors.daemon.before import config_before
from hems_actors.daemon.condition import Conditions
from hems_actors.daemon.errors import CannotRunError
from hems_actors.daemon.given import as_running, first_facts, link_settings, reloaded_facts, sections_of
from hems_actors.daemon.older import Older
from hems_actors.daemon.optimizer import optimizer_spec
from hems_actors.daemon.places import Places
from hems_actors.daemon.saying import Saying
from hems_actors.daemon.under_way import UnderWay
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.syncing import SyncThread
from hems_actors.eventlog.writer import LogWriter
from hems_actors.nymea.link import Begin, Link
from hems_actors.nymea.status import LinkReport

_LOG: Final = logging.getLogger(__name__)
STOP_S: Final = 2.0
"""An actor that does not stop within that is left behind."""
ON_EXIT_S: Final = 2.0
"""How long the last actions may take."""
_LOOK_S: Final = 0.02


class Daemon:
    """One home in this process; used by the main thread."""

    def __init__(self, config: Config, root: Path, places: Places, time_source: TimeSource) -> None:
        """Recover the home of *config*, a file in the folder *root*, from its log.

        Raises:
            CannotRunError: the log is another process's, or cannot be listed, or a token cannot be read.
        """
        self.config = config
        self._root = root
        self._places = places
        self._time = time_source
        self._published = Published()
        self._report = LinkReport()
        self._pinged: pykka.Future[Any] | None = None
        self._open()

    def start(self) -> None:
        """Start the actors, then the link, then the API.

        Raises:
            CannotRunError: an actor did not come up, or the API cannot be served; what came up is stopped.
        """
        self._runtime = ThreadRuntime(self._time, stop_timeout_s=STOP_S)
        self._home = Home(self._runtime)
        self._api = None
        try:
            self._published.listen(self._conditions.looked)
            self._home.start(self._specs(), self._first)
            self._api = serve(self._live(), self._api_place(), self._recent, self._published)
            self._home.directory[LINK].tell(Begin())
        except (CannotRunError, StartError) as error:
            self.stop()
            raise CannotRunError(str(error)) from error

    def check(self) -> None:
        """Return while the home goes on.

        Raises:
            ActorsError: it cannot.
        """
        self._home.ending.wait(0)

    def ping(self) -> bool:
        """Return whether the coordinator answered the ping before this one, and ping it again if so."""
        if self._pinged is not None:
            try:
                self._pinged.get(timeout=0)
            except pykka.Timeout:
                return False
        ref = self._home.directory[HOME].ref
        if ref is None or not ref.is_alive():
            return False
        self._pinged = ref.ask(pykka.messages.ProxyCall(("ping",), (), {}), block=False)
        return True

    def status(self) -> str:
        """Return in a line how the home stands."""
        return self._conditions.line(self._published.view)

    @property
    def writing(self) -> Path:
        """The log's file that is being written, or was last."""
        return self._log.path

    def reload(self, config: Config) -> list[str]:
        """Go by *config* from now on, and return what of it must wait for the next start."""
        running = self.config
        config, late = as_running(config, running)
        facts = reloaded_facts(config, running)
        self.config = config
        self._log.go_on_as(sections_of(config))
        for fact in facts:
            self._home.directory[HOME].tell(fact)
        self._home.directory[LINK].tell(link_settings(config))
        return late

    def exit(self) -> None:
        """Let the core do as `on_exit` says, and wait for its last actions, for 3 s at most."""
        future = self._runtime.future()
        self._home.directory[HOME].tell(Request(ExitRequested(HOME), future))
        until_s = time.monotonic() + ON_EXIT_S
        try:
            seq = future.get(timeout=ON_EXIT_S)
        except (pykka.Timeout, LogLostError) as error:
            _LOG.warning("the end is not on disk: %s", str(error) or "it takes too long")
            return
        while time.monotonic() < until_s and not self._under_way.is_over(seq):
            time.sleep(_LOOK_S)

    def stop(self) -> list[str]:
        """Stop everything; return what did not stop in time, in a line each."""
        if self._api is not None:
            self._api.stop()
        try:
            self._home.stop()
        except StopError as error:
            return [str(error)]
        return []

    def _open(self) -> None:
        config, places = self.config, self._places
        zone = ZoneInfo(config.home.time_zone)
        try:
            found = segments(places.log, config.home.name) if places.log.is_dir() else []
            before = config_before(found)
            opened = open_home(places.log, self._header(), self._time, self._make_log, zone=ZoneOffsets(zone))
        except (LogError, OSError) as error:
            raise CannotRunError(str(error)) from error
        opening, start_facts, _ = opened
        state = opening.state
        self._recent, self._conditions = Recent(state.site.clock_offset_ms), Conditions(self._report)
        self._under_way = UnderWay()
        self._opening = opening._replace(taps=(self._recent, Saying(state), self._under_way))
        self._first = [*start_facts, *first_facts(config, state, before)]
        self._providers = prices.providers_of(config, lambda: self._published.view.transitions_s)
        self._market = prices.memory_of(state, found, self._time)
        self._conditions.market = self._market
        try:
            self._link = link.means_of(config, self._root, state, self._report, self._time.boot_ms)
        except CannotRunError:
            opening.log.abandon()
            raise

    def _make_log(self, place: Any, head: HeaderFields) -> LogWriter:  # noqa: ANN401 - a `LogDirectory`
        self._log = LogWriter(place, head, sync=SyncThread())
        return self._log

    def _header(self) -> HeaderFields:
        home = self.config.home
        return HeaderFields(
            home=home.name,
            writer=f"hemsd-{package_version()}",
            zone=home.time_zone,
            logic_version=LOGIC_VERSION,
            state_version=STATE_VERSION,
            versions=versions(),
            config=sections_of(self.config),
        )

    def _specs(self) -> list[Spec]:
        home = self.config.home
        zone, uuid = ZoneInfo(home.time_zone), home_uuid(home.name)
        means = prices.means_of(str(uuid), zone, self._time, self._providers, self._market)
        return [
            Spec(HOME, Coordinator, (self._opening, self._published)),
            Spec(SPOT_MARKET, SpotMarket, (means,)),
            *self._optimizer(),
            Spec(LINK, Link, (self._link,)),
        ]

    def _optimizer(self) -> list[Spec]:
        table = self.config.optimizer
        if table is None:
            return []
        spec = optimizer_spec(self._time, self._published, table.socket)
        self._conditions.optimizer = spec.args[0].memory
        return [spec]

    def _live(self) -> LiveHome:
        providers = {provider.number: provider.about for provider in self._providers}
        older = Older(self._places.log, self.config.home.name)
        around = Around(providers, lambda: self._conditions.now(self._log), self._time.wall_ms, older)
        return LiveHome(self._home.directory, self._published, self._recent, around)

    def _api_place(self) -> ApiPlace:
        return ApiPlace(self.config.api, self._root, self._places.tokens, self.config.home.name)
