"""Builds the services of connected bots from their production adapters."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mara.alerts.service.missed_posts import MissedDigests
    from mara.telegram.model.outgoing import OutgoingMessage
    from mara.telegram.service.bot_access import BotAccessService
    from mara.telegram.service.bot_configs import BotConfigService
    from mara.telegram.service.bot_views import BotViews
    from mara.telegram.service.update_reception import UpdateReceptionService

WEBHOOK_PATH = "/api/v1/telegram/webhook"


@cache
def bot_config_service() -> "BotConfigService":
    """Connecting, changing and disconnecting of bots."""
    from mara.platform.settings.telegram import telegram_settings
    from mara.telegram.adapters.aiogram_api import AiogramBotApi
    from mara.telegram.adapters.plan_level import PlanBotLevel
    from mara.telegram.service.bot_configs import BotConfigService
    from mara.wiring.audit import audit_log
    from mara.wiring.connection_secrets import secret_store
    from mara.wiring.metering import level_service

    return BotConfigService(
        configs=PostgresBotConfigs(),
        tokens=secret_store(),
        api=AiogramBotApi(telegram_settings().telegram_api_url),
        level=PlanBotLevel(level_service()),
        check_agent=_check_agent,
        webhook_url=webhook_url,
        unit_of_work=transaction,
        now=now,
        audit=audit_log(),
        others=[_move_posts, _forget_text_key],
    )


@cache
def bot_views() -> "BotViews":
    """Lists of bots."""
    from mara.telegram.service.bot_views import BotViews

    return BotViews(PostgresBotConfigs(), transaction)


@cache
def bot_access_service() -> "BotAccessService":
    """Chats of bots, people who may ask them, and invitations."""
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.people import PostgresBotPeople, PostgresInvitations
    from mara.telegram.service.bot_access import BotAccessService

    return BotAccessService(
        configs=PostgresBotConfigs(),
        chats=PostgresBotChats(),
        people=PostgresBotPeople(),
        invitations=PostgresInvitations(),
        unit_of_work=transaction,
        now=now,
        others=[forget_chat_texts],
    )


@cache
def update_reception_service() -> "UpdateReceptionService":
    """Reception of updates."""
    from mara.telegram.adapters.updates import PostgresUpdates
    from mara.telegram.service.update_reception import UpdateReceptionService

    return UpdateReceptionService(PostgresBotConfigs(), PostgresUpdates(), transaction, now)


def forget_expired(at: datetime) -> dict[str, int]:
    """Delete what is over: updates, ids of disconnected bots, invitations, messages; how many."""
    from mara.alerts.adapters.shown_messages import forget_messages
    from mara.kernel.unit_of_work import SYSTEM
    from mara.telegram.adapters.bot_replies import PostgresBotReplies
    from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
    from mara.telegram.adapters.people import PostgresInvitations
    from mara.telegram.adapters.updates import PostgresUpdates
    from mara.telegram.model.bot_config import REMEMBERED
    from mara.telegram.model.bot_reply import KEPT_FOR
    from mara.telegram.model.outgoing import PACES_KEPT, SENT_KEPT
    from mara.telegram.model.update import DEAD_KEPT, HANDLED_KEPT

    kept = {"handled_before": at - HANDLED_KEPT, "dead_before": at - DEAD_KEPT}
    deleted = {}
    with transaction(SYSTEM):
        deleted["bot_updates"] = PostgresUpdates().forget(**kept)
    with transaction(SYSTEM):
        deleted["bot_lanes"] = PostgresUpdates().forget_lanes()
    with transaction(SYSTEM):
        deleted["bot_replies"] = PostgresBotReplies().forget(at - KEPT_FOR)
    with transaction(SYSTEM):
        deleted["disconnected_bots"] = PostgresBotConfigs().forget_disconnected(at - REMEMBERED)
    with transaction(SYSTEM):
        deleted["bot_invitations"] = PostgresInvitations().forget(at)
    with transaction(SYSTEM):
        deleted["outgoing_messages"] = forget_messages(at - SENT_KEPT)
    with transaction(SYSTEM):
        deleted["bot_chat_paces"] = PostgresOutgoingMessages().forget_paces(at - PACES_KEPT)
    return deleted


def forget_chat_texts(owner_id: UUID, config_id: UUID, chat_id: int) -> None:
    """Delete what rules have kept of a chat for their dry runs."""
    from mara.alerts.adapters.postgres_rule_texts import PostgresRuleTexts

    PostgresRuleTexts().forget_chat(owner_id, config_id, chat_id)


def missed_digests(queue: "Callable[[Sequence[OutgoingMessage]], None]") -> "MissedDigests":
    """Digests of what chats missed."""
    from mara.alerts.adapters.postgres_missed import PostgresMissedPosts
    from mara.alerts.service.missed_posts import MissedDigests

    return MissedDigests(PostgresMissedPosts(), PostgresBotConfigs(), queue, now)


def _move_posts(owner_id: UUID, config_id: UUID) -> None:
    from mara.alerts.adapters.bot_removal import unsent_copies, unsent_posts
    from mara.alerts.adapters.owner_chats import PostgresOwnerChats
    from mara.alerts.adapters.postgres_messages import PostgresAlertMessages
    from mara.alerts.service.lost_posts import BotRemoval, EscalatedCopies, UnsentCopies
    from mara.platform.count_lock import lock_count
    from mara.platform.outbox import publish
    from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
    from mara.wiring.telegram_sending import outgoing_queue

    messages, chats = PostgresAlertMessages(), PostgresOwnerChats()
    queue_messages = outgoing_queue().queue_messages
    escalated = EscalatedCopies(messages, queue_messages, publish)
    copies = UnsentCopies(unsent_copies, messages, PostgresOutgoingMessages(), escalated)
    removal = BotRemoval(unsent_posts, messages, chats, copies, lock_count, publish, now)
    removal.move_posts(owner_id, config_id)


def _forget_text_key(owner_id: UUID, config_id: UUID) -> None:
    from mara.wiring.rules import text_keys

    text_keys().forget(owner_id, config_id)


def webhook_url(config_id: UUID) -> str:
    """Return the address to which Telegram sends the updates of a bot. Raises NoPublicUrl."""
    from mara.platform.settings.telegram import public_url_settings
    from mara.telegram.errors import NoPublicUrl

    public = public_url_settings().public_url
    if not public:
        raise NoPublicUrl("The operator sets the parameter PublicUrl of the template.")
    return f"{public}{WEBHOOK_PATH}/{config_id}"


def _check_agent(owner_id: UUID, agent_id: UUID) -> None:
    from mara.agents.adapters.postgres import PostgresAgents

    PostgresAgents().get(owner_id, agent_id)
