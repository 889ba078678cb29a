"""A chain whose truth a test decides, and providers of it that fail and lie as they are told."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mara.wallets.errors import ChainContradiction, ChainUnavailable, RangeRefused
from mara.wallets.model import (
    AddressBalances,
    BlockRange,
    BlockRef,
    ChainHead,
    RangeTransfers,
    Receipt,
    Token,
    TokenTransfer,
    UnreadableEvent,
)

USDT = Token("USDT", 6)


@dataclass(frozen=True)
class Payment:
    """A log of a transaction; ``ours`` tells our token from one that only looks like it."""

    recipient: bytes
    amount: int
    ours: bool = True


@dataclass(frozen=True)
class Transaction:
    hash: str
    payments: Sequence[Payment]
    succeeded: bool = True


@dataclass(frozen=True)
class MinedBlock:
    number: int
    hash: str
    transactions: Sequence[Transaction]


@dataclass
class SimulatedChain:
    """``lag_safe`` and ``lag_final``: how many blocks the tags stand behind the last one."""

    lag_safe: int = 3
    lag_final: int = 6
    blocks: list[MinedBlock] = field(default_factory=list)
    final: int = 0
    native: int = 0
    """Of the chain's own coin, that every address has."""
    _made: int = 0

    def __post_init__(self) -> None:
        self.mine()

    @property
    def latest(self) -> int:
        return len(self.blocks) - 1

    @property
    def safe(self) -> int:
        return max(self.final, self.latest - self.lag_safe)

    def transaction(self, *payments: Payment, succeeded: bool = True) -> Transaction:
        self._made += 1
        name = hashlib.sha256(f"transaction {self._made}".encode()).hexdigest()
        return Transaction(f"0x{name}", payments, succeeded)

    def mine(self, *transactions: Transaction) -> MinedBlock:
        self._made += 1
        parent = self.blocks[-1].hash if self.blocks else ""
        name = hashlib.sha256(f"{parent} block {self._made}".encode()).hexdigest()
        block = MinedBlock(len(self.blocks), f"0x{name}", transactions)
        self.blocks.append(block)
        self.final = max(self.final, self.latest - self.lag_final)
        return block

    def reorganise(self, depth: int) -> list[Transaction]:
        """Undo the last blocks; the transactions they held. Never what is final."""
        kept = max(self.final + 1, len(self.blocks) - depth)
        undone = [t for block in self.blocks[kept:] for t in block.transactions]
        del self.blocks[kept:]
        return undone

    def transfers(self, number: int) -> list[TokenTransfer]:
        return [t for receipt in self._receipts(number) for t in receipt.transfers.values()]

    def receipt(self, transaction: str) -> Receipt | None:
        for block in self.blocks:
            for receipt in self._receipts(block.number):
                if receipt.transaction == transaction:
                    return receipt
        return None

    def deposits(self, owners: Collection[bytes]) -> dict[tuple[str, int], tuple[bytes, int]]:
        """The truth: what each final transfer of our token to one of ``owners`` brought."""
        return {
            (receipt.transaction, position): (transfer.recipient, transfer.amount_micro_usdt)
            for number in range(self.final + 1)
            for receipt in self._receipts(number)
            for position, transfer in receipt.transfers.items()
            if transfer.recipient in owners and transfer.amount_micro_usdt > 0
        }

    def _receipts(self, number: int) -> list[Receipt]:
        block = self.blocks[number]
        where = BlockRef(block.number, block.hash)
        receipts, index = [], 0
        for transaction in block.transactions:
            found: dict[int, TokenTransfer] = {}
            logs = transaction.payments if transaction.succeeded else ()
            for position, paid in enumerate(logs):
                if paid.ours:
                    found[position] = TokenTransfer(
                        transaction.hash, where, index, paid.recipient, paid.amount
                    )
                index += 1
            receipts.append(Receipt(transaction.hash, where, transaction.succeeded, found))
        return receipts


@dataclass
class SimulatedProvider:
    """Honest until told otherwise; each fault can be set and unset at any time."""

    chain: SimulatedChain
    provider: str = "first"
    down: bool = False
    behind: int = 0
    """Blocks that it has not heard of yet."""
    lists_nothing: bool = False
    hastily_final: int = 0
    """Blocks that it calls final before they are."""
    other_hashes: bool = False
    forges: Payment | None = None
    """A transfer that it adds to every range and vouches for in receipts."""
    unreadable: list[UnreadableEvent] = field(default_factory=list)
    """Events that it lists in their blocks and that are no transfers."""
    transfers_max: int = 10_000
    says: Token = USDT
    has_token: bool = True
    """Whether there is a contract at the configured address."""
    calls: list[str] = field(default_factory=list)

    def get_head(self, numbers: Collection[int]) -> ChainHead:
        self._called("get_head")
        latest = self._latest
        return ChainHead(
            latest=BlockRef(latest, self._hash(latest) or ""),
            safe=min(self.chain.safe, latest),
            final=min(self.chain.final + self.hastily_final, latest),
            hashes={number: self._hash(number) for number in numbers},
        )

    def get_transfers(self, ranges: Sequence[BlockRange]) -> Sequence[RangeTransfers]:
        self._called("get_transfers")
        final = min(self.chain.final + self.hastily_final, self._latest)
        return [
            RangeTransfers(
                asked,
                self._hash(asked.last),
                final,
                self._listed(asked),
                [event for event in self.unreadable if (event.block_number or 0) in asked],
            )
            for asked in ranges
        ]

    def get_receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        self._called("get_receipts")
        return {name: self._receipt(name) for name in transactions}

    def get_token(self) -> Token:
        self._called("get_token")
        if not self.has_token:
            raise ChainContradiction(f"{self.provider} has no contract at this address.")
        return self.says

    def get_balances(self, address: bytes) -> AddressBalances:
        self._called("get_balances")
        held = sum(
            transfer.amount_micro_usdt
            for number in range(self._latest + 1)
            for transfer in self.chain.transfers(number)
            if transfer.recipient == address
        )
        block = BlockRef(self._latest, self._hash(self._latest) or "")
        return AddressBalances(block, token_micro_usdt=held, native=self.chain.native)

    @property
    def _latest(self) -> int:
        return max(0, self.chain.latest - self.behind)

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.down:
            raise ChainUnavailable(f"{self.provider} is down.")

    def _hash(self, number: int) -> str | None:
        if number > self._latest:
            return None
        told = self.chain.blocks[number].hash
        return told[::-1] if self.other_hashes else told

    def _listed(self, asked: BlockRange) -> list[TokenTransfer]:
        last = min(asked.last, self._latest)
        listed = [t for n in range(asked.first, last + 1) for t in self.chain.transfers(n)]
        if len(listed) > self.transfers_max:
            raise RangeRefused(f"{self.provider} lists no more than {self.transfers_max}.")
        if self.lists_nothing:
            listed = []
        if self.forges and asked.first <= last:
            listed.append(self._forged(asked.first))
        return listed

    def _forged(self, number: int) -> TokenTransfer:
        assert self.forges
        where = BlockRef(number, self._hash(number) or "")
        name = hashlib.sha256(f"forged {number}".encode()).hexdigest()
        return TokenTransfer(f"0x{name}", where, 0, self.forges.recipient, self.forges.amount)

    def _receipt(self, transaction: str) -> Receipt | None:
        if self.forges:
            for number in range(self._latest + 1):
                forged = self._forged(number)
                if forged.transaction == transaction:
                    return Receipt(transaction, forged.block, True, {0: forged})
        receipt = self.chain.receipt(transaction)
        if receipt is None or receipt.block.number > self._latest:
            return None
        if not self.other_hashes:
            return receipt
        where = BlockRef(receipt.block.number, self._hash(receipt.block.number) or "")
        moved = {at: replace(t, block=where) for at, t in receipt.transfers.items()}
        return replace(receipt, block=where, transfers=moved)
