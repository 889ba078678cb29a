"""Builds the billing services from their production adapters."""

from functools import cache

from mara.billing.adapters.accounts import PostgresAccounts
from mara.billing.adapters.deposits import PostgresDepositsInFlight
from mara.billing.adapters.metrics import CloudWatchBillingMetrics
from mara.billing.service.accounts import AccountBooks
from mara.billing.service.charging import ChargingService
from mara.kernel.ids import new_id
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.outbox import publish_all
from mara.wiring.ledger import ledger_service
from mara.wiring.seller import seller
from mara.wiring.wallets import chain_settings, deposit_rules


@cache
def charging_service() -> ChargingService:
    """Renewals, overdue payments and ends."""
    return ChargingService(account_books(), transaction, now, CloudWatchBillingMetrics())


@cache
def account_books() -> AccountBooks:
    """Accounts of subscriptions with their funds."""
    accounts = PostgresAccounts(seller())
    return AccountBooks(accounts, ledger_service(), deposits_in_flight(), publish_all, new_id)


@cache
def deposits_in_flight() -> PostgresDepositsInFlight:
    """Deposits that are not credited yet, of at least the minimum of their network."""
    minimums = {network: rules.minimum_micro_usdt for network, rules in deposit_rules().items()}
    return PostgresDepositsInFlight(minimums, set(chain_settings()))
