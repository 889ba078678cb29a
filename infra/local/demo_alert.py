"""The part of the demo story about alerts: Alertmanager posts one, and its runbook is found."""

import secrets
from collections.abc import Callable
from typing import Any

import httpx

from infra.local import demo_bot
from infra.local.api_client import Api, ApiRefused, wait_for
from infra.local.commands.telegram import button_of
from infra.local.demo_console import say, show_citation
from infra.local.settings import front_url
from infra.local.telegram_client import TelegramPeople

ANSWER_TIMEOUT_S = 120.0
HELPED = "👍 Помогло"
DELIVERY = {
    "version": "4",
    "groupKey": '{}:{alertname="DiskAlmostFull"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "mara",
    "groupLabels": {"alertname": "DiskAlmostFull"},
    "commonLabels": {"alertname": "DiskAlmostFull", "severity": "critical"},
    "commonAnnotations": {},
    "externalURL": "http://alertmanager.example:9093",
    "alerts": [
        {
            "status": "firing",
            "labels": {
                "alertname": "DiskAlmostFull",
                "instance": "db-3:9100",
                "severity": "critical",
            },
            "annotations": {"summary": "db-3: 7 % of the disk is free"},
            "startsAt": "2026-11-28T03:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example:9090/graph",
            "fingerprint": "5ef77f1f8a3ecfb8",
        }
    ],
}
"""The body of Alertmanager's webhook, version 4."""


def play(api: Api, agent_id: str) -> None:
    """Deliver an alert as Alertmanager does, print what the chat shows, and press "helped".

    Raises ApiRefused, TelegramRefused.
    """
    number = secrets.token_hex(3)
    bot = demo_bot.connect(api, agent_id, f"guest_{number}_bot", f"On call {number}")
    say(f"connected the bot @{bot.username}; its group is at {front_url()}/telegram/")
    body = {"name": "Prod", "agent_id": agent_id, "config_id": bot.config_id}
    intake = api.call("POST", "/alerts/intakes", json=body)
    say(f"made an intake for alerts: POST {intake['path']}")
    headers = {"authorization": f"Bearer {intake['secret']}"}
    answer = httpx.post(
        f"{front_url()}{intake['path']}", json=DELIVERY, headers=headers, timeout=60
    )
    if answer.status_code != httpx.codes.ACCEPTED:
        raise ApiRefused(f"The intake answered {answer.status_code}: {answer.text[:300]}")
    (alert_id,) = answer.json()["alert_ids"]
    say(f"Alertmanager posts DiskAlmostFull: {answer.status_code}")
    _show(wait_for(lambda: settled(api, alert_id), ANSWER_TIMEOUT_S, lambda: "no answer yet"))
    people = TelegramPeople()
    print(f"  in the group {bot.group!r}:")
    _print_chat(shown(people, bot.group, has_section))
    where = {"chat_id": bot.chat_id, "user_id": people.person(demo_bot.OWNER)["id"]}
    message_id, data = button_of(people.chat(bot.group), HELPED)
    people.act("press", **where, message_id=message_id, data=data)
    voted = shown(people, bot.group, lambda message: f"{HELPED} · 1" in _labels(message))
    say(f"{demo_bot.OWNER} presses {HELPED!r}; the buttons are now {', '.join(_labels(voted))}")
    api.call("DELETE", f"/telegram/configs/{bot.config_id}")


def has_section(message: Any) -> bool:
    """Whether a message shows the section of a runbook: people may rate it; a digest has none."""
    return any(label.startswith(HELPED) for label in _labels(message))


def shown(people: TelegramPeople, chat: str, is_wanted: Callable[[Any], bool]) -> Any:
    """The last message of a chat that is as wanted."""

    def look() -> Any:
        found = [one for one in people.chat(chat)["messages"] if is_wanted(one)]
        return found[-1] if found else None

    return wait_for(look, ANSWER_TIMEOUT_S, lambda: f"the message is not in {chat!r}")


def _labels(message: Any) -> list[str]:
    return [button["text"] for row in message["buttons"] for button in row]


def _print_chat(message: Any) -> None:
    print("\n".join(f"  │ {line}" for line in message["text"].splitlines()))
    print(f"  │ [{'] ['.join(_labels(message))}]")


def settled(api: Api, alert_id: str) -> Any:
    """The post of the alert once it is answered, refused or failed; None until then."""
    (post,) = api.call("GET", f"/alerts/{alert_id}")["posts"]
    return post if post["state"] != "waiting" else None


def _show(post: Any) -> None:
    if post["failure"]:
        raise ApiRefused(f"The alert was not answered: {post['failure']}")
    print(f"  {post['state']} {post['latency_ms']} ms after it arrived")
    for citation in post["reply"]["citations"]:
        show_citation(citation)
