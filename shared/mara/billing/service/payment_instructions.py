"""Where a user pays in what is missing: one instruction per network with a wallet."""

from collections.abc import Mapping
from dataclasses import dataclass

from mara.billing.ports import DepositsInFlight, FundsInFlight
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.wallets.model import DepositRules, Network, Wallet
from mara.wallets.service.wallets import WalletService


@dataclass(frozen=True, slots=True)
class PaymentInstruction:
    """At least ``amount`` micro-USDT must arrive at ``wallet``; fees of an exchange come on top."""

    wallet: Wallet
    rules: DepositRules
    amount: int


@dataclass(frozen=True, slots=True)
class PaymentInstructionService:
    """``rules`` are those of the networks that are on. It creates no wallet."""

    wallets: WalletService
    deposits: DepositsInFlight
    rules: Mapping[Network, DepositRules]
    unit_of_work: UnitOfWork

    def get(self, caller: Principal, short: int) -> list[PaymentInstruction]:
        """Instructions for ``short`` micro-USDT less the deposits in flight; none if those suffice.

        The amount is at least the network's minimum, because smaller deposits pay nothing.
        """
        with self.unit_of_work(caller.user_id):
            found = self.deposits.sum_by_owner([caller.user_id])
        final, unconfirmed = found.get(caller.user_id, FundsInFlight())
        missing = short - final - unconfirmed
        return self.for_missing(caller, missing) if missing > 0 else []

    def for_missing(self, caller: Principal, missing: int) -> list[PaymentInstruction]:
        """Instructions for an amount from which deposits in flight are subtracted already."""
        return [
            PaymentInstruction(wallet, rules, max(missing, rules.minimum_micro_usdt))
            for wallet in self.wallets.list(caller)
            if (rules := self.rules.get(wallet.network))
        ]
