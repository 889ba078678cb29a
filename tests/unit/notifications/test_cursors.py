"""Cursors of changes: what a client may have forged never reaches PostgreSQL."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mara.kernel.page import InvalidCursor
from mara.notifications.adapters.cursors import Position, decode, encode
from mara.notifications.errors import CursorExpired

NOW = datetime(2026, 11, 26, tzinfo=UTC)
POSITION = Position("10:20:12,13", NOW.timestamp(), "10:30:", 77)


def forged(**changes: Any) -> str:
    content = {"seen": "10:20:12,13", "at": NOW.timestamp(), "until": None, "last": 0, **changes}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def test_a_cursor_leads_back_to_its_position() -> None:
    assert decode(encode(POSITION), NOW) == POSITION


def test_a_cursor_of_a_day_ago_has_expired() -> None:
    assert decode(encode(POSITION), NOW + timedelta(hours=24)) == POSITION
    with pytest.raises(CursorExpired):
        decode(encode(POSITION), NOW + timedelta(hours=24, seconds=1))


@pytest.mark.parametrize(
    "seen",
    [
        *("", "x", "10", "10:20", "20:10:", "0:5:", "10:20:9", "10:20:20", "10:20:13,12"),
        *("10:20:12,12", "10:20:12,", "10:20:,12", "-1:20:", "1:99999999999999999999:"),
        *("10:20:\n", "١:٢٠:", 7, None, ["10:20:"]),
    ],
)
def test_what_postgresql_would_not_read_is_refused(seen: object) -> None:
    with pytest.raises(InvalidCursor):
        decode(forged(seen=seen), NOW)
    if seen is not None:
        with pytest.raises(InvalidCursor):
            decode(forged(until=seen), NOW)


@pytest.mark.parametrize(
    "changes", [{"last": -1}, {"last": 2**63}, {"last": "1"}, {"at": "now"}, {"at": None}, {"x": 1}]
)
def test_other_forgeries_are_refused_too(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidCursor):
        decode(forged(**changes), NOW)


@pytest.mark.parametrize("text", ["", "A", "AAAA", "é", "[]", "eyJ9"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        decode(text, NOW)
