"""Counts what the frames do: requests, messages and runs of schedules."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from mara.kernel.errors import Conflict, DomainError, LimitReached, Unavailable
from mara.metrics.model.families import (
    HTTP_REQUESTS,
    HTTP_SECONDS,
    QUEUE_MESSAGES,
    QUEUE_SECONDS,
    SCHEDULE_RUNS,
    SCHEDULE_SECONDS,
)
from mara.metrics.service import recorder


def count_request(operation: str, status: int, duration_s: float) -> None:
    """Count an answered request."""
    recorder().count(HTTP_REQUESTS, operation, f"{status // 100}xx")
    recorder().observe(HTTP_SECONDS, duration_s, operation)


def count_run(schedule: str, outcome: str, duration_s: float) -> None:
    """Count a run of a schedule: ``done``, ``skipped`` or ``failed``."""
    recorder().count(SCHEDULE_RUNS, schedule, outcome)
    recorder().observe(SCHEDULE_SECONDS, duration_s, schedule)


@contextmanager
def counted_message(queue: str) -> Iterator[None]:
    """Count the message that the block processes; its error is raised on."""
    started, outcome = time.perf_counter(), "processed"
    try:
        yield
    except Exception as error:
        outcome = _outcome_of(error)
        raise
    finally:
        recorder().count(QUEUE_MESSAGES, queue, outcome)
        recorder().observe(QUEUE_SECONDS, time.perf_counter() - started, queue)


def _outcome_of(error: Exception) -> str:
    """Return how the work for a message ended: ``failed`` is what the code does not foresee."""
    if isinstance(error, Conflict):
        return "repeated"
    if isinstance(error, LimitReached | Unavailable):
        return "postponed"
    return "refused" if isinstance(error, DomainError | ValidationError) else "failed"
