"""Requests and responses of the routes of monitoring rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from mara.agents.schemas.agents import Line
from mara.alerts.model.alert_settings import AlertSettings
from mara.alerts.model.rule import (
    CHATS_MAX,
    KEEP_DAYS,
    KEEP_DAYS_MAX,
    PATTERN_LENGTH_MAX,
    ChatRule,
    Conditions,
    RuleSettings,
)
from mara.alerts.model.rule_kinds import ContentKind, RuleSender
from mara.alerts.model.severity import Severity
from mara.alerts.model.unicode_patterns import read_pattern
from mara.alerts.schemas.alert_settings import (
    CHAT_ID_MAX,
    COOLDOWN_MINUTES,
    COOLDOWN_TEXT,
    THREAD_ID_MAX,
    CooldownMinutes,
    GivenEscalation,
    GivenQuietHours,
    settings_fields,
    settings_from,
)
from mara.alerts.schemas.rule_conditions import (
    KEYWORDS_EXAMPLE,
    SEMANTIC_EXAMPLE,
    KeywordsBody,
    SemanticBody,
)
from mara.kernel.json_types import JsonInt

ID: Final = "0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"
REGEX: Final = r"(?i)\bсбой\b.*\bоплат"
EXAMPLE: Final[dict[str, Any]] = {
    "name": "Disk full",
    "config_id": ID,
    "chat_ids": [-1001234567890],
    "agent_id": ID,
    "keywords": KEYWORDS_EXAMPLE,
}
CHATS = "Ids of the chats in Telegram that the rule reads; the bot is in each of them."
KINDS = (
    "What the rule reads: a message is read if each kind that it is stands here. It is `text` or"
    " `captions`, and it may be `edits`, `channel_posts` (and their copies in the discussion"
    " group), and `topics`."
)
SENDERS = "Whose messages the rule reads; bots that are connected to this platform never fire."
KEYWORDS = "Words that texts have or lack; null for no such condition."
REGEX_TEXT = (
    "Regular expression of RE2, which has no look-around and no back references; null for none."
    r" Beside letters beyond ASCII, `\b` and `\w` know all alphabets."
)
SEMANTIC = "What texts mean; null for no such condition."
AGENT = "Id of the agent that is asked what to do."
TARGET = "Id of the chat that gets the alerts; null stands for the chat and topic of the message."
THREAD = "Id of the topic in that chat; null posts outside of topics."
KEEP = "Days for which texts are kept, encrypted, for dry runs; 0 keeps none."
ChatId = Annotated[JsonInt, Field(ge=-CHAT_ID_MAX, le=CHAT_ID_MAX)]


class RuleIn(BaseModel):
    """A rule: each of the conditions that are given must hold, and one at least is given."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    name: Line = Field(description="Name of the rule and of its alerts.", examples=["Disk full"])
    config_id: UUID = Field(description="Id of the connected bot that reads the chats.")
    chat_ids: Sequence[ChatId] = Field(
        min_length=1, max_length=CHATS_MAX, description=CHATS, examples=[[-1001234567890]]
    )
    agent_id: UUID = Field(description=AGENT)
    keywords: KeywordsBody | None = Field(
        default=None, description=KEYWORDS, examples=[KEYWORDS_EXAMPLE]
    )
    regex: str | None = Field(
        default=None,
        min_length=1,
        max_length=PATTERN_LENGTH_MAX,
        description=REGEX_TEXT,
        examples=[REGEX],
    )
    semantic: SemanticBody | None = Field(
        default=None, description=SEMANTIC, examples=[SEMANTIC_EXAMPLE]
    )
    kinds: Sequence[ContentKind] = Field(
        default=tuple(ContentKind),
        min_length=1,
        max_length=len(ContentKind),
        description=KINDS,
        examples=[["text", "captions", "channel_posts"]],
    )
    senders: Sequence[RuleSender] = Field(
        default=tuple(RuleSender),
        min_length=1,
        max_length=len(RuleSender),
        description=SENDERS,
        examples=[["people", "bots", "channels"]],
    )
    severity: Severity = Field(
        default=Severity.WARNING, description="Severity of the alerts.", examples=["critical"]
    )
    target_chat_id: ChatId | None = Field(
        default=None, description=TARGET, examples=[-1001234567890]
    )
    target_thread_id: JsonInt | None = Field(
        default=None, ge=1, le=THREAD_ID_MAX, description=THREAD, examples=[None]
    )
    cooldown_minutes: CooldownMinutes = COOLDOWN_MINUTES
    quiet_hours: GivenQuietHours = None
    escalation: GivenEscalation = None
    keep_days: JsonInt = Field(
        default=KEEP_DAYS, ge=0, le=KEEP_DAYS_MAX, description=KEEP, examples=[KEEP_DAYS]
    )

    def to_settings(self) -> RuleSettings:
        """Convert to the model object. Raises InvalidKeywords, InvalidRule, InvalidQuietHours."""
        conditions = Conditions(
            keywords=self.keywords.to_model() if self.keywords else None,
            regex=self.regex,
            semantic=self.semantic.to_model() if self.semantic else None,
        )
        return RuleSettings(
            name=self.name,
            config_id=self.config_id,
            chat_ids=tuple(dict.fromkeys(self.chat_ids)),
            conditions=conditions,
            agent_id=self.agent_id,
            kinds=frozenset(self.kinds),
            senders=frozenset(self.senders),
            severity=self.severity,
            target_chat_id=self.target_chat_id,
            target_thread_id=self.target_thread_id,
            alerting=AlertSettings(**settings_from(dict(self))),
            keep_days=self.keep_days,
        )


class RuleOut(BaseModel):
    """A rule, and how often it fired."""

    id: UUID = Field(description="Id of the rule.")
    name: str = Field(description="Name of the rule and of its alerts.", examples=["Disk full"])
    config_id: UUID = Field(description="Id of the connected bot that reads the chats.")
    chat_ids: Sequence[int] = Field(description=CHATS, examples=[[-1001234567890]])
    agent_id: UUID = Field(description=AGENT)
    keywords: KeywordsBody | None = Field(description=KEYWORDS, examples=[KEYWORDS_EXAMPLE])
    regex: str | None = Field(description=REGEX_TEXT, examples=[REGEX])
    regex_read_as: str | None = Field(
        description="How RE2 reads the expression where it has letters beyond ASCII: `\\b` is an"
        " end of the text, or a character that is no letter and no digit of any alphabet. Null"
        " where it is read as it stands.",
        examples=[r"(?i)(?:\A|\z|[^\p{L}\p{N}_])сбой"],
    )
    semantic: SemanticBody | None = Field(description=SEMANTIC, examples=[SEMANTIC_EXAMPLE])
    kinds: Sequence[ContentKind] = Field(description=KINDS, examples=[["text", "captions"]])
    senders: Sequence[RuleSender] = Field(description=SENDERS, examples=[["people", "bots"]])
    severity: Severity = Field(description="Severity of the alerts.", examples=["critical"])
    target_chat_id: int | None = Field(description=TARGET, examples=[-1001234567890])
    target_thread_id: int | None = Field(description=THREAD, examples=[None])
    cooldown_minutes: int = Field(description=COOLDOWN_TEXT, examples=[COOLDOWN_MINUTES])
    quiet_hours: GivenQuietHours
    escalation: GivenEscalation
    keep_days: int = Field(description=KEEP, examples=[KEEP_DAYS])
    fired: int = Field(description="Number of messages that the rule fired on.", examples=[3])
    last_fired_at: datetime | None = Field(
        description="When it fired last; null if it never did.", examples=[None]
    )
    created_at: datetime = Field(description="When the rule was created.")
    updated_at: datetime = Field(description="When its settings changed last.")

    @classmethod
    def of(cls, rule: ChatRule) -> Self:
        """Build the response from the model object."""
        return cls(
            id=rule.id,
            **_fields(rule.settings),
            fired=rule.fired,
            last_fired_at=rule.last_fired_at,
            created_at=rule.created_at,
            updated_at=rule.updated_at,
        )


def _fields(settings: RuleSettings) -> dict[str, Any]:
    conditions = settings.conditions
    keywords, regex, semantic = conditions.keywords, conditions.regex, conditions.semantic
    read = read_pattern(regex) if regex else None
    return {
        "name": settings.name,
        "config_id": settings.config_id,
        "chat_ids": settings.chat_ids,
        "agent_id": settings.agent_id,
        "keywords": KeywordsBody.of(keywords) if keywords else None,
        "regex": regex,
        "regex_read_as": read.text if read and read.is_changed else None,
        "semantic": SemanticBody.of(semantic) if semantic else None,
        "kinds": [kind for kind in ContentKind if kind in settings.kinds],
        "senders": [sender for sender in RuleSender if sender in settings.senders],
        "severity": settings.severity,
        "target_chat_id": settings.target_chat_id,
        "target_thread_id": settings.target_thread_id,
        **settings_fields(settings.alerting),
        "keep_days": settings.keep_days,
    }


async def _wanted(
    config_id: Annotated[
        UUID | None, Query(description="Only rules of this bot.", examples=[ID])
    ] = None,
) -> dict[str, Any]:
    return {"config": config_id}


WantedRules = Annotated[dict[str, Any], Depends(_wanted)]
"""The filters of the list."""
