"""What the wallets domain says on queues."""

from uuid import UUID

from mara.kernel.messages import Message


class DepositSeen(Message):
    """It is on its way, and may still be undone by the chain."""

    deposit_id: UUID
    owner_id: UUID
    amount_micro_usdt: int


class DepositCredited(Message):
    """The ledger has it."""

    deposit_id: UUID
    owner_id: UUID
    amount_micro_usdt: int


class DepositOrphaned(Message):
    """The chain has undone it. Should it come back, it is seen once more."""

    deposit_id: UUID
    owner_id: UUID
    amount_micro_usdt: int
