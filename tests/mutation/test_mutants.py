"""The mutants are those promised, and the judge tells the dead from the living."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from hems_actors.sim.scenario import read_scenario
from tests.mutation.__main__ import PYTEST, ROOT
from tests.mutation.judge import TIME_OUT, Judge, Trial, copy_project, measure
from tests.mutation.mutants import Mutant, draw, find_sites
from tests.sim.transcript import SCENARIOS

UNITS = "hems_actors/core/units.py"
LIMIT_S = 120

PLACES = [
    pytest.param("x = a < b", [("<", ("<=", ">="))], id="less"),
    pytest.param("x = a <= b < c", [("<=", ("<", ">")), ("<", ("<=", ">="))], id="chain"),
    pytest.param("x = a == b != c", [("==", ("!=",)), ("!=", ("==",))], id="equal"),
    pytest.param("x = a is not None", [("is not", ("is",))], id="is not"),
    pytest.param("x = (a) not  in (  # in\n b)", [("not  in", ("in",))], id="not in, with brackets and a comment"),
    pytest.param("x = True", [("True", ("False",))], id="flag"),
    pytest.param("x = 0", [("0", ("1", "(-1)"))], id="zero"),
    pytest.param("x = 2", [("2", ("3", "1"))], id="small number"),
    pytest.param("x = 1_000", [("1_000", ("1001", "999", "2000"))], id="large number"),
    pytest.param("'é'; x = 7", [("7", ("8", "6"))], id="after a letter of two bytes"),
    pytest.param('"""Doc 1 < 2."""', [], id="docstring"),
    pytest.param("class A(IntEnum):\n    B = 1", [], id="code"),
    pytest.param("def f(a: Literal[1], b: int = 2) -> Literal[3]: ...", [("2", ("3", "1"))], id="annotations"),
    pytest.param("x: Literal[1] = 2", [("2", ("3", "1"))], id="annotated name"),
]


@pytest.mark.parametrize(("source", "places"), PLACES)
def test_places(source: str, places: list[tuple[str, tuple[str, ...]]]) -> None:
    """What can be changed, and into what."""
    raw = source.encode()

    assert [(raw[site.start : site.end].decode(), site.others) for site in find_sites(raw)] == places


def test_the_numbers_of_kinds_stay() -> None:
    """They are names in every log."""
    source = (ROOT / "hems_actors/core/registry.py").read_bytes()

    assert not [site for site in find_sites(source, names_in_the_log=True) if source[site.start : site.end].isdigit()]


def test_same_seed_same_mutants() -> None:
    """Another seed draws others; none is of a place that another one has."""
    drawn, places = draw(ROOT, 200, 1)

    assert draw(ROOT, 200, 1) == (drawn, places)
    assert draw(ROOT, 20, 1)[0] == drawn[:20]
    assert draw(ROOT, 200, 2)[0] != drawn
    assert len({(mutant.file, mutant.start) for mutant in drawn}) == 200 < places


def test_a_mutant_is_one_other_node_of_valid_code() -> None:
    """It parses, and its tree differs in one place."""
    for mutant in draw(ROOT, 60, 1)[0]:
        source = (ROOT / mutant.file).read_bytes()
        nodes, others = (list(ast.walk(ast.parse(text))) for text in (source, mutant.apply(source)))

        assert abs(len(others) - len(nodes)) in (0, 2)  # (-1) is a number with a sign: two nodes more
        assert ast.dump(nodes[0]) != ast.dump(others[0])


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return two copies of the project, beside a recorded log."""
    folder = tmp_path_factory.mktemp("mutation")
    (folder / "logs").mkdir()
    play_to(build(*read_scenario(SCENARIOS / "meter_slow.toml")), folder / "logs" / "day.msgpack", [])
    return copy_project(ROOT, folder / "original"), copy_project(ROOT, folder / "tree")


def mutant_of(original: Path, file: str, text: str, before: str, after: str) -> Mutant:
    """Return the mutant of *file* that changes *before*, which ends *text*."""
    source = (original / file).read_bytes()
    end = source.index(text.encode()) + len(text.encode())
    return Mutant(file, source.count(b"\n", 0, end) + 1, end - len(before), end, before, after)


def judge_of(trees: tuple[Path, Path], trial: Trial, limits_s: Mapping[str, float] | None = None) -> Judge:
    """Return a judge with one trial."""
    return Judge(*trees, (trial,), limits_s or {trial.name: LIMIT_S})


VERDICTS = [
    pytest.param("-power_w * 10_000", "10_000", "10_001", "units", id="seen by a test: killed"),
    pytest.param("if power_w >=", ">=", ">", None, id="equivalent, as 0 is its own negative: survives"),
]


@pytest.mark.parametrize(("text", "before", "after", "killed_by"), VERDICTS)
def test_verdict(trees: tuple[Path, Path], text: str, before: str, after: str, killed_by: str | None) -> None:
    """Killed by the first trial that fails; the tree is afterwards as it was."""
    judge = judge_of(trees, Trial("units", (*PYTEST, "tests/core/test_units.py")))

    assert judge.judge(mutant_of(trees[0], UNITS, text, before, after)).killed_by == killed_by
    assert (trees[1] / UNITS).read_bytes() == (ROOT / UNITS).read_bytes()


def test_a_mutant_without_end_is_ended(trees: tuple[Path, Path]) -> None:
    """Too long is killed."""
    code = "from hems_actors.core.units import phase_count\nwhile phase_count(1) == 2: pass"
    judge = judge_of(trees, Trial("loop", ("-c", code)), {"loop": 0.5})
    mutant = mutant_of(trees[0], UNITS, "return mask.bit_count()", "mask.bit_count()", "2")

    assert judge.judge(mutant)[:2] == ("loop", TIME_OUT)


CYCLES = [
    pytest.param(("clip.py", "RAISE_MA_MAX: Final = 5_000", "5_000", "4_000"), True, id="decides otherwise"),
    pytest.param(("store_outcomes.py", "health_at_ms = state.at_ms", "at_ms", "seq"), False, id="stores otherwise"),
    pytest.param(("surplus.py", "START_MS: Final = 60", "60", "30"), None, id="the same: the day has no surplus"),
]


@pytest.mark.parametrize(("change", "decides"), CYCLES)
def test_first_cycle(trees: tuple[Path, Path], change: tuple[str, str, str, str], decides: bool | None) -> None:
    """Replay names the cycle in which two cores side by side first differ."""
    logs = trees[0].parent / "logs"
    judge = judge_of(trees, Trial("logs", ("-m", "tests.mutation.lockstep", str(trees[0]), str(logs)), compares=True))
    name, *text = change
    found = judge.judge(mutant_of(trees[0], f"hems_actors/core/{name}", *text)).compared

    assert found is not None
    assert found.get("lockstep") == found.get("replay")
    assert (found["log"] and found["lockstep"]["decision"] is not None) == decides


def test_what_fails_without_a_mutant_is_said(trees: tuple[Path, Path]) -> None:
    """Otherwise every mutant would count as killed."""
    with pytest.raises(RuntimeError, match="broken fails without a mutant"):
        measure(trees[1], [Trial("broken", ("-c", "raise SystemExit(1)"))])
