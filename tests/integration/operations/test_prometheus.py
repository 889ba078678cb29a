"""A real Prometheus scrapes the running route, and its rules fire on what it reads."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg
import pytest

from functions.api.operations.get_metrics.handler import handler as get_metrics
from infra.local.api_client import wait_for
from infra.observability.panels import PANELS
from infra.observability.pictures import draw, series_of
from infra.observability.prometheus_rules import FOLDER
from infra.observability.prometheus_server import RunningPrometheus, Scraping, running
from mara.metrics.service import AT_ONCE, recorder
from mara.platform.database import disconnect
from tests.support.cloud import storage_and_queues
from tests.support.environment import SCRAPE_TOKEN
from tests.support.events import call
from tests.support.ports import free_ports
from tests.support.prometheus import program

TIMEOUT_S = 60.0


class Route(BaseHTTPRequestHandler):
    """Answers by the handler of the route, as API Gateway does."""

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = call(get_metrics, "GET", self.path, headers=headers)
        self.send_response(answer.status)
        self.send_header("content-type", answer.headers["content-type"])
        self.end_headers()
        self.wfile.write(answer.text.encode())

    def log_message(self, *_: object) -> None:
        """Nothing: the output of tests is for their failures."""


def serve(server: HTTPServer) -> None:
    """Answer in this thread, which has no loop for the application yet."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    server.serve_forever()
    disconnect()
    loop.close()


@pytest.fixture
def prometheus(database: str, tmp_path: Path) -> Iterator[RunningPrometheus]:
    binary = program("prometheus")
    port = free_ports(2)
    rules = (FOLDER / "rules.yml").read_text("utf-8")
    with storage_and_queues(), HTTPServer(("127.0.0.1", port), Route) as server:
        thread = threading.Thread(target=serve, args=[server])
        thread.start()
        target = f"127.0.0.1:{port}"
        try:
            with running(
                binary, tmp_path, Scraping(target, SCRAPE_TOKEN, rules), port + 1
            ) as found:
                yield found
        finally:
            server.shutdown()
            thread.join()


def wait_until(look: Callable[[], object]) -> None:
    wait_for(lambda: look() or None, TIMEOUT_S, lambda: "Prometheus does not say so")


class TestPrometheus:
    def test_scrapes_the_route_and_fires_on_what_it_reads(
        self,
        prometheus: RunningPrometheus,
        as_owner: psycopg.Connection[object],
        tmp_path: Path,
    ) -> None:
        recorder().due_at = AT_ONCE
        wait_until(lambda: prometheus.query('up{job="mara"} == 1'))
        wait_until(lambda: prometheus.query("mara_http_requests_total"))
        assert prometheus.query("mara_oldest_work_seconds")
        assert "LedgerDiffers" not in {one["labels"]["alertname"] for one in prometheus.firing()}
        as_owner.execute("INSERT INTO ledger_figures VALUES ('differences', '', 3, now())")
        wait_until(
            lambda: "LedgerDiffers" in {one["labels"]["alertname"] for one in prometheus.firing()}
        )
        (alert,) = [
            one for one in prometheus.firing() if one["labels"]["alertname"] == "LedgerDiffers"
        ]
        assert alert["labels"]["severity"] == "critical"
        assert alert["annotations"]["runbook_url"] == "infra/docs/runbooks/ledger-differs.md"
        (panel,) = [panel for panel in PANELS if panel.title.startswith("Differences")]
        (series,) = series_of(prometheus, panel, time.time() - 60, time.time())
        assert (series[0], series[2][-1]) == ("differences", 3)
        draw([(panel, [series])], tmp_path / "panel.png")
        assert (tmp_path / "panel.png").read_bytes().startswith(b"\x89PNG")
