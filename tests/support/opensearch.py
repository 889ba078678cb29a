"""A real OpenSearch: one per test run, shared by its processes."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.local_cloud import until
from tests.support.ports import free_port

READY_WITHIN_S = 90


def launcher() -> Path:
    """The program that starts a server; skips the test if there is none."""
    root = Path(os.environ.get("MARA_TEST_TOOLS", "../shared/tools"))
    start = root / "opensearch" / "start"
    if not start.exists():
        pytest.skip(f"No {start}: set MARA_TEST_OPENSEARCH_URL or MARA_TEST_TOOLS.")
    return start


@contextmanager
def opensearch_server(folder: Path) -> Iterator[str]:
    """The URL of MARA_TEST_OPENSEARCH_URL, or of a server that runs during the block."""
    given = os.environ.get("MARA_TEST_OPENSEARCH_URL")
    if given:
        yield given
        return
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (folder / "opensearch.log").open("wb") as log:
        server = subprocess.Popen(
            [launcher(), "--port", str(port), "--data", folder / "opensearch"],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            until("OpenSearch answers", lambda: _answers(url, server), READY_WITHIN_S)
            yield url
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def _answers(url: str, server: "subprocess.Popen[bytes]") -> bool:
    if server.poll() is not None:
        raise RuntimeError(f"OpenSearch ended with {server.returncode}: see opensearch.log.")
    try:
        health = httpx.get(f"{url}/_cluster/health", timeout=2)
    except httpx.TransportError:
        return False
    return health.status_code == httpx.codes.OK
