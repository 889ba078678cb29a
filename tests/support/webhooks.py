"""Bodies of webhooks with many alerts, as Alertmanager (version 4) and Grafana send them."""

import json
from collections.abc import Sequence
from typing import Any

from infra.quality.forms import Alert

Sent = tuple[str, str]
"""The name of an alert, and its status."""


def alertmanager(alerts: Sequence[Sent], summary: str = "Something is wrong.") -> dict[str, Any]:
    """The body of Alertmanager's webhook with these alerts."""
    body = Alert("Group", summary, "").webhook
    return {
        **body,
        "groupLabels": {},
        "commonLabels": {"severity": "critical"},
        "commonAnnotations": {},
        "alerts": [_sent(number, each, summary) for number, each in enumerate(alerts)],
    }


def grafana(alerts: Sequence[Sent], summary: str = "Something is wrong.") -> dict[str, Any]:
    """The body of Grafana's webhook with these alerts."""
    listed = "".join(f"Labels:\n - alertname = {name}\n" for name, _ in alerts)
    return {
        **alertmanager(alerts, summary),
        "orgId": 1,
        "state": "alerting",
        "title": f"[FIRING:{len(alerts)}] {alerts[0][0]} (prod-eu critical)",
        "message": f"**Firing**\n\nValue: A=1\n{listed}",
    }


def many(name: str, count: int = 200) -> list[Sent]:
    """As many alerts of one name that fire."""
    return [(name, "firing")] * count


def as_text(body: object) -> str:
    """The body as it is sent."""
    return json.dumps(body, ensure_ascii=False)


def _sent(number: int, alert: Sent, summary: str) -> dict[str, Any]:
    name, status = alert
    return {
        "status": status,
        "labels": {"alertname": name, "instance": f"10.0.3.{number % 250}:9100"},
        "annotations": {"summary": summary, "description": f"{name}: {summary}"},
        "startsAt": "2026-11-20T03:14:15Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": f"http://prometheus.example:9090/graph?g0.expr={number}",
        "fingerprint": f"{number:016x}",
    }
