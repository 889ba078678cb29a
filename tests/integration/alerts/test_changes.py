"""Changes of alerts that clients wait for."""

import psycopg

from functions.api.notifications.list_events.handler import handler as list_events
from functions.schedules.end_stale_alerts.handler import handler as end_stale_alerts
from infra.local.postgres import OWNER, PostgresServer
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.accounts import Account, make_account
from tests.support.alerting import API, AlertIntake, alertmanager, an_alert, resolved, work
from tests.support.events import call


def changes(account: Account) -> list[tuple[str, str]]:
    """The states that alerts came into, with the paths."""
    items = call(list_events, "GET", f"{API}/events", headers=account.headers).json["items"]
    return [(item["state"], item["url"]) for item in items if item["type"] == "alert"]


def test_tell_what_becomes_of_an_alert(intake: AlertIntake) -> None:
    (alert_id,) = intake.post(alertmanager(an_alert())).json["alert_ids"]
    work(intake.owner)
    intake.post(alertmanager(an_alert(startsAt="2026-11-28T01:10:00Z")))
    intake.post(alertmanager(resolved()))
    path = f"{API}/alerts/{alert_id}"
    assert changes(intake.owner) == [(one, path) for one in ("firing", "answered", "resolved")]
    assert intake.alert(alert_id)["status"] == "resolved"


def test_tell_of_each_alert_of_a_post_that_was_answered(intake: AlertIntake) -> None:
    pods = [an_alert(labels={"pod": pod}, fingerprint=pod) for pod in ("a", "b")]
    intake.post(alertmanager(*pods))
    work(intake.owner)
    found = changes(intake.owner)
    assert [state for state, _ in found] == ["firing", "firing", "answered", "answered"]
    assert {path for _, path in found[:2]} == {path for _, path in found[2:]}


def test_tell_the_answer_of_an_alert_that_joins_others_later(intake: AlertIntake) -> None:
    intake.post(alertmanager(an_alert(labels={"pod": "a"}, fingerprint="a")))
    work(intake.owner)
    intake.post(alertmanager(an_alert(labels={"pod": "b"}, fingerprint="b")))
    found = changes(intake.owner)
    assert [state for state, _ in found] == ["firing", "answered"] * 2
    assert len({path for _, path in found[2:]}) == 1


def test_of_a_kind_that_only_the_next_release_knows_are_not_listed(
    intake: AlertIntake, postgres: PostgresServer, database: str
) -> None:
    intake.post(alertmanager(an_alert()))
    with psycopg.connect(postgres.url(OWNER, database.rsplit("/", 1)[1])) as owner:
        owner.execute("ALTER TABLE changes DROP CONSTRAINT changes_kind_check")
    with transaction(SYSTEM):
        connection().execute(
            "INSERT INTO changes (owner_id, kind, object_id, state)"
            " SELECT owner_id, 'invoice', object_id, 'paid' FROM changes"
        )
    assert [state for state, _ in changes(intake.owner)] == ["firing"]


def test_tell_of_one_that_got_no_signal_for_a_day(intake: AlertIntake) -> None:
    intake.post(alertmanager(an_alert()))
    with transaction(SYSTEM):
        connection().execute("UPDATE alerts SET last_at = last_at - interval '2 days'")
    end_stale_alerts({}, None)
    assert [state for state, _ in changes(intake.owner)] == ["firing", "stale"]


def test_tell_another_tenant_nothing(intake: AlertIntake) -> None:
    intake.post(alertmanager(an_alert()))
    assert changes(make_account("boris")) == []
