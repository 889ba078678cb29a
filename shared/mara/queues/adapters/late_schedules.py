"""Reports schedules that are late to CloudWatch, which reads no gauge of the database."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.platform.telemetry import logger
from mara.queues.model.schedule import Schedule

METRIC: Final = "SchedulesLate"
DONE: Final = "SELECT name, done_at FROM done_schedules"


def report(schedules: Collection[Schedule], now: datetime) -> int:
    """Write how many schedules are late as a metric, and each to the log; return how many.

    Raises DatabaseUnavailable.
    """
    from mara.platform.metrics import publish_metric

    with transaction(SYSTEM):
        done: dict[str, datetime] = dict(connection().execute(DONE).fetchall())
    late = [one for one in schedules if now - done.get(one.name, now) > one.late_after]
    for one in late:
        done_age_s = round((now - done[one.name]).total_seconds())
        logger.warning("schedule_late", schedule=one.name, done_age_s=done_age_s)
    publish_metric(METRIC, len(late))
    return len(late)
