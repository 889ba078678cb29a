"""The forms in which one alert reaches an agent."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LABELS = {"severity": "warning", "cluster": "prod-eu"}


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert, and the file of the runbook that answers it; ``None`` if no runbook does."""

    name: str
    summary: str
    description: str
    runbook: str | None = None

    @property
    def facts(self) -> str:
        """Summary and description."""
        return " ".join(part for part in (self.summary, self.description) if part)

    @property
    def webhook(self) -> dict[str, Any]:
        """As Alertmanager sends it to a webhook (version 4)."""
        labels = {"alertname": self.name, **LABELS}
        annotations = {"summary": self.summary, "description": self.description}
        return {
            "version": "4",
            "groupKey": f'{{}}:{{alertname="{self.name}"}}',
            "status": "firing",
            "receiver": "agent",
            "groupLabels": {"alertname": self.name},
            "commonLabels": labels,
            "commonAnnotations": annotations,
            "externalURL": "http://alertmanager.example:9093",
            "alerts": [
                {
                    "status": "firing",
                    "labels": labels,
                    "annotations": annotations,
                    "startsAt": "2026-11-20T03:14:15Z",
                    "generatorURL": "http://prometheus.example:9090/graph",
                }
            ],
        }

    @property
    def grafana(self) -> dict[str, Any]:
        """As Grafana's unified alerting sends it to a webhook."""
        title = f"[FIRING:1] {self.name} (prod-eu warning)"
        return {
            "receiver": "agent",
            "status": "firing",
            "orgId": 1,
            "alerts": self.webhook["alerts"],
            "commonLabels": self.webhook["commonLabels"],
            "title": title,
            "state": "alerting",
            "message": f"**Firing**\n\nValue: A=1\nLabels:\n - alertname = {self.name}\n",
        }


FORMS: Mapping[str, Callable[[Alert], str]] = {
    "line": lambda a: f"{a.name} {a.facts}",
    "lines": lambda a: f"{a.name}\n{a.summary}\n{a.description}",
    "slack": lambda a: f"[FIRING:1] {a.name} (prod-eu warning) {a.summary}",
    "labels": lambda a: f"alertname={a.name} severity=warning description={a.facts}",
    "json": lambda a: json.dumps(a.webhook),
    "grafana": lambda a: json.dumps(a.grafana, indent=2),
    "e-mail": lambda a: (
        f"Hi team, we got paged: {a.name} on prod-eu tonight.\n{a.facts}\nWhat do I do first?"
    ),
    "ru": lambda a: f"Сработал алерт {a.name}. Что делать?",
    "en": lambda a: f"What should I do when {a.name} fires?",
    "name": lambda a: a.name,
}
MASKED = "masked"
"""The form without the name: what is left when the alert is called otherwise."""


def masked(alert: Alert) -> str:
    """Summary and description, without the name wherever they repeat it."""
    return " ".join(alert.facts.replace(alert.name, "").split())
