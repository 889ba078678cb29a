"""The last runs of schedules, and their leases, in PostgreSQL."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select

from mara.platform.sql import fetch_all
from mara.platform.tables import leases, schedule_runs
from mara.queues.model.schedule import ScheduleRun

RUNS = select(schedule_runs)
LEASES = select(leases.c.name, leases.c.held_until).where(leases.c.held_until > bindparam("now"))


class PostgresSchedules:
    """Implements Schedules."""

    def list_runs(self) -> Mapping[str, ScheduleRun]:
        """Return the last run of each schedule that ever ran, by name."""
        return {row.pop("name"): ScheduleRun(**row) for row in fetch_all(RUNS)}

    def list_leases(self, now: datetime) -> Mapping[str, datetime]:
        """Return until when each lease that is held is held, by name."""
        return {row["name"]: row["held_until"] for row in fetch_all(LEASES, now=now)}
