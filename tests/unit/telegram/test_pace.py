"""Budgets: no window ever holds more than it may, and nothing is sent before a wait is over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.telegram.model.pace import (
    DEFAULT_BUDGETS,
    MINUTE,
    SECOND,
    BotPace,
    Budgets,
    ChatPace,
    next_edit_at,
)

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
WISHES = st.lists(st.tuples(st.booleans(), st.integers(0, 4000)), max_size=60)
"""Whether it is an edit, and how many milliseconds after the one before it is asked for."""


def most_within(times: list[datetime], window: timedelta) -> int:
    """The most times in a window that includes its start only."""
    return max((sum(a <= b < a + window for b in times) for a in times), default=0)


@given(WISHES, st.booleans(), st.integers(1, 3), st.integers(3, 18))
def test_a_chat_never_gets_more_than_its_budgets(
    wishes: list[tuple[bool, int]], is_group: bool, per_second: int, per_minute: int
) -> None:
    budgets = Budgets(chat_per_second=per_second, group_per_minute=per_minute)
    pace, at = ChatPace(is_group), NOW
    sent: list[datetime] = []
    edited: list[datetime] = []
    for is_edit, wait in wishes:
        at = pace.next_at(at + timedelta(milliseconds=wait), budgets, is_edit=is_edit)
        pace = pace.after(at, is_edit=is_edit)
        (edited if is_edit else sent).append(at)
    assert most_within(sent + edited, SECOND) <= per_second
    if is_group:
        assert most_within(sent + edited, MINUTE) <= per_minute
        assert most_within(edited, MINUTE) <= max(per_minute // 3, 1)


@given(st.lists(st.integers(0, 200), max_size=80), st.integers(1, 25))
def test_a_bot_never_sends_more_than_its_budget(waits: list[int], per_second: int) -> None:
    pace, at = BotPace(), NOW
    sent: list[datetime] = []
    for wait in waits:
        budgets = Budgets(bot_per_second=per_second)
        at = pace.next_at(at + timedelta(milliseconds=wait), budgets)
        pace = pace.after(at)
        sent.append(at)
    assert most_within(sent, SECOND) <= per_second


def test_a_chat_without_a_backlog_waits_for_nothing() -> None:
    pace = ChatPace(is_group=True)
    for number in range(18):
        at = NOW + number * timedelta(seconds=4)
        assert pace.next_at(at, DEFAULT_BUDGETS, is_edit=False) == at
        pace = pace.after(at, is_edit=False)


def test_edits_leave_room_for_messages() -> None:
    pace = ChatPace(is_group=True)
    for number in range(6):
        pace = pace.after(NOW + number * SECOND, is_edit=True)
    at = NOW + 10 * SECOND
    assert pace.next_at(at, DEFAULT_BUDGETS, is_edit=True) == NOW + MINUTE
    assert pace.next_at(at, DEFAULT_BUDGETS, is_edit=False) == at


@pytest.mark.parametrize("is_edit", [False, True])
def test_nothing_is_sent_to_a_refused_chat_before_the_wait_is_over(is_edit: bool) -> None:
    pace = ChatPace(is_group=False).refused(NOW, timedelta(seconds=37))
    assert pace.next_at(NOW, DEFAULT_BUDGETS, is_edit=is_edit) == NOW + timedelta(seconds=37)
    shorter = pace.refused(NOW + SECOND, timedelta(seconds=2))
    assert shorter.paused_until == pace.paused_until
    later = NOW + MINUTE
    assert shorter.next_at(later, DEFAULT_BUDGETS, is_edit=is_edit) == later


def test_one_refused_chat_stops_no_other_and_two_stop_the_bot() -> None:
    one = BotPace().refused(-1, NOW, timedelta(seconds=30))
    assert one.next_at(NOW, DEFAULT_BUDGETS) == NOW
    two = one.refused(-2, NOW, timedelta(seconds=10))
    assert two.next_at(NOW, DEFAULT_BUDGETS) == NOW + timedelta(seconds=10)
    over = NOW + timedelta(seconds=10)
    assert two.next_at(over, DEFAULT_BUDGETS) == over
    assert set(two.after(over).waits) == {-1}


def test_a_message_is_edited_once_in_fifteen_seconds() -> None:
    assert next_edit_at(None, NOW) == NOW
    assert next_edit_at(NOW, NOW + SECOND) == NOW + timedelta(seconds=15)
    assert next_edit_at(NOW, NOW + MINUTE) == NOW + MINUTE
