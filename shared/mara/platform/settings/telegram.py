"""Where the Bot API is, and where Telegram reaches this API."""

from functools import cache

from pydantic import Field

from mara.platform.settings.base import Settings


class TelegramSettings(Settings):
    """The server of the Bot API, which may be a simulator or one that the company runs itself."""

    telegram_api_url: str = Field(
        default="https://api.telegram.org", pattern=r"^https?://[^\s?#]+[^/\s?#]$"
    )
    """The URL of the Bot API server, without a token."""


class PublicUrlSettings(Settings):
    """The address of this API; Telegram sends updates to https on port 443, 80, 88 or 8443 only."""

    public_url: str = Field(default="", pattern=r"^(https?://[^\s?#]+[^/\s?#])?$")
    """The URL of this API as Telegram reaches it, without /api; without it no bot is connected."""


@cache
def telegram_settings() -> TelegramSettings:
    """Return the server of the Bot API, read once per process."""
    return TelegramSettings()


@cache
def public_url_settings() -> PublicUrlSettings:
    """Return the address of this API, read once per process."""
    return PublicUrlSettings()
