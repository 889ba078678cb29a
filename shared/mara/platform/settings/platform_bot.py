"""The token of the platform's bot."""

from pydantic import Field, SecretStr

from mara.platform.settings.base import Settings


class PlatformBotSettings(Settings):
    """The bot that sends notices to users; its token is a secret of the stage."""

    telegram_bot_token: SecretStr = Field(default=SecretStr(""))
    """The token from @BotFather; empty where the platform has no bot."""
