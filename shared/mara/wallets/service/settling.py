"""What happens to a deposit, from the moment it is seen till the ledger has it."""

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
    Transfer,
)
from mara.wallets.ports import Deposits

Owners = Mapping[bytes, UUID]


@dataclass(frozen=True, slots=True)
class Placed:
    """A transfer to one of us, with its position from the receipt, and the provider's name."""

    transfer: Transfer
    position: int
    owner_id: UUID
    reader: str

    def key(self, network: Network) -> DepositKey:
        return DepositKey(network, self.transfer.transaction, self.position)


def place(
    transfers: Iterable[Transfer],
    receipts: Mapping[str, Receipt | None],
    owners: Owners,
    reader: str,
) -> list[Placed]:
    """Find each transfer in its receipt. Raises ChainContradiction where it is not there.

    A transfer that is listed twice is one.
    """
    placed = []
    for transfer in dict.fromkeys(transfers):
        receipt = receipts.get(transfer.transaction)
        positions = receipt.transfers if receipt and receipt.succeeded else {}
        found = [position for position, said in positions.items() if said == transfer]
        if not found:
            raise ChainContradiction(
                f"{reader} lists a transfer in {transfer.transaction} that its receipt lacks."
            )
        placed.append(Placed(transfer, found[0], owners[transfer.recipient], reader))
    return placed


@dataclass(frozen=True, slots=True)
class Settlement:
    """Every method expects an open unit of work, and changes nothing twice."""

    rules: DepositRules
    deposits: Deposits
    ledger: LedgerService
    publish: Publish

    def see(self, found: Sequence[Placed], now: datetime) -> None:
        """Write down what may still be undone."""
        for placed, known in self._with_known(found):
            if known is None:
                self._store(placed, now, DepositState.SEEN)
            elif known.state is DepositState.ORPHANED:
                self._store(placed, now, DepositState.SEEN, known)
            elif known.state in UNDOABLE and known.block != placed.transfer.block:
                self.deposits.save(_moved(known, placed, DepositState.SEEN))

    def settle(
        self, found: Sequence[Placed], now: datetime, *, doubted: Collection[Placed] = ()
    ) -> int:
        """Give the ledger what is final; how many deposits that settled.

        A large one needs the word of two providers, and so does one of ``doubted``, which another
        has read past: where no other saw it, it is only marked final, and waits for another's word
        (``confirm``).
        """
        settled = 0
        for placed, known in self._with_known(found):
            if known is not None and known.state in SETTLED:
                continue
            deposit = self._store(placed, now, DepositState.FINAL, known)
            needs_two = self._is_large(deposit) or placed in doubted
            if needs_two and not _corroborates(known, placed):
                continue
            self.pay_in(deposit, now)
            settled += 1
        return settled

    def confirm(self, deposit: Deposit, placed: Placed, now: datetime) -> bool:
        """Give the ledger one that waited, if ``placed`` is another provider's word for it."""
        known = self.deposits.find([deposit.key]).get(deposit.key)
        if known is None or known.state is not DepositState.FINAL:
            return False
        if not _corroborates(known, placed):
            return False
        self.pay_in(known, now)
        return True

    def _is_large(self, deposit: Deposit) -> bool:
        return deposit.amount_micro_usdt > self.rules.opinion_above_micro_usdt

    def pay_in(self, deposit: Deposit, now: datetime) -> None:
        """Below the minimum it goes to suspense: nobody's loss, and not to be spent."""
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

    def orphan(self, deposits: Collection[Deposit]) -> None:
        """Keep them, as what the chain has undone.

        They were looked up before the chain was asked: one that a claim has settled or moved since
        is left alone.
        """
        found = self.deposits.find([deposit.key for deposit in deposits])
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

    def _with_known(self, found: Sequence[Placed]) -> list[tuple[Placed, Deposit | None]]:
        keys = [placed.key(self.rules.network) for placed in found]
        known = self.deposits.find(keys)
        return [(placed, known.get(key)) for placed, key in zip(found, keys, strict=True)]

    def _store(
        self, placed: Placed, now: datetime, state: DepositState, known: Deposit | None = None
    ) -> Deposit:
        """As ``state``, in the block where it is now; whoever waits for it hears of it once."""
        if known is not None and known.state is not DepositState.ORPHANED:
            deposit = _moved(known, placed, state)
            self.deposits.save(deposit)
            return deposit
        transfer = placed.transfer
        deposit = Deposit(
            id=known.id if known else new_id(),
            owner_id=placed.owner_id,
            key=placed.key(self.rules.network),
            recipient=transfer.recipient,
            amount_micro_usdt=transfer.amount_micro_usdt,
            block=transfer.block,
            log_index=transfer.log_index,
            state=state,
            reader=placed.reader,
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


def _moved(deposit: Deposit, placed: Placed, state: DepositState) -> Deposit:
    """In the block where it is now, as the one who says so tells it."""
    transfer = placed.transfer
    return replace(
        deposit,
        block=transfer.block,
        log_index=transfer.log_index,
        amount_micro_usdt=transfer.amount_micro_usdt,
        recipient=transfer.recipient,
        owner_id=placed.owner_id,
        reader=placed.reader,
        state=state,
    )


def _corroborates(known: Deposit | None, placed: Placed) -> bool:
    """Whether two providers said the same of it, independently."""
    return (
        known is not None
        and known.state is not DepositState.ORPHANED
        and known.reader != placed.reader
        and known.block == placed.transfer.block
        and known.recipient == placed.transfer.recipient
        and known.amount_micro_usdt == placed.transfer.amount_micro_usdt
    )
