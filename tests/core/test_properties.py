"""Whatever happens to a home, these hold."""

from hypothesis import HealthCheck, given, settings

from hems_actors.core.engine import next_due_ms
from hems_actors.core.enums import Closing, What
from hems_actors.core.evolve import evolve
from hems_actors.core.facts import Tick
from hems_actors.core.outcomes import ActionClosed, ActionIntended, SetPointDecided
from hems_actors.core.restore import restored_events
from hems_actors.core.rules import RULES
from hems_actors.core.state import State
from hems_actors.core.units import CURRENT_MA_MIN
from tests.core.home import Home
from tests.core.wild import wild_homes

ANYTHING = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@ANYTHING
@given(wild_homes())
def test_the_restored_state_is_the_state(home: Home) -> None:
    """The restore events of any state, folded over an empty one, are that state."""
    again = State()
    for event in restored_events(home.state):
        evolve(again, home.state.seq, home.state.at_ms, event)

    assert again == home.state
    assert restored_events(again) == restored_events(home.state)
    assert again.on_surplus == home.state.on_surplus


@ANYTHING
@given(wild_homes())
def test_a_restored_home_decides_as_the_one_that_lived_on(home: Home) -> None:
    """What follows the next reading is the same in a restored home, and it is due again at the same instant."""
    home.obedient.clear()
    again = Home()
    again.state = State()
    for event in restored_events(home.state):
        evolve(again.state, home.state.seq, home.state.at_ms, event)
    again.now_ms = home.now_ms

    assert next_due_ms(again.state) == next_due_ms(home.state)
    for amps in (26, 26, -15, 5):
        assert again.amps(amps, 5, 0) == home.amps(amps, 5, 0)
        assert again.tell(Tick(0)) == home.tell(Tick(0))
    assert again.state == home.state


@ANYTHING
@given(wild_homes())
def test_one_action_is_in_flight_but_for_reductions(home: Home) -> None:
    """Only a reduction is sent while another action of the same charger is open."""
    open_actions: dict[int, int] = {}
    for seq, _at_ms, outcome in home.noted:
        if isinstance(outcome, ActionClosed) and open_actions.get(outcome.source) == outcome.action_seq:
            del open_actions[outcome.source]
        elif isinstance(outcome, ActionIntended):
            assert outcome.reduces or outcome.source not in open_actions
            open_actions[outcome.source] = seq


@ANYTHING
@given(wild_homes())
def test_a_reduction_is_never_given_up(home: Home) -> None:
    """Whatever the device answers, no reduction ends in `gave_up`."""
    reductions = {
        noted.seq for noted in home.noted if isinstance(noted.outcome, ActionIntended) and noted.outcome.reduces
    }
    given_up = {closed.action_seq for closed in home.all_of(ActionClosed) if closed.closing == Closing.GAVE_UP}

    assert given_up & reductions == set()


@ANYTHING
@given(wild_homes())
def test_nothing_between_0_and_6_a_is_ever_written(home: Home) -> None:
    """A current written or decided is 0 or at least 6 A, and on the charger's step grid."""
    written = [(action.source, action.value) for action in home.all_of(ActionIntended) if action.what == What.CURRENT]
    decided = [(point.source, point.current_ma) for point in home.all_of(SetPointDecided) if point.on]
    for source, current_ma in written + decided:
        assert current_ma >= CURRENT_MA_MIN, home.line(source)
        assert current_ma % home.state.chargers[source].config.step_ma == 0


@ANYTHING
@given(wild_homes())
def test_the_next_tick_is_always_ahead(home: Home) -> None:
    """A home is always due again, and never now: no tick can chase itself."""
    assert next_due_ms(home.state) > home.state.at_ms


@ANYTHING
@given(wild_homes())
def test_operands_are_named(home: Home) -> None:
    """A decision carries as many operands as its rule names, or none; each comes from an event that was before it."""
    for seq, _at_ms, outcome in home.noted:
        if isinstance(outcome, SetPointDecided):
            operands = outcome.operands
            assert len(operands) in (0, 2 * len(RULES[outcome.rule].operands)), outcome
            assert all(0 <= origin < seq for origin in operands[1::2]), outcome
