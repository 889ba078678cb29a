"""Traces: none where tracing is off; where it is on, ids and outcomes and nothing else."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.settings import ROOT
from tests.support.environment import SECRETS
from tests.support.traced_events import (
    EMAIL,
    ERROR_TEXT,
    FAILED_TICK,
    PASSWORD,
    POSTPONED_MESSAGE,
    REFUSED_LOGIN,
)

TRACE = "1-5759e988-bd862e3fe1be46a994272793"


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    """The place of the X-Ray daemon: what is sent to it by UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        yield server


def run(code: str, daemon: socket.socket, tracing: str) -> list[bytes]:
    """Run the code in a fresh interpreter, as in Lambda; return the datagrams that it sent."""
    host, port = daemon.getsockname()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "shared")]),
        "LAMBDA_TASK_ROOT": str(ROOT),
        "_X_AMZN_TRACE_ID": f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1",
        "AWS_XRAY_DAEMON_ADDRESS": f"{host}:{port}",
        "MARA_TRACING": tracing,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return list(received(daemon))


def received(daemon: socket.socket) -> Iterator[bytes]:
    """The sender has ended: what it sent to this machine is in the socket's buffer."""
    while True:
        try:
            yield daemon.recv(65536)
        except TimeoutError:
            return


def segment(datagrams: list[bytes]) -> dict[str, Any]:
    assert len(datagrams) == 1
    header, _, body = datagrams[0].partition(b"\n")
    assert json.loads(header) == {"format": "json", "version": 1}
    found: dict[str, Any] = json.loads(body)
    return found


@pytest.mark.usefixtures("database")
class TestActive:
    @pytest.mark.parametrize(
        ("code", "operation", "status"),
        [
            pytest.param(REFUSED_LOGIN, "log_in", "401", id="route"),
            pytest.param(POSTPONED_MESSAGE, "read-report", "failed", id="queue"),
            pytest.param(FAILED_TICK, "count-plans", "failed", id="schedule"),
        ],
    )
    def test_sends_operation_stage_status_and_request_id_alone(
        self, daemon: socket.socket, code: str, operation: str, status: str
    ) -> None:
        datagrams = run(code, daemon, "Active")
        sent = segment(datagrams)
        assert (sent["name"], sent["trace_id"]) == (operation, TRACE)
        assert sent["annotations"] == {
            "operation": operation,
            "stage": "local",
            "status": status,
            "request_id": "req-1",
        }
        assert not sent.keys() & {"metadata", "cause", "http", "sql", "subsegments"}
        secrets = (EMAIL, PASSWORD, ERROR_TEXT, SECRETS["k1"], os.environ["MARA_DATABASE_URL"])
        for secret in secrets:
            assert secret.encode() not in datagrams[0]

    def test_patches_no_library(self, daemon: socket.socket) -> None:
        patched = (
            "import mara.platform.telemetry, aws_xray_sdk.core.patcher as patcher\n"
            "assert not patcher._PATCHED_MODULES"
        )
        assert run(patched, daemon, "Active") == []


@pytest.mark.usefixtures("database")
class TestDisabled:
    def test_neither_loads_the_sdk_nor_sends(self, daemon: socket.socket) -> None:
        absent = "import sys\nassert 'aws_xray_sdk' not in sys.modules"
        assert run(f"{REFUSED_LOGIN}\n{absent}", daemon, "Disabled") == []
