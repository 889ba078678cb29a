"""A deposit: a transfer of USDT to an address of a user."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from mara.wallets.model.chain import BlockRef
from mara.wallets.model.network import Network

TRANSACTION = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")
"""A transaction hash as users copy it; Tron explorers omit the prefix."""


class DepositState(StrEnum):
    """The life cycle: seen, safe, final, then credited or suspense; or orphaned before final.

    ``final`` waits for confirmation by a second provider; most deposits are credited at once.
    ``suspense`` is a settled deposit below the minimum amount.
    """

    SEEN = "seen"
    SAFE = "safe"
    FINAL = "final"
    CREDITED = "credited"
    SUSPENSE = "suspense"
    ORPHANED = "orphaned"


IN_FLIGHT = frozenset({DepositState.SEEN, DepositState.SAFE, DepositState.FINAL})
"""Not settled yet, and not orphaned."""
UNDOABLE = frozenset({DepositState.SEEN, DepositState.SAFE})
"""A reorganization may move such a deposit to another block, or remove it."""
SETTLED = frozenset({DepositState.CREDITED, DepositState.SUSPENSE})
"""Terminal states: the deposit is posted in the ledger."""


class DepositKey(NamedTuple):
    """The identity of a deposit; it does not depend on the block that includes the transaction.

    ``position`` is the position of the log within the transaction.
    """

    network: Network
    transaction: str
    position: int

    def __str__(self) -> str:
        return f"deposit:{self.network}:{self.transaction}:{self.position}"


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit in any state; ``reader`` is the provider that reported its current block."""

    id: UUID
    owner_id: UUID
    key: DepositKey
    recipient: bytes
    amount_micro_usdt: int
    block: BlockRef
    log_index: int
    state: DepositState
    reader: str
    seen_at: datetime
    credited_at: datetime | None = None
