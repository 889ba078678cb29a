"""The contract of the list of deeds: PostgreSQL and the fake of the fast tests.

The place in the chain is PostgreSQL's alone (``test_chain.py``): the fake has no chain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import pytest

from mara.audit.adapters.postgres_entries import PostgresAuditEntries
from mara.audit.model.deed import AuditAction, Deed
from mara.audit.model.listing import AuditFilter, RecordedDeed
from mara.audit.ports import AuditLog
from mara.audit.ports.entries import AuditEntries
from mara.audit.service.entries import AuditListService
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.platform.database import transaction
from mara.wiring.audit import audit_log
from tests.support.fakes.audit import FakeAuditEntries, FakeAuditLog
from tests.support.fakes.database import FakeDatabase

ANNA, BORIS, ROOT = new_id(), new_id(), new_id()
LOGIN, ROLE = AuditAction.LOGIN, AuditAction.ROLE_CHANGED


@dataclass(frozen=True)
class Store:
    log: AuditLog
    entries: AuditEntries
    unit_of_work: UnitOfWork
    delete_details: Callable[[], object]
    """Whoever they are of: past the trigger, in PostgreSQL."""

    def record(self, action: AuditAction, owner_id: UUID, actor_id: UUID, **detail: str) -> None:
        with self.unit_of_work(SYSTEM):
            self.log.record(Deed(action, actor_id, owner_id, "user", owner_id, detail))

    def list(self, **wanted: object) -> list[RecordedDeed]:
        conditions = AuditFilter(**wanted)  # type: ignore[arg-type]
        with self.unit_of_work(SYSTEM):
            found = list(self.entries.list(conditions, PageRequest(9)))
            assert self.entries.count(conditions) == len(found)
        return found


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()
        log, entries = FakeAuditLog(database), FakeAuditEntries(database)
        forget = lambda: database.committed.audit_details.clear()  # noqa: E731, PLW0108
        made = Store(log, entries, database.unit_of_work, forget)
    else:
        link = request.getfixturevalue("past_the_rules")
        forget = partial(link.execute, "DELETE FROM audit_details")
        made = Store(audit_log(), PostgresAuditEntries(), transaction, forget)
    made.record(LOGIN, ANNA, ANNA, address="192.0.2.7")
    made.record(ROLE, ANNA, ROOT, role="superuser")
    made.record(LOGIN, BORIS, BORIS)
    return made


def test_shows_deeds_the_newest_first_with_what_was_done_to_whom(store: Store) -> None:
    third, second, first = store.list()
    assert [one.detail for one in (first, second, third)] == [
        *({"address": "192.0.2.7"}, {"role": "superuser"}, None)
    ]
    entry = second.entry
    assert (entry.action, entry.actor_id, entry.owner_id) == (ROLE, ROOT, ANNA)
    assert (entry.object_kind, entry.object_id) == ("user", ANNA)
    assert [one.position for one in (first, second, third)] == [None] * 3
    assert not any(one.is_erased for one in (first, second, third))


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({"owner_id": ANNA}, [1, 2]),
        ({"actor_id": ROOT}, [1]),
        ({"action": LOGIN}, [0, 2]),
        ({"action": LOGIN, "owner_id": BORIS}, [0]),
        ({"owner_id": new_id()}, []),
    ],
)
def test_is_filtered(store: Store, wanted: dict[str, object], places: list[int]) -> None:
    every = store.list()
    assert store.list(**wanted) == [every[place] for place in places]


def test_is_cut_at_moments_of_which_the_last_is_outside(store: Store) -> None:
    third, second, first = store.list()
    assert store.list(since=second.entry.at) == [third, second]
    assert store.list(until=second.entry.at) == [first]


def test_says_that_a_detail_was_erased(store: Store) -> None:
    store.record(AuditAction.ACCOUNT_ERASED, ANNA, ANNA)
    store.delete_details()
    assert [one.is_erased for one in store.list()] == [False, False, True, True]
    assert [one.is_removed for one in store.list()] == [False] * 4
    assert [one.detail for one in store.list()] == [None] * 4


def test_says_that_a_detail_was_removed_where_no_erasure_is_recorded(store: Store) -> None:
    store.record(AuditAction.ACCOUNT_ERASED, BORIS, BORIS)
    store.delete_details()
    assert [one.is_removed for one in store.list()] == [False, False, True, True]
    assert not any(one.is_erased for one in store.list())


def test_is_read_by_pages(store: Store) -> None:
    service = AuditListService(store.entries, store.unit_of_work)
    first = service.list(AuditFilter(), PageRequest(2, total=True))
    assert (len(first.items), first.total) == (2, 3)
    rest = service.list(AuditFilter(), PageRequest.of(2, first.next_cursor))
    assert [*first.items, *rest.items] == store.list()
    assert rest.next_cursor is None
