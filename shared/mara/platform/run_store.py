"""The last run of each schedule, and when it was last done."""

from datetime import datetime

from mara.platform.database import execute_autocommit

BEGIN = """
    INSERT INTO schedule_runs (name, started_at) VALUES (%(name)s, %(at)s)
    ON CONFLICT (name) DO UPDATE
        SET started_at = excluded.started_at, ended_at = NULL, outcome = NULL, error = NULL
    RETURNING true
"""
# The run is not that of a later one: this one may have lost its lease.
END = """
    WITH done AS (
        INSERT INTO done_schedules (name, done_at)
            SELECT %(name)s, %(at)s WHERE %(outcome)s = 'done'
        ON CONFLICT (name) DO UPDATE SET done_at = excluded.done_at
    )
    UPDATE schedule_runs SET ended_at = %(at)s, outcome = %(outcome)s, error = %(error)s
    WHERE name = %(name)s AND started_at = %(started_at)s
    RETURNING true
"""


def begin(name: str, at: datetime) -> None:
    """Note that a run began. Raises DatabaseUnavailable."""
    execute_autocommit(BEGIN, {"name": name, "at": at})


def end(name: str, started_at: datetime, at: datetime, error: str | None) -> None:
    """Note how the run ended: without an error, it is done. Raises DatabaseUnavailable."""
    outcome = "failed" if error else "done"
    run = {"name": name, "started_at": started_at, "at": at}
    execute_autocommit(END, {**run, "outcome": outcome, "error": error})
