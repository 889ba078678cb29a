"""Making a wallet: an address of the user's vault, watched from then on."""

from collections.abc import Mapping
from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.vault.service.vaults import VaultService
from mara.wallets.errors import NetworkOff
from mara.wallets.model import DepositRules, Network, Wallet
from mara.wallets.model.addresses import receives_at
from mara.wallets.ports import Scans, Wallets


@dataclass(frozen=True, slots=True)
class GenerationService:
    """``rules`` are those of the networks that are on."""

    wallets: Wallets
    vault: VaultService
    scans: Scans
    rules: Mapping[Network, DepositRules]
    unit_of_work: UnitOfWork
    now: Clock

    def generate(self, caller: Principal, network: Network) -> tuple[Wallet, bool]:
        """The caller's wallet on the network, and whether it was made just now.

        There is one for ever: of calls at once, and of later ones, all give the same. None is
        made before the chain is being read, so that no deposit to it can be older than the scan.
        Raises NetworkOff, KeysUnavailable.
        """
        with self.unit_of_work(caller.user_id):
            found = self.wallets.find(caller.user_id, network)
            is_read = self.scans.latest(network) is not None
        if found is not None:
            return found, False
        if network not in self.rules:
            raise NetworkOff(f"{network} is not connected here.")
        if not is_read:
            raise NetworkOff(f"{network} is not being read yet; it will be within minutes.")
        self.vault.get_or_create(caller)
        address: bytes = getattr(self.vault.addresses(caller), network.value)
        made = Wallet(
            owner_id=caller.user_id,
            network=network,
            address=address,
            receives_at=receives_at(network, address, self.rules[network].contract),
            created_at=self.now(),
        )
        with self.unit_of_work(caller.user_id):
            is_new = self.wallets.add(made)
        return made, is_new
