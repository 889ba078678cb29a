"""Assembles the wallets' services from their production adapters."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from mara.platform.clock import now
from mara.platform.database import transaction
from mara.wallets.adapters.deposits import PostgresDeposits
from mara.wallets.adapters.scans import PostgresScans
from mara.wallets.adapters.wallets import PostgresWallets
from mara.wallets.model import DEPOSIT_RULES, DepositRules, Network
from mara.wallets.service.wallets import WalletService

if TYPE_CHECKING:
    from mara.vault.service.opening import VaultService
    from mara.wallets.service.generating import GenerationService


def deposit_rules() -> Mapping[Network, DepositRules]:
    return DEPOSIT_RULES


@cache
def wallet_service() -> WalletService:
    return WalletService(PostgresWallets(), PostgresDeposits(), PostgresScans(), transaction)


def generation_service(vault: "VaultService") -> "GenerationService":
    """``vault`` is handed in: only functions that make or use seeds may have one."""
    from mara.wallets.service.generating import GenerationService

    return GenerationService(PostgresWallets(), vault, deposit_rules(), transaction, now)
