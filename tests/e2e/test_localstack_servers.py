"""The servers beside LocalStack: reached from containers, started again, and stopped together."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.local.localstack import processes, stage
from infra.local.localstack.needs import Needs
from infra.local.localstack.stage import Choices, LocalStackFailed
from infra.local.settings import load_secrets, ports
from tests.support.environment import NOWHERE
from tests.support.local_cloud import until
from tests.support.ports import free_ports, is_free

BRIDGE = "127.0.0.2"
"""Stands in for the address of Docker's bridge."""
OPTIONS = ["--url", NOWHERE, "--bridge", BRIDGE, "--database"]


@pytest.fixture
def needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Needs]:
    monkeypatch.setenv("MARA_HOME", str(tmp_path))
    monkeypatch.setenv("MARA_PORT_BASE", "0")
    choices = Choices(NOWHERE, uses_compose=False, port_base=free_ports(8))
    stage.enter(choices.port_base)
    yield Needs(BRIDGE, choices)
    processes.stop()
    assert is_free(ports().postgres)


def answers(host: str) -> bool:
    url = f"postgresql://mara_app:{load_secrets().app_password}@{host}:{ports().postgres}/mara"
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_are_reached_at_the_bridge_and_a_second_start_leaves_them(needs: Needs) -> None:
    assert processes.start(OPTIONS, needs.owner_url)
    pid = processes.running_pid()
    until("the database is forwarded", lambda: answers(BRIDGE))
    assert not processes.start(OPTIONS, needs.owner_url)
    assert processes.running_pid() == pid
    assert processes.stop()
    assert processes.running_pid() is None
    assert not processes.stop()


def test_are_replaced_when_the_options_change(needs: Needs) -> None:
    processes.start(OPTIONS, needs.owner_url)
    pid = processes.running_pid()
    assert processes.start([*OPTIONS, "--forward", str(free_ports(1))], needs.owner_url)
    assert processes.running_pid() not in {None, pid}


def test_that_do_not_start_say_why(needs: Needs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "START_TIMEOUT_S", 10.0)
    with pytest.raises(LocalStackFailed, match=r"(?s)did not start: .*The end of .*unrecognized"):
        processes.start([*OPTIONS, "--no-such-option"], needs.owner_url)
    assert processes.running_pid() is None
