"""What users see of their wallets, and of what is on its way to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.wallets.errors import WalletNotFound
from mara.wallets.model import Deposit, Network, Wallet
from mara.wallets.ports import Deposits, Scans, Wallets


@dataclass(frozen=True, slots=True)
class WalletService:
    wallets: Wallets
    deposits: Deposits
    scans: Scans
    unit_of_work: UnitOfWork

    def list(self, caller: Principal) -> Sequence[Wallet]:
        with self.unit_of_work(caller.user_id):
            return self.wallets.list(caller.user_id)

    def get(self, caller: Principal, network: Network) -> Wallet:
        """Raises WalletNotFound."""
        with self.unit_of_work(caller.user_id):
            return self._wallet(caller, network)

    def get_with_latest(self, caller: Principal, network: Network) -> tuple[Wallet, int | None]:
        """With the last block of the chain; ``None`` where it was never read.

        Raises WalletNotFound.
        """
        with self.unit_of_work(caller.user_id):
            return self._wallet(caller, network), self.scans.latest(network)

    def list_deposits(
        self, caller: Principal, network: Network, page: PageRequest
    ) -> tuple[Wallet, Page[Deposit], int | None]:
        """The newest first, with the last block of the chain; ``None`` where it was never read.

        Raises WalletNotFound.
        """
        with self.unit_of_work(caller.user_id):
            wallet = self._wallet(caller, network)
            found = self.deposits.list(caller.user_id, network, page)
            latest = self.scans.latest(network)
        return wallet, Page.of(found, page, lambda deposit: deposit.id), latest

    def _wallet(self, caller: Principal, network: Network) -> Wallet:
        found = self.wallets.find(caller.user_id, network)
        if found is None:
            raise WalletNotFound("Generate it first: POST /api/v1/wallets/generate.")
        return found
