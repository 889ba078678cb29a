"""Reconciliation with the chain: a transaction that a user claims, or a range that is rescanned.

Both settle deposits exactly as the scanner does, so that nothing is credited twice, and both lock
the scan cursor while they write, so that they do not interleave with a scan step.
"""

from collections.abc import Sequence
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
from mara.wallets.model import TRANSACTION, BlockRange, Deposit, Receipt
from mara.wallets.ports import Chain, Deposits, ScanCursors
from mara.wallets.service.providers import Providers
from mara.wallets.service.range_reader import RangeReader
from mara.wallets.service.settlement import MatchedTransfer, Settlement

NOT_FOUND = "Check the network and the transaction's hash."
"""The same detail if the transaction pays other users only: the caller must not learn of it."""


@dataclass(frozen=True, slots=True)
class ReconciliationService:
    """Claims and rescans on one network."""

    settlement: Settlement
    providers: Providers
    cursors: ScanCursors
    deposits: Deposits
    unit_of_work: UnitOfWork
    now: Clock

    def claim(self, caller: Principal, transaction: str) -> Sequence[Deposit]:
        """Read one transaction again and settle it; the caller's deposits in it, by position.

        A final deposit that no second provider confirms waits for confirmation, unless there is
        only one provider.

        Raises InvalidTransaction, TransactionNotFound (also if it pays other users only),
        ChainUnavailable.
        """
        hash_ = _parse_transaction(transaction)
        reader, receipt = self._get_receipt(hash_)
        transfers = list(receipt.transfers.values()) if receipt.succeeded else []
        own = [
            matched
            for matched in self._range_reader().match(transfers, {hash_: receipt}, reader)
            if matched.owner_id == caller.user_id
        ]
        if not own:
            raise TransactionNotFound(NOT_FOUND)
        final = self._is_final(receipt, reader)
        uncorroborated = self._uncorroborated(own, reader) if final else ()
        network = self.providers.network
        with self.unit_of_work(SYSTEM):
            cursor = self.cursors.get_for_update(network)
            if final:
                self.settlement.settle(own, self.now(), needs_confirmation=uncorroborated)
            elif cursor is not None and receipt.block.number <= cursor.finalized.number:
                # The scanner does not read this block again: the deposit would stay in flight.
                raise ChainUnavailable(f"{reader.provider} is behind; try again in a minute.")
            else:
                self.settlement.record_seen(own, self.now())
            found = self.deposits.get_for_update([matched.key(network) for matched in own])
        return sorted(found.values(), key=lambda deposit: deposit.key.position)

    def rescan(self, blocks: BlockRange) -> int:
        """Read finalized blocks again and settle missed deposits; the number of them.

        Raises InvalidRange for blocks that the scanner has not finalized yet, ChainUnavailable,
        RangeRefused.
        """
        with self.unit_of_work(SYSTEM):
            cursor = self.cursors.get(self.providers.network)
        if cursor is None or blocks.last > cursor.finalized.number:
            last = cursor.finalized.number if cursor else "none"
            raise InvalidRange(f"The scanner still reads them; the last finalized block is {last}.")
        parts = blocks.split(cursor.blocks_per_scan)
        return sum(self._rescan(part, turn) for turn, part in enumerate(parts))

    def _uncorroborated(
        self, own: Sequence[MatchedTransfer], reader: Chain
    ) -> Sequence[MatchedTransfer]:
        """The transfers that no second provider confirms; none if there is only one provider.

        So far only the reader, at the request of a user or an operator, has reported them.
        """
        others = self.providers.others(0, reader.provider)
        if not others or not own:
            return ()
        hashes = {one.transfer.transaction for one in own}
        answers = self.providers.ask_each(lambda chain: chain.get_receipts(hashes), others)
        confirmed = {
            (position, transfer)
            for _, receipts in answers
            for receipt in receipts.values()
            if receipt and receipt.succeeded
            for position, transfer in receipt.transfers.items()
        }
        return [one for one in own if (one.position, one.transfer) not in confirmed]

    def _get_receipt(self, transaction: str) -> tuple[Chain, Receipt]:
        """From the first provider that has it, because another one may be behind.

        Raises TransactionNotFound, and ChainUnavailable if no provider answers.
        """
        is_answered = False
        answers = self.providers.ask_each(
            lambda chain: chain.get_receipts((transaction,))[transaction],
            self.providers.rotated(0),
        )
        for reader, receipt in answers:
            is_answered = True
            if receipt is not None:
                return reader, receipt
        if is_answered:
            raise TransactionNotFound(NOT_FOUND)
        raise ChainUnavailable(f"No provider of {self.providers.network} answers.")

    def _rescan(self, blocks: BlockRange, turn: int) -> int:
        hash_ = self.providers.agreed_hash(blocks.last)
        reader, (read,) = self.providers.ask_first(
            lambda chain: chain.get_transfers([blocks]), self.providers.rotated(turn)
        )
        if read.last_hash != hash_:
            raise ChainContradiction(f"{reader.provider} has another block {blocks.last}.")
        matched = self._range_reader().match(read.transfers, None, reader)
        uncorroborated = self._uncorroborated(matched, reader)
        unreadable = self._range_reader().unreadable([read])
        with self.unit_of_work(SYSTEM):
            self.cursors.get_for_update(self.providers.network)
            if unreadable:
                self.cursors.record_unreadable(
                    self.providers.network, unreadable, reader=reader.provider, now=self.now()
                )
            return self.settlement.settle(matched, self.now(), needs_confirmation=uncorroborated)

    def _range_reader(self) -> RangeReader:
        return RangeReader(self.providers, self.deposits, self.unit_of_work)

    def _is_final(self, receipt: Receipt, reader: Chain) -> bool:
        """Raises ChainContradiction if the reader's own block differs from its receipt."""
        number = receipt.block.number
        head = reader.get_head((number,))
        if head.hashes[number] != receipt.block.hash:
            raise ChainContradiction(f"{reader.provider} has another block {number}.")
        return head.final >= number and self.providers.agreed_hash(number) == receipt.block.hash


def _parse_transaction(text: str) -> str:
    """The hash in the form that every supported chain uses. Raises InvalidTransaction."""
    found = TRANSACTION.fullmatch(text.strip())
    if found is None:
        raise InvalidTransaction("A transaction's hash is 64 hexadecimal digits.")
    return f"0x{found[1].lower()}"
