"""Builds the wallets' services from their production adapters."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.outbox import publish
from mara.platform.settings.chains import ChainSettings, ChainsSettings
from mara.wallets.adapters.addresses import StandardAddressCodec
from mara.wallets.adapters.deposits import PostgresDeposits
from mara.wallets.adapters.scan_cursors import PostgresScanCursors
from mara.wallets.adapters.wallets import PostgresWallets
from mara.wallets.errors import NetworkOff
from mara.wallets.model import DEPOSIT_RULES, DepositRules, Network, provider_name
from mara.wallets.service.wallets import WalletService

if TYPE_CHECKING:
    from datetime import datetime

    from mara.vault.service.vaults import VaultService
    from mara.wallets.ports import AddressCodec, Chain
    from mara.wallets.service.monitoring import MonitoringService
    from mara.wallets.service.on_chain_balance import OnChainBalanceService
    from mara.wallets.service.providers import Providers
    from mara.wallets.service.reconciliation import ReconciliationService
    from mara.wallets.service.scan_job import ScanJob
    from mara.wallets.service.scanner import ScannerService
    from mara.wallets.service.settlement import Settlement
    from mara.wallets.service.wallet_creation import WalletCreationService

RPC_TIMEOUT_S = 10.0
"""Timeout of a request to a provider in schedules and commands."""
RPC_TIMEOUT_INTERACTIVE_S = 3.0
"""Timeout in routes: several providers may fail before API Gateway's limit of 29 s."""
SETTINGS_ONLY = {"urls", "headers", "symbol"}
"""Fields of the chain settings that are not fields of the deposit rules."""


@cache
def chain_settings() -> Mapping[Network, ChainSettings]:
    """The settings of the networks that are on in this stage."""
    known = ChainsSettings()  # type: ignore[call-arg]  # from the environment
    return {Network(name): own for name, own in known.chains.items()}


@cache
def deposit_rules() -> Mapping[Network, DepositRules]:
    """The rules of every network, because wallets remain if their network is switched off."""
    rules = {network: replace(own, providers=0) for network, own in DEPOSIT_RULES.items()}
    for network, own in chain_settings().items():
        changes = own.model_dump(exclude=SETTINGS_ONLY, exclude_none=True)
        changes["providers"] = own.providers
        rules[network] = rules[network].overridden(changes, own.symbol)
    return rules


@cache
def address_codec() -> "AddressCodec":
    """Conversion of addresses between bytes and text."""
    return StandardAddressCodec()


@cache
def wallet_service() -> WalletService:
    """Queries on wallets and deposits."""
    return WalletService(PostgresWallets(), PostgresDeposits(), PostgresScanCursors(), transaction)


def wallet_creation_service(vault: "VaultService") -> "WalletCreationService":
    """``vault`` is a parameter, because only functions that use seeds may build one."""
    from mara.wallets.service.wallet_creation import WalletCreationService

    return WalletCreationService(
        wallets=PostgresWallets(),
        vault=vault,
        cursors=PostgresScanCursors(),
        codec=address_codec(),
        rules={network: deposit_rules()[network] for network in chain_settings()},
        unit_of_work=transaction,
        now=now,
    )


@cache
def scan_job() -> "ScanJob":
    """The scheduled scan."""
    from mara.wallets.service.scan_job import ScanJob

    return ScanJob(scanner_service, monitoring_service(), _mark_off)


def _mark_off(network: Network, at: "datetime") -> None:
    with transaction(SYSTEM):
        PostgresScanCursors().record_off(network, at)


@cache
def monitoring_service() -> "MonitoringService":
    """Statuses and metrics of the networks that are on."""
    from mara.wallets.adapters.chain_statuses import PostgresChainStatuses
    from mara.wallets.adapters.metrics import CloudWatchChainMetrics
    from mara.wallets.service.monitoring import MonitoringService

    providers = {network: own.providers for network, own in chain_settings().items()}
    return MonitoringService(
        list(providers), PostgresChainStatuses(), CloudWatchChainMetrics(), now, providers
    )


@cache
def scanner_service(network: Network) -> "ScannerService":
    """The scanner; checks the token once per process. Raises TokenMismatch, NetworkOff."""
    from mara.wallets.service.scanner import ScannerService

    service = ScannerService(
        settlement=_settlement(network),
        providers=providers(network),
        cursors=PostgresScanCursors(),
        deposits=PostgresDeposits(),
        unit_of_work=transaction,
        now=now,
    )
    service.check_token()
    return service


def claiming_service(network: Network) -> "ReconciliationService":
    """Reconciliation with the timeout of routes. Raises NetworkOff."""
    return reconciliation_service(network, RPC_TIMEOUT_INTERACTIVE_S)


@cache
def reconciliation_service(
    network: Network, timeout_s: float = RPC_TIMEOUT_S
) -> "ReconciliationService":
    """Claims and rescans. Raises NetworkOff."""
    from mara.wallets.service.reconciliation import ReconciliationService

    return ReconciliationService(
        settlement=_settlement(network),
        providers=providers(network, timeout_s),
        cursors=PostgresScanCursors(),
        deposits=PostgresDeposits(),
        unit_of_work=transaction,
        now=now,
    )


@cache
def on_chain_balance_service(network: Network) -> "OnChainBalanceService":
    """Balances as the chain reports them. Raises NetworkOff."""
    from mara.wallets.service.on_chain_balance import OnChainBalanceService

    return OnChainBalanceService(providers(network, RPC_TIMEOUT_INTERACTIVE_S), now)


def _settlement(network: Network) -> "Settlement":
    from mara.wallets.service.settlement import Settlement
    from mara.wiring.ledger import ledger_service

    return Settlement(deposit_rules()[network], PostgresDeposits(), ledger_service(), publish)


@cache
def providers(network: Network, timeout_s: float = RPC_TIMEOUT_S) -> "Providers":
    """The network's providers, in the order of the settings. Raises NetworkOff."""
    from mara.wallets.service.providers import Providers

    own = chain_settings().get(network)
    if own is None:
        raise NetworkOff(f"{network} is not connected here.")
    headers = {name: value.get_secret_value() for name, value in own.headers.items()}
    urls = [secret.get_secret_value() for secret in own.urls]
    chains = [_chain(network, url, headers=headers, timeout_s=timeout_s) for url in urls]
    return Providers(network, chains, PostgresScanCursors(), transaction, now)


def _chain(network: Network, url: str, *, headers: Mapping[str, str], timeout_s: float) -> "Chain":
    name = provider_name(network, url)
    contract = address_codec().decode(network, deposit_rules()[network].contract)
    if network is Network.APTOS:
        from mara.wallets.adapters.aptos import AptosChain

        return AptosChain(name, url, token=contract, headers=headers, timeout_s=timeout_s)
    from mara.wallets.adapters.evm import ARBITRUM, TRON, EvmChain

    dialect = TRON if network is Network.TRON else ARBITRUM
    return EvmChain(
        name, url, contract=contract, dialect=dialect, headers=headers, timeout_s=timeout_s
    )
