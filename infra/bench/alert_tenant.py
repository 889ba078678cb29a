"""A tenant of the running stack whose alerts reach a group of the simulated Telegram."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from infra.local import demo_bot
from infra.local.api_client import Api
from infra.local.seed_plans import UNLIMITED
from infra.local.settings import front_url
from infra.local.telegram_client import TelegramPeople

SEARCHING: Final = "Ищу в регламенте"
"""What a message says until the section is there."""
POLL_S: Final = 0.05
EVERY_S: Final = 3.6
"""Slower than 18 messages a minute, which is what a group gets."""


@dataclass(frozen=True)
class Shown:
    """An alert in the chat: seconds since its delivery, whether by an edit, and its id."""

    after_s: float
    was_late: bool
    alert_id: str


@dataclass(frozen=True)
class AlertTenant:
    """An account with runbooks, an agent, a bot with a group, and an intake."""

    api: Api
    bot: demo_bot.DemoBot
    intake: Any

    @classmethod
    def create(cls, files: Path) -> "AlertTenant":
        """Register, subscribe, upload all Markdown files below the folder, and connect a bot."""
        api, number = Api(), secrets.token_hex(4)
        credentials = {
            "email": f"alerts-{number}@mara.example",
            "password": secrets.token_urlsafe(16),
        }
        api.register(**credentials)
        api.log_in(**credentials)
        api.call("POST", "/subscriptions", json={"plan": UNLIMITED})
        for path in sorted(files.rglob("*.md")):
            api.wait_until_read(api.upload(path)["id"])
        agent_id = api.call("POST", "/agents", json={"name": "alerts"})["id"]
        bot = demo_bot.connect(api, agent_id, f"bench_{number}_bot", f"Bench {number}")
        body = {"name": "bench", "agent_id": agent_id, "config_id": bot.config_id}
        return cls(api, bot, api.call("POST", "/alerts/intakes", json=body))

    def deliver(self, body: Any) -> list[str]:
        """Deliver as Alertmanager does; the ids of the alerts. Raises httpx.HTTPStatusError."""
        answer = httpx.post(
            f"{front_url()}{self.intake['path']}",
            json=body,
            headers={"authorization": f"Bearer {self.intake['secret']}"},
            timeout=60,
        )
        answer.raise_for_status()
        ids: list[str] = answer.json()["alert_ids"]
        return ids

    def show(self, body: Any, within_s: float) -> Shown:
        """Deliver one alert, and wait until the chat shows what was found.

        Raises RuntimeError where it does not within this time.
        """
        began, name = time.monotonic(), name_of(body)
        (alert_id,) = self.deliver(body)
        people, was_late = TelegramPeople(), False
        while time.monotonic() - began < within_s:
            for message in people.chat(self.bot.group)["messages"]:
                if name in message["text"].partition("\n")[0].split():
                    if SEARCHING not in message["text"]:
                        return Shown(time.monotonic() - began, was_late, alert_id)
                    was_late = True
            time.sleep(POLL_S)
        raise RuntimeError(f"{name} is not shown after {within_s:.0f} s")

    def disconnect(self) -> None:
        """Disconnect the bot, so that the simulated Telegram sends it nothing more."""
        self.api.call("DELETE", f"/telegram/configs/{self.bot.config_id}")


@contextmanager
def paced() -> Iterator[None]:
    """Make the block last as long as a group's budget asks between two alerts."""
    began = time.monotonic()
    yield
    time.sleep(max(EVERY_S - (time.monotonic() - began), 0))


def name_of(body: Any) -> str:
    """The name of the first alert of a webhook's body."""
    return str(body["alerts"][0]["labels"]["alertname"])


def percentiles(seconds: list[float]) -> str:
    """The middle and the slowest twentieth, as text."""
    ordered = sorted(seconds)
    p50, p95 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.95))
    return f"p50 {p50:.2f} s, p95 {p95:.2f} s"
