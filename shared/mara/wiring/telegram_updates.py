"""Assembles the worker that handles updates of bots, each part with its imports."""

import time
from functools import cache
from typing import TYPE_CHECKING

from mara.platform.clock import now
from mara.platform.database import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from mara.telegram.model.bot_config import BotLanguage
    from mara.telegram.model.kept_texts import ChatKeeping
    from mara.telegram.service.bot_tokens import BotTokens
    from mara.telegram.service.chat_memberships import ChatMemberships
    from mara.telegram.service.chat_muting import ChatMuting
    from mara.telegram.service.chat_reception import ChatReception
    from mara.telegram.service.chat_work import ChatWork
    from mara.telegram.service.lanes import LaneService
    from mara.telegram.service.platform_reception import PlatformReception
    from mara.telegram.service.press_rights import PressRights
    from mara.telegram.service.presses import PressAnswering
    from mara.telegram.service.typing_sign import TypingSign
    from mara.telegram.service.update_handling import UpdateHandler


@cache
def lane_service() -> "LaneService":
    """Updates that wait in lanes."""
    from mara.platform.outbox import publish
    from mara.telegram.adapters.updates import PostgresUpdates
    from mara.telegram.service.lanes import LaneService

    return LaneService(
        updates=PostgresUpdates(),
        handler=update_handler(),
        publish=publish,
        unit_of_work=transaction,
        now=now,
        wait=time.sleep,
    )


@cache
def update_handler() -> "UpdateHandler":
    """The handling of one update."""
    from mara.telegram.adapters.aiogram_updates import AiogramUpdates
    from mara.telegram.adapters.bot_configs import PostgresBotConfigs
    from mara.telegram.adapters.bot_replies import PostgresBotReplies
    from mara.telegram.adapters.connected_bots import PostgresConnectedBots
    from mara.telegram.adapters.failure_log import record_failure
    from mara.telegram.adapters.updates import PostgresUpdates
    from mara.telegram.service.message_watch import MessageWatch
    from mara.telegram.service.update_handling import UpdateHandler
    from mara.wiring.rules import chat_watch

    reception = _reception()
    return UpdateHandler(
        updates=PostgresUpdates(),
        configs=PostgresBotConfigs(),
        reader=AiogramUpdates(),
        connected=PostgresConnectedBots(transaction, now),
        watch=MessageWatch(
            chat_watch(),
            reception.is_question,
            PostgresBotConfigs(),
            transaction,
            now,
            record_failure,
        ),
        replies=PostgresBotReplies(),
        reception=reception,
        memberships=_memberships(),
        platform=_platform_reception(),
        work=_work(),
        presses=_presses(),
        typing=_typing(),
        unit_of_work=transaction,
        now=now,
        record=record_failure,
    )


def _reception() -> "ChatReception":
    from mara.billing.adapters.usage import PostgresUsageHolders
    from mara.platform.count_lock import lock_count
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.bot_replies import PostgresBotReplies
    from mara.telegram.adapters.chat_conversations import PostgresChatConversations
    from mara.telegram.adapters.people import PostgresBotPeople, PostgresInvitations
    from mara.telegram.adapters.plan_prices import PlanAnswerPrice
    from mara.telegram.service.chat_reception import ChatReception
    from mara.telegram.service.chat_replies import ChatReplies
    from mara.telegram.service.invitation_use import InvitationUse
    from mara.telegram.service.reply_admission import ReplyAdmission
    from mara.wiring.telegram_sending import chat_migration

    chats, people, replies = PostgresBotChats(), PostgresBotPeople(), PostgresBotReplies()
    return ChatReception(
        chats=chats,
        people=people,
        replies=replies,
        conversations=PostgresChatConversations(),
        saying=ChatReplies(InvitationUse(PostgresInvitations(), people, chats, now), _keeping),
        migration=chat_migration(),
        admission=ReplyAdmission(replies, lock_count),
        price_of_plan=PlanAnswerPrice(PostgresUsageHolders(), now).of,
        now=now,
    )


def _keeping(owner_id: "UUID", config_id: "UUID", chat_id: int) -> "ChatKeeping":
    """What is kept of a chat, in the caller's transaction."""
    from mara.alerts.adapters.postgres_rules import PostgresRules
    from mara.platform.settings.alerts import alert_settings
    from mara.telegram.model.kept_texts import ChatKeeping

    rules = PostgresRules().watching(owner_id, config_id, chat_id)
    days = max((rule.settings.keep_days for rule in rules), default=None)
    return ChatKeeping(alert_settings().alert_retention_days, days)


def _platform_reception() -> "PlatformReception":
    from mara.platform.count_lock import lock_count
    from mara.platform.outbox import publish
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.bot_replies import PostgresBotReplies
    from mara.telegram.adapters.people import PostgresBotPeople, PostgresInvitations
    from mara.telegram.adapters.platform_talk import forget_talk
    from mara.telegram.service.account_unlinking import AccountUnlinking
    from mara.telegram.service.platform_reception import PlatformReception
    from mara.telegram.service.reply_admission import ReplyAdmission

    people, chats = PostgresBotPeople(), PostgresBotChats()
    return PlatformReception(
        people=people,
        chats=chats,
        invitations=PostgresInvitations(),
        forget_talk=forget_talk,
        memberships=_memberships(),
        admission=ReplyAdmission(PostgresBotReplies(), lock_count),
        unlinking=AccountUnlinking(people, chats, forget_talk, publish, _language_of),
        now=now,
    )


def _language_of(owner_id: "UUID") -> "BotLanguage":
    from mara.telegram.model.bot_config import BotLanguage
    from mara.users.adapters.postgres import PostgresUsers

    return BotLanguage(PostgresUsers().get(owner_id).profile.locale.value)


def _memberships() -> "ChatMemberships":
    from mara.platform.outbox import publish
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.chat_conversations import PostgresChatConversations
    from mara.telegram.adapters.people import PostgresBotPeople
    from mara.telegram.service.chat_memberships import ChatMemberships
    from mara.wiring.telegram import forget_chat_texts, missed_digests
    from mara.wiring.telegram_sending import outgoing_queue

    return ChatMemberships(
        PostgresBotChats(),
        PostgresBotPeople(),
        PostgresChatConversations(),
        publish,
        now,
        [forget_chat_texts],
        [missed_digests(outgoing_queue().queue_messages).post],
    )


def _presses() -> "PressAnswering":
    from mara.telegram.adapters.failure_log import record_unanswered
    from mara.telegram.service.presses import PressAnswering
    from mara.wiring.alerts import post_presses
    from mara.wiring.telegram_sending import chat_signs

    return PressAnswering(
        count=post_presses().press,
        rights=_rights(),
        tokens=_tokens(),
        signs=chat_signs(),
        tell=record_unanswered,
    )


@cache
def _rights() -> "PressRights":
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.service.press_rights import PressRights
    from mara.wiring.telegram_sending import chat_signs

    return PressRights(PostgresBotChats(), chat_signs(), transaction, now)


def _tokens() -> "BotTokens":
    from mara.telegram.service.bot_tokens import BotTokens
    from mara.wiring.connection_secrets import secret_store

    return BotTokens(secret_store(), transaction)


def chat_muting() -> "ChatMuting":
    """What ``/mute`` does."""
    from mara.alerts.adapters.held_posts import hold_posting
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.service.chat_muting import ChatMuting

    return ChatMuting(
        PostgresBotChats(), _rights(), _tokens(), hold_posting, _look_again, transaction
    )


def _look_again(owner_id: "UUID", config_id: "UUID") -> None:
    from mara.alerts.adapters.held_posts import wake_held
    from mara.alerts.messages import PostAlerts
    from mara.platform.outbox import publish

    wake_held(owner_id, config_id, now())
    publish(PostAlerts(owner_id=owner_id))


def _typing() -> "TypingSign":
    from mara.platform.repeating import repeating
    from mara.telegram.adapters.failure_log import record_unshown
    from mara.telegram.service.typing_sign import TypingSign
    from mara.wiring.telegram_sending import chat_signs

    return TypingSign(_tokens(), chat_signs(), repeating, record_unshown)


def _work() -> "ChatWork":
    from mara.agents.adapters.postgres import PostgresAgents, PostgresAnswers
    from mara.telegram.adapters.agent_chat_answers import AgentChatAnswering
    from mara.telegram.adapters.chat_conversations import PostgresChatConversations
    from mara.telegram.adapters.owner_facts import AccountFacts
    from mara.telegram.service.chat_work import ChatWork
    from mara.wiring.agents import answer_service
    from mara.wiring.ledger import balance_service
    from mara.wiring.telegram_sending import outgoing_queue

    return ChatWork(
        answering=AgentChatAnswering(answer_service(), PostgresAnswers(), transaction),
        facts=AccountFacts(balance_service(), PostgresAgents(), transaction),
        muting=chat_muting(),
        conversations=PostgresChatConversations(),
        outgoing=outgoing_queue(),
        now=now,
    )
