"""Shows connected bots."""

from dataclasses import dataclass
from uuid import UUID

from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.ports import BotConfigs


@dataclass(frozen=True, slots=True)
class BotViews:
    """Reads the caller's bots, without Telegram and without a token."""

    configs: BotConfigs
    unit_of_work: UnitOfWork

    def get(self, caller: Principal, config_id: UUID) -> BotConfig:
        """Return the bot. Raises BotConfigNotFound."""
        with self.unit_of_work(caller.user_id):
            return self.configs.get(caller.user_id, config_id)

    def list(self, caller: Principal, page: PageRequest) -> Page[BotConfig]:
        """Return a page of the caller's bots, the newest first. Raises InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            found = self.configs.list(caller.user_id, page)
            total = self.configs.count(caller.user_id, page) if page.total else None
        return Page.of(found, page, lambda config: config.id, total=total)
