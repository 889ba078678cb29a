"""Keeps the platform's bot as the operator's token says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.model.bot_config import BotConfig, BotSettings, BotState
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT
from mara.telegram.ports import BotConfigs
from mara.telegram.service.bot_configs import BotConfigService
from mara.vault.ports import SecretStore

PLATFORM = Principal(PLATFORM_ACCOUNT, Role.USER)
SETTINGS = BotSettings(name="platform", agent_id=PLATFORM_ACCOUNT)
"""It has no agent, which every bot names."""


class UncountedBots:
    """Implements ``BotLevel``: the platform's bot is in no plan."""

    def take(self, owner_id: UUID) -> None:
        """Count nothing."""

    def give(self, owner_id: UUID) -> None:
        """Count nothing."""


@dataclass(frozen=True, slots=True)
class PlatformBotKeeping:
    """Connects the bot, and replaces its token.

    A token of another bot disconnects the one before, with all links. No token changes nothing: a
    function that was deployed without its secret must not delete the links of all users.
    """

    bots: BotConfigService
    configs: BotConfigs
    tokens: SecretStore
    ensure_account: Callable[[], None]
    """Adds the account of the platform's bot, unless it is there."""
    unit_of_work: UnitOfWork
    token: str = field(repr=False)

    def keep(self) -> Mapping[str, int]:
        """Do what is needed; return the state that the bot has then, empty without a token.

        A webhook that another program replaced is set again; a revoked token waits for another.
        Raises what ``BotConfigService`` raises.
        """
        if not self.token:
            return {}
        config = self._config()
        if config is not None and not self._is_same_bot(config):
            self.bots.disconnect(PLATFORM, config.id)
            config = None
        if config is None:
            self.ensure_account()
            config = self.bots.connect(PLATFORM, self.token, SETTINGS, take_over=True)
        elif self._is_to_be_set(config):
            config = self.bots.update(PLATFORM, config.id, config.settings, self.token)
        return {f"platform_{config.state.value}": 1}

    def _config(self) -> BotConfig | None:
        with self.unit_of_work(PLATFORM_ACCOUNT):
            found = self.configs.list(PLATFORM_ACCOUNT, PageRequest(limit=1))
        return found[0] if found else None

    def _is_same_bot(self, config: BotConfig) -> bool:
        return self.token.partition(":")[0] == str(config.profile.telegram_id)

    def _is_to_be_set(self, config: BotConfig) -> bool:
        settled = {BotState.ACTIVE, BotState.REVOKED}
        return config.state not in settled or not self._has_token(config)

    def _has_token(self, config: BotConfig) -> bool:
        with self.unit_of_work(PLATFORM_ACCOUNT):
            sealed = self.tokens.get(config.token_id)
        if sealed is None:
            return False
        with self.tokens.open(sealed) as known:
            return compare_digest(known, self.token.encode())
