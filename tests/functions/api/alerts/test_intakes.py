"""The routes of intakes, through the functions themselves."""

from typing import Any

import pytest

from functions.api.alerts.change_intake.handler import handler as change_intake
from functions.api.alerts.create_intake.handler import handler as create_intake
from functions.api.alerts.delete_intake.handler import handler as delete_intake
from functions.api.alerts.get_intake.handler import handler as get_intake
from functions.api.alerts.list_intakes.handler import handler as list_intakes
from mara.alerts.model.intake import INTAKES_MAX
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.accounts import Account, make_account
from tests.support.alerting import API, AlertIntake, make_agent, make_intake
from tests.support.events import Answer, call
from tests.support.stored_bots import add_bot

pytestmark = pytest.mark.usefixtures("database")

PATH = f"{API}/alerts/intakes"
NIGHT = {
    "from": "22:00",
    "to": "07:00",
    "days": [0, 1, 2, 3, 4, 5, 6],
    "time_zone": "Europe/Moscow",
    "except": ["critical"],
}


def secrets_kept() -> int:
    with transaction(SYSTEM):
        row = connection().execute("SELECT count(*) FROM connection_secrets").fetchone()
    assert row
    return int(row[0])


def change(intake: AlertIntake, **changes: Any) -> Answer:
    headers = intake.owner.headers
    return call(change_intake, "PATCH", f"{PATH}/{intake.id}", headers=headers, body=changes)


class TestCreation:
    def test_shows_the_secret_only_once(self, anna: Account) -> None:
        intake = make_intake(anna)
        shown = call(get_intake, "GET", f"{PATH}/{intake.id}", headers=anna.headers)
        listed = call(list_intakes, "GET", PATH, headers=anna.headers, query={"total": "true"})
        assert intake.secret not in shown.text + listed.text
        assert listed.json["items"] == [shown.json]
        assert listed.json["total"] == 1
        assert shown.json["path"].endswith(intake.id)

    def test_keeps_the_secret_encrypted_or_hashed_alone(self, anna: Account) -> None:
        intake = make_intake(anna)
        with transaction(SYSTEM):
            rows = (
                connection()
                .execute(
                    "SELECT to_jsonb(i)::text || to_jsonb(s)::text FROM alert_intakes i"
                    " JOIN connection_secrets s ON s.id = i.secret_id"
                )
                .fetchall()
            )
        assert len(rows) == 1
        assert intake.secret not in rows[0][0]
        assert intake.secret.encode().hex() not in rows[0][0]

    def test_is_refused_for_the_agent_of_another_tenant(self, anna: Account) -> None:
        other = make_agent(make_account("boris"))
        body = {"name": "a", "agent_id": other}
        refused = call(create_intake, "POST", PATH, headers=anna.headers, body=body)
        assert (refused.status, refused.json["code"]) == (404, "agent_not_found")
        assert secrets_kept() == 0

    def test_is_refused_above_the_limit(self, anna: Account) -> None:
        agent_id = make_agent(anna)
        for _ in range(INTAKES_MAX):
            make_intake(anna, agent_id=agent_id)
        body = {"name": "one more", "agent_id": agent_id}
        refused = call(create_intake, "POST", PATH, headers=anna.headers, body=body)
        assert (refused.status, refused.json["code"]) == (409, "too_many_intakes")


class TestChange:
    def test_changes_what_is_given(self, anna: Account) -> None:
        intake = make_intake(anna)
        changed = change(intake, default_severity="critical").json
        assert (changed["name"], changed["default_severity"]) == ("Alertmanager", "critical")
        receipt = intake.post({"title": "Nothing says how urgent it is"}).json
        assert intake.alert(receipt["alert_ids"][0])["severity"] == "critical"

    def test_of_when_and_where_else_alerts_are_posted_is_kept(self, anna: Account) -> None:
        bot = str(add_bot(anna.id).id)
        escalation = {"config_id": bot, "chat_id": -7, "thread_id": None}
        made = make_intake(anna, cooldown_minutes=5, quiet_hours=NIGHT, escalation=escalation)
        chosen = {"cooldown_minutes": 5, "quiet_hours": NIGHT, "escalation": escalation}
        assert made.made.items() >= chosen.items()
        assert change(made, name="other").json.items() >= chosen.items()
        assert change(made, quiet_hours=None, escalation=None, cooldown_minutes=1).status == 200
        shown = call(get_intake, "GET", f"{PATH}/{made.id}", headers=anna.headers).json
        cleared = {"cooldown_minutes": 1, "quiet_hours": None, "escalation": None}
        assert shown.items() >= cleared.items()

    def test_by_default_alerts_are_posted_at_any_hour(self, anna: Account) -> None:
        made = make_intake(anna).made
        assert (made["cooldown_minutes"], made["quiet_hours"], made["escalation"]) == (
            30,
            None,
            None,
        )

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"time_zone": "Europe/Atlantis"}, "invalid_quiet_hours"),
            ({"days": [7]}, "invalid_quiet_hours"),
            ({"from": "07:00"}, "invalid_quiet_hours"),
            ({"from": "7"}, "bad_request"),
            ({"until": "8"}, "bad_request"),
        ],
    )
    def test_to_quiet_hours_that_make_no_sense_is_refused(
        self, anna: Account, wrong: dict[str, Any], code: str
    ) -> None:
        refused = change(make_intake(anna), quiet_hours={**NIGHT, **wrong})
        assert (refused.status, refused.json["code"]) == (422, code)

    def test_to_the_bot_of_another_tenant_is_refused(self, anna: Account) -> None:
        bot = str(add_bot(make_account("boris").id).id)
        escalation = {"config_id": bot, "chat_id": -7, "thread_id": None}
        refused = change(make_intake(anna), escalation=escalation)
        assert (refused.status, refused.json["code"]) == (404, "bot_config_not_found")

    def test_to_the_agent_of_another_tenant_is_refused(self, anna: Account) -> None:
        intake = make_intake(anna)
        other = make_agent(make_account("boris"))
        assert change(intake, agent_id=other).status == 404


class TestDeletion:
    def test_forgets_the_secrets_and_keeps_the_alerts(self, anna: Account) -> None:
        intake = make_intake(anna)
        (alert_id,) = intake.post({"title": "Disk is full"}).json["alert_ids"]
        path = f"{PATH}/{intake.id}"
        assert call(delete_intake, "DELETE", path, headers=anna.headers).status == 204
        assert secrets_kept() == 0
        assert intake.post({"title": "Disk is full"}).status == 401
        assert intake.alert(alert_id)["name"] == "Disk is full"
        assert call(delete_intake, "DELETE", path, headers=anna.headers).status == 404
