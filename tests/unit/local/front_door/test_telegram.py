"""The page of the simulated Telegram under the front door."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.simulators.telegram.server import SimulatedTelegram, simulated_telegram
from tests.support.front_door import raw, served, write_gateway
from tests.support.ports import free_port


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, SimulatedTelegram]]:
    gateway, port = write_gateway(tmp_path_factory.mktemp("door") / "gateway.json"), free_port()
    with simulated_telegram(port) as telegram, served(gateway, telegram_port=port) as front:
        yield front, telegram


def ask(front: int, method: str, path: str, **more: Any) -> httpx.Response:
    url = f"http://localhost:{front}{path}"
    return httpx.request(method, url, trust_env=False, **more)


def test_is_shown_with_its_policy(door: tuple[int, SimulatedTelegram]) -> None:
    front, _ = door
    found = ask(front, "GET", "/telegram", follow_redirects=True)
    assert found.url.path == "/telegram/"
    assert "Simulated Telegram" in found.text
    assert found.headers["content-security-policy"].startswith("default-src 'none'")


def test_its_buttons_and_chats_are_forwarded(door: tuple[int, SimulatedTelegram]) -> None:
    front, telegram = door
    made = ask(front, "POST", "/telegram/control/users", json={"first_name": "Olga"})
    assert made.json()["id"] in telegram.world.users
    assert "Olga" in ask(front, "GET", "/telegram/control/state").text


def test_a_name_of_the_internet_reaches_nothing(door: tuple[int, SimulatedTelegram]) -> None:
    front, _ = door
    request = b"GET /telegram/control/state HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n"
    assert b" 421 " in raw(front, request + b"\r\n").split(b"\r\n")[0]


@pytest.mark.parametrize(
    "path", ["/telegram/bot1:AAAA/getMe", "/telegram/x", "/telegram/control/../bot1:A/getMe"]
)
def test_the_bot_api_is_not_behind_it(door: tuple[int, SimulatedTelegram], path: str) -> None:
    front, telegram = door
    before = len(telegram.api.calls)
    answer = raw(
        front, f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode()
    )
    assert b" 200 " not in answer.split(b"\r\n")[0]
    assert len(telegram.api.calls) == before


def test_a_large_body_is_refused(door: tuple[int, SimulatedTelegram]) -> None:
    front, _ = door
    found = ask(front, "POST", "/telegram/control/say", content=b"x" * 70_000)
    assert found.status_code == 413


def test_a_simulator_that_is_down_is_named(tmp_path: Path) -> None:
    with served(write_gateway(tmp_path / "gateway.json"), telegram_port=free_port()) as front:
        found = ask(front, "GET", "/telegram/")
    assert (found.status_code, "make up" in found.text) == (502, True)
