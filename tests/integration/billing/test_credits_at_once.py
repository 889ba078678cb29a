"""Credits and credit notes that are given at the same moment, and cancellations beside them.

To see it fail: take the lock of ``PostgresCredits`` away, or that of ``PostgresCreditNotes``.
"""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from mara.billing.adapters.credit_notes import PostgresCreditNotes
from mara.billing.adapters.invoices import PostgresInvoices
from mara.billing.adapters.plans import PostgresPlans
from mara.billing.adapters.usage import PostgresUsageCounters
from mara.billing.service.period_usage import CountedPeriodUsage
from mara.billing.service.subscriptions import SubscriptionService
from mara.billing.service.usage_book import UsageBook
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.wiring.audit import audit_log
from mara.wiring.credits import credit_note_service, credit_service
from mara.wiring.ledger import audit_service
from tests.support.billing import USDT
from tests.support.invoices import PRICE, Customer, make_customer
from tests.support.money import balance_of, make_owner
from tests.support.parallel import outcomes

pytestmark = pytest.mark.usefixtures("database")

AT_ONCE = 8
ROOT = Principal(new_id(), Role.SUPERUSER)


@pytest.fixture
def anna() -> Customer:
    customer = make_customer()
    customer.deposit(PRICE)
    customer.subscribe()
    return customer


class TestCredits:
    def test_of_a_day_stay_within_its_limit(self) -> None:
        owners = [make_owner() for _ in range(AT_ONCE)]

        def give(owner_id: UUID) -> str:
            credit_service().give(ROOT, owner_id, 300 * USDT, "promotion")
            return "given"

        found = outcomes(give, owners)
        assert sorted(found) == ["DailyCreditsReached"] * 5 + ["given"] * 3
        assert sum(balance_of(owner_id).available for owner_id in owners) == 900 * USDT

    def test_are_taken_back_once(self) -> None:
        owner_id = make_owner(50 * USDT)
        credit = credit_service().give(ROOT, owner_id, 7 * USDT, "promotion")

        def take_back(_: int) -> str:
            credit_service().take_back(ROOT, owner_id, credit.id, "a mistake")
            return "taken"

        found = outcomes(take_back, range(AT_ONCE))
        assert sorted(found) == ["CreditReversed"] * (AT_ONCE - 1) + ["taken"]
        assert balance_of(owner_id).available == 50 * USDT
        assert audit_service().verify().differences == ()


class TestCreditNotes:
    def test_exceed_no_total_and_have_numbers_without_a_gap(self, anna: Customer) -> None:
        (invoice_id,) = anna.invoice_ids()

        def issue(_: int) -> str:
            note = credit_note_service().issue(ROOT, invoice_id, 9 * USDT, "outage")
            return note.number or ""

        found = outcomes(issue, range(AT_ONCE))
        assert sorted(found) == [
            *("2026-C-000001", "2026-C-000002", "2026-C-000003"),
            *["CreditNoteTooLarge"] * (AT_ONCE - 3),
        ]
        assert balance_of(anna.id).available == 27 * USDT
        assert audit_service().verify().differences == ()

    def test_lower_what_a_cancellation_gives_back(self, anna: Customer) -> None:
        (invoice_id,) = anna.invoice_ids()
        credit_note_service().issue(ROOT, invoice_id, 20 * USDT, "outage")
        with transaction(SYSTEM):
            account = anna.billing.books.accounts.lock_of(anna.id, anna.billing.at)
            assert account is not None
            period = account.subscription.period
            assert period is not None
            subscription_id = account.subscription.id
            (payment,) = PostgresCreditNotes().payments_of(subscription_id, period)
        assert payment.left == PRICE - 20 * USDT

    def test_beside_a_cancellation_give_back_what_was_paid_at_most(self, anna: Customer) -> None:
        """A quarter of the period has passed, so the cancellation alone gives 21 USDT back."""
        (invoice_id,) = anna.invoice_ids()
        anna.billing.at += timedelta(days=7)
        service = subscription_service(anna)

        def cancel_or_issue(number: int) -> str:
            if number == 0:
                service.cancel(Principal(anna.id, Role.USER), immediately=True)
            else:
                credit_note_service().issue(ROOT, invoice_id, 5 * USDT, "outage")
            return "done"

        found = outcomes(cancel_or_issue, range(AT_ONCE))
        assert set(found) <= {"done", "CreditNoteTooLarge"}
        with transaction(SYSTEM):
            notes = PostgresInvoices().notes_of(invoice_id)
        assert {note.reason for note in notes} >= {"outage"}
        assert sum(note.amount for note in notes) == balance_of(anna.id).available <= PRICE
        assert audit_service().verify().differences == ()


class NoTrials:
    """Implements ``Trials`` for a user who has none."""

    def is_available(self, owner_id: UUID) -> bool:
        return False

    def use(self, owner_id: UUID, at: datetime) -> None:
        raise AssertionError("there is no trial")


def subscription_service(customer: Customer) -> SubscriptionService:
    usage = CountedPeriodUsage(UsageBook(PostgresUsageCounters(), new_id), customer.now)
    return SubscriptionService(
        books=customer.billing.books,
        plans=PostgresPlans(),
        usage=usage,
        trials=NoTrials(),
        credit_notes=PostgresCreditNotes(),
        unit_of_work=transaction,
        now=customer.now,
        new_id=new_id,
        audit=audit_log(),
    )
