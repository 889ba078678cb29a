"""The words of wallets: networks and their rules, chains, deposits, and how far they are read."""

from mara.wallets.model.chain import (
    Balances,
    Block,
    BlockRange,
    Holdings,
    Look,
    Reading,
    Receipt,
    Transfer,
    parse_hash,
)
from mara.wallets.model.deposit import (
    IN_FLIGHT,
    SETTLED,
    TRANSACTION,
    UNDOABLE,
    Deposit,
    DepositKey,
    DepositState,
)
from mara.wallets.model.network import (
    DECIMALS,
    DEPOSIT_RULES,
    DepositRules,
    Network,
    Token,
)
from mara.wallets.model.scan import OpenRange, Scan
from mara.wallets.model.wallet import Wallet
from mara.wallets.model.watch import (
    LAG_MAX,
    ChainState,
    ChainWatch,
    Failure,
    FailureKind,
    Progress,
)

__all__ = [
    "DECIMALS",
    "DEPOSIT_RULES",
    "IN_FLIGHT",
    "LAG_MAX",
    "SETTLED",
    "TRANSACTION",
    "UNDOABLE",
    "Balances",
    "Block",
    "BlockRange",
    "ChainState",
    "ChainWatch",
    "Deposit",
    "DepositKey",
    "DepositRules",
    "DepositState",
    "Failure",
    "FailureKind",
    "Holdings",
    "Look",
    "Network",
    "OpenRange",
    "Progress",
    "Reading",
    "Receipt",
    "Scan",
    "Token",
    "Transfer",
    "Wallet",
    "parse_hash",
]
