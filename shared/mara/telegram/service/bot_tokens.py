"""Opens the tokens of bots."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.model.bot_config import BotConfig
from mara.vault.ports import SecretStore


@dataclass(frozen=True, slots=True)
class BotTokens:
    """Opens tokens outside of transactions."""

    secrets: SecretStore
    unit_of_work: UnitOfWork

    @contextmanager
    def opened(self, config: BotConfig) -> Iterator[bytearray | None]:
        """The token until the block ends; None where the bot was disconnected meanwhile.

        Raises KeysUnavailable.
        """
        with self.unit_of_work(config.owner_id):
            sealed = self.secrets.get(config.token_id)
        if sealed is None:
            yield None
            return
        with self.secrets.open(sealed) as token:
            yield token
