"""Creation of wallets: an address from the user's vault, which the scanner watches from then on."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.vault.service.vaults import VaultService
from mara.wallets.errors import NetworkOff
from mara.wallets.model import DepositRules, Network, Wallet
from mara.wallets.model.addresses import receives_at
from mara.wallets.ports import AddressCodec, ScanCursors, Wallets


@dataclass(frozen=True, slots=True)
class WalletCreationService:
    """``rules`` has the networks that are on."""

    wallets: Wallets
    vault: VaultService
    cursors: ScanCursors
    codec: AddressCodec
    rules: Mapping[Network, DepositRules]
    unit_of_work: UnitOfWork
    now: Clock

    def create_all(self, caller: Principal) -> None:
        """Create the caller's wallets on all networks that are on and were scanned before.

        Idempotent. Raises KeysUnavailable.
        """
        for network in self.rules:
            with suppress(NetworkOff):
                self.create(caller, network)

    def create(self, caller: Principal, network: Network) -> tuple[Wallet, bool]:
        """The caller's wallet on the network, and whether this call created it.

        Idempotent: concurrent and later calls return the same wallet. No wallet is created before
        the first scan of the network, so that no deposit to it is older than the scan cursor.
        Raises NetworkOff, KeysUnavailable.
        """
        with self.unit_of_work(caller.user_id):
            found = self.wallets.find(caller.user_id, network)
            is_scanned = self.cursors.latest_block(network) is not None
        if found is not None:
            return found, False
        if network not in self.rules:
            raise NetworkOff(f"{network} is not connected here.")
        if not is_scanned:
            raise NetworkOff(f"{network} has not been scanned yet; it will be within minutes.")
        self.vault.get_or_create(caller)
        address: bytes = getattr(self.vault.addresses(caller), network.value)
        token = self.codec.decode(network, self.rules[network].contract)
        created = Wallet(
            owner_id=caller.user_id,
            network=network,
            address=address,
            receives_at=receives_at(network, address, token),
            created_at=self.now(),
            address_text=self.codec.encode(network, address),
        )
        with self.unit_of_work(caller.user_id):
            is_new = self.wallets.add(created)
        return created, is_new
