"""Alerts as monitoring systems send them, and an intake that takes them."""

import json
from dataclasses import dataclass, field
from typing import Any

from functions.api.agents.create_agent.handler import handler as create_agent
from functions.api.alerts.create_intake.handler import handler as create_intake
from functions.api.alerts.get_alert.handler import handler as get_alert
from functions.api.alerts.receive_alerts.handler import handler as receive_alerts
from functions.queues.answer_alerts.handler import handler as answer_alerts
from mara.extraction.model import Block, Place
from tests.support.accounts import Account
from tests.support.events import Answer, call

API = "/api/v1"
SECTION = "Read the log of the pod with kubectl logs --previous, then restart the deployment."
"""What the runbook of the alert says."""
RUNBOOK = (
    Block(SECTION, Place(headings=("KubePodCrashLooping", "Mitigation"))),
    Block("Delete old archives.", Place(headings=("NodeFilesystemAlmostOutOfSpace", "Mitigation"))),
)


def alertmanager(*alerts: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """The body of Alertmanager's webhook, version 4."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="KubePodCrashLooping"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "mara",
        "groupLabels": {"alertname": "KubePodCrashLooping"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager:9093",
        "notification_reason": "new alerts",
        "alerts": list(alerts),
        **parts,
    }


def an_alert(**parts: Any) -> dict[str, Any]:
    """One alert of it; ``labels`` are added to those that it has."""
    labels = {
        "alertname": "KubePodCrashLooping",
        "namespace": "billing",
        "pod": "billing-7d4f",
        "severity": "critical",
        **parts.pop("labels", {}),
    }
    return {
        "status": "firing",
        "labels": labels,
        "annotations": {
            "summary": "Pod is crash looping.",
            "description": "Pod billing/billing-7d4f is in waiting state (CrashLoopBackOff).",
            "runbook_url": "https://runbooks.example.com/KubePodCrashLooping",
        },
        "startsAt": "2026-11-28T01:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus:9090/graph",
        "fingerprint": "5f3a2b1c9d8e4f70",
        **parts,
    }


def resolved(**parts: Any) -> dict[str, Any]:
    """The same alert, resolved."""
    return an_alert(status="resolved", endsAt="2026-11-28T02:00:00Z", **parts)


@dataclass
class AlertIntake:
    """An intake of an account, as its owner and as a monitoring system see it."""

    owner: Account
    agent_id: str
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.made["id"])

    @property
    def secret(self) -> str:
        return str(self.made["secret"])

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}"}

    def post(self, body: object = None, **parts: Any) -> Answer:
        """Deliver as a monitoring system does, with the secret unless headers are given."""
        sent = {"headers": self.bearer, **parts}
        if body is not None:
            sent["body"] = body
        return call(receive_alerts, "POST", f"{API}/alerts/intake/{self.id}", **sent)

    def alert(self, alert_id: str) -> Any:
        """What the owner sees of an alert."""
        path = f"{API}/alerts/{alert_id}"
        return call(get_alert, "GET", path, headers=self.owner.headers).json


def work(owner: Account, times: int = 1) -> list[Any]:
    """Ring the doorbell of the owner's alerts so many times; what SQS is told each time."""
    record = {"messageId": "1", "body": json.dumps({"owner_id": str(owner.id)})}
    return [answer_alerts({"Records": [record]}, None) for _ in range(times)]


def make_agent(owner: Account) -> str:
    """The id of a new agent."""
    body = {"name": "On call"}
    made = call(create_agent, "POST", f"{API}/agents", headers=owner.headers, body=body)
    return str(made.json["id"])


def make_intake(owner: Account, **settings: Any) -> AlertIntake:
    """A new intake, with an agent unless one is given."""
    agent_id = settings.pop("agent_id", None) or make_agent(owner)
    body = {"name": "Alertmanager", "agent_id": agent_id, **settings}
    path = f"{API}/alerts/intakes"
    made = call(create_intake, "POST", path, headers=owner.headers, body=body)
    assert made.status == 201, made.text
    return AlertIntake(owner, agent_id, made.json)
