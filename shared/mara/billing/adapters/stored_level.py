"""Limits the bytes of documents by the plan of their owner."""

from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.meters import Meter
from mara.billing.service.levels import LevelService


@dataclass(frozen=True, slots=True)
class PlanStorageLevel:
    """Implements ``StorageLevel`` of the documents domain by the level ``stored_mb``."""

    levels: LevelService

    def take(self, owner_id: UUID, size: int) -> None:
        """Count a new document of ``size`` bytes. Raises UsageLimitReached."""
        self.levels.take_level(owner_id, Meter.STORED_MB, size)

    def give(self, owner_id: UUID, size: int) -> None:
        """Count a document of ``size`` bytes that is deleted."""
        self.levels.give_level(owner_id, Meter.STORED_MB, size)
