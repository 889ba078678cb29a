"""Assembles what the platform's bot needs: its connection, and the links of users."""

from functools import cache
from typing import TYPE_CHECKING

from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_chats import PostgresBotChats
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.people import PostgresBotPeople, PostgresInvitations
from mara.telegram.service.account_links import AccountLinks, AccountLinkService

if TYPE_CHECKING:
    from mara.telegram.service.notice_sending import NoticeSending
    from mara.telegram.service.platform_bot import PlatformBotKeeping


@cache
def account_link_service() -> AccountLinkService:
    """Links of users."""
    from mara.telegram.adapters.platform_talk import forget_talk

    return AccountLinkService(
        account_links(), PostgresBotConfigs(), PostgresInvitations(), forget_talk, transaction, now
    )


def account_links() -> AccountLinks:
    """Reads links."""
    return AccountLinks(PostgresBotPeople(), PostgresBotChats())


@cache
def notice_sending() -> "NoticeSending":
    """Notices on their way to Telegram."""
    from mara.notifications.adapters.notices import PostgresNotices
    from mara.telegram.service.notice_sending import NoticeSending
    from mara.users.adapters.postgres import PostgresUsers
    from mara.wiring.telegram_sending import outgoing_queue

    return NoticeSending(
        notices=PostgresNotices(),
        links=account_links(),
        users=PostgresUsers(),
        outgoing=outgoing_queue(),
        unit_of_work=transaction,
        now=now,
    )


@cache
def platform_bot_keeping() -> "PlatformBotKeeping":
    """The connection of the platform's bot."""
    from mara.platform.settings.platform_bot import PlatformBotSettings
    from mara.platform.settings.telegram import telegram_settings
    from mara.telegram.adapters.aiogram_api import AiogramBotApi
    from mara.telegram.service.bot_configs import BotConfigService
    from mara.telegram.service.platform_bot import PlatformBotKeeping, UncountedBots
    from mara.wiring.audit import audit_log
    from mara.wiring.connection_secrets import secret_store
    from mara.wiring.telegram import webhook_url

    configs, tokens = PostgresBotConfigs(), secret_store()
    bots = BotConfigService(
        configs=configs,
        tokens=tokens,
        api=AiogramBotApi(telegram_settings().telegram_api_url),
        level=UncountedBots(),
        check_agent=lambda *_: None,
        webhook_url=webhook_url,
        unit_of_work=transaction,
        now=now,
        audit=audit_log(),
    )
    token = PlatformBotSettings().telegram_bot_token.get_secret_value()
    return PlatformBotKeeping(bots, configs, tokens, ensure_account, transaction, token)


def ensure_account() -> None:
    """Add the account of the platform's bot, unless it is there."""
    from mara.kernel.principal import Role
    from mara.kernel.unit_of_work import SYSTEM
    from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT, PLATFORM_EMAIL
    from mara.users.adapters.postgres import PostgresUsers
    from mara.users.model import Profile, User

    at, users = now(), PostgresUsers()
    with transaction(SYSTEM):
        if users.find_by_email(PLATFORM_EMAIL) is None:
            users.add(
                User(
                    PLATFORM_ACCOUNT,
                    PLATFORM_EMAIL,
                    Role.USER,
                    active=False,
                    profile=Profile(),
                    created_at=at,
                    updated_at=at,
                )
            )
