"""GET /metrics: who may read it, its two formats, and what it tells."""

import re
from collections.abc import Callable, Iterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from functions.api.operations.get_metrics.handler import handler as get_metrics
from functions.queues.keep_dead_letters.handler import handler as keep_dead_letters
from infra.local.package import load_template
from mara.kernel.principal import Role
from mara.metrics.model.families import FAMILIES
from mara.metrics.service import AT_ONCE, recorder
from mara.platform import sqs
from mara.queues.model.known_queues import QUEUES
from tests.support.accounts import make_account
from tests.support.cloud import storage_and_queues
from tests.support.dead_letters import moved
from tests.support.environment import SCRAPE_TOKEN
from tests.support.events import Answer, call
from tests.support.prometheus import promtool

PATH = "/api/v1/metrics"
pytestmark = pytest.mark.usefixtures("database", "cloud")


@pytest.fixture
def cloud() -> Iterator[None]:
    with storage_and_queues():
        yield


def scrape(accept: str = "text/plain") -> Answer:
    headers = {"authorization": f"Bearer {SCRAPE_TOKEN}", "accept": accept}
    answer = call(get_metrics, "GET", PATH, headers=headers)
    assert answer.status == 200, answer.text
    return answer


def scrape_until(condition: Callable[[str], bool]) -> str:
    """Scrape until the gauges are there; a scrape goes without those that take too long.

    The first requests load the client of SQS, and wait for connections.
    """
    for _ in range(100):
        if condition(text := scrape().text):
            break
    return text


def consumed_queues() -> set[str]:
    names = (
        resource["Properties"]["QueueName"]["Fn::Sub"]
        for resource in load_template()["Resources"].values()
        if resource["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" in resource["Properties"]
    )
    return {name.removeprefix("mara-${Stage}-") for name in names}


class TestAccess:
    def test_is_of_superusers_and_of_the_scrape_token(self) -> None:
        assert scrape().status == 200
        for role, status in ((Role.SUPERUSER, 200), (Role.ADMIN, 403), (Role.USER, 403)):
            headers = make_account(f"account-{role}", role).headers
            assert call(get_metrics, "GET", PATH, headers=headers).status == status

    @pytest.mark.parametrize("token", ["", "x", SCRAPE_TOKEN[:-1], SCRAPE_TOKEN + "x"])
    def test_of_another_token_is_401(self, token: str) -> None:
        headers = {"authorization": f"Bearer {token}"}
        assert call(get_metrics, "GET", PATH, headers=headers).status == 401

    def test_is_of_superusers_alone_where_no_scrape_token_is_set(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("MARA_SCRAPE_TOKEN")
        superuser = make_account("root", Role.SUPERUSER).headers
        tokens = (superuser, {"authorization": f"Bearer {SCRAPE_TOKEN}"})
        found = [call(get_metrics, "GET", PATH, headers=headers).status for headers in tokens]
        assert found == [200, 401]

    def test_without_a_token_is_401(self) -> None:
        assert call(get_metrics, "GET", PATH).status == 401


class TestFormats:
    def test_is_text_0_0_4_unless_openmetrics_is_asked_for(self) -> None:
        answer = scrape()
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert list(read_text(answer.text))

    def test_is_openmetrics_1_0_that_ends_with_its_mark(self) -> None:
        answer = scrape("application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
        assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1")
        assert answer.text.endswith("# EOF\n")
        assert {family.name for family in FAMILIES} <= {
            family.name
            for family in read_openmetrics(answer.text)  # type: ignore[no-untyped-call]
        }

    def test_passes_the_check_of_promtool(self) -> None:
        scrape()
        recorder().due_at = AT_ONCE
        scrape()
        assert promtool("check", "metrics", given=scrape().text) == (0, "")


class TestFigures:
    def test_are_sums_over_processes_and_cumulative_buckets(self) -> None:
        recorder().due_at = AT_ONCE
        scrape()
        found = {
            (sample.name, tuple(sample.labels.values())): sample.value
            for family in read_text(scrape().text)
            for sample in family.samples
        }
        assert found["mara_http_requests_total", ("get_metrics", "2xx")] == 1
        duration = "mara_http_request_duration_seconds"
        assert found[f"{duration}_bucket", ("30.0", "get_metrics")] == 1
        assert found[f"{duration}_bucket", ("+Inf", "get_metrics")] == 1
        assert found[f"{duration}_count", ("get_metrics",)] == 1
        assert 0 < found[f"{duration}_sum", ("get_metrics",)] < 30

    def test_have_no_label_of_a_tenant_or_an_id(self) -> None:
        recorder().due_at = AT_ONCE
        scrape()
        text = scrape().text
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-|@|/api/", text)

    def test_tell_depth_and_dead_letters_of_every_queue(self) -> None:
        assert set(QUEUES) == consumed_queues()
        sqs.send("ingest-document", "{}")
        keep_dead_letters({"Records": [moved("m-1", "{}")]}, None)
        text = scrape_until(
            lambda text: (
                text.count("mara_queue_depth{") == len(QUEUES)
                and "mara_queue_dead_letters{" in text
            )
        )
        assert 'mara_queue_depth{queue="ingest-document"} 1.0' in text
        assert 'mara_queue_dead_letters{queue="ingest-document"} 1.0' in text
        assert 'mara_source_age_seconds{source="queue-ingest-document"}' in text
