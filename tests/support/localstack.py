"""A LocalStack to deploy to: one that runs already, or that of the folder of tools."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.containers import missing
from tests.support.local_cloud import until
from tests.support.ports import free_port, free_ports

START_TIMEOUT_S = 600.0
"""The first start installs LocalStack's packages: 150 s on two free cores."""
STOP_TIMEOUT_S = 120.0
INSTALLED = "installed"
"""A file in an environment whose packages are complete."""


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
    with _running(command, port, kept) as url:
        yield url, layers


@contextmanager
def localstack_without_functions(kept: Path) -> Iterator[str]:
    """The URL of a LocalStack that runs no function, so it needs no container engine.

    MARA_TEST_LOCALSTACK_URL, or the packages that the folder of tools names; they stay in
    ``kept``. Skips the test where neither can be had.
    """
    if given := os.environ.get("MARA_TEST_LOCALSTACK_URL"):
        yield given
        return
    requirements = _tools() / "requirements.txt"
    if not requirements.exists():
        pytest.skip(f"No {requirements}: set MARA_TEST_LOCALSTACK_URL or MARA_TEST_TOOLS.")
    python = kept / "venv" / "bin" / "python"
    if not (kept / "venv" / INSTALLED).exists():
        _install(kept / "venv", requirements)
    port = free_port()
    environment = {
        **os.environ,
        "HOME": str(kept),
        "FILESYSTEM_ROOT": str(kept / "filesystem"),
        "LOCALSTACK_VOLUME_DIR": str(kept / "volume"),
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "DNS_ADDRESS": "0",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "GATEWAY_SERVER": "hypercorn",
    }
    command: list[str | Path] = [python, "-m", "localstack.runtime.main"]
    with _running(command, port, kept, env=environment, stops_in_s=10) as url:
        yield url


def _install(venv: Path, requirements: Path) -> None:
    commands: list[list[str | Path]] = [
        [sys.executable, "-m", "venv", venv],
        [venv / "bin" / "pip", "install", "-q", "-r", requirements],
    ]
    for command in commands:
        run = subprocess.run(command, capture_output=True, timeout=START_TIMEOUT_S, check=False)
        if run.returncode != 0:
            pytest.skip("LocalStack's packages cannot be installed here.")
    (venv / INSTALLED).touch()


@contextmanager
def _running(
    command: Sequence[str | Path],
    port: int,
    kept: Path,
    *,
    env: Mapping[str, str] | None = None,
    stops_in_s: float = STOP_TIMEOUT_S,
) -> Iterator[str]:
    url, log = f"http://127.0.0.1:{port}", kept / "localstack.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=env)

    def answers() -> bool:
        assert server.poll() is None, log.read_text("utf-8", "replace")[-3000:]
        try:
            return httpx.get(f"{url}/_localstack/health", timeout=2, trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        until("LocalStack answers", answers, START_TIMEOUT_S)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(stops_in_s)
        except subprocess.TimeoutExpired:  # it keeps nothing that its end would write
            server.kill()
            server.wait()


def _tools() -> Path:
    return Path(os.environ.get("MARA_TEST_TOOLS", "../shared/tools")) / "localstack"


def launcher() -> Path:
    """The program that starts a LocalStack; skips the test if there is none."""
    start = _tools() / "start"
    if not start.exists():
        pytest.skip(f"No {start}: set MARA_TEST_LOCALSTACK_URL or MARA_TEST_TOOLS.")
    if shutil.which("docker-registry") is None:
        pytest.skip("docker-registry is missing, from which LocalStack pulls Lambda's image.")
    return start
