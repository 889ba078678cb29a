"""Events that the wallets domain publishes."""

from uuid import UUID

from mara.kernel.messages import Event


class DepositSeen(Event):
    """A deposit was detected; it is not final, and a reorganization may still remove it."""

    deposit_id: UUID
    owner_id: UUID
    amount_micro_usdt: int


class DepositCredited(Event):
    """A deposit is final and was credited in the ledger."""

    deposit_id: UUID
    owner_id: UUID
    amount_micro_usdt: int


class DepositOrphaned(Event):
    """A reorganization removed a deposit. If it is mined again, ``DepositSeen`` is sent again."""

    deposit_id: UUID
    owner_id: UUID
    amount_micro_usdt: int
