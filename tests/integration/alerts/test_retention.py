"""The schedule that forgets alerts, beside the deliveries of those that come back."""

from datetime import timedelta

import psycopg
import pytest

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.wiring.alert_retention import forget_expired
from mara.wiring.operations import delete_expired
from tests.support.alert_chats import Chat, make_chat
from tests.support.alerting import an_alert, resolved
from tests.support.cloud import Cloud

AGE = timedelta(days=700)
TABLES = {
    "alert_signals": "received_at",
    "alert_episodes": "ended_at",
    "alert_posts": "created_at",
    "alert_deliveries": "received_at",
}
AGING = (
    "alerts SET last_at = last_at - %s",
    "alert_episodes SET opened_at = opened_at - %s",
    *(f"{table} SET {column} = {column} - %s" for table, column in TABLES.items()),
)


@pytest.fixture
def chat(database: str, cloud: Cloud) -> Chat:
    """An alert that was shown and resolved 700 days ago."""
    chat = make_chat()
    for alert in (an_alert(), resolved()):
        chat.deliver(alert)
        chat.show()
    with transaction(SYSTEM):
        for changed in AGING:
            connection().execute(f"UPDATE {changed}", [AGE])
    return chat


def old_rows() -> dict[str, int]:
    counts = {}
    with transaction(SYSTEM):
        for table, column in TABLES.items():
            query = f"SELECT count(*) FROM {table} WHERE {column} < now() - interval '1 year'"
            row = connection().execute(query).fetchone()
            counts[table] = row[0] if row else 0
    return counts


def test_what_is_old_of_an_alert_that_fires_again_goes(chat: Chat) -> None:
    (alert_id,) = chat.deliver(an_alert(startsAt="2026-11-28T03:00:00Z"))
    assert all(old_rows().values())
    deleted = delete_expired(now())
    assert (deleted["alerts"], deleted["alert_posts"]) == (0, 1)
    assert not any(old_rows().values())
    shown = chat.intake.alert(alert_id)
    assert (shown["status"], len(shown["episodes"])) == ("firing", 1)


def test_an_alert_that_fires_again_just_then_stays(chat: Chat, database: str) -> None:
    """See it fail: delete the rows without their locks."""
    with psycopg.connect(database) as other:
        other.execute("SELECT set_config('mara.scope', %s, true)", [SYSTEM])
        other.execute("UPDATE alerts SET status = 'firing', last_at = now()")
        assert forget_expired(now())["alerts"] == 0
    assert forget_expired(now())["alerts"] == 0
    with transaction(SYSTEM):
        assert connection().execute("SELECT status FROM alerts").fetchall() == [("firing",)]
