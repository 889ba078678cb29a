"""Assembles what queues and sends messages of bots, each with its imports."""

from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_senders import PostgresBotSenders
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mara.telegram.adapters.aiogram_signs import AiogramChatSigns
    from mara.telegram.model.outgoing import OutgoingMessage
    from mara.telegram.service.chat_migration import ChatMigration
    from mara.telegram.service.outgoing_queue import OutgoingQueue
    from mara.telegram.service.ringing import RingingService
    from mara.telegram.service.send_outcomes import SendOutcomes
    from mara.telegram.service.sending import Futures, SendingService
    from mara.telegram.service.taking import Taking


@cache
def outgoing_queue() -> "OutgoingQueue":
    """The queue of messages for chats."""
    from mara.platform.outbox import publish
    from mara.telegram.service.outgoing_queue import OutgoingQueue

    return OutgoingQueue(PostgresOutgoingMessages(), publish)


@cache
def ringing_service() -> "RingingService":
    """Doorbells for bots whose messages wait, and for lanes whose updates do."""
    from mara.platform.outbox import publish_all
    from mara.telegram.adapters.updates import PostgresUpdates
    from mara.telegram.service.ringing import RingingService

    messages, senders = PostgresOutgoingMessages(), PostgresBotSenders()
    return RingingService(
        messages=messages,
        senders=senders,
        updates=PostgresUpdates(),
        publish_all=publish_all,
        take_back=_take_back,
        unit_of_work=transaction,
    )


@cache
def chat_signs() -> "AiogramChatSigns":
    """Answers to presses, the sign that a bot is busy, and who is in a chat."""
    from mara.platform.settings.telegram import telegram_settings
    from mara.telegram.adapters.aiogram_signs import AiogramChatSigns

    return AiogramChatSigns(telegram_settings().telegram_api_url)


@cache
def sending_service() -> "SendingService":
    """The sender of bots."""
    from mara.platform.doorbells import ring_later
    from mara.platform.settings.telegram import telegram_settings
    from mara.telegram.adapters.aiogram_sender import AiogramSender
    from mara.telegram.adapters.bot_configs import PostgresBotConfigs
    from mara.telegram.adapters.send_log import record_send
    from mara.telegram.service.sending import SendingService
    from mara.wiring.connection_secrets import secret_store

    outcomes = _outcomes()
    return SendingService(
        taking=_taking(outcomes),
        outcomes=outcomes,
        senders=PostgresBotSenders(),
        configs=PostgresBotConfigs(),
        tokens=secret_store(),
        sender=AiogramSender(telegram_settings().telegram_api_url),
        ring_later=ring_later,
        unit_of_work=transaction,
        now=now,
        record=record_send,
        wait=_wait,
    )


def _outcomes() -> "SendOutcomes":
    from mara.platform.outbox import publish
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.bot_configs import PostgresBotConfigs
    from mara.telegram.service.send_outcomes import SendOutcomes

    return SendOutcomes(
        messages=PostgresOutgoingMessages(),
        senders=PostgresBotSenders(),
        configs=PostgresBotConfigs(),
        chats=PostgresBotChats(),
        migration=chat_migration(),
        publish=publish,
        take_back=_take_back,
        unit_of_work=transaction,
        now=now,
    )


def _take_back(messages: "Sequence[OutgoingMessage]") -> None:
    from mara.alerts.adapters.owner_chats import PostgresOwnerChats
    from mara.alerts.adapters.postgres_messages import PostgresAlertMessages
    from mara.alerts.service.lost_posts import EscalatedCopies, LostPosts
    from mara.platform.count_lock import lock_count
    from mara.platform.outbox import publish

    posts = PostgresAlertMessages()
    copies = EscalatedCopies(posts, outgoing_queue().queue_messages, publish)
    lost = LostPosts(posts, copies, PostgresOwnerChats(), lock_count, publish, now)
    lost.take_back(messages)


def chat_migration() -> "ChatMigration":
    """What is done when a group became a supergroup: all that names the chat names the new one."""
    from mara.alerts.adapters.chat_targets import move_targets
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.bot_configs import PostgresBotConfigs
    from mara.telegram.service.chat_migration import ChatMigration

    return ChatMigration(
        PostgresBotConfigs(),
        PostgresBotChats(),
        PostgresOutgoingMessages(),
        now,
        [_move_conversations, move_targets],
    )


def _move_conversations(_: UUID, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
    from mara.telegram.adapters.chat_conversations import PostgresChatConversations

    PostgresChatConversations().move(config_id, old_chat_id, new_chat_id)


def _taking(outcomes: "SendOutcomes") -> "Taking":
    from mara.platform.outbox import publish
    from mara.platform.settings.telegram_sending import TelegramSendingSettings
    from mara.telegram.model.pace import Budgets
    from mara.telegram.service.taking import Taking

    settings = TelegramSendingSettings()
    return Taking(
        messages=PostgresOutgoingMessages(),
        senders=PostgresBotSenders(),
        outcomes=outcomes,
        budgets=Budgets(
            settings.telegram_messages_per_second,
            settings.telegram_chat_messages_per_second,
            settings.telegram_group_messages_per_minute,
        ),
        publish=publish,
        unit_of_work=transaction,
        now=now,
    )


def _wait(futures: "Futures", seconds: float) -> "Futures":
    """Wait for one of the futures; without any, for the time."""
    import time
    from concurrent.futures import FIRST_COMPLETED, wait

    if not futures:
        time.sleep(seconds)
    return wait(futures, seconds, FIRST_COMPLETED).done
