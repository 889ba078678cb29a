"""Making a user's vault, once, and telling where it receives."""

from dataclasses import dataclass
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.envelope import Envelope
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.vault.errors import VaultNotFound
from mara.vault.model import AccountKeys, Addresses, Vault, seed_place
from mara.vault.ports import Derivation, Vaults


@dataclass(frozen=True, slots=True)
class VaultService:
    """A seed is in memory while its vault is made, and at no other time here.

    Nothing is decrypted: what addresses need is kept in clear beside the seed.
    """

    vaults: Vaults
    derivation: Derivation
    envelope: Envelope
    unit_of_work: UnitOfWork
    now: Clock

    def open_vault(self, caller: Principal) -> AccountKeys:
        """Make the caller's vault, or find it: a user has one for ever. Raises KeysUnavailable.

        Of calls at once one seed stays; the others' are gone before they were used for anything.
        """
        owner_id = caller.user_id
        with self.unit_of_work(owner_id):
            found = self.vaults.keys_of(owner_id)
        if found is not None:
            return found
        made = self._make(owner_id)  # asks the key service: never inside of a transaction
        with self.unit_of_work(owner_id):
            if self.vaults.add(made):
                return made.keys
            return self._keys(owner_id)

    def account_keys(self, caller: Principal) -> AccountKeys:
        """Raises VaultNotFound."""
        with self.unit_of_work(caller.user_id):
            return self._keys(caller.user_id)

    def addresses(self, caller: Principal) -> Addresses:
        """Where the caller's vault receives. Raises VaultNotFound."""
        return self.derivation.addresses(self.account_keys(caller), 0)

    def _keys(self, owner_id: UUID) -> AccountKeys:
        found = self.vaults.keys_of(owner_id)
        if found is None:
            raise VaultNotFound("Generate a wallet first.")
        return found

    def _make(self, owner_id: UUID) -> Vault:
        id_, now = new_id(), self.now()
        entropy = self.derivation.draw()
        with entropy:
            keys = self.derivation.account_keys(entropy)
            sealed = self.envelope.seal(entropy, seed_place(id_, owner_id))
        return Vault(id_, owner_id, keys, sealed, created_at=now, wrapped_at=now)
