"""The routes of dead updates, through the functions themselves."""

from collections.abc import Sequence
from typing import Any

import pytest

from functions.api.telegram.list_dead_updates.handler import handler as list_dead_updates
from functions.api.telegram.redrive_dead_updates.handler import handler as redrive_dead_updates
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.model.update import ClaimedUpdate, FailedUpdate, UpdateState
from tests.support.accounts import make_account
from tests.support.connected_telegram import ConnectedBot
from tests.support.events import call


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    queues: list[str] = []

    def send_all(queue: str, bodies: Sequence[str]) -> list[int]:
        queues.extend([queue] * len(bodies))
        return []

    monkeypatch.setattr("mara.platform.sqs.send_all", send_all)
    monkeypatch.setattr("mara.platform.sqs.send", lambda queue, *_: queues.append(queue))
    return queues


def give(bot: ConnectedBot, update_id: int, state: UpdateState, lane: str = "chat:1") -> None:
    update = ClaimedUpdate(bot.id, bot.owner.id, update_id, lane, b"{}", now())
    with transaction(bot.owner.id):
        PostgresUpdates().claim(update)
        if state is UpdateState.DEAD:
            PostgresUpdates().failed(FailedUpdate(update, state, 3, now(), "unreadable_update"))


def listed(bot: ConnectedBot) -> list[int]:
    answer = call(list_dead_updates, "GET", f"{bot.path}/dead-updates", headers=bot.owner.headers)
    return [one["update_id"] for one in answer.json["items"]]


def redrive(bot: ConnectedBot, **body: Any) -> int:
    path, headers = f"{bot.path}/dead-updates/redrive", bot.owner.headers
    return int(call(redrive_dead_updates, "POST", path, headers=headers, body=body).json["count"])


class TestDeadUpdates:
    def test_are_listed_and_tried_again_once(self, bot: ConnectedBot, rung: list[str]) -> None:
        give(bot, 1, UpdateState.WAITING)
        for update_id, lane in ((2, "chat:1"), (3, "chat:1"), (4, "person:9")):
            give(bot, update_id, UpdateState.DEAD, lane)
        assert listed(bot) == [2, 3, 4]
        assert [redrive(bot, update_ids=[1, 2, 99]), redrive(bot, update_ids=[2])] == [1, 0]
        assert listed(bot) == [3, 4]
        assert [redrive(bot), redrive(bot)] == [2, 0]
        assert listed(bot) == []
        assert rung == ["handle-updates"] * 3

    def test_of_another_account_are_not_found(self, bot: ConnectedBot) -> None:
        give(bot, 1, UpdateState.DEAD)
        headers = make_account("boris").headers
        path = f"{bot.path}/dead-updates"
        for handler, method, way in (
            (list_dead_updates, "GET", path),
            (redrive_dead_updates, "POST", f"{path}/redrive"),
        ):
            body: Any = {} if method == "POST" else None
            answer = call(handler, method, way, headers=headers, body=body)
            assert (answer.status, answer.json["code"]) == (404, "bot_config_not_found")
        assert listed(bot) == [1]
