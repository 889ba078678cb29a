"""Signals of one alert: late, twice, and in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.alerts.model.alert_state import STALE_AFTER, AlertState, SignalOutcome
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Signal

BEGAN = datetime(2026, 11, 27, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRING = Signal("DiskFull", "f", is_firing=True, severity=Severity.WARNING, starts_at=BEGAN)
RESOLVED = replace(FIRING, is_firing=False, ends_at=BEGAN + 5 * MINUTE)
AGAIN = replace(FIRING, starts_at=BEGAN + 10 * MINUTE)
NEWEST = BEGAN + 60 * MINUTE
Arrivals = list[tuple[Signal, datetime]]


def receive(arrivals: Arrivals, state: AlertState | None = None) -> tuple[AlertState, list[str]]:
    state, outcomes = state or AlertState(), []
    for signal, at in arrivals:
        state, outcome = state.receive(signal, at)
        outcomes.append(outcome.value)
    return state, outcomes


def shown(state: AlertState) -> object:
    """All that a message says of an alert."""
    return (state.is_firing, state.began_at, state.count, state.last_at, state.severity)


def test_an_episode_opens_repeats_and_is_resolved() -> None:
    arrivals = [(FIRING, BEGAN), (FIRING, BEGAN + 4 * MINUTE), (RESOLVED, BEGAN + 5 * MINUTE)]
    state, outcomes = receive(arrivals[:2])
    assert shown(state) == (True, BEGAN, 2, BEGAN + 4 * MINUTE, Severity.WARNING)
    state, outcomes = receive(arrivals)
    assert outcomes == ["opened", "repeated", "resolved"]
    assert shown(state) == (False, None, 0, None, None)


def test_a_start_that_changes_is_the_same_episode() -> None:
    moved = replace(FIRING, starts_at=BEGAN + MINUTE)
    state, outcomes = receive([(FIRING, BEGAN), (moved, BEGAN + 2 * MINUTE)])
    assert outcomes == ["opened", "repeated"]
    assert (state.began_at, len(state.opened)) == (BEGAN, 1)


def test_a_higher_severity_is_told_apart_and_a_lower_one_is_not() -> None:
    worse = replace(FIRING, severity=Severity.CRITICAL)
    arrivals = [(FIRING, BEGAN), (worse, BEGAN + 2 * MINUTE), (FIRING, BEGAN + 4 * MINUTE)]
    state, outcomes = receive(arrivals)
    assert outcomes == ["opened", "worsened", "repeated"]
    assert state.severity is Severity.CRITICAL


def test_late_signals_change_nothing_that_is_shown() -> None:
    state, outcomes = receive([(RESOLVED, BEGAN + 6 * MINUTE), (FIRING, BEGAN + 7 * MINUTE)])
    assert outcomes == ["outdated", "outdated"]
    assert not state.is_firing


@pytest.mark.parametrize(("seconds", "second"), [(59, "duplicate"), (60, "repeated")])
def test_equal_signals_within_a_minute_are_one(seconds: int, second: str) -> None:
    _, outcomes = receive([(FIRING, BEGAN), (FIRING, BEGAN + timedelta(seconds=seconds))])
    assert outcomes == ["opened", second]


def test_signals_without_times_begin_and_end_when_they_arrive() -> None:
    firing = replace(FIRING, starts_at=None)
    resolved = replace(firing, is_firing=False)
    arrivals = [(firing, BEGAN), (resolved, BEGAN + MINUTE), (firing, BEGAN + 2 * MINUTE)]
    state, outcomes = receive(arrivals)
    assert outcomes == ["opened", "resolved", "opened"]
    assert state.began_at == BEGAN + 2 * MINUTE


def test_an_alert_that_is_not_reported_for_a_day_is_stale() -> None:
    state, _ = receive([(FIRING, BEGAN)])
    assert not state.is_stale(BEGAN + STALE_AFTER - MINUTE)
    assert state.is_stale(BEGAN + STALE_AFTER)
    over = state.expire()
    assert not over.is_firing
    assert not over.is_stale(BEGAN + 2 * STALE_AFTER)


@pytest.mark.parametrize("starts_at", [BEGAN, BEGAN + STALE_AFTER + MINUTE])
def test_a_stale_alert_that_is_reported_again_fires_again(starts_at: datetime) -> None:
    """Alertmanager was down for a day: what still fires has its old ``startsAt``."""
    over = receive([(FIRING, BEGAN)])[0].expire()
    later = BEGAN + STALE_AFTER + MINUTE
    again, outcome = over.receive(replace(FIRING, starts_at=starts_at), later)
    assert (outcome, again.is_firing) == (SignalOutcome.OPENED, True)
    assert again.receive(replace(RESOLVED, ends_at=later), later)[1] is SignalOutcome.RESOLVED


def test_three_episodes_in_an_hour_are_flapping() -> None:
    state = AlertState()
    for number in range(3):
        assert not state.is_flapping(BEGAN + 20 * number * MINUTE)
        began = BEGAN + 20 * number * MINUTE
        state, _ = state.receive(replace(FIRING, starts_at=began), began)
        ended = began + 5 * MINUTE
        state, _ = state.receive(replace(RESOLVED, starts_at=began, ends_at=ended), ended)
    assert state.is_flapping(BEGAN + 45 * MINUTE)
    assert not state.is_flapping(BEGAN + 61 * MINUTE)


def test_every_order_of_an_outage_ends_in_the_same_state() -> None:
    """See it fail: keep a count, or the first begin, of the episode instead of its firings."""
    signals = [FIRING, FIRING, RESOLVED, AGAIN, AGAIN]
    states = set()
    for order in permutations(range(5)):
        # Equal signals arrive two minutes apart, so that none is a duplicate.
        state, _ = receive([(signals[at], NEWEST + 2 * k * MINUTE) for k, at in enumerate(order)])
        states.add((state.is_firing, state.began_at, state.count, state.severity))
    assert states == {(True, AGAIN.starts_at, 2, Severity.WARNING)}


MINUTES = st.integers(0, 30).map(lambda minutes: BEGAN + minutes * MINUTE)
SIGNALS = st.builds(
    lambda starts_at, severity: replace(FIRING, starts_at=starts_at, severity=severity),
    MINUTES,
    st.sampled_from(Severity),
) | st.builds(lambda ends_at: replace(RESOLVED, ends_at=ends_at), MINUTES)


@given(
    st.lists(SIGNALS, max_size=8).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(some))
    )
)
def test_any_two_orders_of_any_signals_end_in_the_same_state(
    orders: tuple[list[Signal], list[Signal]],
) -> None:
    ends = []
    for order in orders:
        state, _ = receive([(signal, NEWEST + 2 * k * MINUTE) for k, signal in enumerate(order)])
        ends.append((state.is_firing, state.began_at, state.count, state.severity))
    assert ends[0] == ends[1]
