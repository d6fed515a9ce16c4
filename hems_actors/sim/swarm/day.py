"""A swarm's day: a scenario, and what happens to the machine meanwhile; kept as one readable file."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError

from hems_actors.config.table import Table
from hems_actors.core import facts
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.scenario import Scenario
from hems_actors.sim.swarm.toml_text import toml_text

FACTS: Final = {
    kind.__name__: kind
    for kind in (
        facts.Tick,
        facts.Restarted,
        facts.LinkChanged,
        facts.MeterReading,
        facts.ChargerReported,
        facts.ActionSent,
        facts.ActionAnswered,
    )
}
"""Those that a core may be made to fail on."""

FactName = Literal[
    "Tick", "Restarted", "LinkChanged", "MeterReading", "ChargerReported", "ActionSent", "ActionAnswered"
]
DISK: Final = ("disk_slow", "disk_full", "disk_read_only", "disk_fails")
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class Happening(Table):
    """`[[happenings]]`: something happens to the machine, or in it, `at_s` after the start.

    | kind | what | with |
    |---|---|---|
    | kill | the process dies at once | lasts_s until it is started again |
    | power_cut | the machine does | lasts_s |
    | disk_slow | each sync takes longer | lasts_s, delay_s |
    | disk_full, disk_read_only, disk_fails | writes fail; everything does; syncs do | lasts_s |
    | wall_clock | it is set | ahead_s of the true time |
    | core_fails | the core raises on the next facts of a kind | fact, step, times |
    | poison | a device's fact comes that the state cannot take | |
    | crash | an actor dies | thing: meter, battery, link or a charger's name |
    """

    kind: Literal[
        "kill",
        "power_cut",
        "disk_slow",
        "disk_full",
        "disk_read_only",
        "disk_fails",
        "wall_clock",
        "core_fails",
        "poison",
        "crash",
    ]
    at_s: Seconds
    lasts_s: Seconds = 0
    delay_s: Seconds = 0
    ahead_s: float = 0
    fact: FactName = "MeterReading"
    step: Literal["evolve", "conclude", "look_ahead"] = "evolve"
    times: Annotated[int, Field(ge=1, le=5)] = 1
    thing: str = "link"


class Day(Table):
    """What is played: the scenario's `[[changes]]` are requests of a user, who waits for the answers."""

    scenario: Scenario
    happenings: list[Happening] = Field(default_factory=list)


def save(day: Day, path: Path) -> None:
    """Write *day* to the file *path*."""
    path.write_text(toml_text(day.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True)), "utf-8")


def load(path: Path) -> Day:
    """Return the day in the file *path*.

    Raises:
        ScenarioError: it cannot be read, or holds no day.
    """
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        return Day.model_validate(tables)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise ScenarioError(f"{path}: cannot be played as a day: {first}: write it with --only's own format") from error
