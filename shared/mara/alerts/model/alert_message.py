"""Messages of posts in chats: what is shown of a post, and when it is shown again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from mara.alerts.model.quiet_hours import QuietHours
from mara.alerts.model.severity import Severity

ANSWER_AWAITED_FOR: Final = timedelta(seconds=2)
"""A post whose question is not answered by then is shown without an answer, which is edited in."""

WAYS_LOCK: Final = "alert_ways"
"""The lock of an owner under which a bot is named as the next way of a post, and disconnected: a
bot that is named meanwhile would take the message of the post with it. It comes after the rows of a
bot, and before those of messages of posts."""


class ShownContent(StrEnum):
    """What a chat shows of a post: nothing, the alerts alone, the answer too, or a line of many.

    ``held`` waits for the end of quiet hours, for the digest. ``storm`` is a line of the summary of
    posts that were too many at once. ``lost`` was given up by Telegram, and waits for another way.
    """

    NOTHING = "nothing"
    HELD = "held"
    ALERTS = "alerts"
    WHOLE = "whole"
    DIGEST = "digest"
    STORM = "storm"
    LOST = "lost"


UNSEEN: Final = frozenset({ShownContent.NOTHING, ShownContent.HELD})


class PostWay(StrEnum):
    """Where a post goes: its own target, the chat for escalations, the owner's private chat.

    ``private`` is the chat with a bot of the owner, ``platform`` that with the platform's bot.
    """

    OWN = "own"
    ESCALATION = "escalation"
    PRIVATE = "private"
    PLATFORM = "platform"


LISTED: Final = frozenset({ShownContent.DIGEST, ShownContent.STORM})
"""Shown as a line of a message that several posts share."""


@dataclass(frozen=True, slots=True)
class AlertTarget:
    """Where the alerts of an intake are posted: the chat of a bot, or the one that it names."""

    config_id: UUID
    chat_id: int | None = None
    thread_id: int | None = None


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """The message of a post; ``message_id`` is the outgoing message.

    ``due_at`` is when it is to be shown or edited; None while it is up to date.
    """

    post_id: UUID
    owner_id: UUID
    target: AlertTarget
    due_at: datetime | None
    shown: ShownContent = ShownContent.NOTHING
    message_id: UUID | None = None
    quiet_hours: QuietHours | None = None
    escalation: AlertTarget | None = None
    way: PostWay = PostWay.OWN
    escalated_at: datetime | None = None
    escalation_message_id: UUID | None = None
    """The copy in the chat for escalations."""
    escalation_way: PostWay | None = None
    """Where the copy is, once the chat for escalations did not get it."""

    @property
    def is_prompt(self) -> bool:
        """Whether its latency is that of alerts.

        What quiet hours or a mute held back, or another chat did not get, is late by intention.
        """
        return self.shown is ShownContent.NOTHING and self.way is PostWay.OWN

    @property
    def is_shown_alone(self) -> bool:
        """Whether the chat shows it in a message of its own."""
        return self.shown in {ShownContent.ALERTS, ShownContent.WHOLE}

    @property
    def can_escalate(self) -> bool:
        """Whether a person may pass it on: it is not in the chat for escalations already."""
        return self.escalation is not None and self.escalation != self.target

    def escalated(self, at: datetime, message_id: UUID) -> "AlertMessage":
        """Passed on by a person, in a message; its button says so from now on."""
        return replace(self, escalated_at=at, due_at=at, escalation_message_id=message_id)

    def copied(self, way: PostWay, message_id: UUID) -> "AlertMessage":
        """With another copy, on the way after the one that failed."""
        return replace(self, escalation_way=way, escalation_message_id=message_id)

    def rerouted(self, way: PostWay, target: AlertTarget, at: datetime) -> "AlertMessage":
        """To be shown somewhere else."""
        return replace(
            self,
            way=way,
            target=target,
            due_at=at,
            shown=ShownContent.NOTHING,
            message_id=None,
        )

    def is_held_back(self, severity: Severity, at: datetime) -> bool:
        """Whether it waits for the end of quiet hours."""
        return self.quiet_hours is not None and self.quiet_hours.hold_back(severity, at)

    def held(self, until: datetime) -> "AlertMessage":
        """Waiting for the end of quiet hours."""
        return replace(self, due_at=until, shown=ShownContent.HELD)

    def showing(self, shown: ShownContent, message_id: UUID) -> "AlertMessage":
        """Up to date, with this content."""
        return replace(self, due_at=None, shown=shown, message_id=message_id)

    def ended(self) -> "AlertMessage":
        """Not shown, or not any more."""
        return replace(self, due_at=None)
