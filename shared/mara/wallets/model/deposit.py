"""A deposit: a transfer of USDT to an address of one of our users."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from mara.wallets.model.chain import Block
from mara.wallets.model.network import Network

TRANSACTION = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")
"""A transaction's hash as people copy it; explorers of Tron leave out the prefix."""


class DepositState(StrEnum):
    """``final`` waits for the opinion of a second provider; most are credited at once."""

    SEEN = "seen"
    SAFE = "safe"
    FINAL = "final"
    CREDITED = "credited"
    SUSPENSE = "suspense"
    ORPHANED = "orphaned"


IN_FLIGHT = frozenset({DepositState.SEEN, DepositState.SAFE, DepositState.FINAL})
UNDOABLE = frozenset({DepositState.SEEN, DepositState.SAFE})
"""What a chain may still move to another block, or take back."""
SETTLED = frozenset({DepositState.CREDITED, DepositState.SUSPENSE})
"""From here nothing leads back: the ledger has it."""


class DepositKey(NamedTuple):
    """What makes two reports one deposit, whichever block the transaction ended up in."""

    network: Network
    transaction: str
    position: int

    def __str__(self) -> str:
        return f"deposit:{self.network}:{self.transaction}:{self.position}"


@dataclass(frozen=True, slots=True)
class Deposit:
    """``reader`` is the provider that reported the block it stands in."""

    id: UUID
    owner_id: UUID
    key: DepositKey
    recipient: bytes
    amount_micro_usdt: int
    block: Block
    log_index: int
    state: DepositState
    reader: str
    seen_at: datetime
    credited_at: datetime | None = None
