"""What the wallets domain tells whoever wants to know."""

from uuid import UUID

from mara.kernel.messages import Event


class DepositSeen(Event):
    """It is on its way, and may still be undone by the chain."""

    deposit_id: UUID
    owner_id: UUID
    amount_micro_usdt: int


class DepositCredited(Event):
    """The ledger has it."""

    deposit_id: UUID
    owner_id: UUID
    amount_micro_usdt: int


class DepositOrphaned(Event):
    """The chain has undone it. Should it come back, it is seen once more."""

    deposit_id: UUID
    owner_id: UUID
    amount_micro_usdt: int
