"""Builds the services of credits by hand and credit notes from their production adapters."""

from functools import cache

from mara.billing.adapters.accounts import PostgresAccounts
from mara.billing.adapters.credit_notes import PostgresCreditNotes
from mara.billing.adapters.credits import PostgresCredits
from mara.billing.model.credit import CreditLimits
from mara.billing.service.credit_notes import CreditNoteService
from mara.billing.service.credits import CreditService
from mara.kernel.ids import new_id
from mara.kernel.money import MICRO_PER_USDT
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.settings.credits import CreditSettings
from mara.users.adapters.postgres import PostgresUsers
from mara.wiring.audit import audit_log
from mara.wiring.ledger import ledger_service, lot_service


@cache
def credit_service() -> CreditService:
    """Credits by hand."""
    settings = CreditSettings()
    limits = CreditLimits(
        settings.credit_max_usdt * MICRO_PER_USDT, settings.credits_per_day_usdt * MICRO_PER_USDT
    )
    return CreditService(
        credits=PostgresCredits(),
        users=PostgresUsers(),
        ledger=ledger_service(),
        lots=lot_service(),
        limits=limits,
        unit_of_work=transaction,
        now=now,
        new_id=new_id,
        audit=audit_log(),
    )


@cache
def credit_note_service() -> CreditNoteService:
    """Credit notes by hand."""
    return CreditNoteService(
        PostgresCreditNotes(),
        PostgresAccounts(),
        ledger_service(),
        transaction,
        now,
        new_id,
        audit_log(),
    )
