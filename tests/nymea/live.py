"""The real link on real threads and sockets, in a time that runs faster, and a way to the server that can be cut."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pykka

from hems_actors.actors.clock import Clock, SystemTime
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.messages import Recipient
from hems_actors.actors.published import Published
from hems_actors.actors.runtime import Behaviour, Place, TimerHandle
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.threads import ThreadRuntime
from hems_actors.core.enums import OnExit
from hems_actors.core.facts import LinkChanged, Restarted, SiteConfigured
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from hems_actors.nymea.link import Begin, Dial, Link, LinkMeans
from hems_actors.nymea.sockets import Limits, ThreadDialer
from hems_actors.nymea.status import LinkReport
from hems_actors.nymea.things import Memory, Settings
from replay.report import Exit
from replay.verify import Options as ReplayOptions
from replay.verify import verify
from tests.eventlog.logs import HEAD
from tests.nymea.peers import PATIENCE_S, wait_until

SPEED: Final = 20
"""Virtual ms in a real one."""
_CHUNK: Final = 65_536


class FastTime(SystemTime):
    """The machine's clocks, faster."""

    def wall_ms(self) -> int:
        """Return ms since the Unix epoch, as this machine now believes."""
        return self.boot_ms()

    def boot_ms(self) -> int:
        """Return ms since an arbitrary instant."""
        return super().boot_ms() * SPEED


class FastRuntime:
    """Real threads; what is to come comes sooner. Notes how long the link means to wait before it dials."""

    def __init__(self) -> None:
        self.time = FastTime()
        self.waits_ms: list[int] = []
        self._threads = ThreadRuntime()

    def spawn(self, behaviour: type[Behaviour], place: Place, *args: object) -> pykka.ActorRef[Any]:
        """Start an actor of *behaviour* at *place*, constructed with *place* and *args*."""
        return self._threads.spawn(behaviour, place, *args)

    def call_later(self, delay_ms: int, recipient: Recipient, message: object) -> TimerHandle:
        """Tell *message* to *recipient* in *delay_ms*."""
        if isinstance(message, Dial):
            self.waits_ms.append(delay_ms)
        return self._threads.call_later(max(1, delay_ms // SPEED), recipient, message)

    def now_ms(self) -> int:
        """Return the instant in ms."""
        return self.time.boot_ms()

    def future(self) -> pykka.Future[Any]:
        """Return an unset future."""
        return self._threads.future()

    def stop(self) -> None:
        """Stop all actors, then the timers."""
        self._threads.stop()


class Live:
    """A link and a coordinator that run."""

    def __init__(self, path: Path, url: str, fingerprint: str | None) -> None:
        self.runtime = FastRuntime()
        self.report = LinkReport()
        self.events: list[Event] = []
        self._home = Home(self.runtime)
        at_ms = self.runtime.now_ms()
        state, log = State(), LogWriter(SingleFile(path), HEAD, sync=NoSync())
        log.start(state, at_ms)
        dialer = ThreadDialer(
            url, fingerprint=fingerprint, clock=self.runtime.now_ms, limits=Limits(connect_s=2, send_s=0.5, quiet_s=0.3)
        )
        settings = Settings(SiteConfigured(0, 25_000, 3, 0, OnExit.SAFE, 0))
        opening = Opening(log, Clock(self.runtime.time), state, (self,))
        link = Spec(LINK, Link, (LinkMeans(dialer, Memory(settings, {}), self.report),))
        self._home.start([Spec(HOME, Coordinator, (opening, Published())), link], [Restarted(0)])
        self._home.directory[LINK].tell(Begin())

    def see(self, _seq: int, _at_ms: int, event: Event) -> None:
        """Keep *event*."""
        self.events.append(event)

    def link_changes(self) -> list[bool]:
        """Return how the link went up and down, as far as logged."""
        return [event.up for event in tuple(self.events) if isinstance(event, LinkChanged)]

    def until_up(self) -> None:
        """Wait until the link is up."""
        wait_until(lambda: self.report.status.up, f"not up: {self.report.status}")

    def until_text(self, text: str) -> None:
        """Wait until the link says *text*, or more."""
        wait_until(lambda: text in self.report.status.text, f"not said: {text}")

    def stop(self) -> None:
        """End all."""
        self._home.stop()


@contextmanager
def live(folder: Path, url: str, fingerprint: str | None = None) -> Iterator[Live]:
    """Run a link to *url*; its log must replay to the same outcomes, and no thread or line stay."""
    path = folder / "live.msgpack"
    home = Live(path, url, fingerprint)
    try:
        yield home
    finally:
        home.stop()
    assert verify(path, ReplayOptions()).exit == Exit.SAME
    wait_until(lambda: not any(each.name.startswith("nymea-line") for each in threading.enumerate()), "threads left")


class Way:
    """A way to a server that can go dead: both ends stay connected, and nothing arrives any more."""

    def __init__(self, listener: socket.socket, port: int) -> None:
        self.port: int = listener.getsockname()[1]
        self.is_dead = False
        self._listener = listener
        self._to = port
        self._ended = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def end(self) -> None:
        """Close all."""
        self._ended.set()
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in tuple(self._threads):
            thread.join(PATIENCE_S)
        for each in self._sockets:
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                self._sockets.append(client)
                server = socket.create_connection(("127.0.0.1", self._to))
                self._sockets.append(server)
                for source, target in ((client, server), (server, client)):
                    self._threads.append(threading.Thread(target=self._carry, args=(source, target)))
                    self._threads[-1].start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if self.is_dead:
                    self._ended.wait(PATIENCE_S)
                target.sendall(data)
        if not self.is_dead:
            with suppress(OSError):
                target.shutdown(socket.SHUT_WR)


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """Open a way to the server at *port*."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        way = Way(listener, port)
        try:
            yield way
        finally:
            way.end()
