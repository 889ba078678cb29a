"""Pictures of panels, where there is nothing to draw."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from infra.observability.pictures import main
from tests.support.ports import free_port


class Empty(BaseHTTPRequestHandler):
    """Answers as a Prometheus that has scraped nothing."""

    def do_GET(self) -> None:
        knows = "vector" in self.path and "query_range" not in self.path
        data = {"result": [{"metric": {}, "value": [0, "1"]}] if knows else []}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "success", "data": data}).encode())

    def log_message(self, *_: object) -> None:
        """Nothing: the output of tests is for their failures."""


@contextmanager
def empty_prometheus() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Empty) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_say_that_there_is_no_prometheus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert main(["--prometheus", url, str(tmp_path / "a.png")]) == 1
    assert f"no Prometheus at {url}" in capsys.readouterr().err
    assert not (tmp_path / "a.png").exists()


def test_say_that_there_is_no_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with empty_prometheus() as url:
        assert main(["--prometheus", url, "--minutes", "5", str(tmp_path / "a.png")]) == 1
    assert f"{url} has no data of MARA of the last 5 minutes" in capsys.readouterr().err
