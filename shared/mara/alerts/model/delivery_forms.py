"""Reads deliveries of monitoring systems: Alertmanager, Grafana, Uptime Kuma, and a plain form.

Unknown fields are ignored: monitoring systems add them in minor versions. Sources: Alertmanager,
"Webhook receiver" (`version` 4); Grafana, "Webhook notifier" (`version` 1, `orgId`); Uptime Kuma,
`server/notification-providers/webhook.js`. Zabbix posts the plain form by a script.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from mara.alerts.errors import UnknownDeliveryForm
from mara.alerts.model.masking import fingerprint_of_labels, fingerprint_of_text
from mara.alerts.model.severity import SEVERITY_LABELS, Severity, severity_of
from mara.alerts.model.signal import Delivery, DeliveryForm, Signal
from mara.kernel.text import mask

SIGNALS_MAX: Final = 500
"""How many alerts of one delivery are taken one by one."""
NAME_MAX, TEXT_MAX, LABELS_MAX, LABEL_MAX = 300, 20_000, 100, 2000
"""In characters; further labels and characters are cut."""
COUNT_MAX: Final = 2**31 - 1
"""What a column holds; a higher count is said to be this one."""
UNIX_EPOCH_YEAR: Final = 1970
NO_DATA: Final = ("DatasourceNoData", "DatasourceError")
"""Names under which Grafana reports the state of a rule, which the label `rulename` names."""
RUNBOOK_KEYS: Final = ("runbook_url", "runbook")
"""Annotations that name the runbook of an alert."""
KUMA: Final = frozenset({"heartbeat", "monitor", "msg"})
KUMA_KEPT: Final = frozenset({"name", "url", "type"})
KUMA_UP, KUMA_PENDING, KUMA_MAINTENANCE = 1, 2, 3
RESOLVED: Final = frozenset({"resolved", "ok", "recovery", "up", "closed", "normal"})

Json = Mapping[str, Any]


def read_delivery(body: object, default: Severity = Severity.WARNING) -> Delivery:
    """Read parsed JSON; an alert that names no severity has ``default``.

    Raises UnknownDeliveryForm.
    """
    if isinstance(body, Mapping):
        alerts = body.get("alerts")
        if isinstance(alerts, list) and all(map(_has_labels, alerts)):
            form = DeliveryForm.GRAFANA if "orgId" in body else DeliveryForm.ALERTMANAGER
            return _of_list(form, body, alerts, default)
        if body.keys() >= KUMA:
            return Delivery(DeliveryForm.UPTIME_KUMA, _of_kuma(body))
        if _text(body.get("title"), NAME_MAX):
            return Delivery(DeliveryForm.PLAIN, [_of_plain(body, default)])
    raise _unknown(body)


def _unknown(body: object) -> UnknownDeliveryForm:
    """The refusal of a body, which says what the form that it resembles lacks."""
    if isinstance(body, Mapping) and "alerts" in body:
        alerts = body["alerts"]
        if not isinstance(alerts, list):
            return UnknownDeliveryForm(
                "alerts must be a list, as Alertmanager and Grafana send it."
            )
        first = next(place for place, alert in enumerate(alerts) if not _has_labels(alert))
        return UnknownDeliveryForm(
            f"The alert alerts/{first} needs an object labels, as Alertmanager and Grafana send it."
        )
    if isinstance(body, Mapping) and (found := KUMA & body.keys()) and found != {"msg"}:
        lacking = ", ".join(sorted(KUMA - found))
        return UnknownDeliveryForm(f"The form of Uptime Kuma needs {lacking} too.")
    return UnknownDeliveryForm(
        "Known are Alertmanager, Grafana, Uptime Kuma, and a JSON object with a title."
    )


def _has_labels(alert: object) -> bool:
    return isinstance(alert, Mapping) and isinstance(alert.get("labels"), Mapping)


def _of_list(form: DeliveryForm, body: Json, alerts: Sequence[Json], default: Severity) -> Delivery:
    return Delivery(
        form,
        [_of_prometheus(form, body, alert, default) for alert in alerts[:SIGNALS_MAX]],
        Counter(_name(_labels(alert.get("labels"))) for alert in alerts[SIGNALS_MAX:]),
        _count(body.get("truncatedAlerts")),
    )


def _of_prometheus(form: DeliveryForm, body: Json, alert: Json, default: Severity) -> Signal:
    labels = _labels(body.get("commonLabels")) | _labels(alert.get("labels"))
    annotations = _labels(body.get("commonAnnotations"), TEXT_MAX)
    annotations |= _labels(alert.get("annotations"), TEXT_MAX)
    status = alert.get("status", body.get("status"))
    is_firing = str(status).lower() not in RESOLVED
    name = _name(labels)
    return Signal(
        name=name,
        fingerprint=_text(alert.get("fingerprint"), NAME_MAX) or fingerprint_of_labels(labels),
        is_firing=is_firing,
        severity=_severity(labels, default),
        summary=annotations.get("summary", ""),
        description=annotations.get("description") or annotations.get("message", ""),
        runbook=next((annotations[key] for key in RUNBOOK_KEYS if annotations.get(key)), ""),
        labels=labels,
        starts_at=_time(alert.get("startsAt")),
        ends_at=None if is_firing else _time(alert.get("endsAt")),
        is_test=form is DeliveryForm.GRAFANA
        and name == "TestAlert"
        and labels.get("instance") == "Grafana",
    )


def _of_kuma(body: Json) -> list[Signal]:
    """One signal; none of a monitor that is pending or in maintenance."""
    heartbeat, monitor = body["heartbeat"], body["monitor"]
    if not isinstance(heartbeat, Mapping):
        message = _text(body["msg"], TEXT_MAX) or "Uptime Kuma"
        return [
            Signal(
                name=message[:NAME_MAX],
                fingerprint=fingerprint_of_text(message),
                is_firing=True,
                severity=Severity.INFO,
                is_test=True,
            )
        ]
    if heartbeat.get("status") in {KUMA_PENDING, KUMA_MAINTENANCE}:
        return []
    # Of the monitor nothing else is kept: it has passwords and tokens of what it watches.
    known = _labels(monitor)
    labels = {key: text for key, text in known.items() if key in KUMA_KEPT}
    is_firing = heartbeat.get("status") != KUMA_UP
    return [
        Signal(
            name=labels.get("name") or "Uptime Kuma",
            fingerprint=fingerprint_of_labels(labels),
            is_firing=is_firing,
            severity=Severity.CRITICAL,
            summary=_text(heartbeat.get("msg"), TEXT_MAX) or _text(body["msg"], TEXT_MAX),
            labels=labels,
        )
    ]


def _of_plain(body: Json, default: Severity) -> Signal:
    labels = _labels(body.get("labels"))
    title, text = _text(body["title"], NAME_MAX), _text(body.get("text"), TEXT_MAX)
    is_firing = str(body.get("status", "firing")).lower() not in RESOLVED
    given = _text(body.get("severity"), NAME_MAX)
    return Signal(
        name=title,
        fingerprint=_text(body.get("fingerprint"), NAME_MAX)
        or (fingerprint_of_labels(labels) if labels else fingerprint_of_text(f"{title}\n{text}")),
        is_firing=is_firing,
        severity=severity_of(given) if given else _severity(labels, default),
        description=text,
        labels=labels,
        starts_at=_time(body.get("starts_at")),
        ends_at=None if is_firing else _time(body.get("ends_at")),
    )


def _name(labels: Mapping[str, str]) -> str:
    name = labels.get("alertname", "")
    if name in NO_DATA:
        name = labels.get("rulename") or name
    return name[:NAME_MAX] or "(no name)"


def _severity(labels: Mapping[str, str], default: Severity) -> Severity:
    word = next((labels[key] for key in SEVERITY_LABELS if key in labels), None)
    return default if word is None else severity_of(word)


def _labels(value: object, length_max: int = LABEL_MAX) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    pairs = [(str(key), _text(found, length_max)) for key, found in value.items()]
    return {mask(key)[:NAME_MAX]: text for key, text in pairs[:LABELS_MAX] if text}


def _text(value: object, length_max: int) -> str:
    """The text of a JSON scalar, cut and without characters that cannot be stored; else empty."""
    if value is None or isinstance(value, Mapping | list):
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return mask(text[:length_max]).strip()


def _time(value: object) -> datetime | None:
    """A time with an offset; None for the zero times of Go and of Unix and for what is none."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if at.tzinfo is None or at.year <= UNIX_EPOCH_YEAR:
        return None
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return None


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return min(max(value, 0), COUNT_MAX)
