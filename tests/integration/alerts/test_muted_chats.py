"""Alerts of a muted chat wait for one digest; critical ones do not."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest

from mara.alerts.adapters.held_posts import wake_held
from mara.alerts.service.holding import PostHolding
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_chats import PostgresBotChats
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.incoming import IncomingChat, IncomingMessage, Sender, SenderKind
from mara.telegram.model.outgoing import Priority
from mara.telegram.model.reaction import Mute
from mara.wiring.alerts import alert_posting_service
from mara.wiring.telegram_updates import chat_muting
from tests.integration.alerts.test_lock_order import other
from tests.integration.alerts.test_summaries import later, named
from tests.support.alert_chats import CHAT, Chat, make_chat, quiet_now
from tests.support.cloud import Cloud

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def chat(cloud: Cloud) -> Chat:
    return approved(make_chat())


def approved(chat: Chat) -> Chat:
    ids = (chat.bot.id, chat.bot.owner_id, CHAT)
    row = BotChat(*ids, "On call", ChatKind.SUPERGROUP, ChatState.APPROVED, None, now())
    with transaction(chat.bot.owner_id):
        PostgresBotChats().save(row)
    return chat


def mute(chat: Chat, hours: float | None, owner_id: UUID | None = None) -> bool:
    """Mute the chat, and look again at what waits."""
    owner_id = owner_id or chat.bot.owner_id
    until = None if hours is None else later(hours)
    with transaction(owner_id):
        is_known = PostgresBotChats().mute(owner_id, chat.bot.id, CHAT, until)
        wake_held(owner_id, chat.bot.id, now())
    return is_known


def test_one_digest_follows_at_the_end(chat: Chat) -> None:
    mute(chat, 2)
    chat.deliver(named("DiskFull"), named("CpuHot", "info"))
    chat.answer()
    for hours in (0.1, 1, 1.9):
        chat.show_at(later(hours))
    assert chat.queued() == []
    for hours in (2.01, 2.02):
        chat.show_at(later(hours))
    assert chat.texts() == [
        "The quiet time is over. Alerts meanwhile: 2\n🟠 DiskFull warning\n🔵 CpuHot info"
    ]


def test_the_digest_reads_the_chat_once(chat: Chat) -> None:
    class Counting(PostgresBotChats):
        reads = 0

        def get(self, owner_id: UUID, config_id: UUID, chat_id: int) -> BotChat:
            self.reads += 1
            return super().get(owner_id, config_id, chat_id)

    mute(chat, 2)
    chat.deliver(*(named(name) for name in ("DiskFull", "CpuHot", "CertSoon")))
    chat.answer()
    chat.show_at(later(0.1))
    counting, service = Counting(), alert_posting_service()
    summaries = replace(service.summaries, holding=PostHolding(counting))
    replace(service, summaries=summaries, now=lambda: later(2.01)).show_due(chat.intake.owner.id)
    assert (counting.reads, len(chat.queued())) == (1, 1)


def test_critical_alerts_and_those_of_a_test_are_posted(chat: Chat) -> None:
    mute(chat, 2)
    chat.deliver(named("DiskFull"), named("DatabaseDown", "critical"))
    chat.answer()
    with transaction(SYSTEM):
        connection().execute("UPDATE alert_posts SET is_test = true WHERE name = 'DiskFull'")
    chat.show_at(later(0.1))
    assert [one.priority for one in chat.queued()] == [Priority.ALERT] * 2


def test_the_end_of_the_mute_posts_what_waits_at_once(chat: Chat) -> None:
    mute(chat, 2)
    chat.deliver(named("DiskFull"))
    chat.answer()
    chat.show_at(later(0.1))
    mute(chat, None)
    chat.show_at(later(0.2))
    assert "DiskFull" in chat.texts()[0]
    assert "Alerts meanwhile: 1" in chat.texts()[0]


def say_off(chat: Chat) -> None:
    """Write `/mute off` as an anonymous administrator."""
    group = IncomingChat(CHAT, ChatKind.SUPERGROUP, "On call")
    message = IncomingMessage(group, 5, Sender(CHAT, SenderKind.CHAT, "On call"), "/mute off")
    assert chat_muting().mute(Mute(chat.bot, message, "off"), now())


def test_the_end_of_the_mute_wakes_what_is_being_held_back(chat: Chat, database: str) -> None:
    """Someone who posts alerts has read the mute, and holds the post back when the mute ended."""
    mute(chat, 2)
    chat.deliver(named("DiskFull"))
    chat.answer()
    unmuting = Thread(target=say_off, args=(chat,))
    with other(database) as link:
        key = f"alert_messages:{chat.bot.owner_id}"
        link.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        unmuting.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while unmuting.is_alive() and link.execute(waits).fetchone() == (0,):
            link.execute("SELECT pg_stat_clear_snapshot()")
        # Who removes the bot may have its chats now: it waits for none that waits for it.
        link.execute("SELECT 1 FROM bot_chats FOR UPDATE NOWAIT")
        link.execute("UPDATE alert_messages SET shown = 'held', due_at = %s", [later(2)])
        link.commit()
    unmuting.join()
    chat.show_at(later(0.2))
    assert "Alerts meanwhile: 1" in chat.texts()[0]


def test_quiet_hours_go_on_after_it(cloud: Cloud) -> None:
    chat = approved(make_chat(quiet_hours=quiet_now()))
    mute(chat, 1)
    chat.deliver(named("DiskFull"))
    chat.answer()
    chat.show_at(later(0.1))
    mute(chat, None)
    for hours in (0.2, 1.1, 1.9):
        chat.show_at(later(hours))
    assert chat.queued() == []
    chat.show_at(later(2.01))
    assert len(chat.queued()) == 1


def test_it_goes_on_after_quiet_hours(cloud: Cloud) -> None:
    chat = approved(make_chat(quiet_hours=quiet_now()))
    mute(chat, 3)
    chat.deliver(named("DiskFull"))
    chat.answer()
    for hours in (0.1, 2.01, 2.9):
        chat.show_at(later(hours))
    assert chat.queued() == []
    chat.show_at(later(3.01))
    assert len(chat.queued()) == 1


def test_what_is_posted_is_edited_meanwhile(chat: Chat) -> None:
    chat.deliver()
    chat.answer()
    chat.show()
    mute(chat, 1)
    chat.deliver(labels={"pod": "billing-other"}, fingerprint="f2")
    chat.show()
    assert chat.queued()[-1].edits == chat.queued()[0].id


def test_a_new_state_of_the_chat_ends_no_mute(chat: Chat) -> None:
    mute(chat, 1)
    approved(chat)
    with transaction(chat.bot.owner_id):
        stored = PostgresBotChats().get(chat.bot.owner_id, chat.bot.id, CHAT)
    assert stored.is_muted(now())
    assert not stored.is_muted(now() + timedelta(hours=2))


def test_another_tenants_bot_in_the_same_chat_is_not_muted(chat: Chat, cloud: Cloud) -> None:
    boris = approved(make_chat("boris", 2))
    mute(chat, 1)
    assert not mute(boris, 1, owner_id=chat.bot.owner_id), "the bot of another tenant"
    for one in (chat, boris):
        one.deliver(named("DiskFull"))
        one.answer()
        one.show_at(later(0.1))
    assert chat.queued() == []
    assert len(boris.queued()) == 1
