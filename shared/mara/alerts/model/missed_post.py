"""Posts that a chat did not get."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

MISSED_FOR: Final = timedelta(hours=6)
"""A chat that can be reached again is shown what it missed within this time."""


@dataclass(frozen=True, slots=True)
class MissedPost:
    """A post, and the chat of a bot that did not get it."""

    post_id: UUID
    owner_id: UUID
    config_id: UUID
    chat_id: int
    thread_id: int | None
    missed_at: datetime
