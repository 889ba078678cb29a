"""Builds the services of subscriptions from their production adapters."""

from functools import cache

from mara.billing.adapters.accounts import PostgresAccounts
from mara.billing.adapters.credit_notes import PostgresCreditNotes
from mara.billing.adapters.history import PostgresSubscriptionHistory
from mara.billing.adapters.plans import PostgresPlans
from mara.billing.adapters.trials import PostgresTrials
from mara.billing.service.subscription_history import SubscriptionHistoryService
from mara.billing.service.subscription_overview import SubscriptionOverviewService
from mara.billing.service.subscriptions import SubscriptionService
from mara.kernel.ids import new_id
from mara.ledger.adapters.postgres import PostgresLedger
from mara.platform.clock import now
from mara.platform.database import snapshot, transaction
from mara.platform.settings.trials import TrialSettings
from mara.wiring.audit import audit_log
from mara.wiring.billing import account_books, deposits_in_flight
from mara.wiring.metering import period_usage, usage_overview_service
from mara.wiring.payments import payment_instruction_service


@cache
def subscription_service() -> SubscriptionService:
    """Subscribe, change, cancel and resume."""
    settings = TrialSettings()  # type: ignore[call-arg]  # from the environment
    return SubscriptionService(
        books=account_books(),
        plans=PostgresPlans(),
        usage=period_usage(),
        trials=PostgresTrials(settings.trial_key.get_secret_value().encode()),
        credit_notes=PostgresCreditNotes(),
        unit_of_work=transaction,
        now=now,
        new_id=new_id,
        audit=audit_log(),
    )


@cache
def subscription_overview_service() -> SubscriptionOverviewService:
    """What a user sees of their subscription."""
    return SubscriptionOverviewService(
        PostgresAccounts(),
        PostgresPlans(),
        PostgresLedger(),
        deposits_in_flight(),
        payment_instruction_service(),
        usage_overview_service(),
        snapshot,
        now,
    )


@cache
def subscription_history_service() -> SubscriptionHistoryService:
    """The events of a user's subscriptions."""
    return SubscriptionHistoryService(PostgresSubscriptionHistory(), transaction)
