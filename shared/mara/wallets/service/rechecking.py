"""Looking once more: at one transaction that a user claims, or at blocks that an operator doubts.

Both settle what they find exactly as the scanner does, so that nothing is credited twice, and both
hold the scan while they write, so that neither meets the scanner half-way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.wallets.errors import (
    ChainContradiction,
    ChainUnavailable,
    InvalidRange,
    InvalidTransaction,
    TransactionNotFound,
)
from mara.wallets.model import TRANSACTION, BlockRange, Deposit, Receipt, Transfer
from mara.wallets.ports import Chain, Deposits, Scans
from mara.wallets.service.providers import Providers
from mara.wallets.service.settling import Placed, Settlement, place

NOT_FOUND = "Check the network and the transaction's hash."
"""The same for what went to others alone: of that, nobody else may know."""


@dataclass(frozen=True, slots=True)
class RecheckingService:
    settlement: Settlement
    providers: Providers
    scans: Scans
    deposits: Deposits
    unit_of_work: UnitOfWork
    now: Clock

    def claim(self, caller: Principal, transaction: str) -> Sequence[Deposit]:
        """The caller's deposits in a transaction, after another look at it.

        It waits as final while another provider is there and none has it too.

        Raises InvalidTransaction, TransactionNotFound (also for what went to others alone),
        ChainUnavailable.
        """
        name = _name(transaction)
        reader, receipt = self._receipt(name)
        transfers = list(receipt.transfers.values()) if receipt.succeeded else []
        own = [
            placed
            for placed in self._placed(transfers, {name: receipt}, reader)
            if placed.owner_id == caller.user_id
        ]
        if not own:
            raise TransactionNotFound(NOT_FOUND)
        final = self._is_final(receipt, reader)
        doubted = self._without_a_witness(own, reader) if final else ()
        network = self.providers.network
        with self.unit_of_work(SYSTEM):
            scan = self.scans.hold(network)
            if final:
                self.settlement.settle(own, self.now(), doubted=doubted)
            elif scan is not None and receipt.block.number <= scan.closed.number:
                # Nobody would look at it again: it would be on its way for ever.
                raise ChainUnavailable(f"{reader.provider} is behind; try again in a minute.")
            else:
                self.settlement.see(own, self.now())
            found = self.deposits.find([placed.key(network) for placed in own])
        return sorted(found.values(), key=lambda deposit: deposit.key.position)

    def _without_a_witness(self, own: Sequence[Placed], reader: Chain) -> Sequence[Placed]:
        """Those that no other provider vouches for; none where there is no other.

        Nobody but this one, and whoever asked for another look, said that they exist.
        """
        others = self.providers.others(0, reader.provider)
        if not others or not own:
            return ()
        names = {one.transfer.transaction for one in own}
        asked = self.providers.answers(lambda chain: chain.receipts(names), others)
        vouched = {
            (position, transfer)
            for _, receipts in asked
            for receipt in receipts.values()
            if receipt and receipt.succeeded
            for position, transfer in receipt.transfers.items()
        }
        return [one for one in own if (one.position, one.transfer) not in vouched]

    def rescan(self, blocks: BlockRange) -> int:
        """Settle what was missed in closed blocks; how many deposits that was.

        Raises InvalidRange for blocks that the scanner has not closed yet, ChainUnavailable,
        RangeRefused.
        """
        with self.unit_of_work(SYSTEM):
            scan = self.scans.get(self.providers.network)
        if scan is None or blocks.last > scan.closed.number:
            closed = scan.closed.number if scan else "none"
            raise InvalidRange(f"The scanner itself still reads them; the last closed is {closed}.")
        parts = blocks.parts(scan.blocks_per_scan)
        return sum(self._rescan(part, turn) for turn, part in enumerate(parts))

    def _receipt(self, name: str) -> tuple[Chain, Receipt]:
        """By the first provider that has it: one that is behind does not speak for the others.

        Raises TransactionNotFound, and ChainUnavailable where none answers.
        """
        is_answered = False
        asked = self.providers.answers(
            lambda chain: chain.receipts((name,))[name], self.providers.in_turn(0)
        )
        for reader, receipt in asked:
            is_answered = True
            if receipt is not None:
                return reader, receipt
        if is_answered:
            raise TransactionNotFound(NOT_FOUND)
        raise ChainUnavailable(f"None of the providers of {self.providers.network} answers.")

    def _rescan(self, blocks: BlockRange, turn: int) -> int:
        hash_ = self.providers.agreed_hash(blocks.last, turn)
        reader, (reading,) = self.providers.first(
            lambda chain: chain.read([blocks]), self.providers.in_turn(turn)
        )
        if reading.last_hash != hash_:
            raise ChainContradiction(f"{reader.provider} has another block {blocks.last}.")
        placed = self._placed(reading.transfers, None, reader)
        doubted = self._without_a_witness(placed, reader)
        with self.unit_of_work(SYSTEM):
            self.scans.hold(self.providers.network)
            return self.settlement.settle(placed, self.now(), doubted=doubted)

    def _placed(
        self,
        transfers: Sequence[Transfer],
        receipts: Mapping[str, Receipt | None] | None,
        reader: Chain,
    ) -> list[Placed]:
        """Those to users of ours. ``receipts`` are asked for where they are not known yet."""
        paid = [transfer for transfer in transfers if transfer.amount_micro_usdt > 0]
        with self.unit_of_work(SYSTEM):
            recipients = {transfer.recipient for transfer in paid}
            owners = self.deposits.owners(self.providers.network, recipients)
        own = [transfer for transfer in paid if transfer.recipient in owners]
        if receipts is None:
            receipts = reader.receipts({t.transaction for t in own}) if own else {}
        return place(own, receipts, owners, reader.provider)

    def _is_final(self, receipt: Receipt, reader: Chain) -> bool:
        """Raises ChainContradiction where the reader itself does not stand by its receipt."""
        number = receipt.block.number
        look = reader.look((number,))
        if look.hashes[number] != receipt.block.hash:
            raise ChainContradiction(f"{reader.provider} has another block {number}.")
        if look.final < number:
            return False
        return self.providers.agreed_hash(number) == receipt.block.hash


def _name(transaction: str) -> str:
    """As every chain here writes it."""
    found = TRANSACTION.fullmatch(transaction.strip())
    if found is None:
        raise InvalidTransaction("A transaction's hash is 64 hexadecimal digits.")
    return f"0x{found[1].lower()}"
