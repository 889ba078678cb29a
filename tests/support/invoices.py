"""A customer with invoices of every kind, made through the product's own services."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mara.billing.adapters.accounts import PostgresAccounts
from mara.billing.adapters.credit_notes import PostgresCreditNotes
from mara.billing.model.invoice import CreditNote, Party
from mara.billing.model.plan import PlanVersion
from mara.billing.service.accounts import AccountBooks
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause
from mara.platform.database import connection, transaction
from mara.wallets.model import DepositKey, Network
from mara.wiring.ledger import ledger_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, plan_version
from tests.support.subscriptions import Billing, add_plan, pay_in

if TYPE_CHECKING:
    from collections.abc import Mapping

PRICE = 28 * USDT
SELLER = Party("Example Ltd", "billing@example.com", "Main Street 1, Springfield")


@dataclass
class SellerBilling(Billing):
    """Billing whose invoices name ``SELLER``."""

    @property
    def books(self) -> AccountBooks:
        books = super().books
        return AccountBooks(
            PostgresAccounts(SELLER), books.ledger, books.deposits, books.publish_all, new_id
        )


@dataclass
class Customer:
    """A user who subscribes to ``plan``, with the time of billing; needs ``database``."""

    account: Account
    plan: PlanVersion
    billing: Billing = field(default_factory=SellerBilling)
    deposits: int = 0

    @property
    def id(self) -> UUID:
        return self.account.id

    def now(self) -> datetime:
        """The time of billing."""
        return self.billing.at

    def deposit(self, amount: int, network: Network = Network.TRON) -> str:
        """Credit a deposit as a scan does; the hash of its transaction."""
        self.deposits += 1
        key = DepositKey(network, f"{self.id.hex}{self.deposits:032}", 0)
        with transaction(SYSTEM):
            cause = Cause(str(key), str(new_id()))
            ledger_service().credit_deposit(self.id, network, amount, cause)
        return key.transaction

    def credit(self, amount: int) -> str:
        """Credit by hand; the id of the credit."""
        reference = str(new_id())
        with transaction(SYSTEM):
            cause = Cause(f"credit:{reference}", reference)
            ledger_service().credit(self.id, amount, cause)
        return reference

    def subscribe(self) -> None:
        self.billing.subscribe(self.id, self.plan)

    def renew(self) -> None:
        """Let the first month pass, from 31 January to 28 February."""
        self.billing.at += timedelta(days=28)
        self.billing.charging.charge_owner(self.id)

    def note(self, invoice_id: UUID, amount: int, reason: str = "cancelled") -> CreditNote:
        """A credit note with its refund, as a cancellation makes it."""
        note = CreditNote(new_id(), invoice_id, self.id, amount, reason, self.id, self.billing.at)
        with transaction(SYSTEM):
            cause = Cause(f"credit_note:{note.id}", str(invoice_id))
            ledger_service().refund(self.id, amount, cause)
            PostgresCreditNotes().add([note])
        return note

    def invoice_ids(self) -> list[UUID]:
        """Oldest first."""
        with transaction(SYSTEM):
            query = "SELECT id FROM invoices WHERE owner_id = %s ORDER BY id"
            return [row[0] for row in connection().execute(query, (self.id,))]

    def profile(self, **values: str) -> None:
        """Change columns of the user."""
        with transaction(SYSTEM):
            for name, value in values.items():
                query = f"UPDATE users SET {name} = %s WHERE id = %s"
                connection().execute(query, (value, self.id))


def give_invoice(owner_id: UUID) -> UUID:
    """A paid invoice of 0.1 USDT, of a subscription that has ended since."""
    billing = SellerBilling()
    with transaction(SYSTEM):
        version = plan_version("ended", price=USDT // 10)
        known = connection().execute("SELECT FROM plans WHERE code = 'ended'").rowcount
    if not known:
        add_plan(version, names={"ru": "Прежний", "en": "Former"})
    pay_in(owner_id, version.terms.price)
    billing.subscribe(owner_id, version)
    with transaction(SYSTEM):
        connection().execute(
            "UPDATE subscriptions SET state = 'ended', end_reason = 'cancelled', due_at = NULL"
            " WHERE owner_id = %s",
            (owner_id,),
        )
        query = "SELECT id FROM invoices WHERE owner_id = %s"
        row = connection().execute(query, (owner_id,)).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def make_customer(name: str = "anna", **terms: Any) -> Customer:
    """A user with a name and a company, and a plan of a code of its own."""
    names: Mapping[str, str] = {"ru": "Команда", "en": "Team"}
    version = plan_version(f"plan-{name}", **{"price": PRICE, **terms})
    customer = Customer(make_account(name), add_plan(version, names=names))
    customer.profile(full_name="Анна Петрова", company="ООО «Пример»")
    return customer
