"""Attempts of webhooks: when they are made, and how long a receiver may put them off."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.notifications.model.delivery_attempts import (
    RETRY_AFTER_MAX,
    WAITS,
    next_attempt_at,
    retry_after_of,
)

NOW = datetime(2026, 11, 27, tzinfo=UTC)
MIDDLE = 0.5


def test_ten_attempts_take_three_days() -> None:
    at = NOW
    made: list[datetime] = []
    while (again := next_attempt_at(len(made), at, MIDDLE)) is not None:
        made.append(again)
        at = again
    assert len(made) == 10
    assert made[0] == NOW
    assert made[-1] - NOW == timedelta(hours=75, minutes=35, seconds=5)


@given(st.integers(0, len(WAITS) - 1), st.floats(0, 1))
def test_waits_differ_by_a_tenth_at_most(attempts: int, chance: float) -> None:
    at = next_attempt_at(attempts, NOW, chance)
    assert at is not None
    assert WAITS[attempts] * 0.9 <= at - NOW <= WAITS[attempts] * 1.1


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (timedelta(seconds=1), timedelta(seconds=5)),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(days=30), RETRY_AFTER_MAX),
    ],
)
def test_a_receiver_may_ask_for_a_longer_wait_only(asked: timedelta, waited: timedelta) -> None:
    assert next_attempt_at(1, NOW, MIDDLE, asked) == NOW + waited


def test_a_wait_that_is_asked_for_makes_no_further_attempt() -> None:
    assert next_attempt_at(len(WAITS), NOW, MIDDLE, timedelta(hours=1)) is None


def test_a_chance_is_a_share() -> None:
    with pytest.raises(ValueError, match="chance"):
        next_attempt_at(1, NOW, 1.5)


class TestRetryAfter:
    NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            *(("0", 0), ("120", 120), (" 5 ", 5), ("999999999999", 86_400)),
            ("Sat, 28 Nov 2026 12:01:00 GMT", 60),
            ("Sat, 28 Nov 2026 12:01:00 -0000", 60),
            ("Sat, 28 Nov 2026 11:00:00 GMT", 0),
        ],
    )
    def test_is_in_seconds_or_a_date(self, header: str, seconds: int) -> None:
        assert retry_after_of(header, self.NOW) == timedelta(seconds=seconds)

    @pytest.mark.parametrize("header", [None, "", "soon", "-5", "1.5", "٣", "99 Nov 99999999"])
    def test_that_is_neither_is_ignored(self, header: str | None) -> None:
        assert retry_after_of(header, self.NOW) is None
