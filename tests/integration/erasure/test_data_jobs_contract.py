"""The contract of jobs of exports and erasures: PostgreSQL and the fake of the fast tests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.erasure.adapters.data_jobs import PostgresDataJobs
from mara.erasure.errors import ErasureNotFound
from mara.erasure.model.data_job import OPEN, DataJob, JobKind, JobState
from mara.erasure.ports import DataJobs
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.platform.database import transaction
from tests.support.fakes.data_jobs import FakeDataJobs
from tests.support.fakes.database import FakeDatabase
from tests.support.money import make_owner

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EXPORT, ERASURE = JobKind.EXPORT, JobKind.ERASURE
DONE, FAILED = JobState.DONE, JobState.FAILED
OVER: dict[str, Any] = {"due_at": None, "finished_at": AT}


@dataclass(frozen=True)
class Store:
    jobs: DataJobs
    unit_of_work: UnitOfWork
    make_owner: Callable[[], UUID]

    def add(self, owner_id: UUID | None = None, **changes: Any) -> DataJob:
        made = DataJob(new_id(), owner_id or self.make_owner(), EXPORT, AT, AT)
        job = replace(made, **changes)
        with self.unit_of_work(SYSTEM):
            assert self.jobs.add(job)
        return job

    def get(self, job: DataJob) -> DataJob:
        with self.unit_of_work(SYSTEM):
            return self.jobs.get(job.id)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()
        return Store(FakeDataJobs(database), database.unit_of_work, new_id)
    request.getfixturevalue("database")
    return Store(PostgresDataJobs(), transaction, make_owner)


class TestAdding:
    @pytest.mark.parametrize("state", JobState)
    def test_is_refused_while_one_of_the_kind_is_open(self, store: Store, state: JobState) -> None:
        job = store.add(state=state)
        other = store.add(job.owner_id, kind=ERASURE)
        again = replace(job, id=new_id(), state=JobState.WAITING, requested_at=AT + MINUTE)
        with store.unit_of_work(SYSTEM):
            assert store.jobs.add(again) is (state not in OPEN)
            latest = store.jobs.latest(job.owner_id, EXPORT)
            assert latest == (job if state in OPEN else again)
            assert store.jobs.latest(job.owner_id, ERASURE) == other
            assert store.jobs.latest(new_id(), EXPORT) is None

    def test_keeps_what_was_asked(self, store: Store) -> None:
        job = store.add(kind=ERASURE, mail_to="a@example.com", certificate={"erased": []})
        assert store.get(job) == job
        with pytest.raises(ErasureNotFound), store.unit_of_work(SYSTEM):
            store.jobs.get(new_id())


class TestClaiming:
    def test_takes_what_is_due_until_a_time_and_counts(self, store: Store) -> None:
        job = store.add()
        with store.unit_of_work(SYSTEM):
            assert store.jobs.claim(job.id, AT - MINUTE, AT) is None
            claimed = replace(job, attempts=1, due_at=AT + MINUTE)
            assert store.jobs.claim(job.id, AT, AT + MINUTE) == claimed
            assert store.jobs.claim(job.id, AT, AT + MINUTE) is None
            assert store.jobs.claim(new_id(), AT, AT) is None

    @pytest.mark.parametrize("state", [DONE, FAILED])
    def test_takes_nothing_that_is_over(self, store: Store, state: JobState) -> None:
        job = store.add(state=state)
        with store.unit_of_work(SYSTEM):
            assert store.jobs.claim(job.id, AT, AT) is None

    def test_finds_the_longest_waiting_first(self, store: Store) -> None:
        late, early = store.add(), store.add(due_at=AT - MINUTE)
        store.add(due_at=AT + MINUTE)
        store.add(state=DONE, due_at=None)
        with store.unit_of_work(SYSTEM):
            assert store.jobs.due(AT, 9) == [early.id, late.id]
            assert store.jobs.due(AT, 1) == [early.id]


class TestSaving:
    def test_leaves_counts_and_claims_as_they_are(self, store: Store) -> None:
        job = store.add(kind=ERASURE)
        with store.unit_of_work(SYSTEM):
            store.jobs.add_count(job.id, "rows", 2)
            store.jobs.add_count(job.id, "rows", 3)
            store.jobs.claim(job.id, AT, AT)
            done = replace(job, state=DONE, certificate={"erased": [1]}, **OVER)
            store.jobs.save(done)
        assert store.get(job) == replace(done, counts={"rows": 5}, attempts=1)

    @pytest.mark.parametrize(
        ("before", "is_saved"),
        [({"state": FAILED}, False), ({"state": DONE}, False), ({"state": DONE, "size": 9}, True)],
    )
    def test_changes_of_what_is_over_the_file_alone(
        self, store: Store, before: dict[str, Any], is_saved: bool
    ) -> None:
        job = store.add(**{**OVER, **before})
        with store.unit_of_work(SYSTEM):
            store.jobs.save(replace(job, size=None, mail_to="changed"))
        assert (store.get(job).mail_to == "changed") is is_saved


class TestEnding:
    def test_postpones_what_was_not_claimed_again(self, store: Store) -> None:
        job = store.add()
        with store.unit_of_work(SYSTEM):
            first = store.jobs.claim(job.id, AT, AT)
            second = store.jobs.claim(job.id, AT, AT)
            assert first is not None
            assert second is not None
            store.jobs.postpone(first, AT + 9 * MINUTE)
            assert store.jobs.get(job.id).due_at == AT
            store.jobs.postpone(second, AT + MINUTE)
        assert store.get(job).due_at == AT + MINUTE

    def test_fails_what_is_open(self, store: Store) -> None:
        job, done = store.add(), store.add(state=DONE, size=9, **OVER)
        with store.unit_of_work(SYSTEM):
            for one in (job, done):
                store.jobs.fail(one.id, AT + MINUTE)
        failed: dict[str, Any] = {"state": FAILED, "due_at": None, "finished_at": AT + MINUTE}
        assert store.get(job) == replace(job, **failed)
        assert store.get(done) == done

    def test_ends_open_exports_of_a_user_and_no_erasure(self, store: Store) -> None:
        export = store.add()
        erasure, other = store.add(export.owner_id, kind=ERASURE), store.add()
        with store.unit_of_work(SYSTEM):
            store.jobs.end_exports(export.owner_id, AT)
        states = [store.get(one).state for one in (export, erasure, other)]
        assert states == [FAILED, JobState.WAITING, JobState.WAITING]

    def test_finds_exports_whose_file_is_kept_too_long(self, store: Store) -> None:
        old = store.add(state=DONE, size=9, due_at=None, finished_at=AT - MINUTE)
        store.add(state=DONE, size=None, due_at=None, finished_at=AT - MINUTE)
        store.add(state=DONE, size=9, **OVER)
        with store.unit_of_work(SYSTEM):
            assert store.jobs.expired_exports(AT, 9) == [old]
