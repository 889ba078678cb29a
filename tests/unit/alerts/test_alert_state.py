"""Signals of one alert: late, twice, and in any order."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.alerts.adapters.stored_json import load_state, stored_state
from mara.alerts.model.alert_state import SEEN_MAX, STALE_AFTER, AlertState, SignalOutcome
from mara.alerts.model.firing import FIRINGS_MAX
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import CLOCK_AHEAD_MAX, Signal
from mara.platform.schema import dump_json

BEGAN = datetime(2026, 11, 27, 3, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
FIRING = Signal("DiskFull", "f", is_firing=True, severity=Severity.WARNING, starts_at=BEGAN)
RESOLVED = replace(FIRING, is_firing=False, ends_at=BEGAN + 5 * MINUTE)
AGAIN = replace(FIRING, starts_at=BEGAN + 10 * MINUTE)
DOWN = replace(FIRING, starts_at=None)
UP = replace(DOWN, is_firing=False)
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


@pytest.mark.parametrize("pause", [SECOND, MINUTE, 5 * MINUTE])
def test_signals_without_times_begin_and_end_when_they_arrive(pause: timedelta) -> None:
    """See it fail: compare a signal with others than the last one."""
    arrivals = [(DOWN, BEGAN), (UP, BEGAN + pause), (DOWN, BEGAN + 2 * pause)]
    state, outcomes = receive(arrivals)
    assert outcomes == ["opened", "resolved", "opened"]
    assert (state.began_at, state.count) == (BEGAN + 2 * pause, 1)


@pytest.mark.parametrize("times", [{}, {"starts_at": BEGAN}])
@pytest.mark.parametrize(
    "change", [{"severity": Severity.CRITICAL}, {"description": "99 %"}, {"labels": {"disk": "b"}}]
)
def test_what_says_something_else_within_a_minute_is_another_signal(
    times: dict[str, Any], change: dict[str, Any]
) -> None:
    first = replace(DOWN, description="80 %", **times)
    second = replace(first, **change)
    state, outcomes = receive([(first, BEGAN), (second, BEGAN + SECOND), (second, BEGAN + SECOND)])
    assert outcomes == ["opened", "worsened" if "severity" in change else "repeated", "duplicate"]
    assert (state.severity, state.count) == (second.severity, 2)


def test_two_senders_that_deliver_an_outage_each_end_it_once() -> None:
    """A cluster of two, the second of which is late: what has times is the same for a minute."""
    signals = [FIRING, RESOLVED, FIRING, RESOLVED, AGAIN, RESOLVED, AGAIN]
    state, outcomes = receive([(one, NEWEST + n * SECOND) for n, one in enumerate(signals)])
    assert [one for one in outcomes if one != "duplicate"] == ["opened", "resolved", "opened"]
    assert (state.is_firing, state.count) == (True, 1)


def test_a_repeat_without_a_time_goes_on_with_what_is_open() -> None:
    arrivals = [(DOWN, BEGAN + n * MINUTE) for n in range(1000)]
    state, outcomes = receive(arrivals)
    assert outcomes == ["opened", *["repeated"] * 999]
    assert (len(state.firings), state.count, state.began_at) == (1, 1000, BEGAN)


def test_the_first_time_that_is_named_is_that_of_a_firing_without_one() -> None:
    """Each alone leaves the other open: an end by its clock, a firing by arrival."""
    named = replace(DOWN, starts_at=BEGAN - 3 * MINUTE)
    state, _ = receive([(DOWN, BEGAN), (named, BEGAN + MINUTE), (DOWN, BEGAN + 2 * MINUTE)])
    assert (state.began_at, state.count) == (named.starts_at, 3)
    ended = replace(UP, ends_at=BEGAN - MINUTE)
    assert state.receive(ended, BEGAN + 3 * MINUTE)[1] is SignalOutcome.RESOLVED


def test_a_resolved_that_names_a_beginning_ends_it_and_no_later_one() -> None:
    first, second = BEGAN - 2 * MINUTE, BEGAN - 30 * SECOND
    arrivals = [
        (replace(DOWN, starts_at=first), BEGAN - MINUTE),
        (replace(UP, starts_at=first), BEGAN),
        (replace(DOWN, starts_at=second), BEGAN + SECOND),
        (replace(UP, starts_at=first), BEGAN + 2 * MINUTE),
    ]
    state, outcomes = receive(arrivals)
    assert outcomes == ["opened", "resolved", "opened", "outdated"]
    assert (state.began_at, state.count) == (second, 1)


def test_a_firing_after_an_end_without_a_time_opens_an_episode_unless_it_is_the_same() -> None:
    later = replace(FIRING, starts_at=BEGAN + SECOND)
    arrivals = [
        (FIRING, BEGAN + MINUTE),
        (UP, BEGAN + 2 * MINUTE),
        (FIRING, BEGAN + 3 * MINUTE),
        (later, BEGAN + 4 * MINUTE),
    ]
    assert receive(arrivals)[1] == ["opened", "resolved", "outdated", "opened"]


@pytest.mark.parametrize("ahead", [timedelta(0), 2 * MINUTE, 3 * 60 * MINUTE, 365 * STALE_AFTER])
@pytest.mark.parametrize("named", [("starts_at",), ("ends_at",), ("starts_at", "ends_at")])
def test_a_clock_that_is_ahead_neither_keeps_an_alert_open_nor_hides_the_next_one(
    ahead: timedelta, named: tuple[str, ...]
) -> None:
    began, ended = BEGAN + ahead, BEGAN + MINUTE + ahead
    end: dict[str, Any] = {"starts_at": began, "ends_at": ended}
    arrivals = [
        (replace(DOWN, starts_at=began), BEGAN),
        (replace(UP, **{name: end[name] for name in named}), BEGAN + MINUTE),
        # The clock was set right meanwhile.
        (replace(DOWN, starts_at=BEGAN + CLOCK_AHEAD_MAX), BEGAN + CLOCK_AHEAD_MAX),
    ]
    _, outcomes = receive(arrivals)
    assert outcomes == ["opened", "resolved", "opened"]


@pytest.mark.parametrize("behind", [2 * MINUTE, 365 * STALE_AFTER])
def test_a_clock_that_is_behind_ends_what_has_no_beginning(behind: timedelta) -> None:
    ended = replace(UP, ends_at=BEGAN + MINUTE - behind)
    arrivals = [(DOWN, BEGAN), (ended, BEGAN + MINUTE), (DOWN, BEGAN + 2 * MINUTE)]
    state, outcomes = receive(arrivals)
    assert outcomes == ["opened", "resolved", "opened"]
    assert state.receive(ended, BEGAN + 4 * MINUTE)[0].is_firing, "that end was before it"


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
TIMED = (
    st.builds(
        lambda starts_at, severity: replace(FIRING, starts_at=starts_at, severity=severity),
        MINUTES,
        st.sampled_from(Severity),
    )
    | st.builds(lambda ends_at: replace(RESOLVED, ends_at=ends_at), MINUTES)
    | st.builds(lambda starts_at: replace(UP, starts_at=starts_at), MINUTES)
)


@given(
    st.lists(TIMED, max_size=8).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(some))
    ),
    st.sampled_from([SECOND, 2 * MINUTE]),
)
def test_any_two_orders_of_any_signals_with_times_end_in_the_same_state(
    orders: tuple[list[Signal], list[Signal]], pause: timedelta
) -> None:
    """Within a minute, where equal ones are one, and later, where they are repeats."""
    ends = []
    for order in orders:
        state, _ = receive([(signal, NEWEST + k * pause) for k, signal in enumerate(order)])
        ends.append((state.is_firing, state.began_at, state.count, state.severity))
    assert ends[0] == ends[1]


@given(st.lists(TIMED, max_size=8), st.data())
def test_with_times_an_alert_fires_if_one_began_after_the_last_end(
    signals: list[Signal], data: st.DataObject
) -> None:
    """However often each of them comes, in whatever order."""
    arrived = data.draw(st.permutations(signals * 2))
    state, _ = receive([(signal, NEWEST + k * SECOND) for k, signal in enumerate(arrived)])
    ends = [one.ends_at or one.starts_at for one in signals if not one.is_firing]
    begins = [one.starts_at for one in signals if one.is_firing and one.starts_at]
    open_ones = [at for at in begins if all(end and at > end for end in ends)]
    assert (state.is_firing, state.began_at) == (bool(open_ones), min(open_ones, default=None))


@given(st.lists(st.tuples(st.sampled_from([DOWN, UP]), st.booleans()), max_size=12))
def test_without_times_the_last_signal_decides_and_no_change_is_lost(
    sent: list[tuple[Signal, bool]],
) -> None:
    """Each of them comes once or, as a retry, twice, a second apart."""
    said = [signal for signal, _ in sent]
    arrivals = [signal for signal, is_retried in sent for _ in range(1 + is_retried)]
    state, outcomes = receive([(one, BEGAN + k * SECOND) for k, one in enumerate(arrivals)])
    turns = [one for one, before in zip(said, [UP, *said], strict=False) if one is not before]
    assert state.is_firing is bool(said and said[-1].is_firing)
    changes = [one for one in outcomes if one in {"opened", "resolved"}]
    assert changes == ["opened" if one.is_firing else "resolved" for one in turns]


STEPS = st.lists(st.integers(0, 3 * FIRINGS_MAX), min_size=1, max_size=200)


@given(STEPS, st.integers(0, 3 * FIRINGS_MAX))
def test_of_many_beginnings_the_oldest_are_told_together(steps: list[int], ended: int) -> None:
    """See it fail: drop the oldest, or keep all."""
    begins = [BEGAN + step * SECOND for step in steps]
    fired = [
        (replace(FIRING, starts_at=at), NEWEST + 2 * n * MINUTE) for n, at in enumerate(begins)
    ]
    state, _ = receive(fired)
    assert len(state.firings) <= FIRINGS_MAX
    assert (state.count, state.began_at) == (len(begins), min(begins))
    ended_at = BEGAN + ended * SECOND
    end = replace(RESOLVED, ends_at=ended_at)
    after, _ = state.receive(end, NEWEST + 1000 * MINUTE)
    assert after.is_firing is (max(begins) > ended_at)
    again, _ = receive([(end, NEWEST), *fired])
    assert again.is_firing is after.is_firing


def test_what_the_version_before_has_stored_goes_on_and_it_reads_what_is_stored_now() -> None:
    """Both run at once during a deployment, and the one before again after a rollback."""
    stored = {
        "firings": [[str(one), 3, str(BEGAN), "warning"] for one in (BEGAN, NEWEST)],
        "ended_at": None,
        "seen": [[True, str(BEGAN), None, str(BEGAN)]],
        "opened": [str(BEGAN)],
    }
    state = load_state(stored)
    assert shown(state) == (True, BEGAN, 6, BEGAN, Severity.WARNING)
    after, outcome = state.receive(UP, NEWEST + MINUTE)
    assert (outcome, after.ended_at) == (SignalOutcome.RESOLVED, NEWEST)
    now = json.loads(dump_json(stored_state(state)))
    assert {name: now[name] for name in stored} == {**stored, "seen": []}


def test_nothing_of_a_state_grows_with_the_number_of_its_signals() -> None:
    state = AlertState()
    for number in range(2000):
        began = BEGAN + number * SECOND
        state, _ = state.receive(replace(FIRING, starts_at=began), NEWEST)
    assert (len(state.firings), len(state.seen), state.count) == (FIRINGS_MAX, SEEN_MAX, 2000)
    assert load_state(json.loads(dump_json(stored_state(state)))) == state
