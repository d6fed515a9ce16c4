"""A daemon in real threads on real files, to be killed: `python -m tests.durability.live_child FOLDER SEED BASE_MS`.

Its time, since BASE_MS, runs 20 times as fast as ours: what the rules let happen in minutes happens in seconds.
Its chargers are simulated in this process, and kept in a file that outlives it, as real ones keep their settings. It
says on stdout what it sends and what was answered; `sent` and `answered` in the folder say the same, and are complete.
"""

import mmap
import os
import sys
from pathlib import Path
from random import Random
from struct import Struct
from typing import Final, NamedTuple

import pykka

from hems_actors.actors.charger import Charger
from hems_actors.actors.clock import SystemTime
from hems_actors.actors.coordinator import Coordinator
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.messages import Answered, BurstEnded, Call, ReadBack, Recipient, Request, StatesChanged
from hems_actors.actors.meter import Meter
from hems_actors.actors.opening import open_home
from hems_actors.actors.published import Published
from hems_actors.actors.runtime import Behaviour, Place, TimerHandle
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.threads import ThreadRuntime
from hems_actors.core import facts
from hems_actors.core.enums import Mode, OnExit, Result, What
from hems_actors.core.version import LOGIC_VERSION, STATE_VERSION
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.place import LogDirectory
from hems_actors.eventlog.syncing import SyncThread
from hems_actors.eventlog.writer import LogWriter

HOME_NAME: Final = "live"
METER: Final = 1
CHARGERS: Final = tuple(range(10, 22))
SPEED: Final = 20
NOON_MS: Final = 1_750_000_000_000 // 86_400_000 * 86_400_000 + 43_200_000
READING_MS: Final = 1_000
ANSWER_MS: Final = (2_000, 6_000)
"""From when to before when chargers answer: 100-300 ms of ours."""
OVEN_EVERY: Final = 60
"""Each so many readings the house takes much for a while."""
OVEN_READINGS: Final = 4
LIMIT_MA: Final = 80_000
OVEN_MA: Final = 45_000
HEAD: Final = HeaderFields(
    home=HOME_NAME, writer="child", zone="Europe/Vienna", logic_version=LOGIC_VERSION, state_version=STATE_VERSION
)
_SLOT: Final = Struct("<ii")


class FastTime:
    """The machine's clocks, speeded up since *base_ms*, when it was noon: no file ends at midnight meanwhile."""

    def __init__(self, base_ms: int) -> None:
        self._base_ms = base_ms
        self._machine = SystemTime()

    def wall_ms(self) -> int:
        """Return ms since the Unix epoch."""
        return NOON_MS + SPEED * (self._machine.wall_ms() - self._base_ms)

    def boot_ms(self) -> int:
        """Return ms since some instant."""
        return SPEED * self._machine.boot_ms()


class FastRuntime:
    """The daemon's own runtime, its timers speeded up."""

    def __init__(self, time: FastTime) -> None:
        self._time = time
        self._threads = ThreadRuntime()
        self.spawn = self._threads.spawn
        self.future = self._threads.future
        self.stop = self._threads.stop

    def call_later(self, delay_ms: int, recipient: Recipient, message: object) -> TimerHandle:
        """Tell *message* to *recipient* in *delay_ms*."""
        return self._threads.call_later(delay_ms // SPEED, recipient, message)

    def now_ms(self) -> int:
        """Return the instant."""
        return self._time.boot_ms()


class _Plant:
    """What each charger is set to; in a file."""

    def __init__(self, path: Path) -> None:
        size = _SLOT.size * len(CHARGERS)
        if not path.exists():
            path.write_bytes(b"".join(_SLOT.pack(0, 6_000) for _ in CHARGERS))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), size)

    def get(self, charger: int) -> tuple[int, int]:
        """Return whether *charger* is on, and its current (mA)."""
        power, current_ma = _SLOT.unpack_from(self._memory, CHARGERS.index(charger) * _SLOT.size)
        return power, current_ma

    def put(self, charger: int, what: int, value: int) -> None:
        """Set *charger*."""
        power, current_ma = self.get(charger)
        new = (value, current_ma) if what == What.POWER else (power, value)
        _SLOT.pack_into(self._memory, CHARGERS.index(charger) * _SLOT.size, *new)


class _Begin(NamedTuple):
    """Connect."""


class _AllRead(NamedTuple):
    """What the first readings led to is queued before this."""


class _Read(NamedTuple):
    """Time to read the meter."""


class _Reply(NamedTuple):
    """A charger answers."""

    call: Call


def _say(line: str) -> None:
    """Say *line* in one piece: there are many threads."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


class _Noted(pykka.ThreadingFuture[int]):
    """A future that notes its answer where the end of the process does not reach it."""

    def __init__(self, fact: facts.Fact, fd: int) -> None:
        super().__init__()
        self._line = fact
        self._fd = fd

    def set(self, value: int | None = None) -> None:
        """Note *value*, the number of the fact."""
        os.write(self._fd, f"{value} {self._line!r}\n".encode())
        _say(f"kept {value}")
        super().set(value)


class LiveLink(Behaviour):
    """A link whose chargers answer after 100-300 ms, with a meter and a user that give the home much to do."""

    def __init__(self, place: Place, folder: Path, seed: int) -> None:
        super().__init__(place)
        self._plant = _Plant(folder / "plant")
        self._sent, self._answered = (
            os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for name in ("sent", "answered")
        )
        self._random = Random(seed)
        self._readings = 0

    def on_receive(self, message: _Begin | _AllRead | _Read | _Reply | Call | ReadBack) -> None:
        """Do what the message asks."""
        if isinstance(message, Call):
            os.write(self._sent, f"{message.token}\n".encode())
            _say(f"sent {message.token}")
            self._plant.put(message.thing, message.what, message.value)
            self.place.runtime.call_later(self._random.randrange(*ANSWER_MS), self.place.me, _Reply(message))
        elif isinstance(message, _Reply):
            _say(f"answered {message.call.token}")
            message.call.reply_to.tell(Answered(message.call.token, Result.OK))
        elif isinstance(message, ReadBack):
            self._tell(message.thing, message.reply_to)
        elif isinstance(message, _Begin):
            for charger in CHARGERS:
                self._tell(charger, self.place.directory[charger])
            self._read()
            self.place.me.tell(_AllRead())
        elif isinstance(message, _AllRead):
            self.coordinator.tell(facts.LinkChanged(HOME, up=True))
        else:
            self._read()
            self._wish()

    def _tell(self, charger: int, to: Recipient) -> None:
        power, current_ma = self._plant.get(charger)
        draw_ma = current_ma if power else 0
        states = {"power_on": bool(power), "current_ma": current_ma, "min_ma": 6_000, "max_ma": 16_000}
        measured = {"plugged_in": True, "charging": bool(power), "a_ma": draw_ma, "b_ma": 0, "c_ma": 0}
        to.tell(StatesChanged(states | measured, self.place.runtime.now_ms(), read_back=True))

    def _read(self) -> None:
        self._readings += 1
        oven = self._readings % OVEN_EVERY < OVEN_READINGS
        currents_ma = [self._random.randrange(1_000, 2_000) + OVEN_MA * oven for _ in "abc"]
        for index, charger in enumerate(CHARGERS):
            power, current_ma = self._plant.get(charger)
            currents_ma[index % 3] += current_ma * power
        now_ms = self.place.runtime.now_ms()
        a_w, b_w, c_w = (current_ma * 230 // 1_000 for current_ma in currents_ma)
        meter = self.place.directory[METER]
        meter.tell(StatesChanged({"power_w": a_w + b_w + c_w, "a_w": a_w, "b_w": b_w, "c_w": c_w}, now_ms))
        meter.tell(BurstEnded(now_ms))
        self.place.runtime.call_later(READING_MS, self.place.me, _Read())

    def _wish(self) -> None:
        """Let the user of one charger want another current."""
        charger = self._random.choice(CHARGERS)
        fact = facts.ChargingInfoChanged(
            charger, int(Mode.NORMAL), 0, 0, 100, self._random.randrange(6, 17) * 1_000, 6_000
        )
        self.coordinator.tell(Request(fact, _Noted(fact, self._answered)))


def main() -> None:
    """Run until killed."""
    folder, seed, time = Path(sys.argv[1]), int(sys.argv[2]), FastTime(int(sys.argv[3]))

    def make_log(place: LogDirectory, head: HeaderFields) -> LogWriter:
        return LogWriter(place, head, sync=SyncThread())

    opened = open_home(folder / "log", HEAD, time, make_log)
    home = Home(FastRuntime(time))
    told: list[facts.Fact] = [*opened.facts]
    if not opened.opening.state.chargers:
        told.append(facts.SiteConfigured(0, LIMIT_MA, 3, 0, OnExit.KEEP, METER))
        told += [facts.ChargerConfigured(n, 1, index % 3 + 1, 6_000, 1_000, False) for index, n in enumerate(CHARGERS)]
    home.start(
        [
            Spec(HOME, Coordinator, (opened.opening, Published())),
            Spec(METER, Meter),
            *(Spec(charger, Charger) for charger in CHARGERS),
            Spec(LINK, LiveLink, (folder, seed)),
        ],
        told,
    )
    home.directory[LINK].tell(_Begin())
    home.ending.wait()


if __name__ == "__main__":
    main()
