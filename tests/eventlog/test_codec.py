"""Events and rows: round trips, and files written with other versions of a kind."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core import facts, outcomes
from hems_actors.core.registry import KINDS, Event
from hems_actors.core.restored import Restored
from hems_actors.eventlog.codec import Decoder, Vocabulary, kind_number, row_of
from hems_actors.eventlog.errors import LogError, NewerError, SchemaError
from hems_actors.eventlog.schema import KindSchema, Schema, current_schema, field_of
from hems_actors.eventlog.upcast import UPCASTS, Upcast

INTS = st.integers(-(2**31), 2**31)
VALUES = st.none() | st.booleans() | INTS | st.lists(INTS, max_size=4).map(tuple)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Return any event, of any kind."""
    kind = draw(st.sampled_from([*KINDS.values(), Restored]))
    if kind is Restored:
        part = draw(st.sampled_from([kind for kind in current_schema() if kind >= 200])) - 200
        width = len(current_schema()[part + 200].fields)
        return Restored(draw(INTS), part, tuple(draw(VALUES) for _ in range(width)))
    fields = tuple(draw(VALUES) for _ in kind._fields[1:])
    return kind(draw(INTS), *fields)  # type: ignore[arg-type]


@given(st.lists(events(), max_size=5))
def test_round_trip(given_events: list[Event]) -> None:
    """Events become rows, bytes, rows and the same events again, classes included."""
    rows = msgpack.unpackb(msgpack.packb([row_of(event, 5) for event in given_events]), use_list=False)
    decoded = Decoder(current_schema()).events(rows)

    assert decoded == given_events
    assert [type(event) for event in decoded] == [type(event) for event in given_events]
    assert [row[:3:2] for row in rows] == [(kind_number(event), 5) for event in given_events]


class Thing(NamedTuple):
    """A kind only this test knows, in version 2."""

    source: int
    power_w: int
    current_ma: int = 6000
    on: bool = False


def kind(version: int, *fields: str) -> KindSchema:
    """Return the schema of a thing."""
    return KindSchema("thing", version, tuple(map(field_of, fields)))


OURS: Schema = {
    1: kind(2, "power_w", "current_ma", "on"),
    200: KindSchema("part", 2, (field_of("a_w"), field_of("b_w"))),
}
STEPS: Mapping[tuple[int, int], Upcast] = {
    (1, 1): lambda values: (values[0], values[1] * 1000, 0),
    (200, 1): lambda values: (values[0], values[1], -1),
}
KNOWN = Vocabulary({1: Thing}, OURS, STEPS)

READS: list[Any] = [
    pytest.param(kind(2, "power_w", "current_ma", "on"), (5, 7, True), Thing(9, 5, 7, True), id="same"),
    pytest.param(kind(2, "power_w", "current_ma"), (5, 7), Thing(9, 5, 7), id="one field fewer"),
    pytest.param(kind(2, "power_w"), (5,), Thing(9, 5), id="two fields fewer"),
    pytest.param(kind(1, "power_kw"), (5,), Thing(9, 5000, 0), id="older version"),
]


@pytest.mark.parametrize(("theirs", "values", "event"), READS)
def test_other_versions(theirs: KindSchema, values: tuple[int, ...], event: Thing) -> None:
    """Fewer trailing fields take their defaults, an older version goes through its upcast."""
    decoded = Decoder({1: theirs}, KNOWN).events([(1, 9, 0, *values)])

    assert decoded == [event]
    assert type(decoded[0]) is Thing


PARTS: list[Any] = [
    pytest.param(2, ("a_w", "b_w"), (1, 2), id="same"),
    pytest.param(2, ("a_w",), (1,), id="one field fewer: the core knows what then"),
    pytest.param(1, ("a_w",), (1, -1), id="older version"),
]


@pytest.mark.parametrize(("version", "fields", "values"), PARTS)
def test_other_versions_of_a_part(version: int, fields: tuple[str, ...], values: tuple[int, ...]) -> None:
    """Restore events evolve as other events do."""
    theirs = KindSchema("part", version, tuple(map(field_of, fields)))
    decoded = Decoder({200: theirs}, KNOWN).events([(200, 9, 0, *range(1, len(fields) + 1))])

    assert decoded == [Restored(9, 0, values)]


REFUSALS: list[Any] = [
    pytest.param(2, kind(1, "power_w"), NewerError, r"kind 2 \(thing\) is unknown", id="unknown kind"),
    pytest.param(1, kind(3, "power_w"), NewerError, "a version newer than 2", id="newer version"),
    pytest.param(1, kind(2, "power_w", "current_ma", "on", "x"), NewerError, "fields unknown", id="more fields"),
    pytest.param(1, kind(2, "current_ma", "power_w"), SchemaError, "other fields", id="other order"),
    pytest.param(1, kind(2, "power_w", "current_a"), SchemaError, "other fields", id="other unit"),
    pytest.param(1, kind(2), SchemaError, "lacks power_w", id="a field without default missing"),
    pytest.param(1, kind(0, "x"), SchemaError, "version 0: no way to read it", id="no upcast"),
]


@pytest.mark.parametrize(("number", "theirs", "error", "text"), REFUSALS)
def test_refused_where_it_occurs(number: int, theirs: KindSchema, error: type[LogError], text: str) -> None:
    """A kind that cannot be read is refused by its number and name, but only where it occurs."""
    decoder = Decoder({number: theirs, 200: OURS[200]}, KNOWN)

    assert decoder.events([(200, 9, 0, 1, 2)]) == [Restored(9, 0, (1, 2))]
    with pytest.raises(error, match=text):
        decoder.events([(number, 9, 0, *theirs.fields)])


def test_charging_info_of_version_1() -> None:
    """Logs from before deadlines: none, and nothing is bought."""
    values = (10, 1, 60, 0, 80, 16_000, 6_000)

    assert facts.ChargingInfoChanged(*UPCASTS[13, 1](values)) == facts.ChargingInfoChanged(*values)


def test_every_older_version_has_an_upcast() -> None:
    """A kind in version n is read from all versions before it."""
    wanted = {(number, old) for number, schema in current_schema().items() for old in range(1, schema.version)}

    assert set(UPCASTS) == wanted


def test_kind_names_and_units() -> None:
    """The schema says what fields mean by their names."""
    schema = current_schema()

    assert schema[22].name == "meter_reading"
    assert [tuple(field) for field in schema[140].fields[:4]] == [
        ("on", "", 1),
        ("current_ma", "A", 1000),
        ("phases", "", 1),
        ("target_ma", "A", 1000),
    ]
    assert schema[101].fields == (field_of("action_seq"), field_of("closing"))
    assert (KINDS[22], KINDS[140]) == (facts.MeterReading, outcomes.SetPointDecided)
