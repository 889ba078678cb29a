"""Shows the updates that were given up, and lets them be tried again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mara.kernel.messages import PublishAll
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.messages import LaneHasWork
from mara.telegram.model.update import DeadUpdate
from mara.telegram.ports import BotConfigs, Updates

LISTED_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class DeadUpdates:
    """The dead updates of the caller's bots."""

    configs: BotConfigs
    updates: Updates
    publish_all: PublishAll
    unit_of_work: UnitOfWork

    def list(self, caller: Principal, config_id: UUID) -> Sequence[DeadUpdate]:
        """Return the oldest hundred. Raises BotConfigNotFound."""
        with self.unit_of_work(caller.user_id):
            self.configs.get(caller.user_id, config_id)
            return self.updates.list_dead(config_id, limit=LISTED_MAX)

    def redrive(
        self, caller: Principal, config_id: UUID, update_ids: Collection[int] | None = None
    ) -> int:
        """Let these wait again, by default all, and ring for their lanes; how many there were.

        Raises BotConfigNotFound.
        """
        with self.unit_of_work(caller.user_id):
            self.configs.get(caller.user_id, config_id)
            lanes = self.updates.redrive(config_id, update_ids)
            self.publish_all(
                [
                    LaneHasWork(config_id=one.config_id, owner_id=one.owner_id, lane=one.name)
                    for one in dict.fromkeys(lanes)
                ]
            )
        return len(lanes)
