"""Alerts as lists show them: each with what became of its newest post."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.alerts.model.alert import Alert
from mara.alerts.model.alert_post import PostState
from mara.alerts.model.vote import VoteCounts


@dataclass(frozen=True, slots=True)
class PostResult:
    """What was answered to a post, after how long, and what people in its chat say of it.

    ``chat_id`` is where it is shown; None where it is not.
    """

    post_id: UUID
    state: PostState
    created_at: datetime
    settled_at: datetime | None
    votes: VoteCounts
    escalated_at: datetime | None = None
    chat_id: int | None = None


@dataclass(frozen=True, slots=True)
class AlertOverview:
    """An alert with the result of its newest post; None without a post."""

    alert: Alert
    result: PostResult | None
