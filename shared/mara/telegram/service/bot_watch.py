"""Finds out every hour whether Telegram still knows a bot's token, and still sends updates here.

Telegram reports neither: a bot whose webhook was replaced would be silent, and look healthy.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.telegram.errors import BotConfigNotFound
from mara.telegram.messages import BotTokenRevoked, BotWebhookTaken
from mara.telegram.model.bot_config import BotConfig, BotProfile, BotState
from mara.telegram.model.inspection import Inspection
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.inspecting import BotInspector
from mara.vault.ports import SecretStore

CHECKED_EVERY: Final = timedelta(hours=1)
WORKS_FOR: Final = timedelta(seconds=35)
"""After this time a run begins no check more; the next one goes on."""

SETTLED_AFTER: Final = timedelta(minutes=1)
"""A bot that was changed later than this before is not said to have lost its webhook."""


@dataclass(frozen=True, slots=True)
class BotWatch:
    """Checks bots. ``webhook_url`` names the address of a config by its id."""

    configs: BotConfigs
    tokens: SecretStore
    inspector: BotInspector
    webhook_url: Callable[[UUID], str]
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def check_due(self, started: datetime) -> Mapping[str, int]:
        """Check the bots whose last check is an hour ago; how many have which state now.

        A bot is marked as checked before: one whose check fails delays no other. Raises
        KeysUnavailable and NoPublicUrl.
        """
        states: Counter[str] = Counter()
        while self.now() < started + WORKS_FOR:
            with self.unit_of_work(SYSTEM):
                config = self.configs.take_unchecked(started - CHECKED_EVERY, started)
            if config is None:
                break
            states[self._check(config).value] += 1
        return states

    def _check(self, config: BotConfig) -> BotState:
        with self.unit_of_work(config.owner_id):
            sealed = self.tokens.get(config.token_id)
        if sealed is None:
            # The bot was disconnected, or its token replaced.
            return config.state
        with self.tokens.open(sealed) as token:
            seen = self.inspector.inspect(token)
        with self.unit_of_work(config.owner_id), suppress(BotConfigNotFound):
            return self._store(config, seen)
        return config.state

    def _store(self, config: BotConfig, seen: Inspection) -> BotState:
        locked = self.configs.lock(config.owner_id, config.id)
        if (locked.token_id, locked.state) != (config.token_id, config.state):
            return locked.state
        now, shown = self.now(), locked
        if isinstance(seen.profile, BotProfile):
            shown = locked.shown(seen.profile, now)
        state = seen.state_of(locked.state, self.webhook_url(config.id))
        if state is BotState.WEBHOOK_TAKEN and now - locked.updated_at < SETTLED_AFTER:
            # Its owner may be changing the token, which sets the webhook again.
            return locked.state
        if state is not locked.state:
            shown = shown.changed(now, state=state)
            self._tell(shown)
        if shown is not locked:
            self.configs.save(shown)
        return state

    def _tell(self, config: BotConfig) -> None:
        ids = {"config_id": config.id, "owner_id": config.owner_id}
        if config.state is BotState.REVOKED:
            self.publish(BotTokenRevoked(**ids))
        if config.state is BotState.WEBHOOK_TAKEN:
            self.publish(BotWebhookTaken(**ids))
