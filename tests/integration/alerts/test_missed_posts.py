"""Chats that can be reached again get one digest of what they missed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_chats import PostgresBotChats
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.incoming import IncomingChat, Membership, Sender, SenderKind
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from mara.wiring.rules import forget_expired
from mara.wiring.telegram_sending import chat_migration
from mara.wiring.telegram_updates import update_handler
from mara.wiring.telegram_watch import bot_doctor
from tests.integration.alerts.test_lost_posts import (
    ESCALATION,
    answer_with,
    link,
    make_escalating,
)
from tests.integration.alerts.test_summaries import named
from tests.support.alert_chats import CHAT, Chat
from tests.support.chat_rules import count_rows, give_place
from tests.support.cloud import Cloud

pytestmark = pytest.mark.usefixtures("database")
HEAD = "This chat could not be reached. Alerts meanwhile: 2"


@pytest.fixture
def chat(cloud: Cloud) -> Chat:
    """A chat that the bot was removed from: two alerts went to the chat for escalations."""
    chat = make_escalating()
    give_place(chat.bot, CHAT)
    for name in ("DiskFull", "CpuHot"):
        chat.deliver(named(name))
        chat.answer()
        chat.show()
        answer_with(chat, chat.queued()[-1])
        chat.show()
    assert [one.chat_id for one in chat.queued()] == [CHAT, ESCALATION] * 2
    return chat


def come_back(
    chat: Chat, chat_id: int = CHAT, *, at: datetime | None = None, was_member: bool = True
) -> None:
    """Let Telegram say that the bot may write again, as its owner did."""
    group = IncomingChat(chat_id, ChatKind.SUPERGROUP, "On call")
    sender = Sender(77, SenderKind.PERSON, "Anna")
    membership = Membership(group, sender, was_member=was_member, is_member=True, at=now())
    memberships = update_handler().memberships
    if at is not None:
        (tell,) = memberships.opened
        digests = replace(tell.__self__, now=lambda: at)  # type: ignore[attr-defined]
        memberships = replace(memberships, opened=[digests.post])
    with transaction(chat.intake.owner.id):
        memberships.store(chat.bot, membership)


def digests(chat: Chat) -> list[OutgoingMessage]:
    return [one for one in chat.queued() if one.priority is Priority.DIGEST]


def test_one_digest_lists_what_was_missed(chat: Chat) -> None:
    come_back(chat)
    come_back(chat)
    (digest,) = digests(chat)
    assert (digest.chat_id, digest.config_id) == (CHAT, chat.bot.id)
    assert digest.parts[0].text.split("\n") == [
        HEAD,
        "🟠 CpuHot warning",
        "🟠 DiskFull warning",
    ]


def test_a_bot_that_its_owner_adds_again_does_so_too(chat: Chat) -> None:
    link(chat)
    with transaction(chat.intake.owner.id):
        connection().execute("DELETE FROM bot_chats")
    come_back(chat, was_member=False)
    assert len(digests(chat)) == 1


def test_a_chat_that_the_owner_has_not_approved_gets_nothing(chat: Chat) -> None:
    with transaction(chat.intake.owner.id):
        connection().execute("DELETE FROM bot_chats")
    come_back(chat, was_member=False)
    assert digests(chat) == []


def test_what_was_missed_long_ago_is_not_listed(chat: Chat) -> None:
    come_back(chat, at=now() + timedelta(hours=6, minutes=1))
    assert (digests(chat), count_rows("missed_posts")) == ([], 0)


def test_what_was_missed_long_ago_is_forgotten(chat: Chat) -> None:
    assert forget_expired(now() + timedelta(hours=5))["missed_posts"] == 0
    assert forget_expired(now() + timedelta(hours=7))["missed_posts"] == 2


def test_another_chat_gets_nothing(chat: Chat) -> None:
    give_place(chat.bot, -5)
    come_back(chat, -5)
    assert digests(chat) == []


def test_a_group_that_became_a_supergroup_gets_it_under_its_new_id(chat: Chat) -> None:
    with transaction(chat.intake.owner.id):
        chat_migration().move(chat.intake.owner.id, chat.bot.id, CHAT, -1002)
    come_back(chat, -1002)
    assert [one.chat_id for one in digests(chat)] == [-1002]


def test_a_chat_that_the_doctor_finds_open_gets_it(chat: Chat) -> None:
    known = give_unreachable(chat)
    bot_doctor()._approve(known)
    assert [one.chat_id for one in digests(chat)] == [CHAT]


def give_unreachable(chat: Chat) -> BotChat:
    give_place(chat.bot, CHAT, state=ChatState.UNREACHABLE)
    with transaction(chat.intake.owner.id):
        return PostgresBotChats().get(chat.intake.owner.id, chat.bot.id, CHAT)
