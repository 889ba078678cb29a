"""Requests that change monitoring rules."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from mara.agents.schemas.agents import Line
from mara.alerts.model.rule import CHATS_MAX, KEEP_DAYS, KEEP_DAYS_MAX, PATTERN_LENGTH_MAX
from mara.alerts.model.rule_kinds import ContentKind, RuleSender
from mara.alerts.model.severity import Severity
from mara.alerts.schemas.alert_settings import (
    THREAD_ID_MAX,
    CooldownMinutes,
    GivenEscalation,
    GivenQuietHours,
    settings_from,
)
from mara.alerts.schemas.rule_conditions import (
    KEYWORDS_EXAMPLE,
    SEMANTIC_EXAMPLE,
    KeywordsBody,
    SemanticBody,
)
from mara.alerts.schemas.rules import (
    AGENT,
    CHATS,
    KEEP,
    KEYWORDS,
    KINDS,
    REGEX,
    REGEX_TEXT,
    SEMANTIC,
    SENDERS,
    TARGET,
    THREAD,
    ChatId,
)
from mara.kernel.json_types import JsonInt
from mara.kernel.patch import MergePatch, optional


class RulePatch(MergePatch):
    """Changes of a rule (RFC 7396): omitted fields stay, and one condition at least is left.

    Lists and objects are replaced as a whole.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"severity": "critical"}]}
    )

    name: Line = optional(description="Name of the rule and of its alerts.", examples=["Disk full"])
    config_id: UUID = optional(description="Id of the connected bot that reads the chats.")
    chat_ids: Sequence[ChatId] = optional(
        min_length=1, max_length=CHATS_MAX, description=CHATS, examples=[[-1001234567890]]
    )
    agent_id: UUID = optional(description=AGENT)
    keywords: KeywordsBody | None = optional(description=KEYWORDS, examples=[KEYWORDS_EXAMPLE])
    regex: str | None = optional(
        min_length=1, max_length=PATTERN_LENGTH_MAX, description=REGEX_TEXT, examples=[REGEX]
    )
    semantic: SemanticBody | None = optional(description=SEMANTIC, examples=[SEMANTIC_EXAMPLE])
    kinds: Sequence[ContentKind] = optional(
        min_length=1, max_length=len(ContentKind), description=KINDS, examples=[["text"]]
    )
    senders: Sequence[RuleSender] = optional(
        min_length=1, max_length=len(RuleSender), description=SENDERS, examples=[["people"]]
    )
    severity: Severity = optional(description="Severity of the alerts.", examples=["critical"])
    target_chat_id: ChatId | None = optional(description=TARGET, examples=[-1001234567890])
    target_thread_id: JsonInt | None = optional(
        ge=1, le=THREAD_ID_MAX, description=THREAD, examples=[None]
    )
    cooldown_minutes: CooldownMinutes = optional()
    quiet_hours: GivenQuietHours = optional()
    escalation: GivenEscalation = optional()
    keep_days: JsonInt = optional(ge=0, le=KEEP_DAYS_MAX, description=KEEP, examples=[KEEP_DAYS])

    def changes(self) -> dict[str, Any]:
        """Return the fields of ``RuleSettings.changed``.

        Raises InvalidKeywords, InvalidQuietHours.
        """
        given = super().changes()
        own = {name: _converted(name, value) for name, value in given.items() if name not in SHARED}
        return {**own, **settings_from(given)}


SHARED: Final = ("cooldown_minutes", "quiet_hours", "escalation")
CONVERSIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "keywords": KeywordsBody.to_model,
    "semantic": SemanticBody.to_model,
    "chat_ids": lambda ids: tuple(dict.fromkeys(ids)),
    "kinds": frozenset,
    "senders": frozenset,
}


def _converted(name: str, value: Any) -> Any:
    return CONVERSIONS[name](value) if name in CONVERSIONS and value is not None else value
