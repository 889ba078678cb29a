"""Requests and responses of the routes of connected bots."""

from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from mara.agents.schemas.agents import Line
from mara.kernel.json_types import JsonBool, JsonInt
from mara.kernel.money import UsdtIn, UsdtOut, format_usdt
from mara.telegram.model.bot_config import (
    BotAccess,
    BotConfig,
    BotLanguage,
    BotSettings,
    BotState,
)

EXAMPLE_TOKEN: Final = "7000000001:AAHfqFcmKfeY8ZuK3QmZ1x0n2bUu6vVwXyz"  # noqa: S105 - an example
EXAMPLE_CHAT: Final = -1001234567890
_AGENT: Final = "0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"
_ID_MAX: Final = 2**52
"""Ids of Telegram have at most 52 significant bits (core.telegram.org/bots/api#chat)."""

ChatId = Annotated[JsonInt, Field(ge=-_ID_MAX, le=_ID_MAX)]
Token = Annotated[SecretStr, Field(min_length=1, max_length=200)]


class _SettingsIn(BaseModel):
    name: Line = Field(description="Name of the bot in MARA.", examples=["On call"])
    agent_id: UUID = Field(description="Id of the agent that answers.")
    target_chat_id: ChatId | None = Field(
        default=None,
        description="Id of the chat that alerts go to, unless a rule names another; null for none.",
        examples=[None],
    )
    target_thread_id: Annotated[JsonInt, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None, description="Id of a topic of this chat; null for none.", examples=[None]
    )
    language: BotLanguage = Field(
        default=BotLanguage.RU,
        description="Language of the bot in groups and of alerts.",
        examples=["ru"],
    )
    access: BotAccess = Field(
        default=BotAccess.INVITED,
        description="Who may ask in a private chat: `invited`, the accounts that are linked, or "
        "`anyone`, also strangers, whose questions the owner pays for.",
        examples=["invited"],
    )

    questions_per_minute: Annotated[JsonInt, Field(ge=1, le=100)] = Field(
        default=10,
        description="How many questions a minute of one person are answered.",
        examples=[10],
    )
    chat_questions_per_hour: Annotated[JsonInt, Field(ge=1, le=1000)] = Field(
        default=60,
        description="How many questions an hour of one chat are answered.",
        examples=[60],
    )
    price_per_day: UsdtIn | None = Field(
        default=None,
        description="USDT that the bot's answers of 24 hours may cost: what is asked after that "
        "is not answered; null for no limit.",
        examples=["5"],
    )

    def to_settings(self) -> BotSettings:
        """Convert to the model object."""
        return BotSettings(
            name=self.name,
            agent_id=self.agent_id,
            target_chat_id=self.target_chat_id,
            target_thread_id=self.target_thread_id,
            language=self.language,
            access=self.access,
            questions_per_minute=self.questions_per_minute,
            chat_questions_per_hour=self.chat_questions_per_hour,
            price_per_day=self.price_per_day,
        )


class BotIn(_SettingsIn):
    """A bot to connect: its token from @BotFather, and its settings."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "On call", "token": EXAMPLE_TOKEN, "agent_id": _AGENT}]
        },
    )

    token: Token = Field(
        description="Token of the bot from @BotFather; it is kept encrypted and never shown.",
        examples=[EXAMPLE_TOKEN],
    )
    take_over: JsonBool = Field(
        default=False,
        description="Whether to replace the webhook of another program, which then receives "
        "nothing more.",
        examples=[False],
    )


class BotUpdateIn(_SettingsIn):
    """The new settings of a bot; those that are omitted get their default values."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "On call", "agent_id": _AGENT, "language": "en"}]},
    )

    token: Token | None = Field(
        default=None,
        description="A new token of the same bot; null keeps the present one.",
        examples=[None],
    )


class BotOut(BaseModel):
    """A connected bot, without its token."""

    id: UUID = Field(description="Id of the connection.")
    name: str = Field(description="Name of the bot in MARA.", examples=["On call"])
    username: str = Field(description="Name of the bot in Telegram.", examples=["runbook_bot"])
    telegram_id: int = Field(description="Id of the bot in Telegram.", examples=[7000000001])
    agent_id: UUID = Field(description="Id of the agent that answers.")
    target_chat_id: int | None = Field(
        description="Id of the chat that alerts go to; null for none.", examples=[EXAMPLE_CHAT]
    )
    target_thread_id: int | None = Field(
        description="Id of a topic of this chat; null for none.", examples=[None]
    )
    language: BotLanguage = Field(
        description="Language of the bot in groups and of alerts.", examples=["ru"]
    )
    access: BotAccess = Field(description="Who may ask in a private chat.", examples=["invited"])
    questions_per_minute: int = Field(
        description="How many questions a minute of one person are answered.", examples=[10]
    )
    chat_questions_per_hour: int = Field(
        description="How many questions an hour of one chat are answered.", examples=[60]
    )
    price_per_day: UsdtOut | None = Field(
        description="USDT that the bot's answers of 24 hours may cost; null for no limit.",
        examples=["5.000000"],
    )
    state: BotState = Field(
        description="`active`: updates arrive; `connecting`: Telegram has not taken the webhook "
        "yet; `webhook_taken`: another program has set its own; `token_revoked`: Telegram refuses "
        "the token.",
        examples=["active"],
    )
    reads_all_group_messages: bool = Field(
        description="Whether privacy mode is off, as far as Telegram said when the token was set.",
        examples=[False],
    )
    created_at: datetime = Field(description="When the bot was connected.")
    updated_at: datetime = Field(description="When its settings, token or state changed last.")

    @classmethod
    def of(cls, config: BotConfig) -> Self:
        """Build the response from the model object."""
        return cls(**_fields(config))


def _fields(config: BotConfig) -> dict[str, Any]:
    settings, profile = config.settings, config.profile
    return {
        "id": config.id,
        "name": settings.name,
        "username": profile.username,
        "telegram_id": profile.telegram_id,
        "agent_id": settings.agent_id,
        "target_chat_id": settings.target_chat_id,
        "target_thread_id": settings.target_thread_id,
        "language": settings.language,
        "access": settings.access,
        "questions_per_minute": settings.questions_per_minute,
        "chat_questions_per_hour": settings.chat_questions_per_hour,
        "price_per_day": None
        if settings.price_per_day is None
        else format_usdt(settings.price_per_day),
        "state": config.state,
        "reads_all_group_messages": profile.reads_all_group_messages,
        "created_at": config.created_at,
        "updated_at": config.updated_at,
    }
