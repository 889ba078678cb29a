"""Removes the webhooks of all bots of an account that is erased."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mara.kernel.envelope import DecryptionFailed
from mara.kernel.errors import Unavailable
from mara.kernel.page import LIMIT_MAX, PageRequest
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import InvalidBotToken
from mara.telegram.model.silenced import Silenced
from mara.telegram.ports import BotApi, BotConfigs
from mara.vault.model import ConnectionSecret
from mara.vault.ports import SecretStore

UNREACHED_MAX: Final = 5
"""Failures after which the others are not tried: each takes seconds, a function has minutes."""


@dataclass(frozen=True, slots=True)
class BotSilencing:
    """Telegram sends nothing any more; the rows of the bots, with their tokens, stay for now."""

    configs: BotConfigs
    tokens: SecretStore
    api: BotApi
    unit_of_work: UnitOfWork

    def silence(self, owner_id: UUID) -> Silenced:
        """Remove the webhooks; return of how many bots. Idempotent.

        A token that Telegram no longer knows has no webhook.
        """
        counts, after = Counter[str](), None
        while True:
            page = PageRequest(LIMIT_MAX, after)
            with self.unit_of_work(owner_id):
                found = self.configs.list(owner_id, page)[:LIMIT_MAX]
                sealed = [self.tokens.get(config.token_id) for config in found]
            for token in sealed:
                counts[self._silence(token)] += 1
                if counts["unreached"] >= UNREACHED_MAX:
                    return Silenced(**counts)
            if len(found) < LIMIT_MAX:
                return Silenced(**counts)
            after = found[-1].id

    def _silence(self, token: ConnectionSecret | None) -> str:
        if token is None:
            return "removed"
        try:
            with self.tokens.open(token) as plain, suppress(InvalidBotToken):
                self.api.delete_webhook(plain)
        except DecryptionFailed:
            return "unreadable"
        except Unavailable:
            return "unreached"
        return "removed"
