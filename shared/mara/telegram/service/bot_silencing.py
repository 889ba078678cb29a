"""Removes the webhooks of all bots of an account that is erased."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from mara.kernel.page import LIMIT_MAX, PageRequest
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import InvalidBotToken
from mara.telegram.ports import BotApi, BotConfigs
from mara.vault.ports import SecretStore


@dataclass(frozen=True, slots=True)
class BotSilencing:
    """Telegram sends nothing any more; the rows of the bots, with their tokens, stay for now."""

    configs: BotConfigs
    tokens: SecretStore
    api: BotApi
    unit_of_work: UnitOfWork

    def silence(self, owner_id: UUID) -> int:
        """Remove the webhooks; return of how many bots. Idempotent.

        A token that Telegram no longer knows has no webhook. Raises KeysUnavailable,
        TelegramUnavailable.
        """
        silenced, after = 0, None
        while True:
            page = PageRequest(LIMIT_MAX, after)
            with self.unit_of_work(owner_id):
                found = self.configs.list(owner_id, page)[:LIMIT_MAX]
                sealed = [self.tokens.get(config.token_id) for config in found]
            for token in sealed:
                if token is not None:
                    with self.tokens.open(token) as plain, suppress(InvalidBotToken):
                        self.api.delete_webhook(plain)
            silenced += len(found)
            if len(found) < LIMIT_MAX:
                return silenced
            after = found[-1].id
