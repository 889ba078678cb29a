"""Deliveries of monitoring systems, as they send them, and what is none."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.alerts.errors import UnknownDeliveryForm
from mara.alerts.model.delivery_forms import SIGNALS_MAX, TEXT_MAX, read_delivery
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Delivery, DeliveryForm, Signal
from tests.support.knowledge import data_folder

STARTED = datetime(2026, 11, 20, 3, 14, 15, tzinfo=UTC)
ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "DiskFull", "severity": "page", "instance": "db-1:9100"},
    "annotations": {"summary": "Disk of db-1 is full", "description": "91 % of /var are used."},
    "startsAt": "2026-11-20T03:14:15Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus.example/graph",
    "fingerprint": "c9addbf704d72f90",
}
ALERTMANAGER: dict[str, Any] = {
    "version": "4",
    "groupKey": '{}:{alertname="DiskFull"}',
    "status": "firing",
    "receiver": "mara",
    "commonLabels": {"cluster": "prod-eu"},
    "truncatedAlerts": 3,
    "notification_reason": "group_interval",
    "alerts": [ALERT],
}
GRAFANA: dict[str, Any] = {**ALERTMANAGER, "version": "1", "orgId": 1, "title": "[FIRING:1]"}
KUMA: dict[str, Any] = {
    "heartbeat": {"monitorID": 1, "status": 0, "time": "2026-11-20 03:14:15", "msg": "timeout"},
    "monitor": {
        "name": "Shop",
        "url": "https://shop.example",
        "type": "http",
        "basic_auth_pass": "hunter2",
        "tags": [],
    },
    "msg": "[Shop] [Down] timeout",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def only(body: Mapping[str, Any]) -> Signal:
    (signal,) = read_delivery(body).signals
    return signal


def test_alertmanager_fires() -> None:
    delivery = read_delivery(ALERTMANAGER)
    assert (delivery.form, delivery.truncated) == (DeliveryForm.ALERTMANAGER, 3)
    assert delivery.signals == [
        Signal(
            name="DiskFull",
            fingerprint="c9addbf704d72f90",
            is_firing=True,
            severity=Severity.CRITICAL,
            summary="Disk of db-1 is full",
            description="91 % of /var are used.",
            labels={"cluster": "prod-eu", **ALERT["labels"]},
            starts_at=STARTED,
        )
    ]


def test_alertmanager_resolves() -> None:
    resolved = {**ALERT, "status": "resolved", "endsAt": "2026-11-20T06:14:15.123456789+03:00"}
    signal = only({**ALERTMANAGER, "alerts": [resolved]})
    assert not signal.is_firing
    assert signal.ends_at == STARTED.replace(microsecond=123456)


def test_grafana_names_the_rule_that_has_no_data() -> None:
    labels = {"alertname": "DatasourceNoData", "rulename": "DiskFull"}
    signal = only({**GRAFANA, "alerts": [{**ALERT, "labels": labels}]})
    assert (signal.name, signal.is_test) == ("DiskFull", False)
    assert read_delivery(GRAFANA).form is DeliveryForm.GRAFANA


def test_grafana_tests_its_contact_point() -> None:
    labels = {"alertname": "TestAlert", "instance": "Grafana"}
    assert only({**GRAFANA, "alerts": [{**ALERT, "labels": labels}]}).is_test
    assert not only({**ALERTMANAGER, "alerts": [{**ALERT, "labels": labels}]}).is_test


def test_uptime_kuma_keeps_nothing_secret_of_its_monitor() -> None:
    signal = only(KUMA)
    assert (signal.name, signal.is_firing, signal.summary) == ("Shop", True, "timeout")
    assert signal.labels == {"name": "Shop", "url": "https://shop.example", "type": "http"}
    assert "hunter2" not in repr(read_delivery(KUMA))


@pytest.mark.parametrize(("status", "firing"), [(0, [True]), (1, [False]), (2, []), (3, [])])
def test_uptime_kuma_is_down_or_up(status: int, firing: list[bool]) -> None:
    body = {**KUMA, "heartbeat": {**KUMA["heartbeat"], "status": status}}
    delivery = read_delivery(body)
    assert [signal.is_firing for signal in delivery.signals] == firing
    assert {signal.fingerprint for signal in delivery.signals} <= {only(KUMA).fingerprint}


def test_uptime_kuma_tests_its_notification() -> None:
    signal = only({"heartbeat": None, "monitor": None, "msg": "MARA Testing"})
    assert (signal.is_test, signal.name) == (True, "MARA Testing")


def test_the_plain_form_needs_a_title_only() -> None:
    signal = only({"title": "Backup 17 failed"})
    assert (signal.name, signal.is_firing, signal.severity) == (
        "Backup 17 failed",
        True,
        Severity.WARNING,
    )
    assert signal.fingerprint == only({"title": "Backup 18 failed"}).fingerprint


def test_the_plain_form_says_more() -> None:
    body = {
        "title": "Backup failed",
        "text": "No space left",
        "severity": "4",
        "labels": {"host": "db-1", "try": 2, "nothing": None, "deep": {"a": 1}},
        "status": "OK",
        "fingerprint": "zbx-17",
        "starts_at": "2026-11-20T03:14:15Z",
        "ends_at": "2026-11-20T03:14:16Z",
        "unknown": [],
    }
    assert only(body) == Signal(
        name="Backup failed",
        fingerprint="zbx-17",
        is_firing=False,
        severity=Severity.CRITICAL,
        description="No space left",
        labels={"host": "db-1", "try": "2"},
        starts_at=STARTED,
        ends_at=STARTED + timedelta(seconds=1),
    )
    assert only({**body, "status": "firing"}).ends_at is None


@pytest.mark.parametrize("zero", ["0001-01-01T00:00:00Z", "1970-01-01T03:00:00+03:00", "", 0])
def test_a_time_that_is_not_set_is_none(zero: object) -> None:
    resolved = {"title": "Backup failed", "status": "resolved", "starts_at": zero, "ends_at": zero}
    assert not only(resolved).has_time


def test_of_a_storm_the_rest_is_counted_by_name() -> None:
    names = ["DiskFull"] * (SIGNALS_MAX + 7) + ["DiskSlow"] * 2
    alerts = [{**ALERT, "labels": {"alertname": name}} for name in names]
    delivery = read_delivery({**ALERTMANAGER, "alerts": alerts})
    assert len(delivery.signals) == SIGNALS_MAX
    assert delivery.more == {"DiskFull": 7, "DiskSlow": 2}


def test_texts_are_cut_and_can_be_stored() -> None:
    long = {"title": "a\x00\ud800", "text": "x" * (TEXT_MAX + 1), "labels": {"k\x00": "v"}}
    signal = only(long)
    assert (signal.name, len(signal.description)) == ("a\ufffd\ufffd", TEXT_MAX)
    assert signal.labels == {"k\ufffd": "v"}


@pytest.mark.parametrize(
    ("said", "count"),
    [(0, 0), (-1, 0), (2**31 - 1, 2**31 - 1), (2**31, 2**31 - 1), (True, 0), ("7", 0), (7.5, 0)],
)
def test_what_is_left_out_is_counted_as_far_as_can_be_stored(said: object, count: int) -> None:
    assert read_delivery({**ALERTMANAGER, "truncatedAlerts": said}).truncated == count


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "DiskFull",
        {},
        {"title": " "},
        {"title": {"a": 1}},
        {"alerts": "DiskFull"},
        {"alerts": [{"status": "firing"}]},
        {"alerts": ["DiskFull"]},
    ],
)
def test_other_bodies_are_refused(body: object) -> None:
    with pytest.raises(UnknownDeliveryForm):
        read_delivery(body)


@given(JSON, st.sampled_from(["alerts", "commonLabels", "truncatedAlerts", "status"]))
def test_no_value_of_a_field_is_a_failure(value: object, field: str) -> None:
    try:
        delivery = read_delivery({**ALERTMANAGER, field: value})
    except UnknownDeliveryForm:
        return
    assert isinstance(delivery, Delivery)


@given(JSON, st.sampled_from([*ALERT]))
def test_no_value_of_an_alert_is_a_failure(value: object, field: str) -> None:
    try:
        signal = only({**ALERTMANAGER, "alerts": [{**ALERT, field: value}]})
    except UnknownDeliveryForm:
        assert field == "labels"
        return
    assert signal.fingerprint
    assert signal.name


@given(JSON, JSON)
def test_no_heartbeat_or_monitor_is_a_failure(heartbeat: object, monitor: object) -> None:
    delivery = read_delivery({"heartbeat": heartbeat, "monitor": monitor, "msg": "x"})
    assert len(delivery.signals) <= 1


@pytest.mark.parametrize("folder", ["runbooks-dev", "alerts-foreign"])
def test_real_alerts_are_read(folder: str) -> None:
    cases = json.loads((data_folder(folder) / "alerts.json").read_text())
    for case in cases:
        payload = case["payload"]
        signals = read_delivery(payload).signals
        assert [signal.name for signal in signals] == [
            alert["labels"]["alertname"] for alert in payload["alerts"]
        ]
        assert all(signal.starts_at and signal.summary + signal.description for signal in signals)
