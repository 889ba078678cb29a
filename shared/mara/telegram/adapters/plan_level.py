"""Limits the number of bots by the plan of their owner, and counts them for the recount."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mara.billing.model.meters import Meter
from mara.billing.service.levels import LevelService

BOTS: Final = "SELECT owner_id, count(*) AS level FROM bot_configs GROUP BY owner_id"


@dataclass(frozen=True, slots=True)
class PlanBotLevel:
    """Implements ``BotLevel`` by the level ``bots``."""

    levels: LevelService

    def take(self, owner_id: UUID) -> None:
        """Count a new bot. Raises UsageLimitReached."""
        self.levels.take_level(owner_id, Meter.BOTS)

    def give(self, owner_id: UUID) -> None:
        """Count a bot that is disconnected."""
        self.levels.give_level(owner_id, Meter.BOTS)
