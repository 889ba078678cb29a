"""The keys of texts that are kept for dry runs: a connection secret for each bot."""

import os
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from mara.alerts.adapters.rule_tables import rule_text_keys
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import UnitOfWork
from mara.platform.sql import bound, execute, fetch_value
from mara.vault.model import ConnectionSecret
from mara.vault.ports import SecretStore

KEY_BYTES: Final = 32
_keys = rule_text_keys.c

KEY = select(_keys.secret_id).where(
    _keys.owner_id == bindparam("owner_id"), _keys.config_id == bindparam("config_id")
)
ADD_KEY = insert(rule_text_keys).values(bound(_keys)).on_conflict_do_nothing()
DELETE_KEY = delete(rule_text_keys).where(
    _keys.owner_id == bindparam("owner_id"), _keys.config_id == bindparam("config_id")
)


@dataclass(frozen=True, slots=True)
class StoredTextKeys:
    """Implements ``TextKeys`` by a connection secret for each bot."""

    secrets: SecretStore
    unit_of_work: UnitOfWork

    def key(self, owner_id: UUID, config_id: UUID) -> Secret:
        """Return the key, made at the first call. Raises KeysUnavailable."""
        with self.unit_of_work(owner_id):
            sealed = self._find(owner_id, config_id)
        if sealed is None:
            sealed = self._add(owner_id, config_id)
        return self.secrets.open(sealed)

    def forget(self, owner_id: UUID, config_id: UUID) -> None:
        """Delete the key in the caller's transaction, if there is one."""
        secret_id = fetch_value(KEY, owner_id=owner_id, config_id=config_id)
        if secret_id is not None:
            execute(DELETE_KEY, owner_id=owner_id, config_id=config_id)
            self.secrets.delete(secret_id)

    def _add(self, owner_id: UUID, config_id: UUID) -> ConnectionSecret:
        """Make the key; where another worker has made one meanwhile, that is returned."""
        made = self.secrets.seal(owner_id, Secret(bytearray(os.urandom(KEY_BYTES))))
        with self.unit_of_work(owner_id):
            self.secrets.add(made)
            if execute(ADD_KEY, owner_id=owner_id, config_id=config_id, secret_id=made.id) == 0:
                self.secrets.delete(made.id)
            found = self._find(owner_id, config_id)
        return found or made

    def _find(self, owner_id: UUID, config_id: UUID) -> ConnectionSecret | None:
        secret_id = fetch_value(KEY, owner_id=owner_id, config_id=config_id)
        return self.secrets.get(secret_id) if secret_id is not None else None
