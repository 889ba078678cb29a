"""Reads block ranges from one provider, validates them, and matches transfers to users."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.wallets.errors import ChainContradiction
from mara.wallets.model import (
    BlockRange,
    ChainHead,
    Deposit,
    FailureKind,
    RangeTransfers,
    Receipt,
    TokenTransfer,
    UnreadableEvent,
)
from mara.wallets.ports import Chain, Deposits
from mara.wallets.service.providers import Providers
from mara.wallets.service.scan_plan import (
    RangeDeposits,
    ScanPlan,
    range_deposits,
    validate_finalized,
    validate_head,
)
from mara.wallets.service.settlement import MatchedTransfer, match_transfers


@dataclass(frozen=True, slots=True)
class ReadRanges:
    """The result of reading a plan. ``head_hash`` is the hash of the first range's last block.

    ``unreadable`` are events that may concern our token and are no transfers.
    """

    reader: str
    head_hash: str | None
    head: RangeDeposits
    finalized: RangeDeposits
    unreadable: Sequence[UnreadableEvent] = ()


@dataclass(frozen=True, slots=True)
class RangeReader:
    """Reads the ranges of a plan; prefers a provider that has not read them before."""

    providers: Providers
    deposits: Deposits
    unit_of_work: UnitOfWork

    def read(
        self, plan: ScanPlan, blocks_max: int, turn: int, seen: tuple[Chain, ChainHead]
    ) -> ReadRanges:
        """Read, validate and match; ``seen`` is the provider that reported the head.

        Raises RangeRefused, ChainContradiction, ChainUnavailable.
        """
        head_provider, head = seen
        ranges = plan.ranges(blocks_max)
        first_readers = {part.reader for part in plan.finalizing}
        asked = self.providers.rotated(turn, last=(first_readers, {head_provider.provider}))
        reader, read = self.providers.ask_first(lambda chain: chain.get_transfers(ranges), asked)
        try:
            self._validate(plan, read, reader, head)
            if reader.provider == head_provider.provider:
                self._require_second_finality(plan, reader, turn)
            at_head, finalized = self._match_ranges(plan, read, reader)
            self._verify_missing(finalized.missing, plan, reader, turn)
        except ChainContradiction as error:
            self.providers.record_failure(reader, FailureKind.CONTRADICTION, error.detail)
            raise
        unreadable = self.unreadable(read)
        return ReadRanges(reader.provider, read[0].last_hash, at_head, finalized, unreadable)

    def unreadable(self, read: Sequence[RangeTransfers]) -> Sequence[UnreadableEvent]:
        """The unreadable events that may be deposits: of our token, or to a user, or to anyone.

        On Aptos every token's events are listed; those to the stores of others do not matter.
        """
        events = [event for one in read for event in one.unreadable]
        named = {one.recipient for one in events if one.recipient and not one.is_of_token}
        with self.unit_of_work(SYSTEM):
            owners = self.deposits.find_owners(self.providers.network, named)
        return [
            event
            for event in events
            if event.is_of_token or event.recipient is None or event.recipient in owners
        ]

    def match(
        self,
        transfers: Sequence[TokenTransfer],
        receipts: Mapping[str, Receipt | None] | None,
        reader: Chain,
    ) -> list[MatchedTransfer]:
        """The transfers to users. ``receipts`` are requested from the reader if None.

        Raises ChainContradiction, ChainUnavailable.
        """
        with self.unit_of_work(SYSTEM):
            recipients = {one.recipient for one in transfers if one.amount_micro_usdt > 0}
            owners = self.deposits.find_owners(self.providers.network, recipients)
        own = [one for one in transfers if one.amount_micro_usdt > 0 and one.recipient in owners]
        if receipts is None:
            receipts = _receipts(own, reader)
        return match_transfers(own, receipts, owners, reader.provider)

    def _validate(
        self, plan: ScanPlan, read: Sequence[RangeTransfers], reader: Chain, head: ChainHead
    ) -> None:
        """Raises ChainContradiction."""
        if plan.head:
            validate_head(plan.head, head, read[0], reader)
        if plan.finalizing:
            validate_finalized(plan.finalizing[-1], read[-1], reader)

    def _require_second_finality(self, plan: ScanPlan, reader: Chain, turn: int) -> None:
        """Require that another provider has the last block as final, too, unless none answers.

        The head and the range come from the same provider here: its word alone would settle
        deposits that a reorganization may still remove. Raises ChainContradiction.
        """
        if not plan.finalizing:
            return
        last = plan.finalizing[-1]
        others = self.providers.others(turn, reader.provider)
        heads = [
            head
            for _, head in self.providers.ask_each(
                lambda chain: chain.get_head((last.last,)), others
            )
        ]
        confirmed = any(
            head.final >= last.last and head.hashes[last.last] == last.last_hash for head in heads
        )
        if heads and not confirmed:
            raise ChainContradiction(f"Block {last.last} is final at {reader.provider} only.")

    def _match_ranges(
        self, plan: ScanPlan, read: Sequence[RangeTransfers], reader: Chain
    ) -> tuple[RangeDeposits, RangeDeposits]:
        """The deposits at the head and in the finalized ranges; owners by one statement."""
        transfers = [
            transfer for one in read for transfer in one.transfers if transfer.amount_micro_usdt > 0
        ]
        network = self.providers.network
        with self.unit_of_work(SYSTEM):
            recipients = {transfer.recipient for transfer in transfers}
            owners = self.deposits.find_owners(network, recipients)
            expected_head = self._expected(plan.head)
            expected_finalized = self._expected(plan.finalized)
        own = [transfer for transfer in transfers if transfer.recipient in owners]
        matched = match_transfers(own, _receipts(own, reader), owners, reader.provider)
        return (
            range_deposits(matched, plan.head, expected_head),
            replace(
                range_deposits(matched, plan.finalized, expected_finalized),
                needs_confirmation=[found for found in matched if plan.read_by_another(found)],
            ),
        )

    def _expected(self, blocks: BlockRange | None) -> Sequence[Deposit]:
        return self.deposits.in_flight(self.providers.network, blocks) if blocks else ()

    def _verify_missing(
        self, missing: Sequence[Deposit], plan: ScanPlan, reader: Chain, turn: int
    ) -> None:
        """Require that another provider confirms that the missing deposits are gone.

        If there is no other provider, the reader itself is asked for the receipts. Raises
        ChainContradiction if another provider still has one of the transactions in these blocks,
        or if no provider that has the same last block confirms.
        """
        if not missing or plan.finalized is None:
            return
        transactions = {deposit.key.transaction for deposit in missing}
        last, is_confirmed = plan.finalizing[-1], False
        answers = self.providers.ask_each(
            lambda chain: (chain.get_head((last.last,)), chain.get_receipts(transactions)),
            self.providers.others(turn, reader.provider) or [reader],
        )
        for other, (head, receipts) in answers:
            # A provider that is behind, or on a fork, has no receipt either.
            is_confirmed |= head.hashes[last.last] == last.last_hash
            _require_absent(receipts, plan.finalized, reader, other)
        if not is_confirmed:
            raise ChainContradiction(
                f"No provider confirms that deposits missing at {reader.provider} are gone."
            )


def _require_absent(
    receipts: Mapping[str, Receipt | None], blocks: BlockRange, reader: Chain, other: Chain
) -> None:
    """Raises ChainContradiction if a successful transaction is in ``blocks``."""
    for transaction, receipt in receipts.items():
        if receipt and receipt.succeeded and receipt.block.number in blocks:
            raise ChainContradiction(
                f"{reader.provider} lists no transfer in {transaction}, and "
                f"{other.provider} has it in block {receipt.block.number}."
            )


def _receipts(transfers: Collection[TokenTransfer], reader: Chain) -> Mapping[str, Receipt | None]:
    """The receipts of the transfers' transactions; no request if there are no transfers."""
    return reader.get_receipts({one.transaction for one in transfers}) if transfers else {}
