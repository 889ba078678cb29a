"""The worker of exports and erasures on the fakes: no database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from mara.erasure.model.data_job import (
    EXPORT_ATTEMPTS_MAX,
    LEASE,
    RETRY,
    DataJob,
    JobKind,
    JobState,
)
from mara.erasure.service.data_jobs import DataJobRunner
from mara.kernel.ids import new_id
from tests.support.fakes.data_jobs import FakeDataJobs
from tests.support.fakes.database import FakeDatabase

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class World:
    database: FakeDatabase = field(default_factory=FakeDatabase)
    at: datetime = AT
    done: list[int] = field(default_factory=list)
    """The attempts that were made."""
    error: BaseException | None = None

    def work(self, job: DataJob) -> None:
        self.done.append(job.attempts)
        if self.error is not None:
            raise self.error

    def add(self, kind: JobKind) -> DataJob:
        job = DataJob(new_id(), new_id(), kind, AT, AT)
        with self.database.unit_of_work():
            assert FakeDataJobs(self.database).add(job)
        return job

    def run(self, job: DataJob) -> DataJob:
        """Let a worker run, which may raise; what is stored then."""
        jobs, unit_of_work = FakeDataJobs(self.database), self.database.unit_of_work
        runner = DataJobRunner(jobs, self.work, unit_of_work, lambda: self.at)
        if self.error is None:
            runner.run(job.id)
        else:
            with pytest.raises(type(self.error)):
                runner.run(job.id)
        return self.database.committed.data_jobs[job.id]


@pytest.fixture
def world() -> World:
    return World()


def test_works_once_within_a_lease(world: World) -> None:
    job = world.add(JobKind.ERASURE)
    for _ in range(2):
        assert world.run(job).due_at == AT + LEASE
    assert world.done == [1]
    world.at += LEASE
    world.run(job)
    assert world.done == [1, 2]


def test_tries_a_failure_again_after_a_minute(world: World) -> None:
    job, world.error = world.add(JobKind.ERASURE), RuntimeError()
    assert world.run(job).due_at == AT + RETRY


def test_gives_an_export_up_and_an_erasure_never(world: World) -> None:
    export, erasure = world.add(JobKind.EXPORT), world.add(JobKind.ERASURE)
    world.error = RuntimeError()
    for _ in range(EXPORT_ATTEMPTS_MAX):
        states = [world.run(job).state for job in (export, erasure)]
        world.at += RETRY
    assert states == [JobState.FAILED, JobState.WAITING]


def test_gives_an_export_up_whose_workers_are_killed(world: World) -> None:
    job, world.error = world.add(JobKind.EXPORT), Killed()
    for _ in range(EXPORT_ATTEMPTS_MAX):
        world.run(job)
        world.at += LEASE
    world.error = None
    assert world.run(job).state is JobState.FAILED
    assert len(world.done) == EXPORT_ATTEMPTS_MAX
