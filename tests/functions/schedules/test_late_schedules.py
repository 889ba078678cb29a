"""A schedule that does not run, fails, or is killed is late, whatever its counts say."""

import io
import json
import os
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any

import pytest

from functions.schedules.relay_outbox.handler import handler as relay_outbox
from mara.entrypoints import schedule as frame
from mara.entrypoints.schedule import schedule
from mara.kernel.unit_of_work import SYSTEM
from mara.operations.adapters.database_gauges import DatabaseGauges
from mara.operations.adapters.gauge_queries import SCHEDULES as GAUGE
from mara.platform import clock, run_store
from mara.platform.database import connection, disconnect, transaction
from mara.queues.adapters import late_schedules
from mara.queues.model.known_schedules import SCHEDULES
from mara.wiring import operations
from tests.support.emf import emf_values
from tests.support.events import CONTEXT
from tests.support.template import load_observability

pytestmark = pytest.mark.usefixtures("database")
NAME = "forget-expired"
HOUR = timedelta(hours=1)


def ages() -> dict[str, float]:
    """Seconds since each schedule was done, as a scrape reads them."""
    (gauge,) = DatabaseGauges(GAUGE).read()
    return {name: age_s for (name,), age_s in gauge.values.items()}


def done_ago(ago: timedelta, name: str = NAME) -> None:
    update = "UPDATE done_schedules SET done_at = %s WHERE name = %s"
    with transaction(SYSTEM):
        connection().execute(update, (clock.now() - ago, name))


@pytest.fixture(autouse=True)
def all_done(database: str) -> None:
    """The rows are as old as the migrated database, which lives longer than a test."""
    assert database
    for name in SCHEDULES:
        done_ago(timedelta(), name)


class TestAge:
    def test_is_known_of_each_schedule_from_the_beginning(self) -> None:
        assert set(ages()) == set(SCHEDULES), "a migration adds or deletes the row of a schedule"

    def test_begins_again_with_each_run_that_is_done(self) -> None:
        done_ago(HOUR)
        assert ages()[NAME] >= HOUR.total_seconds()
        schedule(NAME)(lambda _: None)({}, None)
        assert ages()[NAME] < 60

    def test_goes_on_where_runs_fail(self) -> None:
        def fail(_: datetime) -> None:
            raise ZeroDivisionError

        done_ago(HOUR)
        with pytest.raises(ZeroDivisionError):
            schedule(NAME)(fail)({}, None)
        assert ages()[NAME] >= HOUR.total_seconds()

    def test_goes_on_where_processes_are_killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Such a run counts no failure, and its row has no outcome."""
        done_ago(HOUR)
        disconnect()
        handler = schedule(NAME)(lambda _: os._exit(9))
        for run in range(3):
            at = clock.now() + run * 2 * frame.LEASE
            monkeypatch.setattr(frame, "now", lambda at=at: at)
            process = get_context("fork").Process(target=lambda: handler({}, None))
            process.start()
            process.join()
            assert process.exitcode == 9
        assert ages()[NAME] >= HOUR.total_seconds()

    def test_is_that_of_a_run_which_lost_its_lease_too(self) -> None:
        done_ago(HOUR)
        run_store.begin(NAME, clock.now())
        run_store.end(NAME, clock.now() - HOUR, clock.now(), None)
        assert ages()[NAME] < 60


class TestReport:
    """What the alarm of CloudWatch stands on."""

    def late_and_logged(self, log: io.StringIO) -> list[str]:
        late_schedules.report(SCHEDULES.values(), clock.now())
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        return [line["schedule"] for line in lines if line["message"] == "schedule_late"]

    @pytest.mark.parametrize("name", SCHEDULES)
    def test_names_each_schedule_by_its_own_period(self, name: str, log: io.StringIO) -> None:
        done_ago(2 * SCHEDULES[name].period + timedelta(minutes=9), name)
        assert self.late_and_logged(log) == []
        done_ago(2 * SCHEDULES[name].period + timedelta(minutes=11), name)
        assert self.late_and_logged(log) == [name]

    def test_is_written_by_the_relay_for_the_alarm(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(operations, "RELAY_PERIOD", timedelta())
        done_ago(2 * HOUR + HOUR)
        relay_outbox({}, CONTEXT)
        assert emf_values(capsys.readouterr().out)[late_schedules.METRIC,] == 1
        alarm: dict[str, Any] = load_observability()["Resources"]["SchedulesLate"]["Properties"]
        assert (alarm["MetricName"], alarm["Threshold"]) == (late_schedules.METRIC, 0)
        assert alarm["TreatMissingData"] == "breaching"
