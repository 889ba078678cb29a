"""A flood of alerts of one customer, and the alerts of another one meanwhile (proof 9).

Deliveries, workers and the simulated Telegram share a clock that the test moves.
"""

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from functions.api.alerts.list_alerts.handler import handler as list_alerts
from infra.local.simulators.telegram import founding, groups
from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.clock import Clock
from infra.local.simulators.telegram.model import Chat as Group
from infra.local.simulators.telegram.server import simulated_telegram
from infra.local.simulators.telegram.world import World
from mara.agents.model import Answer
from mara.alerts.adapters.agent_answers import AgentAnswering
from mara.alerts.model.alert_post import ASKS_PER_MINUTE_MAX, AlertPost
from mara.alerts.model.credentials import DeliveryCredentials
from mara.alerts.model.delivery_forms import SIGNALS_MAX
from mara.alerts.ports import AlertAnswering
from mara.kernel.time_budget import TimeBudget
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.platform.settings.telegram import telegram_settings
from mara.telegram.service.sending import Futures
from mara.wiring import telegram_sending
from mara.wiring.alerts import alert_answering_service, alert_posting_service, reception_service
from tests.support.accounts import make_account
from tests.support.alert_chats import Chat
from tests.support.alerting import API, RUNBOOK, alertmanager, an_alert, make_intake
from tests.support.cloud import Cloud
from tests.support.events import call
from tests.support.knowledge import learn
from tests.support.ports import free_port
from tests.support.stored_bots import add_bot
from tests.support.telegram import NOON, Scene, scene

STEP_S = 5
STEPS = 24
"""Two minutes."""
MINUTE_S = 60
GROUP_MAX = 20
"""Messages and edits of a minute that Telegram takes in a group."""
FLAPPING = 200
IS_FULL = os.environ.get("MARA_TEST_FULL") == "1"
SINGLES = 10_000 if IS_FULL else 1_000


@pytest.fixture
def here(database: str, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with simulated_telegram(free_port(), World(Clock(NOON))) as telegram:
        monkeypatch.setenv("MARA_TELEGRAM_API_URL", telegram.url)
        telegram_settings.cache_clear()
        telegram_sending.sending_service.cache_clear()
        yield scene(telegram)
    telegram_settings.cache_clear()
    telegram_sending.sending_service.cache_clear()


@dataclass
class Customer:
    """An intake whose alerts a bot posts to a group, with workers of its own."""

    here: Scene
    chat: Chat
    group: Group
    sent_at: list[float] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.here.telegram.world.now(), UTC)

    def deliver(self, *alerts: dict[str, Any]) -> None:
        service = replace(reception_service(), now=self.now)
        intake, body = self.chat.intake, json.dumps(alertmanager(*alerts)).encode()
        service.receive(UUID(intake.id), body, DeliveryCredentials(bearer=intake.secret))

    def work(self) -> None:
        """Let each worker do what it may do now."""
        owner_id = self.chat.intake.owner.id
        service = alert_answering_service()
        replace(service, asking=self.counted(service.asking), now=self.now).answer_waiting(owner_id)
        replace(alert_posting_service(), now=self.now).show_due(owner_id)
        self.send()

    def counted(self, asking: AlertAnswering) -> AlertAnswering:
        """The same, with the times of its questions in ``asked_at``."""

        class Counted(AgentAnswering):
            def ask(answering, post: AlertPost, answer_id: UUID, budget: TimeBudget) -> Answer:  # noqa: N805
                self.asked_at.append(self.here.telegram.world.now())
                return asking.ask(post, answer_id, budget)

        assert isinstance(asking, AgentAnswering)
        return Counted(asking.answering, asking.answers, asking.metering, asking.unit_of_work)

    def listed(self) -> int:
        """How many alerts the owner sees in the list."""
        headers, query = self.chat.intake.owner.headers, {"total": "true", "limit": "1"}
        answer = call(list_alerts, "GET", f"{API}/alerts", headers=headers, query=query)
        return int(answer.json["total"])

    def send(self) -> None:
        service = telegram_sending.sending_service()
        outcomes = replace(service.outcomes, now=self.now)
        taking = replace(service.taking, outcomes=outcomes, now=self.now)
        bot = self.chat.bot
        sender = replace(service, taking=taking, outcomes=outcomes, now=self.now, wait=self.wait)
        sender.send(bot.id, bot.owner_id)

    def wait(self, futures: Futures, seconds: float) -> Futures:
        """Wait for Telegram as long as that takes; without a request, move the clock."""
        if futures:
            return wait_for(futures, MINUTE_S, FIRST_COMPLETED).done
        self.here.telegram.world.advance(seconds)
        return ()

    def texts(self) -> list[str]:
        return [one.text for one in self.group.messages.values() if one.bot_id]


def make_customer(here: Scene, name: str, bot: Bot, group: Group) -> Customer:
    account = make_account(name)
    learn(account.id, "runbooks.md", RUNBOOK)
    stored = add_bot(account.id, bot.user.id, token=bot.token, target_chat_id=group.id)
    return Customer(here, Chat(make_intake(account, config_id=str(stored.id)), stored), group)


def other_customer(here: Scene) -> Customer:
    world = here.telegram.world
    bot = founding.add_bot(world, "other_bot")
    group = founding.add_group(world, "Others", here.owner)
    groups.add(world, group, bot.user, here.owner)
    return make_customer(here, "boris", bot, group)


def named(name: str, at: datetime, **parts: Any) -> dict[str, Any]:
    """A firing alert with a question of its own, or its end."""
    labels = {"alertname": name, "severity": "warning"}
    return an_alert(labels=labels, fingerprint=name, startsAt=at.isoformat(), **parts)


def words(prefix: str, count: int) -> list[str]:
    """Names that differ in letters: numbers are masked in questions."""
    digits = str.maketrans("0123456789", "abcdefghij")
    return [f"{prefix}{number:05}".translate(digits) for number in range(count)]


def most_in_a_minute(times: Sequence[float]) -> int:
    return max(sum(began <= at < began + MINUTE_S for at in times) for began in times)


def count_requests(here: Scene) -> list[tuple[int, float]]:
    """The chat and time of each message and edit that the simulator is asked for from now on."""
    budgets, counted = here.telegram.world.budgets, list[tuple[int, float]]()
    spend = budgets.spend

    def counting(bot_id: int, chat: Group, now: float) -> None:
        counted.append((chat.id, now))
        spend(bot_id, chat, now)

    budgets.spend = counting  # type: ignore[method-assign]
    return counted


@pytest.mark.proof
def test_a_flood_keeps_to_the_limits_loses_no_alert_and_delays_no_other_customer(
    here: Scene,
) -> None:
    """See it fail: claim posts without a pace, or let all bots have one sender."""
    flooded, other = make_customer(here, "anna", here.bot, here.group), other_customer(here)
    counted = count_requests(here)
    flooded.deliver(*(named(name, flooded.now()) for name in words("Body", 10_000)))
    singles, flapping = words("Single", SINGLES), words("Flapping", FLAPPING)
    others, shown = words("Other", STEPS), 0
    for step in range(STEPS):
        here.telegram.world.advance(STEP_S)
        at = flooded.now()
        for name in singles[step::STEPS]:
            flooded.deliver(named(name, at))
        ends = {} if step % 2 else {"status": "resolved", "endsAt": at.isoformat()}
        flooded.deliver(*(named(name, at, **ends) for name in flapping))
        name_of_other = others[step]
        other.deliver(named(name_of_other, other.now()))
        flooded.work()
        other.work()
        shown += name_of_other in other.texts()[-1].partition("\n")[0]
    for group in (here.group, other.group):
        times = [at for chat_id, at in counted if chat_id == group.id]
        assert most_in_a_minute(times) <= GROUP_MAX
    assert here.telegram.world.budgets.early == 0
    assert shown == STEPS, "each alert of the other customer is shown in the step of its delivery"
    assert most_in_a_minute(flooded.asked_at) <= ASKS_PER_MINUTE_MAX
    assert flooded.listed() == SIGNALS_MAX + SINGLES + FLAPPING
    assert other.listed() == STEPS
    with transaction(SYSTEM):
        more = (
            connection()
            .execute("SELECT sum(value::int) FROM alert_deliveries, jsonb_each_text(more)")
            .fetchone()
        )
    assert more == (10_000 - SIGNALS_MAX,)
