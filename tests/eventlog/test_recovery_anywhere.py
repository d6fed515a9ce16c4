"""Recovery at any place a log may end or be damaged at: always a state that the events recorded explain."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hems_actors.core import facts
from hems_actors.eventlog.recovery import recover
from tests.core.home import Home
from tests.core.wild import wild_homes
from tests.eventlog.logs import frames_of, reading
from tests.eventlog.recordings import GARAGE, HOME, Recording, again, begin_home, fingerprint, spoil

FRAMES: Final = st.lists(
    st.one_of(
        st.just(None),
        st.lists(
            st.one_of(
                st.integers(-5_000, 5_000).map(reading),
                st.sampled_from((facts.Tick(0), facts.LinkChanged(0, up=True), facts.LinkChanged(0, up=False))),
                st.integers(0, 1).map(lambda mode: facts.ChargingInfoChanged(GARAGE, mode, 0, 0, 0, 0, 0)),
                st.builds(facts.ClockOffset, st.just(0), st.integers(-9, 9)),
            ),
            min_size=1,
            max_size=4,
        ),
    ),
    min_size=3,
    max_size=14,
)
"""None = a snapshot."""


@contextmanager
def recording(frames: list[list[facts.Fact] | None], *, starts: int = 1) -> Iterator[Recording]:
    """Yield a recording of *frames*, in as many segments as there are *starts*; it holds what was after each event."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        home = begin_home(directory)
        for number, frame in enumerate(frames):
            if frame is None:
                home.snapshot()
            else:
                home.tell(*frame)
            if number % len(frames) == len(frames) // starts and starts > 1:
                home.die()
                after = home.after
                home = again(directory)
                home.after |= after
        home.die()
        yield home


@given(FRAMES, st.integers(1, 2), st.floats(0, 1))
@settings(max_examples=80, deadline=None)
def test_cut_at_any_byte(frames: list[list[facts.Fact] | None], starts: int, where: float) -> None:
    """The state is that after the last whole frame, and nothing counts as lost."""
    with recording(frames, starts=starts) as home:
        data = home.path.read_bytes()
        first = frames_of(home.path)
        cut = round(where * len(data))
        home.path.write_bytes(data[:cut])
        found = recover(home.path.parent, HOME)

        assert found.loss is None
        assert fingerprint(found.state) == fingerprint(home.after[found.state.seq])
        whole = [part for part in first if part.end <= cut]
        assert (found.previous is not None) == (starts > 1 or bool(whole))


@given(FRAMES, st.data())
@settings(max_examples=80, deadline=None)
def test_damage_anywhere(frames: list[list[facts.Fact] | None], data: st.DataObject) -> None:
    """Behind the last good snapshot the state is that before the damage, but for settings; elsewhere nothing lacks."""
    with recording(frames) as home:
        parts = frames_of(home.path)
        number = data.draw(st.integers(1, len(parts) - 1))
        spoil(home.path, number)
        found = recover(home.path.parent, HOME)
        own = found.state

        if found.loss is None:
            assert fingerprint(own) == fingerprint(home.state)
        else:
            first, last = found.loss
            before = home.after[first - 1]
            assert last == max(own.seq, first)
            assert (own.meter, own.site.link_up) == (before.meter, before.site.link_up)


@given(wild_homes())
@settings(max_examples=8, deadline=None)
def test_any_home(home: Home) -> None:
    """Whatever state a home is in, a start finds it again."""
    state = home.state
    with TemporaryDirectory() as name:
        directory = Path(name)
        first = Recording(directory)
        first.state = state
        first.log.next_seq = state.seq + 1
        first.snapshot()
        first.tell(facts.Tick(0))
        first.die()

        assert fingerprint(recover(directory, HOME).state) == fingerprint(state)
