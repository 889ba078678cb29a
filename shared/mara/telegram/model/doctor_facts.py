"""What MARA itself knows of the work of a bot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BotFacts:
    """The stored updates of a bot, and the chats that Telegram lets it write to again later."""

    last_update_at: datetime | None = None
    oldest_waiting_at: datetime | None = None
    dead_updates: int = 0
    paused: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the account of a bot lacks."""

    has_agent: bool
    used_up: Collection[str]
    """The meters whose allowance is used up, and for which nothing more is sold."""
