"""Servers on loopback are reached at another address of this machine while the program runs."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from infra.local.simulators.serving import served
from tests.support.local_cloud import ROOT, until
from tests.support.ports import free_port

ADDRESS = "127.0.0.2"
"""Linux gives every address of 127.0.0.0/8 to loopback, but servers listen at 127.0.0.1 only."""


@contextmanager
def forwarding(*ports: int) -> "Iterator[subprocess.Popen[bytes]]":
    command = [sys.executable, "-m", "infra.local.bridge", ADDRESS, *map(str, ports)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def get(port: int) -> str | None:
    try:
        return httpx.get(f"http://{ADDRESS}:{port}/", trust_env=False).text
    except httpx.TransportError:
        return None


@pytest.fixture
def port() -> Iterator[int]:
    async def hello(_: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    chosen = free_port()
    with served(Starlette(routes=[Route("/", hello)]), chosen):
        yield chosen


def test_a_server_is_reached_until_the_program_ends(port: int) -> None:
    assert get(port) is None
    with forwarding(port):
        assert until("the address is forwarded", lambda: get(port)) == "hello"
    assert get(port) is None


def test_a_server_that_starts_later_is_reached_too(port: int) -> None:
    later = free_port()
    with forwarding(later, port):
        until("the addresses are forwarded", lambda: get(port))
        with served(Starlette(), later):
            assert get(later) == "Not Found"


def test_a_port_that_is_forwarded_already_is_left_alone(port: int) -> None:
    other = free_port()
    with served(Starlette(), other), forwarding(port):
        until("the first port is forwarded", lambda: get(port))
        with forwarding(port, other):
            until("the second port is forwarded", lambda: get(other))
            assert get(port) == "hello"
        assert get(port) == "hello"
