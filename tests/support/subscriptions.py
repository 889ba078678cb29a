"""Subscriptions in PostgreSQL, charged at a time that the test sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from mara.billing.adapters.accounts import PostgresAccounts
from mara.billing.adapters.deposits import PostgresDepositsInFlight
from mara.billing.adapters.plans import PostgresPlans
from mara.billing.model.actions import Subscriber, subscribe
from mara.billing.model.meters import Feature
from mara.billing.model.plan import Plan, PlanVersion, Visibility
from mara.billing.service.accounts import AccountBooks, funds_of
from mara.billing.service.charging import ChargingService
from mara.kernel.ids import new_id
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.wallets.adapters.deposits import PostgresDeposits
from mara.wallets.model import BlockRef, Deposit, DepositKey, DepositState, Network
from mara.wallets.model.addresses import ADDRESS_BYTES
from mara.wiring.ledger import ledger_service
from tests.support.billing import NOW, USDT, plan_version
from tests.support.money import make_owner

MINIMUMS = dict.fromkeys(Network, USDT)


@dataclass
class SetAside:
    """Implements ``BillingMetrics``."""

    ticks: list[int] = field(default_factory=list)

    def record(self, set_aside: int) -> None:
        self.ticks.append(set_aside)


@dataclass
class Billing:
    """Needs the fixture ``database``. ``messages`` are those of committed and failed batches."""

    at: datetime = NOW
    messages: list[Message] = field(default_factory=list)
    metrics: SetAside = field(default_factory=SetAside)
    batch: int = 1000

    @property
    def books(self) -> AccountBooks:
        deposits = PostgresDepositsInFlight(MINIMUMS, {Network.TRON})
        return AccountBooks(
            PostgresAccounts(), ledger_service(), deposits, self.publish_all, new_id
        )

    @property
    def charging(self) -> ChargingService:
        return ChargingService(
            self.books, transaction, lambda: self.at, self.metrics, batch=self.batch
        )

    def publish_all(self, messages: Sequence[Message]) -> None:
        self.messages += messages

    def wait(self, **time: float) -> dict[str, int]:
        """Let time pass, and charge then."""
        self.at += timedelta(**time)
        return self.charging.charge_due()

    def subscriber(self, version: PlanVersion, *, available: int = 0) -> UUID:
        """A new user with so much money, who subscribes."""
        owner_id = make_owner(available)
        self.subscribe(owner_id, version)
        return owner_id

    def subscribe(self, owner_id: UUID, version: PlanVersion) -> None:
        with transaction(SYSTEM):
            balance = self.books.ledger.lock_balances([owner_id])[owner_id]
            subscriber = Subscriber(owner_id, funds_of(balance, None), has_trial=True)
            self.books.write([subscribe(subscriber, version, self.at, new_id)], self.at, owner_id)


def add_plan(
    version: PlanVersion, *, is_default: bool = False, names: Mapping[str, str] | None = None
) -> PlanVersion:
    given = names or dict.fromkeys(("ru", "en"), version.code)
    plan = Plan(version.plan_id, version.code, given, Visibility.PUBLIC, is_default, version)
    with transaction(SYSTEM):
        PostgresPlans().add(plan)
    return version


def without_default_plan() -> None:
    """Withdraw the plan that the migrations insert: it is neither sold nor the default."""
    with transaction(SYSTEM):
        connection().execute(
            "UPDATE plans SET is_default = false, visibility = 'archived' WHERE is_default"
        )


def subscribe_now(owner_id: UUID, version: PlanVersion, *, overage_limit: int = 0) -> None:
    """Subscribe to a new plan from now on; the owner has the money."""
    add_plan(version)
    Billing(now()).subscribe(owner_id, version)
    with transaction(SYSTEM):
        connection().execute(
            "UPDATE subscriptions SET overage_limit = %s WHERE owner_id = %s AND state <> 'ended'",
            (overage_limit, owner_id),
        )


def without_limits(owner_id: UUID) -> None:
    """Subscribe to a plan that is free and includes everything without a limit."""
    version = plan_version(f"unlimited-{owner_id.hex[-12:]}", price=0, features=frozenset(Feature))
    subscribe_now(owner_id, version)


def pay_in(owner_id: UUID, amount: int) -> None:
    with transaction(SYSTEM):
        cause = Cause(f"deposit {new_id()}", "deposit")
        ledger_service().credit_deposit(owner_id, "tron", amount, cause)


def send(owner_id: UUID, amount: int, state: DepositState = DepositState.SEEN) -> Deposit:
    """A deposit in flight."""
    deposit = Deposit(
        id=new_id(),
        owner_id=owner_id,
        key=DepositKey(Network.TRON, new_id().hex * 2, 0),
        recipient=b"\x01" * ADDRESS_BYTES[Network.TRON],
        amount_micro_usdt=amount,
        block=BlockRef(1, "0x01"),
        log_index=0,
        state=state,
        reader="first",
        seen_at=NOW,
    )
    save(deposit)
    return deposit


def save(deposit: Deposit) -> None:
    with transaction(SYSTEM):
        PostgresDeposits().save(deposit)


def orphan(deposit: Deposit) -> None:
    save(replace(deposit, state=DepositState.ORPHANED))


def state_of(owner_id: UUID) -> str:
    """The state of the owner's last subscription."""
    with transaction(SYSTEM):
        query = "SELECT state FROM subscriptions WHERE owner_id = %s ORDER BY id DESC LIMIT 1"
        row = connection().execute(query, (owner_id,)).fetchone()
    assert row is not None
    return str(row[0])


def invoices_of(owner_id: UUID) -> list[tuple[str, str | None, int]]:
    """Status, number and total of each invoice, oldest first."""
    with transaction(SYSTEM):
        query = "SELECT status, number, total FROM invoices WHERE owner_id = %s ORDER BY id"
        return connection().execute(query, (owner_id,)).fetchall()


def all_numbers() -> list[str]:
    """The numbers of all invoices, ascending."""
    with transaction(SYSTEM):
        query = "SELECT number FROM invoices WHERE number IS NOT NULL ORDER BY number"
        return [number for (number,) in connection().execute(query)]


def poison(period_start: datetime, owner_id: UUID | None = None) -> UUID:
    """Make the renewal of one subscriber fail: an invoice of that period stands already."""
    query = """
        INSERT INTO invoices (id, subscription_id, owner_id, version_id, status, purpose, cause,
            number, lines, total, created_at)
        SELECT gen_random_uuid(), id, owner_id, version_id, 'paid', 'renewal', %(cause)s, 'x',
            '[]', 0, now()
        FROM subscriptions WHERE coalesce(%(owner_id)s::uuid, owner_id) = owner_id
        ORDER BY id DESC LIMIT 1 RETURNING owner_id
    """
    with transaction(SYSTEM):
        values = {"cause": period_start.isoformat(), "owner_id": owner_id}
        row = connection().execute(query, values).fetchone()
    assert row is not None
    return UUID(str(row[0]))
