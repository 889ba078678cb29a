"""Queries on a user's wallets and deposits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.wallets.errors import WalletNotFound
from mara.wallets.model import Deposit, Network, Wallet
from mara.wallets.ports import Deposits, ScanCursors, Wallets


@dataclass(frozen=True, slots=True)
class WalletService:
    """Reads what the caller owns; nothing of other users."""

    wallets: Wallets
    deposits: Deposits
    cursors: ScanCursors
    unit_of_work: UnitOfWork

    def list(self, caller: Principal) -> Sequence[Wallet]:
        """All wallets of the caller, ordered by network."""
        with self.unit_of_work(caller.user_id):
            return self.wallets.list(caller.user_id)

    def get(self, caller: Principal, network: Network) -> Wallet:
        """Raises WalletNotFound."""
        with self.unit_of_work(caller.user_id):
            return self._wallet(caller, network)

    def get_with_latest(self, caller: Principal, network: Network) -> tuple[Wallet, int | None]:
        """The wallet, and the chain's latest block number; None if it was never scanned.

        Raises WalletNotFound.
        """
        with self.unit_of_work(caller.user_id):
            return self._wallet(caller, network), self.cursors.latest_block(network)

    def list_deposits(
        self, caller: Principal, network: Network, page: PageRequest
    ) -> tuple[Wallet, Page[Deposit], int | None]:
        """The wallet, a page of its deposits, and the chain's latest block number.

        The latest block is None if the chain was never scanned. Raises WalletNotFound,
        InvalidCursor.
        """
        with self.unit_of_work(caller.user_id):
            wallet = self._wallet(caller, network)
            found = self._page(caller, page, {**page.filters, "network": network})
            latest = self.cursors.latest_block(network)
        return wallet, found, latest

    def list_all_deposits(
        self, caller: Principal, page: PageRequest
    ) -> tuple[Mapping[Network, Wallet], Page[Deposit], Mapping[Network, int | None]]:
        """The caller's wallets and the latest blocks, by network, and a page of all deposits.

        Raises InvalidCursor.
        """
        with self.unit_of_work(caller.user_id):
            wallets = {one.network: one for one in self.wallets.list(caller.user_id)}
            found = self._page(caller, page, page.filters)
            latest = {network: self.cursors.latest_block(network) for network in wallets}
        return wallets, found, latest

    def _page(
        self, caller: Principal, page: PageRequest, filters: Mapping[str, Any]
    ) -> Page[Deposit]:
        wanted = replace(page, filters=filters)
        found = self.deposits.list(caller.user_id, wanted)
        total = self.deposits.count(caller.user_id, wanted) if page.total else None
        return Page.of(found, page, lambda deposit: deposit.id, value_of=_sort_value, total=total)

    def _wallet(self, caller: Principal, network: Network) -> Wallet:
        found = self.wallets.find(caller.user_id, network)
        if found is None:
            raise WalletNotFound("Create it first: POST /api/v1/wallets/generate.")
        return found


def _sort_value(deposit: Deposit, name: str) -> int | str:
    return deposit.amount_micro_usdt if name == "amount" else deposit.seen_at.isoformat()
