"""A deposit: a transfer of USDT to an address of a user."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from mara.kernel.money import HUGE_AMOUNT
from mara.wallets.model.chain import BlockRef
from mara.wallets.model.network import DepositRules, Network

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

    @classmethod
    def parse(cls, text: str) -> "DepositKey":
        """The identity that ``str`` wrote as ``text``. Raises ValueError."""
        kind, network, transaction, position = text.split(":")
        if kind != "deposit":
            raise ValueError("it is not the key of a deposit")
        return cls(Network(network), transaction, int(position))

    def __str__(self) -> str:
        return f"deposit:{self.network}:{self.transaction}:{self.position}"


SCAN_PERIOD = timedelta(minutes=1)
"""The scan of a network runs every minute."""


class WaitingFor(StrEnum):
    """Why a deposit is not credited yet.

    ``finality``: the chain may still undo it. ``late``: that takes longer than usual.
    ``second_provider``: another provider must confirm it. ``review``: its amount is absurd.
    ``network``: the network is off in this stage, so nothing reads it.
    """

    FINALITY = "finality"
    LATE = "late"
    SECOND_PROVIDER = "second_provider"
    REVIEW = "review"
    NETWORK = "network"


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

    def remaining(self, rules: DepositRules, now: datetime) -> timedelta | None:
        """The expected time until it is credited; None if it is unknown, or does not apply.

        It is never zero: one that is late is credited by the next scan at the earliest.
        """
        if self.state not in UNDOABLE or rules.providers == 0:
            return None
        if self._is_late(rules, now):
            return SCAN_PERIOD
        return self.seen_at + timedelta(seconds=rules.eta_s) - now

    def waiting_for(self, rules: DepositRules, now: datetime) -> WaitingFor | None:
        """Why it is not credited yet; None if it is settled or orphaned."""
        if self.state not in IN_FLIGHT:
            return None
        if rules.providers == 0:
            return WaitingFor.NETWORK
        if self.state is DepositState.FINAL:
            is_absurd = self.amount_micro_usdt >= HUGE_AMOUNT
            return WaitingFor.REVIEW if is_absurd else WaitingFor.SECOND_PROVIDER
        return WaitingFor.LATE if self._is_late(rules, now) else WaitingFor.FINALITY

    def _is_late(self, rules: DepositRules, now: datetime) -> bool:
        return now - self.seen_at >= timedelta(seconds=rules.eta_s)
