"""The contract of notices and preferences: PostgreSQL and the fake of the fast tests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.notifications.adapters.notices import PostgresNotices
from mara.notifications.errors import NoticeNotFound
from mara.notifications.model.notices import Channel, Notice, NoticeKind, NoticePreferences
from mara.notifications.ports import Notices
from mara.platform.database import transaction
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.notices import FakeNotices
from tests.support.money import make_owner

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
LOST, CREDITED = NoticeKind.CHAT_LOST, NoticeKind.DEPOSIT_CREDITED


@dataclass(frozen=True)
class Store:
    notices: Notices
    unit_of_work: UnitOfWork
    make_owner: Callable[[], UUID]

    def add(self, owner_id: UUID, **changes: Any) -> Notice:
        made = Notice(new_id(), owner_id, CREDITED, new_id(), {"chat_id": 7}, True, AT)
        notice = replace(made, **changes)
        with self.unit_of_work(owner_id):
            assert self.notices.add(notice)
        return notice

    def list(self, owner_id: UUID, sort: str = "-unread", **filters: Any) -> list[UUID]:
        page = PageRequest.of(9, None, sort=sort, filters=filters)
        with self.unit_of_work(owner_id):
            found = self.notices.list(owner_id, page)
            assert self.notices.count(owner_id, page) == len(found)
        return [one.id for one in found]


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()
        return Store(FakeNotices(database), database.unit_of_work, new_id)
    request.getfixturevalue("database")
    return Store(PostgresNotices(), transaction, make_owner)


class TestAdding:
    def test_stores_one_for_each_event_of_an_owner(self, store: Store) -> None:
        anna, boris = store.make_owner(), store.make_owner()
        first = store.add(anna)
        with store.unit_of_work(SYSTEM):
            assert not store.notices.add(replace(first, id=new_id()))
            assert store.notices.find(first.id) == first
        store.add(boris, event_id=first.event_id)

    def test_is_undone_with_its_transaction(self, store: Store) -> None:
        anna = store.make_owner()
        notice = Notice(new_id(), anna, CREDITED, new_id(), {}, True, AT)
        with pytest.raises(ZeroDivisionError), store.unit_of_work(anna):
            store.notices.add(notice)
            _ = 1 / 0
        assert store.list(anna) == []


class TestFinding:
    def test_finds_nothing_of_another_owner(self, store: Store) -> None:
        notice = store.add(store.make_owner())
        with store.unit_of_work(store.make_owner()):
            assert store.notices.find(notice.id) is None
            with pytest.raises(NoticeNotFound):
                store.notices.mark_read(notice.id, AT)


class TestWasTold:
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({}, True),
            ({"data": {"chat_id": 8}}, False),
            ({"kind": CREDITED}, False),
            ({"created_at": AT - timedelta(hours=1)}, False),
        ],
    )
    def test_asks_for_another_notice_of_the_same_kind_and_values_since_then(
        self, store: Store, changes: dict[str, Any], told: bool
    ) -> None:
        anna = store.make_owner()
        earlier = store.add(anna, **{"kind": LOST, "data": {"chat_id": 7, "text": "a"}, **changes})
        notice = Notice(new_id(), anna, LOST, new_id(), {"chat_id": 7, "text": "b"}, True, LATER)
        with store.unit_of_work(anna):
            assert store.notices.was_told(notice, ["chat_id"], AT - timedelta(minutes=1)) is told
            itself = replace(notice, event_id=earlier.event_id)
            assert not store.notices.was_told(itself, ["chat_id"], AT - timedelta(days=1))


class TestLists:
    def test_have_the_unread_ones_first_then_the_newest(self, store: Store) -> None:
        anna = store.make_owner()
        old, new, read = (store.add(anna).id for _ in range(3))
        with store.unit_of_work(anna):
            store.notices.mark_read(read, LATER)
        assert store.list(anna) == [new, old, read]
        assert store.list(anna, sort="-created_at") == [read, new, old]

    def test_are_filtered_by_state_and_kind_and_leave_hidden_ones_out(self, store: Store) -> None:
        anna = store.make_owner()
        lost, credited = store.add(anna, kind=LOST).id, store.add(anna).id
        store.add(anna, in_api=False)
        with store.unit_of_work(anna):
            store.notices.mark_read(credited, LATER)
        assert (store.list(anna, unread=1), store.list(anna, unread=0)) == ([lost], [credited])
        assert store.list(anna, kind=LOST) == [lost]

    def test_are_cut_to_pages(self, store: Store) -> None:
        anna = store.make_owner()
        ids = sorted((store.add(anna).id for _ in range(5)), reverse=True)
        with store.unit_of_work(anna):
            first = store.notices.list(anna, PageRequest(2, None))
            rest = store.notices.list(anna, PageRequest(2, first[1].id))
        assert [one.id for one in first] == ids[:3]
        assert [one.id for one in rest] == ids[2:]


class TestReading:
    def test_keeps_the_time_of_the_first_one(self, store: Store) -> None:
        anna = store.make_owner()
        notice = store.add(anna)
        with store.unit_of_work(anna):
            for at in (AT, LATER):
                read = store.notices.mark_read(notice.id, at)
        assert (read.unread, read.read_at) == (0, AT)

    def test_refuses_a_notice_that_lists_do_not_show(self, store: Store) -> None:
        anna = store.make_owner()
        hidden = store.add(anna, in_api=False)
        with pytest.raises(NoticeNotFound), store.unit_of_work(anna):
            store.notices.mark_read(hidden.id, AT)

    def test_of_all_counts_those_that_lists_show_and_were_unread(self, store: Store) -> None:
        anna, boris = store.make_owner(), store.make_owner()
        for changes in ({}, {}, {"in_api": False}):
            store.add(anna, **changes)
        of_boris = store.add(boris)
        with store.unit_of_work(anna):
            assert store.notices.mark_all_read(anna, AT) == 2
            assert store.notices.mark_all_read(anna, LATER) == 0
        assert store.list(boris, unread=1) == [of_boris.id]


class TestPreferences:
    def test_are_replaced_and_none_at_first(self, store: Store) -> None:
        anna, boris = store.make_owner(), store.make_owner()
        some = NoticePreferences(frozenset({(LOST, Channel.API), (LOST, Channel.TELEGRAM)}))
        fewer = NoticePreferences(frozenset({(LOST, Channel.API)}))
        for wanted in (some, fewer):
            with store.unit_of_work(anna):
                store.notices.save_preferences(anna, wanted)
                assert store.notices.preferences(anna) == wanted
                assert store.notices.preferences(boris) == NoticePreferences()
