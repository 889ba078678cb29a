"""Waiting for changes: no longer than asked, and with few looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import Scope
from mara.notifications.model import Change, ChangeBatch, ChangeKind
from mara.notifications.service.changes import ChangeService

AT = datetime(2026, 11, 26, tzinfo=UTC)
CALLER = Principal(new_id(), Role.USER)
CHANGE = Change(ChangeKind.DOCUMENT, new_id(), "ready", AT)


@dataclass
class Clockwork:
    """Time that passes only while somebody sleeps, and changes that are there after a while."""

    there_after_s: float
    time_s: float = 0.0
    cursors: list[str | None] = field(default_factory=list)
    transactions: int = 0
    is_open: bool = False

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        assert not self.is_open, "slept within a transaction"
        self.time_s += seconds

    @contextmanager
    def unit_of_work(self, scope: Scope) -> Iterator[None]:
        self.transactions += 1
        self.is_open = True
        yield
        self.is_open = False

    def read(self, owner_id: UUID, after: str | None, limit: int, *, now: datetime) -> ChangeBatch:
        assert (owner_id, limit, now) == (CALLER.user_id, 7, AT)
        self.cursors.append(after)
        found = [CHANGE] if self.time_s >= self.there_after_s else []
        return ChangeBatch(found, f"cursor-{len(self.cursors)}", more=False)

    def service(self) -> ChangeService:
        return ChangeService(self, self.unit_of_work, lambda: AT, self.sleep, lambda: self.time_s)


def test_what_is_there_already_is_returned_at_once() -> None:
    clockwork = Clockwork(there_after_s=0)
    batch = clockwork.service().wait(CALLER, None, wait_s=20, limit=7)
    assert (batch.changes, clockwork.time_s, clockwork.transactions) == ([CHANGE], 0, 1)


@pytest.mark.parametrize("there_after_s", [0.1, 3.3, 19.9])
def test_a_change_is_returned_within_a_second(there_after_s: float) -> None:
    clockwork = Clockwork(there_after_s)
    batch = clockwork.service().wait(CALLER, "cursor-0", wait_s=20, limit=7)
    assert batch.changes == [CHANGE]
    assert there_after_s <= clockwork.time_s <= there_after_s + 1


def test_the_wait_ends_when_it_should_and_looks_rarely() -> None:
    clockwork = Clockwork(there_after_s=1000)
    batch = clockwork.service().wait(CALLER, "cursor-0", wait_s=20, limit=7)
    assert (batch.changes, clockwork.time_s) == ([], 20)
    assert clockwork.transactions <= 25
    assert clockwork.cursors[:2] == ["cursor-0", "cursor-1"]
    assert batch.cursor == f"cursor-{len(clockwork.cursors)}"


def test_without_waiting_there_is_one_look() -> None:
    clockwork = Clockwork(there_after_s=1000)
    clockwork.service().wait(CALLER, None, wait_s=0, limit=7)
    assert (clockwork.time_s, clockwork.transactions) == (0, 1)
