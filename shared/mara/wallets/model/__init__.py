"""The model of wallets: networks and their rules, chains, deposits, and scan cursors."""

from mara.wallets.model.chain import (
    AddressBalances,
    BlockRange,
    BlockRef,
    ChainHead,
    OnChainBalance,
    RangeTransfers,
    Receipt,
    TokenTransfer,
    parse_hash,
)
from mara.wallets.model.chain_status import (
    LAG_MAX,
    ChainState,
    ChainStatus,
    FailureKind,
    ProviderFailure,
    ScanProgress,
)
from mara.wallets.model.deposit import (
    IN_FLIGHT,
    SETTLED,
    TRANSACTION,
    UNDOABLE,
    Deposit,
    DepositKey,
    DepositState,
    WaitingFor,
)
from mara.wallets.model.network import (
    DECIMALS,
    DEPOSIT_RULES,
    DepositRules,
    Network,
    Token,
)
from mara.wallets.model.provider import provider_name
from mara.wallets.model.scan_cursor import ScanCursor, UnfinalizedRange
from mara.wallets.model.unreadable_event import (
    EventPart,
    UnreadableEvent,
    UnreadablePart,
    content_of,
)
from mara.wallets.model.wallet import Wallet

__all__ = [
    "DECIMALS",
    "DEPOSIT_RULES",
    "IN_FLIGHT",
    "LAG_MAX",
    "SETTLED",
    "TRANSACTION",
    "UNDOABLE",
    "AddressBalances",
    "BlockRange",
    "BlockRef",
    "ChainHead",
    "ChainState",
    "ChainStatus",
    "Deposit",
    "DepositKey",
    "DepositRules",
    "DepositState",
    "EventPart",
    "FailureKind",
    "Network",
    "OnChainBalance",
    "ProviderFailure",
    "RangeTransfers",
    "Receipt",
    "ScanCursor",
    "ScanProgress",
    "Token",
    "TokenTransfer",
    "UnfinalizedRange",
    "UnreadableEvent",
    "UnreadablePart",
    "WaitingFor",
    "Wallet",
    "content_of",
    "parse_hash",
    "provider_name",
]
