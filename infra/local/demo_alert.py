"""The part of the demo story about alerts: Alertmanager posts one, and its runbook is found."""

from typing import Any

import httpx

from infra.local.api_client import Api, ApiRefused, wait_for
from infra.local.demo_console import say, show_citation
from infra.local.settings import front_url

ANSWER_TIMEOUT_S = 60.0
DELIVERY = {
    "version": "4",
    "groupKey": '{}:{alertname="DiskAlmostFull"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "mara",
    "groupLabels": {"alertname": "DiskAlmostFull"},
    "commonLabels": {"alertname": "DiskAlmostFull", "severity": "critical"},
    "commonAnnotations": {},
    "externalURL": "http://alertmanager.example:9093",
    "alerts": [
        {
            "status": "firing",
            "labels": {
                "alertname": "DiskAlmostFull",
                "instance": "db-3:9100",
                "severity": "critical",
            },
            "annotations": {"summary": "db-3: 7 % of the disk is free"},
            "startsAt": "2026-11-28T03:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example:9090/graph",
            "fingerprint": "5ef77f1f8a3ecfb8",
        }
    ],
}
"""The body of Alertmanager's webhook, version 4."""


def play(api: Api, agent_id: str) -> None:
    """Create an intake, deliver an alert to it as Alertmanager does, and print the answer.

    Raises ApiRefused.
    """
    intake = api.call("POST", "/alerts/intakes", json={"name": "Prod", "agent_id": agent_id})
    say(f"made an intake for alerts: POST {intake['path']}")
    headers = {"authorization": f"Bearer {intake['secret']}"}
    answer = httpx.post(
        f"{front_url()}{intake['path']}", json=DELIVERY, headers=headers, timeout=60
    )
    if answer.status_code != httpx.codes.ACCEPTED:
        raise ApiRefused(f"The intake answered {answer.status_code}: {answer.text[:300]}")
    (alert_id,) = answer.json()["alert_ids"]
    say(f"Alertmanager posts DiskAlmostFull: {answer.status_code}")
    _show(wait_for(lambda: _settled(api, alert_id), ANSWER_TIMEOUT_S, lambda: "no answer yet"))


def _settled(api: Api, alert_id: str) -> Any:
    """The post of the alert once it is answered, refused or failed; None until then."""
    (post,) = api.call("GET", f"/alerts/{alert_id}")["posts"]
    return post if post["state"] != "waiting" else None


def _show(post: Any) -> None:
    if post["failure"]:
        raise ApiRefused(f"The alert was not answered: {post['failure']}")
    print(f"  {post['state']} {post['latency_ms']} ms after it arrived")
    for citation in post["reply"]["citations"]:
        show_citation(citation)
