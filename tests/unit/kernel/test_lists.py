"""Cursors of lists that are filtered and sorted: bound to both, and safe against forgery."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from mara.kernel.page import InvalidCursor, Page, PageRequest


@dataclass(frozen=True)
class Item:
    id: UUID
    name: str
    updated_at: datetime


ITEMS = [
    Item(UUID(int=n), f"Имя {n}", datetime(2026, 11, 26, 12, 0, n, tzinfo=UTC)) for n in range(3)
]


def cursor_of(**list_: Any) -> str:
    request = PageRequest.of(2, None, **list_)
    cursor = Page.of(ITEMS, request, lambda item: item.id).next_cursor
    assert cursor is not None
    return cursor


class TestCursor:
    @pytest.mark.parametrize(
        ("sort", "value"),
        [("name", "Имя 1"), ("-updated_at", "2026-11-26 12:00:01+00:00"), ("-created_at", None)],
    )
    def test_leads_to_the_value_and_id_of_the_last_item(self, sort: str, value: object) -> None:
        filters = {"text": "имя"}
        cursor = cursor_of(sort=sort, filters=filters)
        request = PageRequest.of(2, cursor, sort=sort, filters=filters)
        assert (request.after, request.after_value) == (UUID(int=1), value)

    @pytest.mark.parametrize(
        "other",
        [
            {},
            {"sort": "name"},
            {"sort": "-name", "filters": {"text": "a"}},
            {"sort": "name", "filters": {"text": "b"}},
            {"sort": "name", "filters": {"text": "a", "state": "ready"}},
            {"sort": "-created_at", "filters": {"text": "a"}},
        ],
    )
    def test_is_refused_with_another_filter_or_order(self, other: dict[str, Any]) -> None:
        cursor = cursor_of(sort="name", filters={"text": "a"})
        with pytest.raises(InvalidCursor):
            PageRequest.of(2, cursor, **other)

    def test_without_filters_is_refused_with_one(self) -> None:
        with pytest.raises(InvalidCursor):
            PageRequest.of(2, cursor_of(), filters={"text": "a"})

    def test_does_not_depend_on_the_order_of_filters_nor_on_those_not_given(self) -> None:
        cursor = cursor_of(filters={"a": 1, "b": 2, "c": None})
        assert PageRequest.of(2, cursor, filters={"b": 2, "a": 1}).after == UUID(int=1)

    @pytest.mark.parametrize("text", ["A", "AAAA", "x" * 22, "é", "=", "AAAAAAAAAAAAAAAAAAAAAAAA"])
    def test_of_nothing_known_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidCursor):
            PageRequest.of(2, text, sort="name", filters={"text": "a"})

    def test_with_a_forged_end_is_refused(self) -> None:
        cursor = cursor_of(sort="name")
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        for forged in (raw[:24], raw[:24] + b"{", raw[:10], raw + b"\xff"):
            with pytest.raises(InvalidCursor):
                PageRequest.of(2, base64.urlsafe_b64encode(forged).decode(), sort="name")


def test_a_page_has_the_total_that_it_is_given() -> None:
    assert Page.of(ITEMS, PageRequest(limit=5), lambda item: item.id, total=3).total == 3
    assert Page.of(ITEMS, PageRequest(limit=5), lambda item: item.id).total is None
