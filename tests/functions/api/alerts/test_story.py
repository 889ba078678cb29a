"""The story of an alert over HTTP: from the body of Alertmanager to the runbook's section."""

import pytest

from functions.api.agents.delete_agent.handler import handler as delete_agent
from functions.api.alerts.list_alerts.handler import handler as list_alerts
from functions.api.billing.get_my_usage.handler import handler as get_my_usage
from functions.api.documents.delete_document.handler import handler as delete_document
from tests.support.accounts import Account, make_account
from tests.support.alerting import (
    API,
    SECTION,
    alertmanager,
    an_alert,
    make_intake,
    resolved,
    work,
)
from tests.support.events import call
from tests.support.scanning import begin_scans

pytestmark = pytest.mark.usefixtures("database")

DONE: dict[str, list[str]] = {"batchItemFailures": []}


def used(account: Account, meter: str) -> int:
    usage = call(get_my_usage, "GET", f"{API}/usage/my", headers=account.headers).json
    return int(next(item["used"] for item in usage["items"] if item["meter"] == meter))


class TestAnAlertThatIsPosted:
    def test_shows_the_section_of_the_runbook_once_its_agent_was_asked(self, anna: Account) -> None:
        intake = make_intake(anna)
        receipt = intake.post(alertmanager(an_alert()))
        assert receipt.status == 202
        (alert_id,) = receipt.json["alert_ids"]
        assert intake.alert(alert_id)["posts"][0]["state"] == "waiting"
        assert work(anna, times=2) == [DONE, DONE]
        shown = intake.alert(alert_id)
        assert (shown["name"], shown["status"]) == ("KubePodCrashLooping", "firing")
        (post,) = shown["posts"]
        assert (post["state"], post["failure"]) == ("answered", None)
        assert post["latency_ms"] >= 0
        cited = post["reply"]["citations"][0]
        assert (cited["quote"], cited["filename"]) == (SECTION, "runbooks.md")
        assert cited["place"]["headings"][0] == "KubePodCrashLooping"
        assert shown["episodes"][0]["post_id"] == post["id"]
        assert [signal["outcome"] for signal in shown["signals"]] == ["opened"]

    def test_is_charged_once_with_all_the_alerts_of_its_question(self, anna: Account) -> None:
        intake = make_intake(anna)
        pods = [
            an_alert(labels={"pod": f"billing-{pod}"}, fingerprint=f"pod-{pod}") for pod in range(5)
        ]
        ids = intake.post(alertmanager(*pods)).json["alert_ids"]
        intake.post(alertmanager(*pods, groupKey="another body"))
        assert work(anna, times=3) == [DONE] * 3
        assert len({intake.alert(alert_id)["posts"][0]["id"] for alert_id in ids}) == 1
        assert (used(anna, "answers"), used(anna, "alerts")) == (1, 1)

    def test_of_a_runbook_that_is_missing_is_refused_and_costs_nothing(self, anna: Account) -> None:
        intake = make_intake(anna)
        other = an_alert(labels={"alertname": "TlsCertificateExpires"}, annotations={})
        (alert_id,) = intake.post(alertmanager(other)).json["alert_ids"]
        work(anna)
        (post,) = intake.alert(alert_id)["posts"]
        assert (post["state"], post["reply"]["citations"]) == ("refused", [])
        assert (used(anna, "answers"), used(anna, "alerts")) == (0, 0)

    def test_of_a_deleted_agent_is_kept_and_says_why(self, anna: Account) -> None:
        intake = make_intake(anna)
        call(delete_agent, "DELETE", f"{API}/agents/{intake.agent_id}", headers=anna.headers)
        (alert_id,) = intake.post(alertmanager(an_alert())).json["alert_ids"]
        assert work(anna) == [DONE]
        (post,) = intake.alert(alert_id)["posts"]
        assert (post["state"], post["failure"]["code"]) == ("failed", "agent_not_found")

    def test_shows_no_quote_of_a_document_that_was_deleted_since(self, anna: Account) -> None:
        intake = make_intake(anna)
        (alert_id,) = intake.post(alertmanager(an_alert())).json["alert_ids"]
        work(anna)
        cited = intake.alert(alert_id)["posts"][0]["reply"]["citations"][0]
        path = f"{API}/documents/{cited['document_id']}"
        assert call(delete_document, "DELETE", path, headers=anna.headers).status == 204
        reply = intake.alert(alert_id)["posts"][0]["reply"]
        assert (reply["citations"], SECTION in reply["text"]) == ([], False)

    def test_of_a_test_is_answered_at_no_cost(self, anna: Account) -> None:
        begin_scans()
        intake = make_intake(anna)
        labels = {"alertname": "TestAlert", "instance": "Grafana"}
        body = alertmanager(an_alert(labels=labels), version="1", orgId=1)
        (alert_id,) = intake.post(body).json["alert_ids"]
        work(anna)
        shown = intake.alert(alert_id)
        assert shown["is_test"]
        assert shown["posts"][0]["state"] in {"answered", "refused"}
        assert shown["posts"][0]["answer_id"] is None
        assert (used(anna, "answers"), used(anna, "alerts")) == (0, 0)


class TestEpisodes:
    def test_end_with_resolved_and_begin_again_with_firing(self, anna: Account) -> None:
        intake = make_intake(anna)
        (alert_id,) = intake.post(alertmanager(an_alert())).json["alert_ids"]
        intake.post(alertmanager(resolved(), status="resolved"))
        shown = intake.alert(alert_id)
        assert (shown["status"], shown["episodes"][0]["ended_by"]) == ("resolved", "resolved")
        intake.post(alertmanager(an_alert(startsAt="2026-11-28T03:00:00Z")))
        shown = intake.alert(alert_id)
        assert shown["status"] == "firing"
        assert [episode["ended_by"] for episode in shown["episodes"]] == [None, "resolved"]
        assert len(shown["posts"]) == 1

    def test_without_firing_are_none(self, anna: Account) -> None:
        intake = make_intake(anna)
        (alert_id,) = intake.post(alertmanager(resolved())).json["alert_ids"]
        shown = intake.alert(alert_id)
        assert (shown["status"], shown["episodes"], shown["posts"]) == ("resolved", [], [])

    def test_that_get_worse_have_a_post_of_their_own(self, anna: Account) -> None:
        intake = make_intake(anna)
        mild = {"severity": "warning"}
        (alert_id,) = intake.post(alertmanager(an_alert(labels=mild))).json["alert_ids"]
        first = intake.alert(alert_id)["posts"][0]["id"]
        later = an_alert(startsAt="2026-11-28T01:05:00Z")
        intake.post(alertmanager(later))
        shown = intake.alert(alert_id)
        assert shown["severity"] == "critical"
        assert [post["id"] for post in shown["posts"]] != [first]
        assert len(shown["episodes"]) == 1


class TestTheList:
    def get(self, account: Account, **query: str) -> list[str]:
        found = call(list_alerts, "GET", f"{API}/alerts", headers=account.headers, query=query)
        assert found.status == 200, found.text
        return [item["name"] for item in found.json["items"]]

    def test_is_filtered_by_what_alerts_are(self, anna: Account) -> None:
        intake = make_intake(anna)
        disk = {"alertname": "DiskFull", "severity": "info"}
        intake.post(
            alertmanager(
                an_alert(), an_alert(labels=disk, fingerprint="disk"), resolved(fingerprint="over")
            )
        )
        assert sorted(self.get(anna, status="firing")) == ["DiskFull", "KubePodCrashLooping"]
        assert self.get(anna, severity="info") == ["DiskFull"]
        assert self.get(anna, text="diskf") == ["DiskFull"]
        assert len(self.get(anna, source=intake.id)) == 3
        assert self.get(anna, source=intake.agent_id) == []
        later = {"from": "2090-01-01T00:00:00Z"}
        assert self.get(anna, **later) == []
        assert len(self.get(anna, to="2090-01-01T00:00:00Z", sort="-last_at")) == 3

    def test_has_nothing_of_another_tenant(self, anna: Account) -> None:
        make_intake(anna).post(alertmanager(an_alert()))
        boris = make_account("boris")
        assert self.get(boris) == []
