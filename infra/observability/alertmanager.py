"""What Alertmanager posts for an alert of the rules: its webhook, version 4."""

from collections.abc import Mapping
from typing import Any, Final

from infra.observability.alert_kind import AlertKind
from infra.observability.prometheus_rules import annotations

NEVER: Final = "0001-01-01T00:00:00Z"
STARTED: Final = "2026-11-28T03:00:00Z"


def alert_of(kind: AlertKind) -> dict[str, Any]:
    """Return the alert as Prometheus sends it, with the labels of the samples it fires on."""
    labels = {name: value for name, value in kind.labels.items() if value}
    return {
        "labels": {"alertname": kind.alert, "severity": kind.urgency.value, **labels},
        "annotations": annotations(kind, kind.said),
        "activeAt": STARTED,
    }


def delivery(alert: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of the webhook for one alert of Prometheus that fires."""
    name = alert["labels"]["alertname"]
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}"}}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "mara",
        "groupLabels": {"alertname": name},
        "commonLabels": alert["labels"],
        "commonAnnotations": alert["annotations"],
        "externalURL": "http://localhost:9093",
        "alerts": [
            {
                "status": "firing",
                "labels": alert["labels"],
                "annotations": alert["annotations"],
                "startsAt": alert["activeAt"],
                "endsAt": NEVER,
                "generatorURL": "http://localhost:9090/alerts",
                "fingerprint": f"{hash_of(alert['labels']):016x}",
            }
        ],
    }


def hash_of(labels: Mapping[str, str]) -> int:
    """Return the FNV-1a hash of sorted labels, as Prometheus makes fingerprints."""
    value = 14695981039346656037
    for name, text in sorted(labels.items()):
        for byte in (*name.encode(), 255, *text.encode(), 255):
            value = ((value ^ byte) * 1099511628211) % 2**64
    return value
