"""The other alerts of a text, besides the one that it is read as."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mara.search.model.alert_text import OTHERS_MAX, AlertText
from tests.support.webhooks import Sent, alertmanager, as_text, grafana

Body = Callable[[Sequence[Sent]], dict[str, Any]]

FIRING = "firing"
BODIES = [alertmanager, grafana]


def cut(text: str) -> str:
    """The text without its end, cut inside a word of the group's fields behind the alerts."""
    return text[: text.rindex("generatorURL") + 7]


def others(text: str) -> Sequence[str]:
    return AlertText.read(text).others


class TestOthers:
    @pytest.mark.parametrize("body", BODIES)
    @pytest.mark.parametrize("written", [as_text, lambda body: json.dumps(body, indent=2)])
    @pytest.mark.parametrize(
        ("alerts", "named"),
        [
            ([("DiskFull", FIRING)], []),
            ([("DiskFull", FIRING)] * 3, []),
            ([("DiskFull", FIRING), ("PodDown", "resolved"), ("NodeDown", FIRING)], ["NodeDown"]),
            ([("PodDown", "resolved"), ("DiskFull", FIRING), ("NodeDown", FIRING)], ["NodeDown"]),
            (
                [("DiskFull", FIRING), ("NodeDown", FIRING), ("Clock", FIRING)] * 2,
                ["NodeDown", "Clock"],
            ),
            ([("PodDown", "resolved"), ("DiskFull", FIRING), ("PodDown", FIRING)], ["PodDown"]),
            ([("DiskFull", "resolved"), ("NodeDown", "resolved")], []),
        ],
    )
    def test_are_those_that_fire_under_other_names_in_order(
        self, body: Body, written: Callable[[object], str], alerts: Sequence[Sent], named: list[str]
    ) -> None:
        text = written(body(alerts))
        first = next((name for name, status in alerts if status == FIRING), alerts[0][0])
        for sent in (text, cut(text)):
            assert AlertText.read(sent).name == first
            assert list(others(sent)) == named

    def test_are_read_from_the_lists_of_the_programming_interfaces(self) -> None:
        listed = [
            {"labels": {"alertname": "PodDown"}, "status": {"state": "resolved"}},
            {"labels": {"alertname": "DiskFull"}, "status": {"state": "active"}},
            {"labels": {"alertname": "NodeDown"}, "status": {"state": "active"}},
        ]
        assert AlertText.read(json.dumps(listed)).name == "DiskFull"
        assert others(json.dumps(listed)) == ["NodeDown"]
        assert others(json.dumps([{"labels": {}, "alerts": listed}])) == ["NodeDown"]
        rules = {"status": "success", "data": {"alerts": [*listed[1:], {**listed[0]}]}}
        pending = {"labels": {"alertname": "Clock"}, "state": "pending"}
        rules["data"]["alerts"].append(pending)  # type: ignore[index]
        assert others(json.dumps(rules)) == ["NodeDown"]

    def test_without_a_status_of_their_own_have_that_of_the_group(self) -> None:
        alerts = [{"labels": {"alertname": name}} for name in ("DiskFull", "NodeDown")]
        assert others(json.dumps({"status": "firing", "alerts": alerts})) == ["NodeDown"]
        assert others(json.dumps({"status": "resolved", "alerts": alerts})) == []

    @pytest.mark.parametrize(
        "text",
        [
            """
            alertname=DiskFull status=firing
            alertname=PodDown status=resolved
            alertname=NodeDown status=firing
            """,
            """
            status=resolved alertname=PodDown
            status=firing alertname=DiskFull
            status=firing alertname=NodeDown
            """,
            """Alerts Firing:
Labels:
 - alertname = DiskFull
Annotations:
 - summary = Full
Source: http://prometheus.example
Labels:
 - alertname = NodeDown
Alerts Resolved:
Labels:
 - alertname = PodDown
Source: http://prometheus.example""",
            """**Resolved**
Labels:
 - alertname = PodDown

**Firing**
Labels:
 - alertname = DiskFull

Labels:
 - alertname = NodeDown""",
            """[1] Resolved
alertname = PodDown
[2] Firing
alertname = DiskFull
alertname = NodeDown""",
        ],
    )
    def test_are_read_from_labels_under_their_headings(self, text: str) -> None:
        assert AlertText.read(text).name == "DiskFull"
        assert others(text) == ["NodeDown"]

    @pytest.mark.parametrize("text", ["DiskFull and NodeDown fire", "What is alertname=DiskFull?"])
    def test_of_plain_text_are_none(self, text: str) -> None:
        assert not others(text)

    def test_are_bounded_in_number_and_length(self) -> None:
        names = ["DiskFull", "x" * 500, "A\nB", *(f"Alert{n}" for n in range(100))]
        found = others(as_text(alertmanager([(name, FIRING) for name in names])))
        assert len(found) == OTHERS_MAX
        assert found[:3] == ["x" * 100, "A B", "Alert0"]
