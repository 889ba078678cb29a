"""The media type for Zabbix: its script posts what an intake reads."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from mara.alerts.model.delivery_forms import read_delivery
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import DeliveryForm, Signal

FILE = Path("infra/integrations/zabbix/media_mara.yaml")
SECRET = "s3cret-of-the-intake"
EVENT = {
    "url": "https://mara.example/api/v1/alerts/intake/1",
    "secret": SECRET,
    "proxy": "",
    "subject": "Disk space is low on /var",
    "message": "Host: db-3\nOperational data: 3 % free",
    "event_source": "0",
    "event_value": "1",
    "event_update": "0",
    "severity": "4",
    "trigger_id": "10042",
    "host": "db-3",
    "tags": '[{"tag": "service", "value": "billing"}]',
}
HARNESS = """
const [script, value, status] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const sent = {headers: [], posted: null, proxy: null};
class HttpRequest {
    addHeader(header) { sent.headers.push(header); }
    setProxy(proxy) { sent.proxy = proxy; }
    post(url, body) { sent.posted = {url, body}; return ''; }
    getStatus() { return status; }
}
try {
    sent.result = new Function('value', 'HttpRequest', script)(value, HttpRequest);
} catch (error) {
    sent.error = String(error);
}
console.log(JSON.stringify(sent));
"""


def media_type() -> dict[str, Any]:
    (found,) = yaml.safe_load(FILE.read_text())["zabbix_export"]["media_types"]
    assert isinstance(found, dict)
    return found


def run(*, status: int = 202, **changes: str) -> dict[str, Any]:
    """What the script does with an event, when the intake answers with a status."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed, which runs the script")
    given = json.dumps([media_type()["script"], json.dumps({**EVENT, **changes}), status])
    done = subprocess.run(
        [node, "-e", HARNESS], input=given, capture_output=True, text=True, check=True
    )
    sent: dict[str, Any] = json.loads(done.stdout)
    return sent


def signal(**changes: str) -> Signal:
    """What an intake reads in the body that the script posts."""
    delivery = read_delivery(json.loads(run(status=202, **changes)["posted"]["body"]))
    assert delivery.form is DeliveryForm.PLAIN
    (found,) = delivery.signals
    return found


def test_each_parameter_of_the_media_type_is_one_that_the_script_gets() -> None:
    assert {one["name"] for one in media_type()["parameters"]} == set(EVENT)
    modes = [one["operation_mode"] for one in media_type()["message_templates"]]
    assert modes == ["PROBLEM", "RECOVERY"]


def test_a_problem_is_an_alert_that_fires() -> None:
    found = signal()
    assert (found.name, found.is_firing) == (EVENT["subject"], True)
    assert (found.severity, found.fingerprint) == (Severity.CRITICAL, "zabbix:10042")
    assert found.labels == {"service": "billing", "host": "db-3"}
    assert found.description == EVENT["message"]


def test_its_recovery_resolves_the_same_alert() -> None:
    found = signal(event_value="0", severity="4")
    assert (found.is_firing, found.fingerprint) == (False, signal().fingerprint)


@pytest.mark.parametrize(
    ("severity", "read"),
    [("0", "info"), ("1", "info"), ("2", "warning"), ("3", "warning"), ("5", "critical")],
)
def test_the_severities_of_zabbix_are_read(severity: str, read: str) -> None:
    assert signal(severity=severity).severity == Severity(read)


def test_macros_that_stay_as_they_are_written_are_left_out() -> None:
    found = signal(tags="{EVENT.TAGSJSON}", host="{HOST.NAME}", severity="{EVENT.NSEVERITY}")
    assert (found.labels, found.severity) == ({}, Severity.WARNING)


def test_the_secret_stands_in_the_header_alone() -> None:
    sent = run()
    assert sent["headers"] == ["Content-Type: application/json", f"Authorization: Bearer {SECRET}"]
    assert sent["posted"]["url"] == EVENT["url"]
    assert SECRET not in sent["posted"]["body"]
    assert (sent["result"], sent["proxy"]) == ("OK", None)
    assert run(proxy="http://proxy:3128")["proxy"] == "http://proxy:3128"


def test_an_acknowledgement_posts_nothing() -> None:
    sent = run(event_update="1")
    assert (sent["posted"], sent["result"]) == (None, "OK")


@pytest.mark.parametrize("status", [200, 401, 413, 503])
def test_another_answer_is_an_error_so_that_zabbix_tries_again(status: int) -> None:
    sent = run(status=status)
    assert str(status) in sent["error"]
    assert SECRET not in sent["error"]


@pytest.mark.parametrize(
    "wrong", [{"url": "{$MARA.URL}"}, {"secret": "{$MARA.SECRET}"}, {"event_source": "3"}]
)
def test_what_cannot_be_sent_is_an_error(wrong: dict[str, str]) -> None:
    sent = run(status=202, **wrong)
    assert sent["posted"] is None
    assert sent["error"]
