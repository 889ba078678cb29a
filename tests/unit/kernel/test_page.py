"""Pages and cursors."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.kernel.page import (
    InvalidCursor,
    Page,
    PageRequest,
    decode_cursor,
    encode_cursor,
)


@given(st.uuids())
def test_a_cursor_leads_back_to_where_it_was_made(last: UUID) -> None:
    assert decode_cursor(encode_cursor(last)) == last


@given(st.text(max_size=60))
def test_anything_else_is_refused_and_not_a_crash(text: str) -> None:
    try:
        found = decode_cursor(text)
    except InvalidCursor:
        return
    assert isinstance(found, UUID)


@pytest.mark.parametrize(("found", "more"), [(3, True), (2, False), (0, False)])
def test_a_page_says_whether_there_are_more(found: int, more: bool) -> None:
    ids = [UUID(int=i) for i in range(found)]
    page = Page.of(ids, PageRequest(limit=2), lambda i: i)
    assert len(page.items) == min(found, 2)
    assert (page.next_cursor is not None) == more
