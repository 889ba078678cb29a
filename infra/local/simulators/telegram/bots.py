"""Bots: an account with a token, settings of @BotFather, updates and perhaps a webhook."""

from dataclasses import dataclass, field

from infra.local.simulators.telegram.model import Json, User
from infra.local.simulators.telegram.updates import UpdateQueue
from infra.local.simulators.telegram.views import of_user
from infra.local.simulators.telegram.webhooks import Webhook


@dataclass
class Bot:
    """A bot, as @BotFather knows it."""

    user: User
    token: str
    queue: UpdateQueue
    reads_all: bool = False
    """Privacy mode is off: ``can_read_all_group_messages``."""
    talks_to_bots: bool = False
    """Bot-to-Bot Communication Mode; no field of getMe shows it."""
    has_topics: bool = False
    webhook: Webhook | None = None
    commands: dict[str, list[Json]] = field(default_factory=dict)
    """By scope and language."""

    @property
    def id(self) -> int:
        """The id of its account."""
        return self.user.id


def of_bot(bot: Bot) -> Json:
    """https://core.telegram.org/bots/api#getme."""
    return of_user(bot.user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": bot.reads_all,
        "supports_inline_queries": False,
        "supports_guest_queries": False,
        "supports_join_request_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": bot.has_topics,
        "allows_users_to_create_topics": bot.has_topics,
        "can_manage_bots": False,
    }
