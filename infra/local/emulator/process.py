"""The AWS emulator (ministack) as a child process.

The objects of S3 and the messages of the queues are on disk. The rest of its state is in memory and
is rebuilt by deploying the stack; its log lines are lost when it ends.
"""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local import probe
from infra.local.processes import spawn
from infra.local.settings import REGION, SECRET_HEADER

if TYPE_CHECKING:
    import subprocess

HEALTH_PATH = "/_ministack/health"
READY_TIMEOUT_S = 30.0
CONCURRENCY_MAX = 96
"""Functions that run at once; the emulator throttles more. The front door lets 24 in. The others
are for every schedule and queue at the same moment, which must not throttle a request."""
POLL_S = 0.05

# What a function may see of this machine: functions inherit the emulator's environment.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")


class EmulatorFailed(RuntimeError):
    """The emulator did not start; the text is the end of its log."""


def start(folder: Path, port: int, secret: str) -> "subprocess.Popen[bytes]":
    """Start it and wait until it answers; ``secret`` signs requests. Raises EmulatorFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "emulator.log"
    process = spawn(
        [sys.executable, "-m", "infra.local.emulator.server"],
        log=log,
        env=_environment(folder, port, secret),
    )
    give_up_at = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < give_up_at and process.poll() is None:
        if answers(port, secret):
            return process
        time.sleep(POLL_S)
    raise EmulatorFailed("\n".join(log.read_text("utf-8").splitlines()[-15:]))


def answers(port: int, secret: str) -> bool:
    """Whether the emulator answers within a second."""
    return probe.get(port, HEALTH_PATH, {SECRET_HEADER: secret}) is not None


def _environment(folder: Path, port: int, secret: str) -> dict[str, str]:
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
        "LOG_LEVEL": "WARNING",  # its own; emulator/server.py hides it from the functions
        "AWS_SECRET_ACCESS_KEY": secret,  # the functions sign with it too
        "LAMBDA_ACCOUNT_CONCURRENCY": str(CONCURRENCY_MAX),
        "LAMBDA_WARM_TTL_SECONDS": "120",
        "MARA_QUEUES_FILE": str(folder / "queues.json"),
        "PYTHONDONTWRITEBYTECODE": "",
        "OPENBLAS_NUM_THREADS": "1",
    }
