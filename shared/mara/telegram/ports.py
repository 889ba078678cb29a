"""Ports of the telegram domain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.telegram.model.bot_config import BotConfig, BotProfile


class BotConfigs(Protocol):
    """The connected bots. One bot is connected at most once on the platform."""

    def add(self, config: BotConfig) -> bool:
        """Insert the bot; return False where any account has connected it already.

        Waits for a concurrent transaction that connects the same bot.
        """

    def get(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        """Return the owner's bot. Raises BotConfigNotFound."""

    def lock(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        """Return it, locked until the transaction ends. Raises BotConfigNotFound."""

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[BotConfig]:
        """Return a page of the owner's bots, and one more if there are more."""

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of the owner's bots that the filters of ``page`` admit."""

    def save(self, config: BotConfig) -> None:
        """Update all columns that may change."""

    def disconnect(self, config: BotConfig, at: datetime) -> None:
        """Forget the bot and its token reference; its id is remembered for the answer 410."""

    def was_disconnected(self, config_id: UUID, since: datetime) -> bool:
        """Whether a bot with this id, of any account, was disconnected after ``since``."""

    def forget_disconnected(self, before: datetime) -> int:
        """Delete what is remembered of bots that were disconnected before a time; their number."""


class BotApi(Protocol):
    """The methods of the Bot API that connect a bot.

    All raise InvalidBotToken where Telegram does not know the token, and TelegramUnavailable.
    """

    def get_me(self, token: bytearray) -> BotProfile:
        """Return the account of the bot."""

    def get_webhook_url(self, token: bytearray) -> str:
        """Return the address that receives the bot's updates; empty where none is set."""

    def set_webhook(
        self, token: bytearray, url: str, secret: str, *, drop_pending_updates: bool
    ) -> None:
        """Let Telegram send updates to ``url``, each with ``secret`` in its header.

        Raises WebhookRefused.
        """

    def delete_webhook(self, token: bytearray) -> None:
        """Let Telegram send no more updates."""
