"""Limits the number of agents by the plan of their owner."""

from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.meters import Meter
from mara.billing.service.levels import LevelService


@dataclass(frozen=True, slots=True)
class PlanAgentLevel:
    """Implements ``AgentLevel`` by the level ``agents``."""

    levels: LevelService

    def take(self, owner_id: UUID) -> None:
        """Count a new agent. Raises UsageLimitReached."""
        self.levels.take_level(owner_id, Meter.AGENTS)

    def give(self, owner_id: UUID) -> None:
        """Count an agent that is deleted."""
        self.levels.give_level(owner_id, Meter.AGENTS)
