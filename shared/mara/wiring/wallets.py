"""Assembles the wallets' services from their production adapters."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.outbox import publish
from mara.platform.settings.chains import ChainSettings, ChainsSettings
from mara.wallets.adapters.deposits import PostgresDeposits
from mara.wallets.adapters.scans import PostgresScans
from mara.wallets.adapters.wallets import PostgresWallets
from mara.wallets.errors import NetworkOff
from mara.wallets.model import DEPOSIT_RULES, DepositRules, Network, Token
from mara.wallets.service.wallets import WalletService

if TYPE_CHECKING:
    from mara.vault.service.vaults import VaultService
    from mara.wallets.ports import Chain
    from mara.wallets.service.generating import GenerationService
    from mara.wallets.service.holdings import HoldingsService
    from mara.wallets.service.providers import Providers
    from mara.wallets.service.rechecking import RecheckingService
    from mara.wallets.service.scanning import ScannerService
    from mara.wallets.service.settling import Settlement
    from mara.wallets.service.watching import WatchService

PATIENCE_S = 10.0
"""How long a provider may keep silent where nobody waits for it."""
PATIENCE_WITH_CALLER_S = 3.0
"""... and where a caller does: several may fail before API Gateway gives up, after 29 s."""
SCAN_FOR = timedelta(seconds=40)
"""Less than the period of the schedule, and than its function may run."""


@cache
def chain_settings() -> Mapping[Network, ChainSettings]:
    """Of the networks that are on in this stage."""
    known = ChainsSettings()  # type: ignore[call-arg]  # from the environment
    return {Network(name): own for name, own in known.chains.items()}


@cache
def deposit_rules() -> Mapping[Network, DepositRules]:
    """Of every network: wallets outlive their network's being off."""
    return {network: _rules(network, chain_settings().get(network)) for network in Network}


@cache
def wallet_service() -> WalletService:
    return WalletService(PostgresWallets(), PostgresDeposits(), PostgresScans(), transaction)


def generation_service(vault: "VaultService") -> "GenerationService":
    """``vault`` is handed in: only functions that make or use seeds may have one."""
    from mara.wallets.service.generating import GenerationService

    return GenerationService(
        wallets=PostgresWallets(),
        vault=vault,
        scans=PostgresScans(),
        rules={network: deposit_rules()[network] for network in chain_settings()},
        unit_of_work=transaction,
        now=now,
    )


def scan(network: Network, at: datetime) -> dict[str, int | bool] | str:
    """Read a chain on, and credit what became final; what that did, for the log.

    However it ends, the metrics of the chain's alarm are written. Raises ChainUnavailable,
    FinalityBroken, TokenMismatch, ScanMoved.
    """
    try:
        if network not in chain_settings():
            return "off"
        done = scanner_service(network).run(at + SCAN_FOR)
        return {"advanced": done.advanced, "lag": done.lag, "settled": done.settled}
    finally:
        watch_service().tell(network, at)


@cache
def watch_service() -> "WatchService":
    from mara.wallets.adapters.alarm import MetricChainAlarm
    from mara.wallets.adapters.watches import PostgresChainWatches
    from mara.wallets.service.watching import WatchService

    return WatchService(list(chain_settings()), PostgresChainWatches(), MetricChainAlarm(), now)


@cache
def scanner_service(network: Network) -> "ScannerService":
    """Raises TokenMismatch, once for each environment that starts."""
    from mara.wallets.service.scanning import ScannerService

    service = ScannerService(
        settlement=_settlement(network),
        providers=providers(network),
        scans=PostgresScans(),
        deposits=PostgresDeposits(),
        unit_of_work=transaction,
        now=now,
    )
    service.check_token()
    return service


def claiming_service(network: Network) -> "RecheckingService":
    """For a caller who waits. Raises NetworkOff."""
    return rechecking_service(network, PATIENCE_WITH_CALLER_S)


@cache
def rechecking_service(network: Network, timeout_s: float = PATIENCE_S) -> "RecheckingService":
    """Raises NetworkOff."""
    from mara.wallets.service.rechecking import RecheckingService

    return RecheckingService(
        settlement=_settlement(network),
        providers=providers(network, timeout_s),
        scans=PostgresScans(),
        deposits=PostgresDeposits(),
        unit_of_work=transaction,
        now=now,
    )


@cache
def holdings_service(network: Network) -> "HoldingsService":
    """Raises NetworkOff."""
    from mara.wallets.service.holdings import HoldingsService

    return HoldingsService(providers(network, PATIENCE_WITH_CALLER_S), now)


def _settlement(network: Network) -> "Settlement":
    from mara.wallets.service.settling import Settlement
    from mara.wiring.ledger import ledger_service

    return Settlement(deposit_rules()[network], PostgresDeposits(), ledger_service(), publish)


@cache
def providers(network: Network, timeout_s: float = PATIENCE_S) -> "Providers":
    """Named by their hosts, unreadably: a place in the settings may be another's tomorrow, a key
    changes, and deposits remember who vouched for them. Raises NetworkOff.
    """
    from mara.wallets.service.providers import Providers

    own = chain_settings().get(network)
    if own is None:
        raise NetworkOff(f"{network} is not connected here.")
    headers = {name: value.get_secret_value() for name, value in own.headers.items()}
    make = partial(_chain, network, headers=headers, timeout_s=timeout_s)
    chains = [
        make(_name_of(network, url), url)
        for url in (secret.get_secret_value() for secret in own.urls)
    ]
    return Providers(network, chains, PostgresScans(), transaction, now)


def _name_of(network: Network, url: str) -> str:
    host = urlsplit(url).netloc.rpartition("@")[2].lower()
    return f"{network}-{sha256(host.encode()).hexdigest()[:8]}"


def _chain(
    network: Network, name: str, url: str, *, headers: Mapping[str, str], timeout_s: float
) -> "Chain":
    from mara.wallets.model.addresses import parse_address

    contract = parse_address(network, deposit_rules()[network].contract)
    if network is Network.APTOS:
        from mara.wallets.adapters.aptos import AptosChain

        return AptosChain(name, url, token=contract, headers=headers, timeout_s=timeout_s)
    from mara.wallets.adapters.evm import ARBITRUM, TRON, EvmChain

    dialect = TRON if network is Network.TRON else ARBITRUM
    return EvmChain(
        name, url, contract=contract, dialect=dialect, headers=headers, timeout_s=timeout_s
    )


def _rules(network: Network, own: ChainSettings | None) -> DepositRules:
    if own is None:
        return DEPOSIT_RULES[network]
    changed = own.model_dump(exclude={"urls", "headers", "symbol"}, exclude_none=True)
    rules = replace(DEPOSIT_RULES[network], **changed)
    if own.symbol is None:
        return rules
    return replace(rules, token=Token(own.symbol, rules.token.decimals))
