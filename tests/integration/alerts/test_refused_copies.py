"""What people passed on with "Escalate" and Telegram refuses: it goes to the owner.

See it fail: leave out ``lock_copied``, or what ``copied`` stores.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from functions.queues.send_telegram.handler import handler as send_telegram
from infra.local.simulators.telegram import bots, founding, groups, people
from mara.alerts.model.alert_message import PostWay
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.outgoing import OutgoingMessage, OutgoingState
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT
from mara.telegram.model.sending import SendOutcome
from mara.telegram.service.send_outcomes import Flight
from mara.wiring.telegram_platform import ensure_account
from mara.wiring.telegram_sending import sending_service
from tests.integration.alerts.test_lost_posts import (
    ESCALATION,
    GONE,
    PRIVATE,
    REFUSED,
    answer_with,
    disconnect,
    events,
    link,
    make_escalating,
    posted,
)
from tests.support.accounts import make_account
from tests.support.alert_chats import CHAT, Chat
from tests.support.alerting import RUNBOOK, SECTION, make_intake
from tests.support.cloud import Cloud
from tests.support.knowledge import learn
from tests.support.platform_bots import PERSON, PLATFORM_ID, give_account_link
from tests.support.simulated_sending import sending_to_a_simulator
from tests.support.stored_bots import add_bot
from tests.support.telegram import Scene

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with sending_to_a_simulator(monkeypatch) as found:
        yield found


def pass_on(chat: Chat) -> OutgoingMessage:
    link(chat)
    posted(chat)
    assert "passed on" in chat.press(chat.buttons()["🆘 Escalate"])
    return chat.queued()[-1]


def copies(chat: Chat) -> list[OutgoingMessage]:
    """All messages but the post and its edits."""
    return [one for one in chat.queued() if one.chat_id != CHAT]


@pytest.mark.parametrize("outcome", [GONE, REFUSED])
def test_goes_down_the_chain_and_keeps_the_reason_of_each_chat(
    cloud: Cloud, outcome: SendOutcome
) -> None:
    chat = make_escalating()
    platform_id = give_account_link(chat.intake.owner.id)
    first = pass_on(chat)
    for _ in range(3):
        answer_with(chat, copies(chat)[-1], outcome)
    found = copies(chat)
    assert [one.chat_id for one in found] == [ESCALATION, PRIVATE, PERSON]
    assert found[-1].config_id == platform_id
    assert {one.reason for one in found} == {outcome.words}
    assert {one.parts for one in found} == {first.parts}
    assert events().count("alert-undelivered") == 3


def test_is_rerouted_once_though_the_answer_is_stored_twice(cloud: Cloud) -> None:
    chat = make_escalating()
    copy = pass_on(chat)
    begun = copy.begun()
    answer_with(chat, copy)
    flight = Flight(begun, None, chat.bot.token_id, chat.bot.owner_id)
    sending_service().outcomes.store(flight, GONE)
    assert [one.chat_id for one in copies(chat)] == [ESCALATION, PRIVATE]


def test_ends_with_the_notice_where_no_chat_is_left(cloud: Cloud) -> None:
    chat = make_escalating()
    pass_on(chat)
    for _ in range(2):
        answer_with(chat, copies(chat)[-1])
    assert [one.chat_id for one in copies(chat)] == [ESCALATION, PRIVATE]
    assert events().count("alert-undelivered") == 2


def test_goes_on_from_where_a_deleted_bot_left_it(cloud: Cloud) -> None:
    chat = make_escalating()
    give_account_link(chat.intake.owner.id)
    copy = pass_on(chat)
    with transaction(chat.intake.owner.id):
        escalating = PostgresBotConfigs().get(chat.intake.owner.id, copy.config_id)
    disconnect(Chat(chat.intake, escalating))
    answer_with(chat, copies(chat)[-1])
    assert [one.chat_id for one in copies(chat)] == [PRIVATE, PERSON]


def test_stays_where_it_is_if_the_worker_dies_before_the_commit(cloud: Cloud) -> None:
    chat = make_escalating()
    copy = pass_on(chat)

    def die(messages: object) -> None:
        take_back(messages)
        raise KeyboardInterrupt

    outcomes = sending_service().outcomes
    take_back: Callable[[Any], None] = outcomes.take_back
    dying = replace(outcomes, take_back=die)
    with transaction(chat.intake.owner.id):
        connection().execute(
            "UPDATE outgoing_messages SET state = 'sending', attempts = 1 WHERE id = %s",
            [copy.id],
        )
    flight = Flight(copy.begun(), None, chat.bot.token_id, chat.bot.owner_id)
    with pytest.raises(KeyboardInterrupt):
        dying.store(flight, GONE)
    assert [one.chat_id for one in copies(chat)] == [ESCALATION]
    outcomes.store(flight, GONE)
    assert [one.chat_id for one in copies(chat)] == [ESCALATION, PRIVATE]


def ring(config_id: UUID, owner_id: UUID) -> None:
    """Let the sender of a bot work."""
    body = json.dumps({"config_id": str(config_id), "owner_id": str(owner_id)})
    record = {"messageId": "1", "body": body}
    assert send_telegram({"Records": [record]}, None) == {"batchItemFailures": []}


def platform_bot(here: Scene) -> tuple[UUID, bots.Bot]:
    """The platform's bot, to which Ann has written."""
    bot = founding.add_bot(here.telegram.world, "mara_bot")
    people.private_chat(here.telegram.world, bot, here.ann)
    ensure_account()
    return add_bot(PLATFORM_ACCOUNT, PLATFORM_ID, token=bot.token).id, bot


def test_reaches_the_owner_past_two_chats_of_which_telegram_says_no(
    cloud: Cloud, here: Scene
) -> None:
    """The bot was removed from the first one, and never met the owner in the second one."""
    account, world = make_account("anna"), here.telegram.world
    learn(account.id, "runbooks.md", RUNBOOK)
    english = {"language": BotLanguage.EN}
    own = add_bot(account.id, 1, token=here.bot.token, target_chat_id=here.group.id, **english)
    second = founding.add_bot(world, "second_bot")
    escalating = add_bot(account.id, 2, token=second.token, **english)
    first_chat = founding.add_group(world, "Escalations", here.owner)
    groups.add(world, first_chat, second.user, here.owner)
    groups.remove(world, first_chat, second.user, here.owner)
    escalation = {"config_id": str(escalating.id), "chat_id": first_chat.id, "thread_id": None}
    chat = Chat(make_intake(account, config_id=str(own.id), escalation=escalation), own)
    link(Chat(chat.intake, escalating), here.ann.id)
    platform_id, platform = platform_bot(here)
    give_account_link(account.id, here.ann.id - PERSON)
    posted(chat)
    ring(own.id, account.id)
    assert "passed on" in chat.press(chat.buttons()["🆘 Escalate"], chat_id=here.group.id)
    for _ in range(3):  # more often than needed: no chat is asked twice
        ring(escalating.id, account.id)
        ring(platform_id, PLATFORM_ACCOUNT)
    _, *found = chat.queued()
    tried = [one for one in found if one.edits is None]
    assert [(one.chat_id, one.state, one.reason) for one in tried] == [
        (first_chat.id, OutgoingState.FAILED, "Forbidden: bot was kicked from the supergroup chat"),
        (here.ann.id, OutgoingState.FAILED, "Bad Request: chat not found"),
        (here.ann.id, OutgoingState.SENT, None),
    ]
    shown = people.private_chat(world, platform, here.ann).messages.values()
    (text,) = [one.text for one in shown if one.bot_id == platform.id]
    assert SECTION in str(text)
    assert events().count("alert-undelivered") == 2
    with transaction(SYSTEM):
        ways = connection().execute("SELECT escalation_way FROM alert_messages").fetchall()
    assert ways == [(PostWay.PLATFORM.value,)]
