"""A LocalStack to deploy to: one that runs already, or that of the folder of tools."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.containers import missing
from tests.support.local_cloud import until
from tests.support.ports import free_ports

START_TIMEOUT_S = 600.0
"""The first start installs LocalStack's packages: 150 s on two free cores."""
STOP_TIMEOUT_S = 120.0


@contextmanager
def localstack(kept: Path, layers: Path) -> Iterator[tuple[str, Path]]:
    """The URL of a LocalStack, and the folder that it mounts at /opt/python.

    MARA_TEST_LOCALSTACK_URL and MARA_TEST_LOCALSTACK_LAYERS, or a server that runs during the
    block; its packages stay in ``kept``. Skips the test where neither can be had.
    """
    if reason := missing():
        pytest.skip(reason)
    if given := os.environ.get("MARA_TEST_LOCALSTACK_URL"):
        yield given, Path(os.environ["MARA_TEST_LOCALSTACK_LAYERS"])
        return
    port = free_ports(2)  # the second is that of its registry of images
    command: list[str | Path] = [
        launcher(),
        "--port",
        str(port),
        "--data",
        kept,
        "--layers",
        layers,
    ]
    layers.mkdir(parents=True, exist_ok=True)
    url, log = f"http://127.0.0.1:{port}", kept / "localstack.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)

    def answers() -> bool:
        assert server.poll() is None, log.read_text("utf-8", "replace")[-3000:]
        try:
            return httpx.get(f"{url}/_localstack/health", timeout=2, trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        until("LocalStack answers", answers, START_TIMEOUT_S)
        yield url, layers
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(STOP_TIMEOUT_S)


def launcher() -> Path:
    """The program that starts a LocalStack; skips the test if there is none."""
    start = Path(os.environ.get("MARA_TEST_TOOLS", "../shared/tools")) / "localstack" / "start"
    if not start.exists():
        pytest.skip(f"No {start}: set MARA_TEST_LOCALSTACK_URL or MARA_TEST_TOOLS.")
    if shutil.which("docker-registry") is None:
        pytest.skip("docker-registry is missing, from which LocalStack pulls Lambda's image.")
    return start
