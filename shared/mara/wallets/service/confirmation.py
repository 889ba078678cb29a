"""Confirmation of final deposits by a second provider (two-provider threshold)."""

from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.wallets.model import Deposit
from mara.wallets.ports import Deposits
from mara.wallets.service.providers import Providers
from mara.wallets.service.settlement import MatchedTransfer, Settlement


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Asks other providers for deposits that only one provider has reported as final."""

    settlement: Settlement
    providers: Providers
    deposits: Deposits
    unit_of_work: UnitOfWork
    now: Clock

    def confirm_all(self, turn: int) -> int:
        """The number of deposits that another provider confirmed, and that were settled.

        A deposit that none confirms keeps waiting; the status for operators counts it. If the
        stage has one provider, it is asked again: a deposit may have waited for one that is gone.
        """
        with self.unit_of_work(SYSTEM):
            waiting = self.deposits.awaiting_confirmation(self.providers.network)
        return sum(self._confirm(deposit, turn) for deposit in waiting)

    def _confirm(self, deposit: Deposit, turn: int) -> bool:
        transaction, number = deposit.key.transaction, deposit.block.number
        others = self.providers.others(turn, deposit.reader)
        alone = self.settlement.rules.has_one_provider
        answers = self.providers.ask_each(
            lambda chain: (chain.get_head((number,)), chain.get_receipts((transaction,))),
            self.providers.chains if alone else others,
        )
        for chain, (head, receipts) in answers:
            receipt = receipts[transaction]
            if receipt is None or not receipt.succeeded or head.final < number:
                continue
            transfer = receipt.transfers.get(deposit.key.position)
            if transfer is None:
                continue
            matched = MatchedTransfer(
                transfer, deposit.key.position, deposit.owner_id, chain.provider
            )
            with self.unit_of_work(SYSTEM):
                if self.settlement.confirm(deposit, matched, self.now()):
                    return True
        return False
