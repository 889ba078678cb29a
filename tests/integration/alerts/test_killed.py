"""Alerts whose workers are killed 200 times, between any two statements (proof 4)."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import psycopg
import pytest

from functions.queues.send_telegram.handler import handler as send_telegram
from infra.local.simulators.telegram.budgets import Limit
from infra.local.simulators.telegram.faults import Fault, Kind
from infra.local.simulators.telegram.server import simulated_telegram
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.checked_cursor import CheckedCursor
from mara.platform.database import connection, disconnect, transaction
from mara.platform.settings.telegram import telegram_settings
from mara.wiring import telegram_sending
from tests.support.accounts import make_account
from tests.support.alert_chats import Chat
from tests.support.alerting import RUNBOOK, alertmanager, an_alert, make_intake
from tests.support.cloud import Cloud
from tests.support.killing import Killed, Killer
from tests.support.knowledge import learn
from tests.support.ports import free_port
from tests.support.stored_bots import add_bot
from tests.support.telegram import Scene, scene

NAMES = ("KubePodCrashLooping", "NodeFilesystemAlmostOutOfSpace", "UnknownAlert", "OtherAlert")
PLENTY = 1_000
TOUCHES_MAX = 150
ROUNDS = 6
TIMES = """
    UPDATE alert_posts SET leased_until = leased_until - {t}, try_after = try_after - {t},
        asked_at = asked_at - {t};
    UPDATE alert_messages SET due_at = due_at - {t};
    UPDATE bot_senders SET leased_until = leased_until - {t};
    UPDATE outgoing_messages SET due_at = due_at - {t}, edited_at = edited_at - {t}
"""


@pytest.fixture
def here(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("MARA_TELEGRAM_GROUP_MESSAGES_PER_MINUTE", str(PLENTY))
    monkeypatch.setenv("MARA_TELEGRAM_CHAT_MESSAGES_PER_SECOND", str(PLENTY))
    with simulated_telegram(free_port()) as telegram:
        limits = telegram.world.budgets.limits
        limits.bot = limits.chat = limits.group = Limit(PLENTY, 1.0)
        monkeypatch.setenv("MARA_TELEGRAM_API_URL", telegram.url)
        telegram_settings.cache_clear()
        telegram_sending.sending_service.cache_clear()
        yield scene(telegram)
    telegram_settings.cache_clear()
    telegram_sending.sending_service.cache_clear()


@contextmanager
def statements_that_kill(killer: Killer) -> Iterator[None]:
    """Let each statement and each commit count as a touch of the outside world, twice."""
    execute, commit = CheckedCursor.execute, psycopg.Connection.commit

    def killing(run: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            killer.touch()
            result = run(*arguments, **options)
            killer.touch()
            return result

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CheckedCursor, "execute", killing(execute))
        patch.setattr(psycopg.Connection, "commit", killing(commit))
        yield


@dataclass
class Night:
    """An intake whose alerts a bot posts to a group, and workers that may be killed."""

    here: Scene
    chat: Chat
    random: Random
    killed: int = 0
    lost: int = 0
    """Answers of Telegram that do not come though the message is sent."""
    delivered: set[str] = field(default_factory=set)
    """The names of the alerts."""

    def step(self) -> None:
        """Let an alert arrive or a worker work; each may be killed, and some answers are lost."""
        faults = self.here.telegram.api.faults
        if not faults.ordered and self.random.choice([True, False, False]):
            fault = Fault(Kind.LOST, performed=self.random.choice([True, False]))
            faults.order(fault)
            self.lost += fault.performed
        act = self.random.choice([None, self.chat.answer, self.chat.show, self.send])
        if act is None:
            self.deliver()
        else:
            self.alive(act)

    def alive(self, act: Callable[[], object]) -> bool:
        """Whether the process that does this is still alive afterwards."""
        killer = Killer(dies_at := self.random.randint(1, TOUCHES_MAX))
        # A frame may catch the death; all that it does afterwards dies as well.
        with suppress(Killed), statements_that_kill(killer):
            act()
        is_alive = killer.touched < dies_at
        self.killed += not is_alive
        disconnect()
        return is_alive

    def deliver(self) -> None:
        """Deliver an alert until it is accepted, as Alertmanager does."""
        name, number = self.random.choice(NAMES), self.random.randrange(6)
        alert = an_alert(
            labels={"alertname": name, "pod": f"pod-{number}"}, fingerprint=f"{name}-{number}"
        )
        self.delivered.add(name)
        while not self.alive(lambda: self.chat.intake.post(alertmanager(alert))):
            pass

    def send(self) -> None:
        bot = self.chat.bot
        body = json.dumps({"config_id": str(bot.id), "owner_id": str(bot.owner_id)})
        send_telegram({"Records": [{"messageId": "1", "body": body}]}, None)

    def later(self) -> None:
        """Let leases and waits pass."""
        with transaction(SYSTEM):
            connection().execute(TIMES.format(t="interval '5 minutes'").encode())

    def settle(self) -> None:
        """Let all workers finish, without kills."""
        for _ in range(ROUNDS):
            self.later()
            self.chat.answer()
            self.chat.show()
            self.send()

    def shown(self) -> list[str]:
        """The names of the alerts of all messages in the group."""
        texts = [one.text for one in self.here.group.messages.values() if one.bot_id]
        return [name for text in texts for name in NAMES if name in text.splitlines()[0]]


@pytest.fixture
def night(here: Scene, cloud: Cloud) -> Night:
    account = make_account("anna")
    learn(account.id, "runbooks.md", RUNBOOK)
    bot = add_bot(account.id, here.bot.user.id, token=here.bot.token, target_chat_id=here.group.id)
    return Night(here, Chat(make_intake(account, config_id=str(bot.id)), bot), Random(4))


@pytest.mark.parametrize("kills", [15, pytest.param(200, marks=pytest.mark.proof)])
def test_each_alert_is_posted_and_a_kill_shows_a_message_twice_at_most(
    night: Night, kills: int
) -> None:
    """Commit the claim before the message is queued, or mark before sending, to see it fail."""
    while night.killed < kills:
        night.step()
        night.later()
    night.here.telegram.api.faults.ordered.clear()
    night.settle()
    shown = night.shown()
    with transaction(SYSTEM):
        rows = connection().execute("SELECT state, reason FROM outgoing_messages").fetchall()
        posts = connection().execute("SELECT state FROM alert_posts").fetchall()
    dead = [reason for state, reason in rows if state == "failed"]
    assert {state for state, _ in rows} <= {"sent", "replaced", "failed"}
    assert all(dead)
    assert len(night.delivered - set(shown)) <= len(dead)
    assert {state for (state,) in posts} <= {"answered", "refused", "failed"}
    assert len(posts) - len(dead) <= len(shown) <= len(posts) + night.killed + night.lost
