"""What the demo takes for a finished step: a connected bot, and the message with the section."""

from typing import Any

import pytest

from infra.local import demo_bot, demo_watch
from infra.local.api_client import Api
from infra.local.demo_alert import HELPED
from infra.observability.demo_rule import KIND

GROUP = {"kind": "supergroup"}
PRIVATE = {"kind": "private"}
PERSON = {"telegram_id": 1}


class Answers(Api):
    """Answers with what it was given for the ends of paths."""

    def __init__(self, **items: Any) -> None:
        self._items = items

    def call(self, method: str, path: str, **parts: Any) -> Any:
        return {"items": self._items[path.rpartition("/")[2]]}


@pytest.mark.parametrize(
    ("chats", "people", "is_whole"),
    [
        ([GROUP, PRIVATE], [PERSON], True),
        ([GROUP], [], False),
        ([PRIVATE], [PERSON], False),
        ([], [], False),
    ],
)
def test_a_connection_that_ended_half_way_is_made_again(
    chats: list[Any], people: list[Any], is_whole: bool
) -> None:
    api = Answers(chats=chats, people=people)
    assert demo_bot.is_whole(api, "7") is is_whole


@pytest.mark.parametrize(
    ("text", "labels", "is_answer"),
    [
        (KIND.alert, [HELPED], True),
        (KIND.alert, [f"{HELPED} · 1"], True),
        (f"Alerts meanwhile: 1 {KIND.alert}", [], False),
        ("Another", [HELPED], False),
    ],
)
def test_a_list_that_names_the_alert_is_not_its_answer(
    text: str, labels: list[str], is_answer: bool
) -> None:
    message = {"text": text, "buttons": [[{"text": label}] for label in labels]}
    assert demo_watch.is_answer(message) is is_answer
