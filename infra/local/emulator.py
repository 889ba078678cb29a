"""The AWS emulator (ministack) as a child process.

Its state is in memory and is rebuilt by deploying the stack; the objects of S3 are on disk.
"""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from infra.local.aws import REGION
from infra.local.processes import spawn

if TYPE_CHECKING:
    import subprocess

READY_TIMEOUT_S = 30.0
POLL_S = 0.05

# What a function may see of this machine: functions inherit the emulator's environment.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")


class EmulatorFailed(RuntimeError):
    """The emulator did not start; the text is the end of its log."""


def start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start it and wait until it answers. Raises EmulatorFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "emulator.log"
    process = spawn([sys.executable, "-m", "ministack"], log=log, env=_environment(folder, port))
    give_up_at = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/_ministack/health", timeout=2)
        except httpx.TransportError:
            time.sleep(POLL_S)
        else:
            return process
    raise EmulatorFailed("\n".join(log.read_text("utf-8").splitlines()[-15:]))


def _environment(folder: Path, port: int) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",  # its own: functions have a POWERTOOLS_LOG_LEVEL
        "PYTHONDONTWRITEBYTECODE": "",
        "OPENBLAS_NUM_THREADS": "1",
    }
