"""Lanes of updates, and the tries of one that fails."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.kernel.ids import new_id
from mara.telegram.model.update import (
    DEAD_KEPT,
    HANDLED_KEPT,
    UPDATE_BYTES_MAX,
    ClaimedUpdate,
    UpdateState,
    lane_of,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
KINDS = st.sampled_from(["message", "callback_query", "my_chat_member", "poll", "channel_post"])


def make_update(**changes: Any) -> ClaimedUpdate:
    known = {"config_id": new_id(), "owner_id": new_id(), "update_id": 1, "lane": "chat:1"}
    return ClaimedUpdate(**{**known, "body": b"{}", "received_at": NOW, **changes})


class TestLane:
    @pytest.mark.parametrize(
        ("update", "lane"),
        [
            ({"message": {"chat": {"id": -100123}, "from": {"id": 7}}}, "chat:-100123"),
            ({"edited_message": {"chat": {"id": -100123}}}, "chat:-100123"),
            ({"channel_post": {"chat": {"id": 5}}}, "chat:5"),
            ({"edited_channel_post": {"chat": {"id": 5}}}, "chat:5"),
            ({"my_chat_member": {"chat": {"id": 5}, "from": {"id": 7}}}, "chat:5"),
            ({"callback_query": {"from": {"id": 7}, "message": {"chat": {"id": 5}}}}, "person:7"),
            ({"poll": {"id": "1"}}, "other"),
            ({}, "other"),
            ({"message": None}, "other"),
            ({"message": {"chat": {"id": "5"}}}, "other"),
            ({"message": {"chat": {"id": True}}}, "other"),
            ({"callback_query": {"from": []}}, "other"),
        ],
    )
    def test_is_the_chat_or_the_person_who_pressed(self, update: dict[str, Any], lane: str) -> None:
        assert lane_of(update) == lane

    @given(st.dictionaries(KINDS, JSON))
    def test_is_found_for_any_json(self, update: dict[str, Any]) -> None:
        assert lane_of(update).partition(":")[0] in {"chat", "person", "other"}


class TestWhatIsKept:
    def test_outlasts_the_24_hours_in_which_telegram_repeats_an_update(self) -> None:
        assert (timedelta(days=3), timedelta(days=7)) == (HANDLED_KEPT, DEAD_KEPT)

    def test_is_of_updates_up_to_a_mebibyte(self) -> None:
        assert UPDATE_BYTES_MAX == 2**20

    def test_has_the_states_that_the_table_allows(self) -> None:
        assert {*UpdateState} == {"waiting", "handled", "dead"}


class TestFailure:
    def test_is_tried_again_after_2_and_10_seconds_and_then_dead(self) -> None:
        first = make_update().failed("no answer", NOW)
        second = make_update(attempts=1).failed("no answer", NOW)
        third = make_update(attempts=2).failed("no answer", NOW)
        assert (first.state, first.at) == (UpdateState.WAITING, NOW + timedelta(seconds=2))
        assert (second.state, second.at) == (UpdateState.WAITING, NOW + timedelta(seconds=10))
        assert (third.state, third.attempts) == (UpdateState.DEAD, 3)

    def test_does_not_show_what_was_written(self) -> None:
        update = make_update(body=json.dumps({"message": {"text": "the password is X"}}).encode())
        assert "password" not in repr(update)
        assert "password" not in repr(update.failed("no answer", NOW))
