"""The contract of updates and the leases of their lanes: PostgreSQL and the fake."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import psycopg
import pytest

from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, disconnect, transaction
from mara.platform.sql import fetch_one
from mara.telegram.adapters import updates as updates_adapter
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.model.update import ClaimedUpdate, FailedUpdate, Lane, UpdateState
from mara.telegram.ports import Updates
from mara.wiring.telegram_sending import ringing_service
from tests.support.bots import NOON
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.updates import FakeUpdates
from tests.support.local_cloud import until
from tests.support.money import make_owner
from tests.support.parallel import outcomes
from tests.support.stored_bots import add_bot

LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Store:
    updates: Updates
    lane: Lane
    unit_of_work: Callable[..., AbstractContextManager[None]]

    def make(self, update_id: int, lane: str = "chat:1") -> ClaimedUpdate:
        ids = (self.lane.config_id, self.lane.owner_id, update_id)
        return ClaimedUpdate(*ids, lane, b'{"update_id": %d}' % update_id, NOON)

    def claim(self, *update_ids: int, lane: str = "chat:1") -> list[bool]:
        found = []
        for update_id in update_ids:
            with self.unit_of_work(SYSTEM):
                found.append(self.updates.claim(self.make(update_id, lane)))
        return found

    def next(self) -> ClaimedUpdate | None:
        with self.unit_of_work(SYSTEM):
            return self.updates.next(self.lane)

    def lease(self, holder: UUID, now: datetime = NOON) -> bool:
        with self.unit_of_work(SYSTEM):
            return self.updates.lease(self.lane, holder, now=now, until=now + LEASE)

    def release(self, holder: UUID) -> bool:
        with self.unit_of_work(SYSTEM):
            return self.updates.release(self.lane, holder)

    def idle(self, now: datetime = NOON) -> list[str]:
        with self.unit_of_work(SYSTEM):
            return [lane.name for lane in self.updates.list_idle(now, limit=9)]

    def handle(self) -> int | None:
        with self.unit_of_work(SYSTEM):
            update = self.updates.next(self.lane)
            if update is not None:
                self.updates.handled(update)
        return update.update_id if update else None


def connected_bot() -> Lane:
    config = add_bot(make_owner())
    return Lane(config.id, config.owner_id, "chat:1")


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()
        return Store(
            FakeUpdates(database), Lane(new_id(), new_id(), "chat:1"), database.unit_of_work
        )
    request.getfixturevalue("database")
    return Store(PostgresUpdates(), connected_bot(), transaction)


class TestClaim:
    def test_stores_an_update_once_also_after_it_was_handled(self, store: Store) -> None:
        assert store.claim(7, 7) == [True, False]
        assert store.next() == store.make(7)
        assert store.handle() == 7
        assert store.claim(7) == [False]
        assert store.next() is None

    def test_keeps_the_order_of_the_claims_not_of_the_ids(self, store: Store) -> None:
        """Order by the id to see it fail: after a quiet week Telegram starts at a random one."""
        assert store.claim(900, 20, 901) == [True] * 3
        assert [store.handle() for _ in range(4)] == [900, 20, 901, None]

    def test_keeps_lanes_apart(self, store: Store) -> None:
        store.claim(1, lane="chat:2")
        store.claim(2)
        assert [store.handle(), store.handle()] == [2, None]
        assert store.idle() == ["chat:2"]


class TestLease:
    def test_is_held_by_one_until_it_ends_or_is_released(self, store: Store) -> None:
        first, second = new_id(), new_id()
        store.claim(1)
        assert store.lease(first)
        assert store.lease(first)
        assert not store.lease(second)
        assert not store.lease(second, NOON + LEASE - SECOND)
        assert store.lease(second, NOON + LEASE)
        assert not store.lease(first, NOON + LEASE)
        assert store.release(second)
        assert store.lease(first)

    def test_that_was_lost_is_noticed_and_not_released(self, store: Store) -> None:
        first, second = new_id(), new_id()
        store.claim(1)
        store.lease(first)
        store.lease(second, NOON + LEASE)
        store.release(first)
        with store.unit_of_work(SYSTEM):
            assert not store.updates.hold(store.lane, first)
            assert store.updates.hold(store.lane, second)

    def test_of_a_lane_without_updates_is_refused(self, store: Store) -> None:
        assert not store.lease(new_id())

    def test_is_released_with_word_of_what_waits(self, store: Store) -> None:
        holder = new_id()
        store.claim(1)
        store.lease(holder)
        assert store.handle() == 1
        store.claim(2)
        assert store.release(holder)
        store.lease(holder)
        assert store.handle() == 2
        assert not store.release(holder)


class TestFailure:
    def test_leaves_the_update_first_in_its_lane_until_it_is_due(self, store: Store) -> None:
        store.claim(1, 2)
        update = store.make(1)
        with store.unit_of_work(SYSTEM):
            store.updates.failed(update.failed("no answer", NOON))
        due_at = NOON + timedelta(seconds=2)
        assert store.next() == replace(update, attempts=1, due_at=due_at)

    def test_of_the_last_try_lets_the_lane_go_on(self, store: Store) -> None:
        store.claim(1, 2)
        with store.unit_of_work(SYSTEM):
            store.updates.failed(replace(store.make(1), attempts=2).failed("no answer", NOON))
        assert [store.handle(), store.handle()] == [2, None]
        assert store.claim(1) == [False]


class TestIdleLanes:
    def test_have_due_work_and_no_lease(self, store: Store) -> None:
        for number, lane in enumerate(("chat:1", "chat:2", "chat:3", "chat:4")):
            store.claim(number, lane=lane)
        store.lease(new_id())
        with store.unit_of_work(SYSTEM):
            store.updates.failed(store.make(1, "chat:2").failed("no answer", NOON))
            store.updates.handled(store.make(2, "chat:3"))
        assert store.idle() == ["chat:4"]
        assert store.idle(NOON + timedelta(seconds=2)) == ["chat:2", "chat:4"]
        assert store.idle(NOON + LEASE) == ["chat:1", "chat:2", "chat:4"]


class TestForget:
    def test_deletes_handled_and_dead_updates_and_never_waiting_ones(self, store: Store) -> None:
        store.claim(1, 2, 3)
        with store.unit_of_work(SYSTEM):
            store.updates.handled(store.make(1))
            store.updates.failed(replace(store.make(2), attempts=2).failed("no answer", NOON))
            forget = store.updates.forget
            assert forget(handled_before=NOON, dead_before=NOON) == 0
            assert forget(handled_before=NOON + SECOND, dead_before=NOON) == 1
            assert forget(handled_before=NOON + SECOND, dead_before=NOON + SECOND) == 1
        assert store.claim(1, 2, 3) == [True, True, False]


@pytest.mark.usefixtures("database")
class TestLanes:
    """Only PostgreSQL has rows of them."""

    @pytest.fixture
    def store(self) -> Store:
        return Store(PostgresUpdates(), connected_bot(), transaction)

    def forget(self, store: Store) -> int:
        with store.unit_of_work(SYSTEM):
            return store.updates.forget_lanes()

    def test_are_forgotten_with_their_last_update(self, store: Store) -> None:
        """See it fail: leave ``_of_any`` out."""
        store.claim(1)
        assert (store.handle(), self.forget(store)) == (1, 0)
        with store.unit_of_work(SYSTEM):
            store.updates.forget(handled_before=NOON + SECOND, dead_before=NOON)
        holder = new_id()
        store.lease(holder)
        assert self.forget(store) == 0
        store.release(holder)
        assert [self.forget(store) for _ in range(2)] == [1, 0]
        assert store.claim(2) == [True]
        assert store.idle() == ["chat:1"]

    def test_are_restored_where_an_update_was_claimed_meanwhile(self, store: Store) -> None:
        """See it fail: leave ``restore_lanes`` out of the schedule."""
        store.claim(1)
        with store.unit_of_work(SYSTEM):
            connection().execute("DELETE FROM bot_lanes")
        assert store.idle() == []
        rung = ringing_service().ring(NOON)
        assert (rung["lanes"], store.idle()) == (1, ["chat:1"])
        assert store.lease(new_id())


WORKERS = 4


@pytest.mark.usefixtures("database")
class TestRaces:
    def test_one_update_claimed_at_once_is_claimed_once(self) -> None:
        store = Store(PostgresUpdates(), connected_bot(), transaction)
        found = outcomes(lambda _: str(store.claim(1)), range(WORKERS))
        assert sorted(found) == ["[False]"] * (WORKERS - 1) + ["[True]"]

    def test_one_lane_leased_at_once_has_one_holder(self) -> None:
        store = Store(PostgresUpdates(), connected_bot(), transaction)
        store.claim(1)
        found = outcomes(lambda _: str(store.lease(new_id())), range(WORKERS))
        assert sorted(found) == ["False"] * (WORKERS - 1) + ["True"]

    def test_no_update_is_left_by_a_worker_that_frees_its_lane_while_another_rings(
        self, rows: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Look before the lane is freed to see it fail: the doorbell finds the lane leased."""
        store, holder = Store(PostgresUpdates(), connected_bot(), transaction), new_id()
        store.claim(1)
        store.lease(holder)
        store.handle()
        disconnect()  # a forked child must not share our connection
        context = get_context("fork")
        looked, leased = context.Event(), context.SimpleQueue()

        def claim_and_ring() -> None:
            looked.wait()
            store.claim(2)
            leased.put(store.lease(new_id()))
            disconnect()

        def look_and_let_the_other_ring(statement: Any, **parameters: Any) -> Any:
            found = fetch_one(statement, **parameters)
            looked.set()
            until("it rang, or waits for us", lambda: not leased.empty() or is_blocked(rows))
            return found

        other = context.Process(target=claim_and_ring)
        other.start()
        monkeypatch.setattr(updates_adapter, "fetch_one", look_and_let_the_other_ring)
        some_left = store.release(holder)
        assert leased.get() or some_left
        other.join()


def is_blocked(rows: psycopg.Connection[Any]) -> bool:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return rows.execute(waiting).fetchone() is not None


class TestRedrive:
    def test_brings_dead_updates_back_in_their_place(self, store: Store) -> None:
        store.claim(1, 2, 3)
        with store.unit_of_work(SYSTEM):
            for update_id in (1, 2):
                update = store.make(update_id)
                store.updates.failed(FailedUpdate(update, UpdateState.DEAD, 3, NOON, "broken"))
            (first, _) = store.updates.list_dead(store.lane.config_id, limit=9)
            assert (first.update_id, first.lane, first.reason) == (1, "chat:1", "broken")
            assert len(store.updates.list_dead(store.lane.config_id, limit=1)) == 1
            assert store.updates.redrive(new_id(), None) == []
            assert store.updates.redrive(store.lane.config_id, [2, 3]) == [store.lane]
        again = store.next()
        assert again is not None
        assert (again.update_id, again.attempts, again.due_at) == (2, 0, None)
        with store.unit_of_work(SYSTEM):
            assert store.updates.redrive(store.lane.config_id, None) == [store.lane]
            assert store.updates.list_dead(store.lane.config_id, limit=9) == []
        assert store.next() == store.make(1)

    def test_knows_the_newest_membership_of_a_lane(self, store: Store) -> None:
        store.claim(1)
        with store.unit_of_work(SYSTEM):
            found = [
                store.updates.is_newest_membership(store.lane, NOON + seconds * SECOND)
                for seconds in (2, 1, 2, 3)
            ]
        assert found == [True, False, True, True]
