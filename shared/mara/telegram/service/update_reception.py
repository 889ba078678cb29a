"""Receives updates: checks that Telegram sends them, and stores them in their lanes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.json_text import parsed
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.telegram.errors import (
    BotConfigNotFound,
    BotDisconnected,
    MalformedUpdate,
    WrongWebhookSecret,
)
from mara.telegram.messages import LaneHasWork
from mara.telegram.model.bot_config import REMEMBERED, BotConfig
from mara.telegram.model.update import ClaimedUpdate, lane_of
from mara.telegram.ports import BotConfigs, Updates

UPDATE_ID_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class UpdateReceptionService:
    """Stores what Telegram sends, before Telegram gets the answer that it arrived."""

    configs: BotConfigs
    updates: Updates
    unit_of_work: UnitOfWork
    now: Clock

    def receive(self, config_id: UUID, secret: str, body: bytes) -> bool:
        """Claim the update and ring for its lane; return False if it was claimed before.

        That of a bot whose account is deactivated is dropped, as if it was. Both stand in one
        transaction. Raises BotConfigNotFound, BotDisconnected, WrongWebhookSecret and
        MalformedUpdate; then nothing is stored.
        """
        with self.unit_of_work(SYSTEM):
            config = self._authenticate(config_id, secret)
            if not config.is_served:
                return False
            update = self._parse(config, body)
            ids = {"config_id": config.id, "owner_id": config.owner_id}
            return self.updates.claim(update, LaneHasWork(**ids, lane=update.lane))

    def _authenticate(self, config_id: UUID, secret: str) -> BotConfig:
        config = self.configs.find(config_id)
        at = self.now()
        if config is None:
            if self.configs.was_disconnected(config_id, at - REMEMBERED):
                raise BotDisconnected("Send no more updates.")
            raise BotConfigNotFound("Check the id.")
        if not config.webhook_secret.accepts(secret, at):
            raise WrongWebhookSecret("Send the secret that setWebhook was given.")
        return config

    def _parse(self, config: BotConfig, body: bytes) -> ClaimedUpdate:
        update = _object_of(body)
        update_id = update.get("update_id")
        if type(update_id) is not int or not 0 <= update_id <= UPDATE_ID_MAX:
            raise MalformedUpdate("Send an update_id.")
        return ClaimedUpdate(
            config_id=config.id,
            owner_id=config.owner_id,
            update_id=update_id,
            lane=lane_of(update),
            body=body,
            received_at=self.now(),
        )


def _object_of(body: bytes) -> Mapping[str, Any]:
    try:
        update = parsed(body)
    except (ValueError, RecursionError):
        raise MalformedUpdate("Send an object of JSON.") from None
    if not isinstance(update, dict):
        raise MalformedUpdate("Send an object of JSON.")
    return update
