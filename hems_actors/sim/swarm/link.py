"""The simulated link of a swarm: it begins again by itself when it was started anew, and is watched."""

from collections.abc import Callable

from hems_actors.actors.messages import Call
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.sim.build import Stage
from hems_actors.sim.link import Begin, SimLink
from hems_actors.sim.swarm.failures import Garbage


def watched_link(judge: Callable[[Call], None], is_second: Callable[[Place], bool]) -> type[Behaviour]:
    """Return a link that *judge* is told of each call of, before it is carried out.

    Args:
        judge: what it raises is not caught.
        is_second: says whether there was a link before in this process: then nobody else tells it to begin.
    """

    class SwarmLink(SimLink):
        def __init__(self, place: Place, stage: Stage) -> None:
            super().__init__(place, stage)
            self._again = is_second(place)

        def on_start(self) -> None:
            if self._again:
                self.place.me.tell(Begin())

        def on_receive(self, message: object) -> None:
            if isinstance(message, Garbage):
                raise TypeError("a message that nobody can read")
            if isinstance(message, Call):
                judge(message)
            super().on_receive(message)  # type: ignore[arg-type] # whatever it is told

    return SwarmLink
