"""Monitoring rules: which messages of which chats are alerts, and what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from mara.alerts.errors import InvalidRule
from mara.alerts.model.alert_message import AlertTarget
from mara.alerts.model.alert_settings import AlertSettings
from mara.alerts.model.keywords import Keywords
from mara.alerts.model.rule_kinds import ContentKind, RuleSender
from mara.alerts.model.severity import Severity

RULES_MAX: Final = 100
"""Of one user."""
CHATS_MAX: Final = 50
"""Of one rule."""
PATTERN_LENGTH_MAX: Final = 1000
"""In characters."""
EXAMPLES_MAX: Final = 20
EXAMPLE_LENGTH_MAX: Final = 500
"""In characters."""
THRESHOLD: Final = 0.6
KEEP_DAYS: Final = 7
KEEP_DAYS_MAX: Final = 30


@dataclass(frozen=True, slots=True)
class Semantic:
    """Fires on texts whose meaning is near to an example: a cosine of ``threshold`` or more."""

    examples: tuple[str, ...]
    threshold: float = THRESHOLD


@dataclass(frozen=True, slots=True)
class Conditions:
    """Each of the conditions that are given must hold. Raises InvalidRule without one."""

    keywords: Keywords | None = None
    regex: str | None = None
    semantic: Semantic | None = None

    def __post_init__(self) -> None:
        if self.keywords is None and self.regex is None and self.semantic is None:
            raise InvalidRule("Give keywords, a regex, or examples in semantic.")


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """What the owner chooses.

    Without ``target_chat_id`` an alert is posted to the chat of its message, in the same topic.
    Texts are kept for dry runs for ``keep_days``; 0 keeps none.
    """

    name: str
    config_id: UUID
    chat_ids: tuple[int, ...]
    conditions: Conditions
    agent_id: UUID
    kinds: frozenset[ContentKind] = frozenset(ContentKind)
    senders: frozenset[RuleSender] = frozenset(RuleSender)
    severity: Severity = Severity.WARNING
    target_chat_id: int | None = None
    target_thread_id: int | None = None
    alerting: AlertSettings = field(default_factory=AlertSettings)
    keep_days: int = KEEP_DAYS

    def changed(self, changes: Mapping[str, Any]) -> "RuleSettings":
        """With these fields, of which those of its conditions and alerting are named as their own.

        Raises InvalidRule where no condition is left.
        """
        conditions, alerting = self.conditions, self.alerting
        own = dict(changes)
        given = {one.name: own.pop(one.name) for one in fields(Conditions) if one.name in own}
        shared = {one.name: own.pop(one.name) for one in fields(AlertSettings) if one.name in own}
        return replace(
            self,
            **own,
            conditions=replace(conditions, **given),
            alerting=replace(alerting, **shared),
        )

    @property
    def keeps_for(self) -> timedelta:
        """How long texts are kept."""
        return timedelta(days=self.keep_days)

    def target_of(self, chat_id: int, thread_id: int | None) -> AlertTarget:
        """Where the alert of a message of this chat and topic is posted."""
        if self.target_chat_id is None:
            return AlertTarget(self.config_id, chat_id, thread_id)
        return AlertTarget(self.config_id, self.target_chat_id, self.target_thread_id)


@dataclass(frozen=True, slots=True)
class ChatRule:
    """A rule; ``fired`` counts the messages that it fired on."""

    id: UUID
    owner_id: UUID
    settings: RuleSettings
    created_at: datetime
    updated_at: datetime
    fired: int = 0
    last_fired_at: datetime | None = None
