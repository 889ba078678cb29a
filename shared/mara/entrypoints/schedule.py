"""The frame of every scheduled function: a lease, the current time, and a log line."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mara.entrypoints.counting import count_run
from mara.entrypoints.flushing import flush_metrics
from mara.entrypoints.heartbeat import heartbeat
from mara.kernel import correlation
from mara.kernel.ids import new_id
from mara.platform import lease_store, run_store
from mara.platform.clock import now
from mara.platform.settings.verification import verify_settings_once
from mara.platform.telemetry import FAILED, SUCCEEDED, logger, span, trace

Job = Callable[[datetime], object]
JobByInput = Callable[[str, datetime], object]
Outcome = dict[str, Any]
"""``status`` is "done" with the job's ``result``, or "skipped" with a ``reason``."""
ScheduleHandler = Callable[[dict[str, Any], Any], Outcome]

RUN_ID = "run_id"
"""In the event of a run by hand: the id under which its route holds the lease."""
LEASE = timedelta(seconds=30)
"""A tick does nothing while the lease is held. It is renewed while the job runs, so it ends this
long after its holder at the latest."""


def schedule(name: str) -> Callable[[Job], ScheduleHandler]:
    """Run the job with the current time, unless another tick of the same ``name`` is running.

    A failure is logged and raised: EventBridge counts it, and an alarm watches that count.
    """

    def decorate(run: Job) -> ScheduleHandler:
        def handler(event: dict[str, Any], context: Any) -> Outcome:
            return _run_traced(name, run, event, context)

        return handler

    return decorate


def schedule_by_input(name: str, key: str) -> Callable[[JobByInput], ScheduleHandler]:
    """As ``schedule``, for a function with several schedules, whose inputs differ in ``key``.

    Each value has a separate lease, ``<name>-<value>``, so that one never delays another.
    """

    def decorate(run: JobByInput) -> ScheduleHandler:
        def handler(event: dict[str, Any], context: Any) -> Outcome:
            value = str(event[key])
            return _run_traced(f"{name}-{value}", lambda at: run(value, at), event, context)

        return handler

    return decorate


def _run_traced(name: str, run: Job, event: dict[str, Any], context: Any) -> Outcome:
    started, status = time.perf_counter(), FAILED
    with correlation.following(correlation.chosen(event.get(correlation.KEY))):
        try:
            request_id = getattr(context, "aws_request_id", None)
            with trace(name, request_id) as outcome, span(name, outcome):
                done = _run_with_lease(name, run, event.get(RUN_ID))
                outcome.status, status = SUCCEEDED, done["status"]
        finally:
            count_run(name, status, time.perf_counter() - started)
            flush_metrics()
    return done


def _run_with_lease(name: str, run: Job, run_id: str | None) -> Outcome:
    """Run the job under a lease, which also covers a tick that runs longer than its period.

    EventBridge drops the returned outcome; `mara chain scan` reads it.
    """
    verify_settings_once()
    started, holder = now(), new_id()
    if not _take_lease(name, holder, started, run_id):
        return _skipped(name)
    try:
        with heartbeat(name, holder, LEASE), _noted(name, started):
            result = run(now())
    finally:
        lease_store.release(name, holder, now=now())
    logger.info("tick_done", schedule=name, result=result)
    return {"status": "done", "result": result}


def _take_lease(name: str, holder: UUID, started: datetime, run_id: str | None) -> bool:
    """Take the lease; for a run by hand, from its route, which holds it under ``run_id``."""
    until = started + LEASE
    if run_id is not None and lease_store.take_over(
        name, UUID(run_id), holder, now=started, until=until
    ):
        return True
    return lease_store.acquire(name, holder, now=started, until=until)


@contextmanager
def _noted(name: str, started: datetime) -> Iterator[None]:
    """Note the run for operators: its beginning, its end, and the type of its error."""
    run_store.begin(name, started)
    error = None
    try:
        yield
    except Exception as failure:
        error = type(failure).__name__
        raise
    finally:
        run_store.end(name, started, now(), error)


def _skipped(name: str) -> Outcome:
    held_until = lease_store.held_until(name, now=now())
    logger.info("tick_skipped", schedule=name, held_until=held_until)
    until = held_until.isoformat() if held_until else None
    return {"status": "skipped", "reason": "another run holds the lease", "held_until": until}
