"""The settlement of deposits: from detection to the credit in the ledger."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.ledger.model import Cause, UserAccount
from mara.ledger.service import LedgerService
from mara.wallets.errors import ChainContradiction
from mara.wallets.messages import DepositCredited, DepositOrphaned, DepositSeen
from mara.wallets.model import (
    SETTLED,
    UNDOABLE,
    Deposit,
    DepositKey,
    DepositRules,
    DepositState,
    Network,
    Receipt,
    TokenTransfer,
)
from mara.wallets.ports import Deposits

Owners = Mapping[bytes, UUID]


@dataclass(frozen=True, slots=True)
class MatchedTransfer:
    """A transfer to a user, with its position from the receipt and the provider's name."""

    transfer: TokenTransfer
    position: int
    owner_id: UUID
    reader: str

    def key(self, network: Network) -> DepositKey:
        """The key of the deposit that this transfer makes."""
        return DepositKey(network, self.transfer.transaction, self.position)


def match_transfers(
    transfers: Iterable[TokenTransfer],
    receipts: Mapping[str, Receipt | None],
    owners: Owners,
    reader: str,
) -> list[MatchedTransfer]:
    """Find the position of each transfer in its receipt; duplicates in the list are removed.

    Raises ChainContradiction if a transfer is not in a successful receipt.
    """
    matched = []
    for transfer in dict.fromkeys(transfers):
        receipt = receipts.get(transfer.transaction)
        positions = receipt.transfers if receipt and receipt.succeeded else {}
        found = [position for position, said in positions.items() if said == transfer]
        if not found:
            raise ChainContradiction(
                f"{reader} lists a transfer in {transfer.transaction} that its receipt lacks."
            )
        matched.append(MatchedTransfer(transfer, found[0], owners[transfer.recipient], reader))
    return matched


@dataclass(frozen=True, slots=True)
class Settlement:
    """Applies transfers to deposits and to the ledger; idempotent.

    Every method expects an open unit of work.
    """

    rules: DepositRules
    deposits: Deposits
    ledger: LedgerService
    publish: Publish

    def record_seen(self, found: Sequence[MatchedTransfer], now: datetime) -> None:
        """Store transfers that are not final yet, and move known deposits to their new block."""
        for matched, known in self._with_known(found):
            if known is None:
                self._store(matched, now, DepositState.SEEN)
            elif known.state is DepositState.ORPHANED:
                self._store(matched, now, DepositState.SEEN, known)
            elif known.state in UNDOABLE and known.block != matched.transfer.block:
                self.deposits.save(_updated(known, matched, DepositState.SEEN))

    def settle(
        self,
        found: Sequence[MatchedTransfer],
        now: datetime,
        *,
        needs_confirmation: Collection[MatchedTransfer] = (),
    ) -> int:
        """Credit final transfers in the ledger; the number of deposits settled.

        Deposits above the two-provider threshold, and those in ``needs_confirmation``, must have
        been reported by two providers. If only one has, the deposit becomes final and waits for
        another provider (``confirm``); unless the stage has one provider.
        """
        settled = 0
        for matched, known in self._with_known(found):
            if known is not None and known.state in SETTLED:
                continue
            deposit = self._store(matched, now, DepositState.FINAL, known)
            needs_two = self.rules.needs_two_providers(deposit.amount_micro_usdt) or (
                matched in needs_confirmation and not self.rules.has_one_provider
            )
            if needs_two and not _corroborates(known, matched):
                continue
            settled += self.credit(deposit, now)
        return settled

    def confirm(self, deposit: Deposit, matched: MatchedTransfer, now: datetime) -> bool:
        """Credit a final deposit if ``matched`` is the same transfer by another provider.

        Returns whether it was credited.
        """
        known = self.deposits.get_for_update([deposit.key]).get(deposit.key)
        if known is None or known.state is not DepositState.FINAL:
            return False
        if not _corroborates(known, matched, alone=self.rules.has_one_provider):
            return False
        return self.credit(known, now)

    def credit(self, deposit: Deposit, now: datetime) -> bool:
        """Post to the ledger: to available, or to suspense if the amount is below the minimum.

        Returns False, and posts nothing, if the balance would exceed what the ledger can hold: an
        absurd amount must not stop the scan.
        """
        if not self.ledger.has_room(deposit.owner_id, deposit.amount_micro_usdt):
            return False
        enough = deposit.amount_micro_usdt >= self.rules.minimum_micro_usdt
        self.ledger.credit_deposit(
            deposit.owner_id,
            deposit.key.network.value,
            deposit.amount_micro_usdt,
            Cause(key=str(deposit.key), reference=deposit.key.transaction),
            into=UserAccount.AVAILABLE if enough else UserAccount.SUSPENSE,
        )
        state = DepositState.CREDITED if enough else DepositState.SUSPENSE
        self.deposits.save(replace(deposit, state=state, credited_at=now))
        if enough:
            self.publish(
                DepositCredited(
                    deposit_id=deposit.id,
                    owner_id=deposit.owner_id,
                    amount_micro_usdt=deposit.amount_micro_usdt,
                )
            )
        return True

    def orphan(self, deposits: Collection[Deposit]) -> None:
        """Mark deposits that a reorganization removed; their rows are kept.

        The deposits were loaded before the chain was asked: one that was settled or moved since
        then, by a claim, is not changed.
        """
        found = self.deposits.get_for_update([deposit.key for deposit in deposits])
        for deposit in deposits:
            known = found.get(deposit.key)
            if known is None or known.state not in UNDOABLE or known.block != deposit.block:
                continue
            self.deposits.save(replace(known, state=DepositState.ORPHANED))
            self.publish(
                DepositOrphaned(
                    deposit_id=deposit.id,
                    owner_id=deposit.owner_id,
                    amount_micro_usdt=deposit.amount_micro_usdt,
                )
            )

    def _with_known(
        self, found: Sequence[MatchedTransfer]
    ) -> list[tuple[MatchedTransfer, Deposit | None]]:
        keys = [matched.key(self.rules.network) for matched in found]
        known = self.deposits.get_for_update(keys)
        return [(matched, known.get(key)) for matched, key in zip(found, keys, strict=True)]

    def _store(
        self,
        matched: MatchedTransfer,
        now: datetime,
        state: DepositState,
        known: Deposit | None = None,
    ) -> Deposit:
        """Save the deposit in its current block; publish DepositSeen if it is new, or was orphaned.

        A deposit that was orphaned keeps its id and the time when it was first seen.
        """
        if known is not None and known.state is not DepositState.ORPHANED:
            deposit = _updated(known, matched, state)
            self.deposits.save(deposit)
            return deposit
        transfer = matched.transfer
        deposit = Deposit(
            id=known.id if known else new_id(),
            owner_id=matched.owner_id,
            key=matched.key(self.rules.network),
            recipient=transfer.recipient,
            amount_micro_usdt=transfer.amount_micro_usdt,
            block=transfer.block,
            log_index=transfer.log_index,
            state=state,
            reader=matched.reader,
            seen_at=known.seen_at if known else now,
        )
        self.deposits.save(deposit)
        self.publish(
            DepositSeen(
                deposit_id=deposit.id,
                owner_id=deposit.owner_id,
                amount_micro_usdt=deposit.amount_micro_usdt,
            )
        )
        return deposit


def _updated(deposit: Deposit, matched: MatchedTransfer, state: DepositState) -> Deposit:
    """The deposit as the provider of ``matched`` reports it."""
    transfer = matched.transfer
    return replace(
        deposit,
        block=transfer.block,
        log_index=transfer.log_index,
        amount_micro_usdt=transfer.amount_micro_usdt,
        recipient=transfer.recipient,
        owner_id=matched.owner_id,
        reader=matched.reader,
        state=state,
    )


def _corroborates(known: Deposit | None, matched: MatchedTransfer, *, alone: bool = False) -> bool:
    """Whether a second provider reports the same block, recipient and amount.

    ``alone``: there is one provider, so its second report counts.
    """
    return (
        known is not None
        and known.state is not DepositState.ORPHANED
        and (alone or known.reader != matched.reader)
        and known.block == matched.transfer.block
        and known.recipient == matched.transfer.recipient
        and known.amount_micro_usdt == matched.transfer.amount_micro_usdt
    )
