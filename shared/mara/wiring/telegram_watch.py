"""Assembles what examines bots: the doctor, and the hourly check of their webhooks."""

from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from mara.kernel.principal import Principal
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mara.telegram.model.bot_config import BotLanguage
    from mara.telegram.model.doctor_facts import AccountState
    from mara.telegram.model.outgoing import OutgoingMessage
    from mara.telegram.ports.inspecting import BotInspector
    from mara.telegram.service.bot_doctor import BotDoctor
    from mara.telegram.service.bot_watch import BotWatch
    from mara.telegram.service.dead_updates import DeadUpdates


@cache
def bot_doctor() -> "BotDoctor":
    """The examination of a bot for its owner."""
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.doctor_facts import PostgresDoctorFacts
    from mara.telegram.service.bot_doctor import BotDoctor
    from mara.wiring.connection_secrets import secret_store
    from mara.wiring.telegram import missed_digests, webhook_url

    return BotDoctor(
        configs=PostgresBotConfigs(),
        chats=PostgresBotChats(),
        facts=PostgresDoctorFacts(),
        tokens=secret_store(),
        inspector=bot_inspector(),
        account=_account,
        language=_language,
        webhook_url=webhook_url,
        unit_of_work=transaction,
        now=now,
        opened=[missed_digests(_add_messages).post],
    )


def _add_messages(messages: "Sequence[OutgoingMessage]") -> None:
    """Add them without a doorbell, for which the route has no right: the schedule rings."""
    from mara.telegram.adapters.outgoing import PostgresOutgoingMessages

    store = PostgresOutgoingMessages()
    for message in messages:
        store.add(message)


@cache
def bot_watch() -> "BotWatch":
    """The hourly check of tokens and webhooks."""
    from mara.platform.outbox import publish
    from mara.telegram.service.bot_watch import BotWatch
    from mara.wiring.connection_secrets import secret_store
    from mara.wiring.telegram import webhook_url

    return BotWatch(
        configs=PostgresBotConfigs(),
        tokens=secret_store(),
        inspector=bot_inspector(),
        webhook_url=webhook_url,
        publish=publish,
        unit_of_work=transaction,
        now=now,
    )


@cache
def dead_updates() -> "DeadUpdates":
    """Updates that were given up."""
    from mara.platform.outbox import publish_all
    from mara.telegram.adapters.updates import PostgresUpdates
    from mara.telegram.service.dead_updates import DeadUpdates

    return DeadUpdates(PostgresBotConfigs(), PostgresUpdates(), publish_all, transaction)


def bot_inspector() -> "BotInspector":
    """Questions to Telegram about a bot."""
    from mara.platform.settings.telegram import telegram_settings
    from mara.telegram.adapters.aiogram_inspector import AiogramInspector

    return AiogramInspector(telegram_settings().telegram_api_url)


def _account(caller: Principal, agent_id: UUID) -> "AccountState":
    from mara.agents.adapters.postgres import PostgresAgents
    from mara.agents.errors import AgentNotFound
    from mara.telegram.model.doctor_facts import AccountState
    from mara.wiring.metering import usage_overview_service

    used_up = usage_overview_service().get(caller).used_up
    with transaction(caller.user_id):
        try:
            PostgresAgents().get(caller.user_id, agent_id)
        except AgentNotFound:
            return AccountState(has_agent=False, used_up=used_up)
    return AccountState(has_agent=True, used_up=used_up)


def _language(user_id: UUID) -> "BotLanguage":
    from mara.telegram.model.bot_config import BotLanguage
    from mara.users.adapters.postgres import PostgresUsers

    return BotLanguage(PostgresUsers().get(user_id).profile.locale.value)
