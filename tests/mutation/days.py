"""Days recorded with the core as it is, and played again with a mutant: `python -m tests.mutation.days FOLDER [again]`.

The built-in day, all scenarios of the tests whose data is there, and some random days with faults.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hems_actors.sim.build import Stage, build
from hems_actors.sim.demo import BUILT_IN, play_to
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.random_home import random_scenario
from hems_actors.sim.scenario import read_scenario
from tests.sim.transcript import SCENARIOS

RANDOM_DAYS: Final = 3


def days() -> Iterator[tuple[str, Stage]]:
    """Yield name and stage of each day; one whose measured data is missing is passed over."""
    for path in (*sorted(SCENARIOS.glob("*.toml")), BUILT_IN):
        try:
            yield path.stem, build(*read_scenario(path))
        except ScenarioError as error:
            if "no such file" not in str(error):
                raise
    for seed in range(RANDOM_DAYS):
        yield f"random_{seed}", build(random_scenario(seed))


def record(folder: Path) -> None:
    """Play all days into logs in *folder*."""
    folder.mkdir()
    for name, stage in days():
        play_to(stage, folder / f"{name}.msgpack", [])


def first_other(recorded: Path, scratch: Path) -> str | None:
    """Return the first day that, played into *scratch*, gives another log than the one in *recorded*, or None."""
    for name, stage in days():
        log = scratch / f"{name}.msgpack"
        play_to(stage, log, [])
        same = log.read_bytes() == (recorded / log.name).read_bytes()
        log.unlink()
        if not same:
            return name
    return None


def logs(folder: Path) -> list[Path]:
    """Return the logs in *folder*, the small ones first: most differences show there already."""
    return sorted(folder.glob("*.msgpack"), key=lambda path: (path.stat().st_size, path.name))


def main() -> int:
    """Record, or compare; exit 1 if a day differs."""
    folder = Path(sys.argv[1])
    if sys.argv[2:] != ["again"]:
        record(folder)
        return 0
    other = first_other(folder, Path.cwd())
    if other is not None:
        sys.stdout.write(f"{other} played again is another log\n")
    return int(other is not None)


if __name__ == "__main__":
    sys.exit(main())
