"""The optimizer end to end: a real socket, the wiring, the actor, the core; and what the wiring translates."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from pykka.messages import ProxyCall

from etm import errors
from etm.powersync_client import PowerSyncClient
from etm.powersync_models import Mode as WireMode
from etm.powersync_transport import Limits
from hems_actors.actors.clock import SystemTime
from hems_actors.actors.directory import HOME, OPTIMIZER, Directory
from hems_actors.actors.optimizer import BACK_OFF_MS_MAX, Means, Memory, Optimizer
from hems_actors.actors.optimizer_port import ChargerAsked, OptimizerError, Question, SetPoint
from hems_actors.actors.published import Published
from hems_actors.actors.runtime import Place
from hems_actors.actors.supervisor import Spec
from hems_actors.actors.threads import ThreadRuntime
from hems_actors.core.enums import Issuer, Mode, Trouble
from hems_actors.core.facts import MeterReading, OptimizerAnswered, OptimizerChanged, Tick
from hems_actors.core.rules import Rule
from hems_actors.daemon.optimizer import MODES, PowerSync, optimizer_spec, trouble_of
from tests.actors.asked import HERE, gone, state_with_chargers
from tests.actors.fakes import PATIENCE_S, START_MS, Recorder
from tests.daemon.optimized import GARAGE, GARAGE_ID, OptimizedHome
from tests.etm.optimizer_server import Answer, Conversation, Request, document, optimizer, serving

VALID_S: Final = 600
QUESTION: Final = Question(
    7,
    START_MS // 1_000,
    20_000,
    MeterReading(3, 0, True, *(None,) * 10),
    None,
    (),
    (
        ChargerAsked(
            GARAGE_ID,
            True,
            True,
            None,
            True,
            6_000,
            None,
            3,
            6_000,
            16_000,
            Mode.ECO_WITH_MIN_CURRENT,
            80,
            None,
            0,
            40,
            52_000,
        ),
    ),
)


def _wants(target_ma: int, phases: int | None = None, uuid: str = GARAGE_ID) -> Answer:
    """Return the answers of an optimizer that always wants this."""

    def points(asked: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"charger": uuid, "targetMa": target_ma, "phases": phases, "validUntilS": asked["atS"] + VALID_S}]

    return optimizer(points)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the optimizer's socket is, or not."""
    return tmp_path / "optimizer.sock"


@pytest.fixture
def home(tmp_path: Path, path: Path) -> Iterator[OptimizedHome]:
    """A home that asks at *path*, in its own time."""
    made = OptimizedHome(tmp_path / "log")
    port = PowerSync(PowerSyncClient(str(path)))
    made.start(Spec(OPTIMIZER, Optimizer, (Means(made.queue.time, made.published, port, Memory()),)))
    yield made
    made.stop()  # again, where a test did to read the log


def _told(home: OptimizedHome, kind: type[Any]) -> list[Any]:
    return [event for event in home.events() if isinstance(event, kind)]


def test_charger_follows_the_answer_within_the_limit(home: OptimizedHome, path: Path) -> None:
    """There is no sun: local rules would leave it off. What the main fuse does not give, the optimizer does not get."""
    with serving(path, _wants(16_000)) as server:
        home.run(120)
        assert home.draws_ma == 16_000
        assert (home.charger.issuer, home.charger.rule) == (Issuer.OPTIMIZER, Rule.OPTIMIZED)

        home.house_ma = 8_000
        home.run(300)
        assert home.draws_ma == 12_000
        server.answer = _wants(7_000)
        home.run(180)
        assert home.draws_ma == 7_000
        server.answer = _wants(0)
        home.run(600)
        assert home.draws_ma == 0


def test_killed_server_leaves_the_home_to_local_rules(home: OptimizedHome, path: Path) -> None:
    """Off for want of sun, with one event, though the question fails in other ways later; back, with another."""
    with serving(path, _wants(10_000)):
        home.run(300)
        assert home.draws_ma == 10_000
    home.run(900)
    assert home.draws_ma == 0
    assert home.charger.issuer != Issuer.OPTIMIZER
    path.unlink()
    home.run(1_200)

    with serving(path, _wants(9_000)):
        home.run(BACK_OFF_MS_MAX // 1_000 + 300)
        assert home.draws_ma == 9_000
    home.stop()
    assert _told(home, OptimizerChanged) == [HERE, gone(Trouble.REFUSED), HERE]


def test_charger_not_named_is_left_to_local_rules(home: OptimizedHome, path: Path) -> None:
    """Long before its last answer ends; nothing is due again and again."""
    with serving(path, _wants(10_000)) as server:
        home.run(200)
        assert home.charger.issuer == Issuer.OPTIMIZER
        server.answer = optimizer(lambda _asked: [])
        home.run(120)
        assert home.charger.issuer != Issuer.OPTIMIZER
    home.stop()

    assert OptimizerAnswered(GARAGE, 0, 0, 0) in _told(home, OptimizerAnswered)
    assert len(_told(home, Tick)) < 50


def test_nonsense_changes_nothing(home: OptimizedHome, path: Path) -> None:
    """Another home's charger, again and again: one event, no answer is recorded."""
    with serving(path, _wants(10_000, uuid="00000000-0000-4000-8000-000000000000")):
        home.run(1_800)
        assert home.draws_ma == 0
    home.stop()

    assert _told(home, OptimizerChanged) == [gone(Trouble.NONSENSICAL)]
    assert _told(home, OptimizerAnswered) == []


def test_site_state_names_what_it_shows(home: OptimizedHome, path: Path) -> None:
    """As INTERFACE.md has it."""
    with serving(path, _wants(10_000)) as server:
        home.run(60)
    health, asked, *_ = server.requests
    state = json.loads(asked.body)

    assert (health.path, asked.path) == ("/health", "/optimize")
    assert list(state) == ["id", "atS", "phaseLimitMa", "meter", "battery", "prices", "chargers"]
    assert state["phaseLimitMa"] == 20_000
    (charger,) = state["chargers"]
    assert (charger["charger"], charger["pluggedIn"], charger["mode"]) == (GARAGE_ID, True, "eco")
    assert (charger["minMa"], charger["maxMa"]) == (6_000, 16_000)


def test_set_point_may_name_a_charger_as_nymea_does(path: Path) -> None:
    """In braces, in capitals; no phases wanted are 0."""
    with serving(path, _wants(10_000, uuid=f"{{{GARAGE_ID.upper()}}}")):
        (point,) = PowerSync(PowerSyncClient(str(path))).ask(QUESTION)

    assert point == SetPoint(GARAGE_ID, 10_000, 0, QUESTION.at_s + VALID_S)


def test_unhealthy_optimizer_is_asked_nothing(path: Path) -> None:
    """Its word at /health counts."""
    with serving(path, document({"status": "unhealthy"})) as server, pytest.raises(OptimizerError) as raised:
        PowerSync(PowerSyncClient(str(path))).ask(QUESTION)

    assert raised.value.trouble == Trouble.REFUSED
    assert len(server.requests) == 1


def test_every_error_has_its_trouble() -> None:
    """And no two the same."""
    kinds = errors.PowerSyncError.__subclasses__()

    assert sorted(trouble_of(kind("x")) for kind in kinds) == sorted(set(Trouble) - {Trouble.NONE})


def test_every_mode_has_its_name() -> None:
    """On the wire."""
    assert set(MODES) == set(Mode)
    assert set(MODES.values()) == set(get_args(WireMode))


def test_optimizer_that_stalls_holds_nothing_up(path: Path) -> None:
    """While a question is open the actor answers, and the runtime stops at once; the time-out is the client's."""
    told, reached, stalls = list[Any](), threading.Event(), threading.Event()
    published = Published()
    published.publish(state_with_chargers())
    runtime, directory = ThreadRuntime(), Directory()

    def answer(conversation: Conversation, _request: Request) -> None:
        stalls.set()
        conversation.stall()

    with serving(path, answer):
        spec = optimizer_spec(SystemTime(), published, str(path), limits=Limits(read_s=1.0))
        runtime.spawn(Recorder, Place(runtime, directory, HOME), told, reached)
        ref = runtime.spawn(spec.behaviour, Place(runtime, directory, spec.source), *spec.args)
        try:
            assert stalls.wait(PATIENCE_S)
            ref.ask(ProxyCall(("ping",), (), {}), timeout=0.9)
            assert reached.wait(PATIENCE_S)
            stalls.clear()
        finally:
            runtime.stop()

    assert (spec.source, told) == (OPTIMIZER, [gone(Trouble.SLOW)])
