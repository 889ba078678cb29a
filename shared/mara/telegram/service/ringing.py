"""Rings for bots and lanes whose doorbell was lost, and gives up what waits for a revoked token."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mara.kernel.messages import PublishAll
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.telegram.messages import LaneHasWork, MessagesWait, MessageUndelivered
from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.ports import Updates
from mara.telegram.ports.outgoing import BotSenders, OutgoingMessages

RUNG_MAX: Final = 1000
"""Bots, and lanes, of one tick; those that wait are rung for by the next."""
REVOKED_KEPT: Final = timedelta(hours=24)
"""How long messages wait for another token of their bot."""
REVOKED: Final = "Telegram no longer knows the token of the bot, or its account is deactivated."


@dataclass(frozen=True, slots=True)
class RingingService:
    """What a schedule does every minute."""

    messages: OutgoingMessages
    senders: BotSenders
    updates: Updates
    publish_all: PublishAll
    take_back: Callable[[Sequence[OutgoingMessage]], None]
    """Tells whose messages they are that they were given up, in the same transaction."""
    unit_of_work: UnitOfWork

    def ring(self, now: datetime) -> Mapping[str, int]:
        """Return for how many bots and lanes it rang, and how many messages were given up."""
        with self.unit_of_work(SYSTEM):
            idle = self.senders.list_idle(now, limit=RUNG_MAX)
            self.publish_all(
                [MessagesWait(config_id=config_id, owner_id=owner) for config_id, owner in idle]
            )
            self.updates.restore_lanes()
            lanes = self.updates.list_idle(now, limit=RUNG_MAX)
            self.publish_all(
                [
                    LaneHasWork(config_id=one.config_id, owner_id=one.owner_id, lane=one.name)
                    for one in lanes
                ]
            )
            given_up = self.messages.fail_revoked(now - REVOKED_KEPT, REVOKED)
            self.publish_all([MessageUndelivered.about(message) for message in given_up])
            self.take_back(given_up)
        return {"bots": len(idle), "lanes": len(lanes), "given_up": len(given_up)}
