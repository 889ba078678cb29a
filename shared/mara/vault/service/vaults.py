"""Creates the vault of a user once, and returns its public keys and addresses."""

from dataclasses import dataclass
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.envelope import Envelope
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.vault.errors import VaultNotFound
from mara.vault.model import AccountKeys, Addresses, Vault, seed_context
from mara.vault.ports import Derivation, Vaults


@dataclass(frozen=True, slots=True)
class VaultService:
    """Creates the vault of a user, which holds the encrypted seed, and derives its keys.

    A seed is in memory only while its vault is created. Nothing is decrypted later: the public
    keys that addresses are derived from are stored in plaintext beside the encrypted seed.
    """

    vaults: Vaults
    derivation: Derivation
    envelope: Envelope
    unit_of_work: UnitOfWork
    now: Clock

    def get_or_create(self, caller: Principal) -> AccountKeys:
        """Return the keys of the caller's vault; create the vault where there is none.

        A user keeps one vault forever. Of concurrent calls the first insert wins; the seeds of the
        others are discarded before any use. Raises KeysUnavailable.
        """
        owner_id = caller.user_id
        with self.unit_of_work(owner_id):
            found = self.vaults.get_account_keys(owner_id)
        if found is not None:
            return found
        made = self._create(owner_id)  # calls the key service: never inside a transaction
        with self.unit_of_work(owner_id):
            if self.vaults.add(made):
                return made.keys
            return self._keys(owner_id)

    def account_keys(self, caller: Principal) -> AccountKeys:
        """Return the public keys of the caller's vault. Raises VaultNotFound."""
        with self.unit_of_work(caller.user_id):
            return self._keys(caller.user_id)

    def addresses(self, caller: Principal) -> Addresses:
        """Derive the first receiving addresses of the caller's vault. Raises VaultNotFound."""
        return self.derivation.derive_addresses(self.account_keys(caller), 0)

    def _keys(self, owner_id: UUID) -> AccountKeys:
        found = self.vaults.get_account_keys(owner_id)
        if found is None:
            raise VaultNotFound("Generate a wallet first.")
        return found

    def _create(self, owner_id: UUID) -> Vault:
        id_, now = new_id(), self.now()
        entropy = self.derivation.generate_entropy()
        with entropy:
            keys = self.derivation.derive_account_keys(entropy)
            encrypted = self.envelope.encrypt(entropy, seed_context(id_, owner_id))
        return Vault(id_, owner_id, keys, encrypted, created_at=now, wrapped_at=now)
