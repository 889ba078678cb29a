"""The frame of every scheduled function: a lease, the current time, and a log line."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mara.kernel.ids import new_id
from mara.platform import lease_store
from mara.platform.clock import now
from mara.platform.settings.verification import verify_settings_once
from mara.platform.telemetry import SUCCEEDED, logger, trace

Job = Callable[[datetime], object]
JobByInput = Callable[[str, datetime], object]
ScheduleHandler = Callable[[dict[str, Any], Any], None]

LEASE = timedelta(minutes=5)
"""Longer than any scheduled function may run: a tick does nothing while the lease is held."""


def schedule(name: str) -> Callable[[Job], ScheduleHandler]:
    """Run the job with the current time, unless another tick of the same ``name`` is running.

    A failure is logged and raised: EventBridge counts it, and an alarm watches that count.
    """

    def decorate(run: Job) -> ScheduleHandler:
        def handler(_event: dict[str, Any], context: Any) -> None:
            _run_traced(name, run, context)

        return handler

    return decorate


def schedule_by_input(name: str, key: str) -> Callable[[JobByInput], ScheduleHandler]:
    """As ``schedule``, for a function with several schedules, whose inputs differ in ``key``.

    Each value has a separate lease, ``<name>-<value>``, so that one never delays another.
    """

    def decorate(run: JobByInput) -> ScheduleHandler:
        def handler(event: dict[str, Any], context: Any) -> None:
            value = str(event[key])
            _run_traced(f"{name}-{value}", lambda at: run(value, at), context)

        return handler

    return decorate


def _run_traced(name: str, run: Job, context: Any) -> None:
    with trace(name, getattr(context, "aws_request_id", None)) as outcome:
        _run_with_lease(name, run)
        outcome.status = SUCCEEDED


def _run_with_lease(name: str, run: Job) -> None:
    """Run the job under a lease, which also covers a tick that runs longer than its period."""
    verify_settings_once()
    started, holder = now(), new_id()
    if not lease_store.acquire(name, holder, now=started, until=started + LEASE):
        logger.info("tick_skipped", schedule=name)
        return
    try:
        result = run(now())
    finally:
        lease_store.release(name, holder, now=now())
    logger.info("tick_done", schedule=name, result=result)
