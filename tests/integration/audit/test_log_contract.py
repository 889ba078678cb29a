"""The contract of the log of deeds: PostgreSQL and the fake of the fast tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

import pytest

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.audit import audit_log
from tests.support.fakes.audit import FakeAuditLog
from tests.support.fakes.database import FakeDatabase


@dataclass(frozen=True)
class Store:
    log: AuditLog
    unit_of_work: Callable[..., AbstractContextManager[None]]
    count: Callable[[], tuple[int, int]]

    def record(self, *deeds: Deed) -> None:
        with self.unit_of_work(SYSTEM):
            for deed in deeds:
                self.log.record(deed)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()

        def count_fake() -> tuple[int, int]:
            return len(database.committed.audit_rows), len(database.committed.audit_details)

        return Store(FakeAuditLog(database), database.unit_of_work, count_fake)
    request.getfixturevalue("database")
    return Store(audit_log(), transaction, count_stored)


def count_stored() -> tuple[int, int]:
    counts = "SELECT (SELECT count(*) FROM audit_rows), (SELECT count(*) FROM audit_details)"
    with transaction(SYSTEM):
        rows, details = connection().execute(counts).fetchall()[0]
    return rows, details


def login(owner_id: UUID) -> Deed:
    return Deed(AuditAction.LOGIN, owner_id, owner_id, detail={"address": "192.0.2.7"})


def test_a_deed_leaves_a_row_and_its_detail_beside_it(store: Store) -> None:
    store.record(login(new_id()))
    assert store.count() == (1, 1)


def test_a_deed_without_detail_leaves_a_row_only(store: Store) -> None:
    store.record(Deed(AuditAction.KEYS_REWRAPPED, None, None))
    assert store.count() == (1, 0)


def test_a_deed_that_is_rolled_back_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.unit_of_work(SYSTEM):
        store.log.record(login(new_id()))
        _ = 1 / 0
    assert store.count() == (0, 0)
