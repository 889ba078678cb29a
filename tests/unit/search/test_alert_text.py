"""The same alert, read from each form in which it is pasted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.quality.forms import FORMS, Alert
from mara.search.model.alert_text import AlertText
from mara.search.model.json_fields import alert_of_json

ALERT = Alert("DiskFillsUp", "The disk fills up.", "Disk /data on 10.0.3.17:9100 is 97% full.")
FACTS = f"{ALERT.name} {ALERT.facts}"


class TestRead:
    @pytest.mark.parametrize("form", ["line", "lines", "json", "grafana", "labels"])
    def test_gives_name_and_facts_on_one_line(self, form: str) -> None:
        assert AlertText.read(FORMS[form](ALERT)).text == FACTS

    @pytest.mark.parametrize("form", ["json", "grafana", "labels"])
    def test_takes_the_name_from_its_key(self, form: str) -> None:
        assert AlertText.read(FORMS[form](ALERT)).name == "DiskFillsUp"

    @pytest.mark.parametrize(
        "labels",
        [
            'ALERT{alertname="DiskFillsUp", instance="10.0.3.17:9100", summary="It is full"}',
            (
                "Labels:\n - alertname = DiskFillsUp\n - instance = db-1\nAnnotations:\n"
                " - summary = It is full\nSource: http://prometheus.example/graph"
            ),
            "alertname: DiskFillsUp\nseverity: critical\nsummary: It is full",
            "severity=critical alertname=DiskFillsUp summary=It is full",
            "  alertname=DiskFillsUp\n  summary=It is full\n",
        ],
    )
    def test_reads_labels_however_they_are_separated(self, labels: str) -> None:
        found = AlertText.read(labels)
        assert (found.name, found.structured) == ("DiskFillsUp", True)
        assert found.text.startswith("DiskFillsUp It is full")
        assert "critical" not in found.text
        assert "10.0.3.17" not in found.text

    def test_reads_the_alert_of_a_webhook_that_was_cut_off_or_introduced(self) -> None:
        whole = json.dumps(ALERT.webhook, indent=1)
        assert AlertText.read(whole[: whole.index("externalURL")]).text == FACTS
        assert AlertText.read(f"We got this:\n{whole}\nWhat now?").text == FACTS

    @pytest.mark.parametrize("over", ["resolved", "ok", "Resolved"])
    def test_takes_an_alert_that_fires_before_one_that_is_over(self, over: str) -> None:
        payload = ALERT.webhook
        firing = payload["alerts"]
        ended = {
            "status": over,
            "labels": {"alertname": "PodCrashes"},
            "annotations": {"summary": "A pod crashes."},
        }
        several = {"version": "4", "status": "firing", "alerts": [ended, *firing]}
        assert AlertText.read(json.dumps(several)).name == "DiskFillsUp"
        alone = {**several, "alerts": [ended]}
        assert AlertText.read(json.dumps(alone)).name == "PodCrashes"

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("[FIRING:2] DiskFillsUp (prod-eu warning) It is full", "DiskFillsUp It is full"),
            ("[RESOLVED] DiskFillsUp", "DiskFillsUp"),
            (
                "From: a@example.com\nSubject: Re: [FIRING:1] DiskFillsUp\n\nFull.",
                "DiskFillsUp Full.",
            ),
            ("Тема: Диск заполнен\n> Что делать?", "Диск заполнен Что делать?"),
        ],
    )
    def test_leaves_out_what_a_message_puts_around_it(self, said: str, meant: str) -> None:
        assert AlertText.read(said).text == meant

    @pytest.mark.parametrize(
        "question",
        [
            "What does replicas=3 mean?",
            "How do I set message=hello in the file?",
            "Why is {x} in the template?",
            "Note: restart the daemon (twice)",
            "Что значит [FIRING:1] в сообщении?",
            "{not json}",
        ],
    )
    def test_leaves_plain_questions_as_they_are(self, question: str) -> None:
        assert AlertText.read(question) == AlertText(question)

    def test_survives_what_is_nested_deeply(self) -> None:
        bomb = '{"a":' * 2000 + "1" + "}" * 2000
        assert AlertText.read(bomb).name is None


class TestFieldsOfJson:
    @given(
        st.dictionaries(
            st.sampled_from(["summary", "description", "alert-name", "заметка"]),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
            min_size=1,
        ),
        st.integers(1),
        st.booleans(),
    )
    def test_of_a_cut_object_are_those_of_the_whole_one_up_to_the_cut(
        self, fields: dict[str, str], cut: int, ascii_only: bool
    ) -> None:
        whole = json.dumps(fields, ensure_ascii=ascii_only)
        found = alert_of_json(whole[: 1 + cut % (len(whole) - 1)]).fields
        names = list(fields)
        assert list(found) == names[: len(found)]
        for name in names[: max(len(found) - 1, 0)]:
            assert found[name] == fields[name]
        if found:
            last = names[len(found) - 1]
            assert fields[last].startswith(found[last])
