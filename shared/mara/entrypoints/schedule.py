"""EventBridge in, the clock with it: the frame every scheduled function shares."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mara.kernel.ids import new_id
from mara.platform.clock import now
from mara.platform.database import execute_autocommit
from mara.platform.telemetry import logger

Job = Callable[[datetime], object]
JobByInput = Callable[[str, datetime], object]
ScheduleHandler = Callable[[dict[str, Any], Any], None]

LEASE = timedelta(minutes=5)
"""Longer than any schedule's function may run: a tick that finds it held does nothing."""

# A row and not reserved concurrency: two ticks at once, or one that outlives its period, work once.
TAKE = """
    INSERT INTO leases AS l (name, holder, held_until) VALUES (%(name)s, %(holder)s, %(until)s)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
        WHERE l.held_until <= %(now)s
    RETURNING true
"""
GIVE_BACK = """
    UPDATE leases SET held_until = %(now)s WHERE name = %(name)s AND holder = %(holder)s
    RETURNING true
"""


def schedule(name: str) -> Callable[[Job], ScheduleHandler]:
    """Run the job with the present time, unless another tick of the same ``name`` is running.

    A failure is logged and raised: EventBridge counts it, and an alarm watches that count.
    """

    def decorate(run: Job) -> ScheduleHandler:
        def handler(_event: dict[str, Any], _context: Any) -> None:
            _run_with_lease(name, run)

        return handler

    return decorate


def schedule_by_input(name: str, key: str) -> Callable[[JobByInput], ScheduleHandler]:
    """As ``schedule``, for a function with several schedules, whose inputs differ in ``key``.

    Each value has a lease of its own, named ``<name>-<value>``, so one never delays another.
    """

    def decorate(run: JobByInput) -> ScheduleHandler:
        def handler(event: dict[str, Any], _context: Any) -> None:
            value = str(event[key])
            _run_with_lease(f"{name}-{value}", lambda at: run(value, at))

        return handler

    return decorate


def _run_with_lease(name: str, run: Job) -> None:
    lease = {"name": name, "holder": new_id(), "now": now(), "until": now() + LEASE}
    if not execute_autocommit(TAKE, lease):
        logger.info("tick_skipped", schedule=name)
        return
    try:
        result = run(now())
    finally:
        execute_autocommit(GIVE_BACK, {**lease, "now": now()})
    logger.info("tick_done", schedule=name, result=result)
