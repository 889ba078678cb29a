"""POST /api/v1/alerts/intake/{intake_id}, as monitoring systems call it."""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.api.alerts.get_intake.handler import handler as get_intake
from functions.api.alerts.list_intake_deliveries.handler import handler as list_deliveries
from functions.api.alerts.receive_alerts.handler import handler as receive_alerts
from functions.api.alerts.rotate_intake_secret.handler import handler as rotate
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import rate_limit_store
from mara.platform.database import connection, transaction
from tests.support.accounts import Account
from tests.support.alerting import API, AlertIntake, alertmanager, an_alert, make_intake
from tests.support.events import call

pytestmark = pytest.mark.usefixtures("database")

BODY = json.dumps(alertmanager(an_alert())).encode()


@pytest.fixture
def intake(anna: Account) -> AlertIntake:
    return make_intake(anna)


def seen(intake: AlertIntake) -> dict[str, Any]:
    path = f"{API}/alerts/intakes/{intake.id}"
    found: dict[str, Any] = call(get_intake, "GET", path, headers=intake.owner.headers).json
    return found


def signature(secret: str, content: bytes) -> str:
    return hmac.digest(secret.encode(), content, hashlib.sha256).hex()


class TestCredentials:
    def test_may_be_a_signature_of_the_body(self, intake: AlertIntake) -> None:
        signed = {"x-mara-signature": f"sha256={signature(intake.secret, BODY)}"}
        assert intake.post(raw=BODY, headers=signed).status == 202

    def test_may_be_the_signature_of_grafana_with_or_without_a_time(
        self, intake: AlertIntake
    ) -> None:
        signed = {"x-grafana-alerting-signature": signature(intake.secret, BODY)}
        assert intake.post(raw=BODY, headers=signed).status == 202
        at = str(int(time.time()))
        timed = {
            "x-grafana-alerting-signature": signature(intake.secret, f"{at}:".encode() + BODY),
            "x-grafana-alerting-timestamp": at,
        }
        assert intake.post(raw=BODY, headers=timed).status == 202

    def test_that_are_old_or_wrong_or_missing_are_refused_and_counted(
        self, intake: AlertIntake
    ) -> None:
        at = str(int(time.time()) - 301)
        old = {
            "x-grafana-alerting-signature": signature(intake.secret, f"{at}:".encode() + BODY),
            "x-grafana-alerting-timestamp": at,
        }
        wrong: list[dict[str, str]] = [
            old,
            {**old, "x-grafana-alerting-timestamp": "²"},
            {"x-mara-signature": "sha256=" + "0" * 64},
            {"x-mara-signature": "нет"},
            {"authorization": "Bearer wrong"},
            {"authorization": "Bearer"},
            {},
        ]
        for headers in wrong:
            assert intake.post(raw=BODY, headers=headers).status == 401
        counts = seen(intake)
        assert (counts["accepted"], counts["refused"]) == (0, len(wrong))
        assert counts["last_refusal"] == "wrong_intake_secret"

    def test_of_an_intake_that_does_not_exist_are_refused_alike(self, intake: AlertIntake) -> None:
        other = AlertIntake(intake.owner, "", {"id": intake.agent_id, "secret": intake.secret})
        assert other.post(raw=BODY).status == 401

    @pytest.mark.parametrize("at_once", [False, True])
    def test_from_before_a_rotation_end_after_a_day_or_at_once(
        self, intake: AlertIntake, *, at_once: bool
    ) -> None:
        path = f"{API}/alerts/intakes/{intake.id}/rotate"
        body = {"ends_at_once": at_once}
        rotated = call(rotate, "POST", path, headers=intake.owner.headers, body=body)
        assert rotated.status == 200
        signed = {"x-mara-signature": signature(intake.secret, BODY)}
        old = 401 if at_once else 202
        assert intake.post(raw=BODY).status == old
        assert intake.post(raw=BODY, headers=signed).status == old
        new = AlertIntake(intake.owner, "", {"id": intake.id, "secret": rotated.json["secret"]})
        assert new.post(raw=BODY).status == 202
        with transaction(SYSTEM):
            connection().execute("UPDATE alert_intakes SET previous_until = now()")
        assert intake.post(raw=BODY).status == 401


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"not json", "unreadable_delivery"),
            (b"\xff\xfe", "unreadable_delivery"),
            pytest.param(b"[" * 100_000, "unreadable_delivery", id="too deep"),
            (b'{"a": 1}', "unknown_delivery_form"),
            (b"", "unreadable_delivery"),
            (b'{"title": "a", "labels": {"value": NaN}}', "unreadable_delivery"),
            (b'{"title": "a", "labels": {"value": -Infinity}}', "unreadable_delivery"),
        ],
    )
    def test_that_cannot_be_read_are_422_and_counted(
        self, intake: AlertIntake, body: bytes, code: str
    ) -> None:
        refused = intake.post(raw=body)
        assert (refused.status, refused.json["code"]) == (422, code)
        assert seen(intake)["last_refusal"] == code

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (
                '{"alerts": [{"labels": {}}, {"status": "firing"}]}',
                "alerts/1 needs an object labels",
            ),
            ('{"alerts": {}}', "alerts must be a list"),
            ('{"heartbeat": {}, "msg": "a"}', "needs monitor too"),
            ('{"msg": "a"}', "a JSON object with a title"),
            ('{"title": "a\nb"}', "from character 13 on"),
            ('{"title": NaN}', "NaN is not JSON"),
        ],
    )
    def test_that_cannot_be_read_are_told_what_they_lack(
        self, intake: AlertIntake, body: str, said: str
    ) -> None:
        assert said in intake.post(raw=body.encode()).json["detail"]

    def test_above_5_mb_are_413_and_counted(self, intake: AlertIntake) -> None:
        refused = intake.post({"title": "a", "text": "x" * 5 * 1024 * 1024})
        assert (refused.status, "document" in refused.json["detail"]) == (413, False)
        assert seen(intake)["last_refusal"] == "body_too_large"

    def test_may_have_any_media_type_and_characters_that_cannot_be_stored(
        self, intake: AlertIntake
    ) -> None:
        body = rb'{"title": "a\u0000b \ud800", "labels": {"k\u0000": "v"}}'
        headers = {**intake.bearer, "content-type": "text/plain"}
        receipt = intake.post(raw=body, headers=headers)
        assert receipt.status == 202
        assert (
            intake.alert(receipt.json["alert_ids"][0])["name"]
            == "a\N{REPLACEMENT CHARACTER}b \N{REPLACEMENT CHARACTER}"
        )

    def test_of_10_000_alerts_are_taken_up_to_500_and_counted_by_name(
        self, intake: AlertIntake
    ) -> None:
        storm = [an_alert(fingerprint=f"pod-{pod}") for pod in range(10_000)]
        receipt = intake.post(alertmanager(*storm, truncatedAlerts=7)).json
        assert (len(receipt["alert_ids"]), receipt["counted"]) == (500, 9507)
        path = f"{API}/alerts/intakes/{intake.id}/deliveries"
        (stored,) = call(list_deliveries, "GET", path, headers=intake.owner.headers).json["items"]
        assert (stored["counted"], stored["truncated"]) == ({"KubePodCrashLooping": 9500}, 7)

    def test_of_more_alerts_than_can_be_counted_are_taken(self, intake: AlertIntake) -> None:
        for truncated in (2**31, 10**4000):
            body = json.dumps(alertmanager(an_alert(), truncatedAlerts=truncated))
            receipt = intake.post(raw=body.encode())
            assert (receipt.status, receipt.json["counted"]) == (202, 2**31 - 1)


class TestRepeatedDeliveries:
    def test_of_one_body_within_a_minute_are_one(self, intake: AlertIntake) -> None:
        first, second = (intake.post(raw=BODY).json for _ in range(2))
        assert second == {**first, "is_repeated": True}
        (episode,) = intake.alert(first["alert_ids"][0])["episodes"]
        assert episode["count"] == 1

    def test_of_one_body_later_are_a_repeat_of_the_alert(self, intake: AlertIntake) -> None:
        first = intake.post(raw=BODY).json
        with transaction(SYSTEM):
            connection().execute(
                "UPDATE alert_deliveries SET received_at = received_at - interval '2 minutes'"
            )
            connection().execute("UPDATE alerts SET state = jsonb_set(state, '{said}', '[]')")
        assert not intake.post(raw=BODY).json["is_repeated"]
        (episode,) = intake.alert(first["alert_ids"][0])["episodes"]
        assert episode["count"] == 2

    def test_of_one_key_are_one_whatever_they_say(self, intake: AlertIntake) -> None:
        keyed = {**intake.bearer, "idempotency-key": "one"}
        first = intake.post({"title": "a"}, headers=keyed).json
        assert intake.post({"title": "b"}, headers=keyed).json == {**first, "is_repeated": True}

    def test_of_two_alertmanagers_of_a_cluster_are_one_signal(self, intake: AlertIntake) -> None:
        first = intake.post(alertmanager(an_alert())).json
        intake.post(alertmanager(an_alert(), externalURL="http://the-other:9093"))
        shown = intake.alert(first["alert_ids"][0])
        assert (shown["episodes"][0]["count"], len(shown["signals"])) == (1, 1)


def kuma(*, is_up: bool, text: str) -> dict[str, Any]:
    monitor = {"name": "Shop", "url": "https://shop.example", "type": "http"}
    return {"heartbeat": {"status": int(is_up), "msg": text}, "monitor": monitor, "msg": text}


class TestOutagesThatReturn:
    """Each signal comes within a second of the one before."""

    def outcomes(self, intake: AlertIntake, *bodies: dict[str, Any]) -> list[str]:
        receipts = [intake.post(body) for body in bodies]
        assert {receipt.status for receipt in receipts} == {202}
        shown = intake.alert(receipts[-1].json["alert_ids"][0])
        return [signal["outcome"] for signal in shown["signals"]][::-1]

    def test_are_told_by_uptime_kuma_in_other_words_each_time(self, intake: AlertIntake) -> None:
        down, again = kuma(is_up=False, text="timeout"), kuma(is_up=False, text="503")
        up = kuma(is_up=True, text="200 OK")
        assert self.outcomes(intake, down, up, again) == ["opened", "resolved", "opened"]

    def test_are_told_in_the_same_words_and_a_retry_of_them_is_none(
        self, intake: AlertIntake
    ) -> None:
        down, up = {"title": "Backup failed"}, {"title": "Backup failed", "status": "ok"}
        sent = [down, down, up, up, down, down]
        assert self.outcomes(intake, *sent) == ["opened", "resolved", "opened"]
        assert intake.post(down).json["is_repeated"]

    def test_get_worse(self, intake: AlertIntake) -> None:
        disk = {"title": "Disk", "fingerprint": "d", "severity": "warning", "text": "80 %"}
        worse = {**disk, "severity": "critical", "text": "99 %"}
        assert self.outcomes(intake, disk, worse) == ["opened", "worsened"]
        shown = intake.alert(intake.post(worse).json["alert_ids"][0])
        assert (shown["severity"], shown["description"]) == ("critical", "99 %")

    @pytest.mark.parametrize("seconds", [-120, 0, 120])
    def test_are_told_apart_by_times_of_a_clock_that_is_wrong(
        self, intake: AlertIntake, seconds: int
    ) -> None:
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        first, second = ((at + timedelta(seconds=later)).isoformat() for later in (0, 1))
        down = {"title": "Backup failed", "starts_at": first}
        again = {"title": "Backup failed", "starts_at": second}
        sent = [down, {**down, "status": "resolved"}, again, {**again, "status": "resolved"}]
        assert self.outcomes(intake, *sent) == ["opened", "resolved"] * 2

    def test_of_one_alert_by_the_thousand_cost_as_much_as_the_first(
        self, intake: AlertIntake
    ) -> None:
        began = datetime(2026, 1, 1, tzinfo=UTC)
        for body in range(4):
            times = [began + timedelta(seconds=500 * body + one) for one in range(500)]
            storm = [an_alert(startsAt=at.isoformat()) for at in times]
            (alert_id,) = intake.post(alertmanager(*storm)).json["alert_ids"]
        assert intake.alert(alert_id)["episodes"][0]["count"] == 2000
        with transaction(SYSTEM):
            row = connection().execute("SELECT length(state::text) FROM alerts").fetchone()
        assert row
        assert row[0] < 20_000


class TestWhateverElseGoesWrong:
    def test_is_503_and_never_429(
        self, intake: AlertIntake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rate_limit_store, "consume", lambda *_, **__: None)
        refused = intake.post(raw=BODY)
        assert (refused.status, refused.json["code"]) == (503, "not_taken")

    def test_is_503_where_the_database_is_down(
        self, intake: AlertIntake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_DATABASE_URL", "postgresql://mara_app@127.0.0.1:9/none")
        from mara.platform.database import disconnect

        disconnect()
        path = f"{API}/alerts/intake/{intake.id}"
        refused = call(receive_alerts, "POST", path, raw=BODY, headers=intake.bearer)
        assert refused.status == 503

    def test_is_503_where_the_code_fails(
        self, intake: AlertIntake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from mara.alerts.service import reception

        def fail(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(reception, "read_delivery", fail)
        assert intake.post(raw=BODY).status == 503

    def test_takes_as_many_calls_of_one_address_as_a_storm_has(self, intake: AlertIntake) -> None:
        """A general limit of 120 a minute would refuse alerts that come one by one."""
        assert {intake.post({"title": f"alert {n}"}).status for n in range(150)} == {202}


def test_a_refused_delivery_is_an_event_for_the_owner_once_an_hour(anna: Account) -> None:
    intake = make_intake(anna)
    for _ in range(3):
        assert intake.post({"nothing": "known"}).status == 422
    with transaction(SYSTEM):
        rows = connection().execute(
            "SELECT body::jsonb->>'code' FROM outbox WHERE body::text LIKE '%intake_id%'"
        )
        assert [row[0] for row in rows.fetchall()] == ["unknown_delivery_form"]
