"""Decides a log again and says as JSON lines what was decided: run by another interpreter, for `--against`.

Strategy: an older version of this package, that lacks this module, is handed its source; so it uses little, all of it
long known: the log's reader, the replayer, and the core that it is given. Imports stand where they can be missed.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

PROTOCOL = 1
NO_LOG = 3
"""Exit codes: the log cannot be read by this version."""


def main(what: str, path: Path) -> int:
    """Say what *what* asks of the log at *path*, `decisions` or `figures` of a closed loop; return the exit code."""
    from hems_actors.eventlog.errors import LogError, NewerError  # noqa: PLC0415

    try:
        for line in _figures(path) if what == "figures" else _decisions(path):
            sys.stdout.write(json.dumps(line) + "\n")
    except LogError as error:
        sys.stdout.write(json.dumps({"error": str(error), "newer": isinstance(error, NewerError)}) + "\n")
        return NO_LOG
    return 0


def _decisions(path: Path) -> Iterator[dict[str, Any]]:
    """Yield who decides; then, of each fact that outcomes follow from, its number and these; then the end."""
    import hems_actors  # noqa: PLC0415
    from hems_actors.core.rules import RULES  # noqa: PLC0415
    from hems_actors.core.version import LOGIC_VERSION  # noqa: PLC0415
    from hems_actors.eventlog.reader import LogReader  # noqa: PLC0415
    from replay.core import Core  # noqa: PLC0415
    from replay.replayer import Replayer  # noqa: PLC0415

    rules = {int(number): [text[0], list(text[1]), text[2]] for number, text in RULES.items()}
    where = str(Path(hems_actors.__file__).parent.parent)
    yield {"protocol": PROTOCOL, "logic_version": LOGIC_VERSION, "where": where, "rules": rules}
    core = Core()
    heard = _Heard(core.stages)
    with LogReader(path) as log:
        replayer = Replayer(log, Core(stages=heard.stages))
        replayer.run()
        yield from heard.lines
    failed = [[item.seq, str(item.replayed)] for item in replayer.divergences if item.field == "core_failed"]
    yield {"end": True, "failed": failed[:1]}


def _figures(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what the home does in closed loop with this version's core; nothing where it cannot be played."""
    try:
        from replay.whatif.errors import WhatIfError  # noqa: PLC0415
        from replay.whatif.figures import figures_of  # noqa: PLC0415
    except ImportError:
        yield {"figures": None, "why": "that version cannot play a home"}
        return
    try:
        yield {"figures": figures_of(path)}
    except WhatIfError as error:
        yield {"figures": None, "why": str(error)}


class _Heard:
    """Stands where the stages stand and keeps what they say; one that is asked twice of a fact counts once."""

    def __init__(self, stages: Sequence[Callable[[Any], Sequence[Any]]]) -> None:
        self._by_fact: dict[int, dict[int, list[Any]]] = {}
        self.stages = [self._listening(number, stage) for number, stage in enumerate(stages)]

    @property
    def lines(self) -> Iterator[dict[str, Any]]:
        """What was said, by fact."""
        for seq, stages in sorted(self._by_fact.items()):
            said = [item for _, items in sorted(stages.items()) for item in items]
            if said:
                yield {"seq": seq, "said": said}

    def _listening(self, number: int, stage: Callable[[Any], Sequence[Any]]) -> Callable[[Any], Sequence[Any]]:
        def listening(state: Any) -> Sequence[Any]:  # noqa: ANN401 - another version's
            outcomes = stage(state)
            own = self._by_fact.setdefault(state.fact_seq, {})
            own[number] = [_plain(outcome) for outcome in outcomes]
            if not outcomes:
                del own[number]
                if not own:
                    del self._by_fact[state.fact_seq]
            return outcomes

        return listening


def _plain(outcome: Any) -> list[Any]:  # noqa: ANN401 - another version's
    """Return an outcome as its kind's name, its thing's number and its other fields."""
    from hems_actors.eventlog.codec import kind_number  # noqa: PLC0415
    from hems_actors.eventlog.schema import current_schema  # noqa: PLC0415

    return [current_schema()[kind_number(outcome)].name, outcome.source, outcome._asdict()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
