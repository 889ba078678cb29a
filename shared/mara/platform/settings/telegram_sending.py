"""How many messages and edits bots send: Telegram publishes no exact limits."""

from pydantic import Field

from mara.platform.settings.base import Settings


class TelegramSendingSettings(Settings):
    """Budgets of bots and chats; edits count like messages."""

    telegram_messages_per_second: int = Field(default=25, ge=1)
    """Of one bot."""
    telegram_chat_messages_per_second: int = Field(default=1, ge=1)
    """To one chat."""
    telegram_group_messages_per_minute: int = Field(default=18, ge=1)
    """To one group or channel."""
