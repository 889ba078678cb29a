"""The schedules end-stale-alerts and forget-expired, through the functions themselves."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.schedules.end_stale_alerts.handler import handler as end_stale_alerts
from functions.schedules.forget_expired.handler import handler as forget_expired
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.accounts import make_account
from tests.support.alerting import AlertIntake, alertmanager, an_alert, make_intake, resolved
from tests.support.cloud import cloud_of_moto

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def cloud() -> Iterator[Any]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def intake(database: str) -> AlertIntake:
    return make_intake(make_account("anna"))


def days_pass(days: float) -> None:
    with transaction(SYSTEM):
        for table, column in (
            ("alerts", "last_at"),
            ("alert_posts", "created_at"),
            ("alert_deliveries", "received_at"),
        ):
            connection().execute(
                f"UPDATE {table} SET {column} = {column} - %s * interval '1 day'", (days,)
            )


class TestAnAlertWithoutSignals:
    def test_is_stale_after_a_day_and_may_fire_again(self, intake: AlertIntake) -> None:
        (alert_id,) = intake.post(alertmanager(an_alert())).json["alert_ids"]
        days_pass(0.9)
        assert end_stale_alerts({}, None)["result"] == 0
        days_pass(0.2)
        assert [end_stale_alerts({}, None)["result"] for _ in range(2)] == [1, 0]
        shown = intake.alert(alert_id)
        assert (shown["status"], shown["episodes"][0]["ended_by"]) == ("stale", "stale")
        intake.post(alertmanager(an_alert(startsAt="2090-01-01T00:00:00Z")))
        shown = intake.alert(alert_id)
        assert (shown["status"], len(shown["episodes"])) == ("firing", 2)


class TestAnOldAlert:
    def test_is_deleted_with_its_posts_unless_it_fires(self, intake: AlertIntake) -> None:
        over = an_alert(fingerprint="over", labels={"alertname": "Over"})
        intake.post(alertmanager(an_alert(), over))
        intake.post(alertmanager(resolved(fingerprint="over", labels={"alertname": "Over"})))
        days_pass(179)
        assert forget_expired({}, None)["result"]["alerts"] == 0
        days_pass(2)
        deleted = forget_expired({}, None)["result"]
        assert (deleted["alerts"], deleted["alert_posts"], deleted["alert_deliveries"]) == (1, 1, 2)
