"""A bot that a customer connected: whose it is, which agent answers, and who may ask."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from mara.telegram.errors import InvalidBotToken

TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{30,100}")
"""The Bot API's documentation shows ``123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11``."""
OLD_SECRET_LIFE = timedelta(hours=24)
"""Telegram repeats an update for so long, with the secret it was first sent with."""
FORMER_SECRETS_MAX = 5
REMEMBERED = timedelta(hours=48)
"""Telegram drops a webhook that answers 410 for 23 hours (WebhookActor.cpp)."""


class BotLanguage(StrEnum):
    """The language of a bot in groups and of alerts."""

    RU = "ru"
    EN = "en"


class BotAccess(StrEnum):
    """Who may ask in a private chat: linked and invited accounts, or everyone."""

    INVITED = "invited"
    ANYONE = "anyone"


class BotState(StrEnum):
    """Whether updates arrive.

    ``connecting`` until setWebhook succeeded; ``webhook_taken`` where another program set a webhook
    of its own; ``token_revoked`` once Telegram answered 401.
    """

    CONNECTING = "connecting"
    ACTIVE = "active"
    WEBHOOK_TAKEN = "webhook_taken"
    REVOKED = "token_revoked"


@dataclass(frozen=True, slots=True)
class BotSettings:
    """What the owner chooses; ``target`` is where alerts go unless a rule names another chat.

    Questions are limited per person and minute, per chat and hour, and by what their answers cost
    in 24 hours: ``price_per_day`` in micro-USDT, None without a limit.
    """

    name: str
    agent_id: UUID
    target_chat_id: int | None = None
    target_thread_id: int | None = None
    language: BotLanguage = BotLanguage.RU
    access: BotAccess = BotAccess.INVITED
    questions_per_minute: int = 10
    chat_questions_per_hour: int = 60
    price_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class BotProfile:
    """What getMe says; ids have up to 52 significant bits (core.telegram.org/bots/api#user)."""

    telegram_id: int
    username: str
    reads_all_group_messages: bool


@dataclass(frozen=True, slots=True)
class FormerSecret:
    """The hash of a webhook secret that was replaced, and until when it is accepted."""

    digest: bytes = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """The hash (SHA-256) of the secret that Telegram sends, and those before its rotations.

    There may be several former ones: where setWebhook failed after a rotation, Telegram still sends
    the secret of an earlier one.
    """

    current: bytes = field(repr=False)
    former: tuple[FormerSecret, ...] = ()

    def accepts(self, secret: str, now: datetime) -> bool:
        """Whether a request carries the secret; each comparison takes constant time."""
        given = hash_of(secret)
        matches = compare_digest(given, self.current)
        for old in self.former:
            matches |= compare_digest(given, old.digest) and now < old.until
        return matches

    def rotated(self, secret: str, now: datetime) -> "WebhookSecret":
        """The secret replaced; the present one is accepted for another 24 hours."""
        kept = [old for old in self.former if now < old.until]
        latest = [*kept, FormerSecret(self.current, now + OLD_SECRET_LIFE)][-FORMER_SECRETS_MAX:]
        return WebhookSecret(hash_of(secret), tuple(latest))


@dataclass(frozen=True, slots=True)
class BotConfig:
    """A connected bot. ``token_id`` is the connection secret with its token.

    ``checked_at`` is when Telegram was asked last whether token and webhook still are the bot's.
    ``reads_all_since`` is since when privacy mode is known to be off, None while it is on.
    ``is_served`` is False while the account of its owner is deactivated, where one bot is read.
    """

    id: UUID
    owner_id: UUID
    settings: BotSettings
    profile: BotProfile
    state: BotState
    token_id: UUID
    webhook_secret: WebhookSecret
    created_at: datetime
    updated_at: datetime
    checked_at: datetime
    reads_all_since: datetime | None = None
    is_served: bool = True

    def shown(self, profile: BotProfile, now: datetime) -> "BotConfig":
        """The bot with what getMe says now."""
        since = self.reads_all_since or now if profile.reads_all_group_messages else None
        return replace(self, profile=profile, reads_all_since=since)

    def changed(self, now: datetime, **changes: object) -> "BotConfig":
        """The bot with some fields replaced."""
        return replace(self, updated_at=now, **changes)  # type: ignore[arg-type]


def hash_of(secret: str) -> bytes:
    """The stored form of a webhook secret: 256 random bits need no salt and no slow hash."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def check_token(token: str) -> None:
    """Raise InvalidBotToken unless the text has the form of a bot token."""
    if not TOKEN.fullmatch(token):
        raise InvalidBotToken("Copy the token from @BotFather: digits, a colon, then letters.")
