"""Metering at a time that the test sets, on PostgreSQL or in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mara.billing.adapters.plans import PostgresPlans
from mara.billing.adapters.usage import (
    PostgresReservations,
    PostgresUsageCounters,
    PostgresUsageHolders,
)
from mara.billing.adapters.usage_invoices import PostgresUsageInvoices
from mara.billing.adapters.usage_levels import STORED_BYTES, PostgresUsageLevels
from mara.billing.model.actions import Subscriber, subscribe
from mara.billing.model.counter import Counter
from mara.billing.model.entitlement import Holder
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.payment_deadline import Funds
from mara.billing.model.plan import PlanVersion
from mara.billing.model.reservation import Reservation
from mara.billing.model.subscription import State, Subscription
from mara.billing.model.usage_request import LASTS, UsageRequest
from mara.billing.ports import (
    Plans,
    Reservations,
    UsageCounters,
    UsageHolders,
    UsageInvoices,
    UsageLevels,
)
from mara.billing.service.levels import LevelService
from mara.billing.service.metering import Metering
from mara.billing.service.period_usage import CountedPeriodUsage
from mara.billing.service.plan_advice import PlanAdvice
from mara.billing.service.reservation_expiry import ReservationExpiryService
from mara.billing.service.settlements import Settlements
from mara.billing.service.usage_book import UsageBook
from mara.billing.service.usage_invoices import UsageInvoiceService
from mara.billing.service.usage_overview import UsageOverviewService
from mara.kernel.errors import DomainError
from mara.kernel.ids import new_id
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.ledger.adapters.postgres import PostgresLedger
from mara.ledger.model import Balance, Cause
from mara.ledger.ports import LedgerRepository
from mara.ledger.service import HoldExpiryService, LedgerService
from mara.platform.database import asynchronous, connection, transaction
from tests.support.billing import NOW, USDT, allowances, plan_version
from tests.support.fakes.billing import FakePlans
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.ledger import FakeLedger
from tests.support.fakes.usage import (
    FakeReservations,
    FakeUsageCounters,
    FakeUsageHolders,
    FakeUsageInvoices,
    FakeUsageLevels,
    UsageAlarms,
)
from tests.support.money import make_owner
from tests.support.subscriptions import Billing, add_plan, without_default_plan

ANSWERS, TOKENS, PAGES = Meter.ANSWERS, Meter.GENERATED_TOKENS, Meter.PAGES
# Versions are cached by process, as they never change: these codes are of these tests alone.
FREE = plan_version("metered-free", price=0, allowances=allowances(answers=3, pages=5))


def limited(code: str = "metered", *, price: int = 10 * USDT, **terms: Any) -> PlanVersion:
    """A plan with 10 answers and 1000 tokens, and overage for both."""
    given: dict[str, Any] = {
        "allowances": allowances(answers=10, generated_tokens=1000, agents=2, stored_mb=1),
        "overage_prices": {ANSWERS: 100, TOKENS: 7},
        "features": frozenset({Feature.GENERATED_ANSWERS}),
        **terms,
    }
    return plan_version(code, price=price, **given)


def rule_of(refusal: DomainError) -> dict[str, object]:
    """The rule of a refusal, with its figures."""
    rule = refusal.extensions["rule"]
    assert isinstance(rule, dict)
    return rule


def ways_out(refusal: DomainError) -> list[str]:
    """The actions that a refusal offers."""
    ways = refusal.extensions["way_out"]
    assert isinstance(ways, list)
    return [way["action"] for way in ways]


def _renew_nothing(_: UUID) -> bool:
    raise AssertionError("no renewal is due")


@dataclass
class MeteringWorld:
    """``messages`` are those of committed and failed transactions."""

    unit_of_work: UnitOfWork
    reserving: UnitOfWork
    """That of ``Metering``."""
    make_owner: Callable[[int], UUID]
    subscribe: Callable[[UUID, PlanVersion], None]
    store: Callable[[UUID, Subscription], None]
    """Store a changed subscription: its overage limit, version and period."""
    holders: UsageHolders
    counters: UsageCounters
    reservations: Reservations
    levels: UsageLevels
    invoices: UsageInvoices
    repository: LedgerRepository
    plans: Plans
    at: datetime = NOW
    renew: Callable[[UUID], object] = _renew_nothing
    messages: list[Message] = field(default_factory=list)
    alarms: UsageAlarms = field(default_factory=UsageAlarms)

    @property
    def ledger(self) -> LedgerService:
        return LedgerService(self.repository, self.now)

    @property
    def book(self) -> UsageBook:
        return UsageBook(self.counters, new_id)

    @property
    def metering(self) -> Metering:
        settlements = Settlements(
            self.holders,
            self.counters,
            self.reservations,
            self.ledger,
            self.publish,
            self.alarms,
            self.now,
        )
        return Metering(
            self.holders,
            self.book,
            self.reservations,
            settlements,
            PlanAdvice(self.plans, self.holders, self.book, self.now),
            self.ledger,
            self.reserving,
            self.renew,
            self.now,
            new_id,
        )

    @property
    def usage(self) -> CountedPeriodUsage:
        return CountedPeriodUsage(self.book, self.now)

    @property
    def level_service(self) -> LevelService:
        return LevelService(
            self.levels, self.holders, self.plans, self.unit_of_work, self.alarms, self.now
        )

    @property
    def overview(self) -> UsageOverviewService:
        return UsageOverviewService(
            self.holders, self.book, self.levels, self.unit_of_work, self.now
        )

    def now(self) -> datetime:
        return self.at

    def publish(self, message: Message) -> None:
        self.messages.append(message)

    def publish_all(self, messages: Sequence[Message]) -> None:
        self.messages += messages

    def holder_of(self, owner_id: UUID) -> Holder:
        with self.unit_of_work(SYSTEM):
            return self.holders.get(owner_id, self.at)

    def subscription_of(self, owner_id: UUID) -> Subscription:
        subscription = self.holder_of(owner_id).subscription
        assert subscription is not None
        return subscription

    def subscriber(self, version: PlanVersion, *, overage_limit: int = 0, left: int = 0) -> UUID:
        """A new user who has paid for the plan, and has so much left."""
        owner_id = self.make_owner(version.terms.effective_price + left)
        self.subscribe(owner_id, version)
        self.store(owner_id, replace(self.subscription_of(owner_id), overage_limit=overage_limit))
        return owner_id

    def reserve(
        self,
        owner_id: UUID,
        key: str,
        *,
        lasts: timedelta = LASTS,
        feature: Feature | None = None,
        **quantities: int,
    ) -> Reservation:
        """Quantities by the name of their meter."""
        wanted = {Meter(name): units for name, units in quantities.items()}
        request = UsageRequest(owner_id, wanted, key, f"of {key}", lasts, feature)
        return self.metering.reserve(request)

    def settle(self, owner_id: UUID, key: str, **used: int) -> Reservation:
        with self.unit_of_work(owner_id):
            return self.metering.settle(
                owner_id, key, {Meter(name): units for name, units in used.items()}
            )

    def expire(self) -> int:
        return ReservationExpiryService(
            self.reservations, self.counters, self.ledger, self.unit_of_work, batch=2
        ).expire(self.at)

    def expire_holds(self) -> int:
        return HoldExpiryService(self.ledger, self.unit_of_work).release_expired(self.at)

    def close_usage_periods(self) -> int:
        return UsageInvoiceService(
            self.counters, self.invoices, self.unit_of_work, self.publish_all, new_id, batch=2
        ).close_usage_periods(self.at)

    def use(self, owner_id: UUID, key: str, **quantities: int) -> Reservation:
        """Reserve, and use all of it."""
        wanted = {Meter(name): units for name, units in quantities.items()}
        self.metering.reserve(UsageRequest(owner_id, wanted, key, f"of {key}"))
        return self.settle(owner_id, key, **quantities)

    def balance(self, owner_id: UUID) -> Balance:
        with self.unit_of_work(SYSTEM):
            return self.repository.get_balance(owner_id)

    def stored(self, owner_id: UUID, *starts: datetime) -> Mapping[Meter, Counter]:
        """The counters of usage periods, or of the one that begins now; the last one counts."""
        with self.unit_of_work(SYSTEM):
            found = self.counters.read(owner_id, starts or (NOW,))
        return {one.meter: one for one in found}


def postgres_metering() -> MeteringWorld:
    """Needs the fixture ``database``."""
    without_default_plan()
    add_plan(FREE, is_default=True)
    return _on_postgres()


def metering_of(billing: Billing) -> MeteringWorld:
    """Metering at the same time, which charges renewals that are due as the biller does."""
    return replace(_on_postgres(), at=billing.at, renew=billing.charging.charge_owner)


def _on_postgres() -> MeteringWorld:
    return MeteringWorld(
        transaction,
        asynchronous,
        _make_old_owner,
        _subscribe,
        _store,
        PostgresUsageHolders(),
        PostgresUsageCounters(),
        PostgresReservations(),
        PostgresUsageLevels({Meter.STORED_MB: STORED_BYTES}),
        PostgresUsageInvoices(),
        PostgresLedger(),
        PostgresPlans(),
    )


def fake_metering() -> MeteringWorld:
    database = FakeDatabase()
    in_memory = _InMemory(database)
    return MeteringWorld(
        database.unit_of_work,
        database.unit_of_work,
        in_memory.make_owner,
        in_memory.subscribe,
        in_memory.store,
        FakeUsageHolders(database),
        FakeUsageCounters(database),
        FakeReservations(database),
        FakeUsageLevels(database),
        FakeUsageInvoices(database),
        FakeLedger(database),
        FakePlans(database),
    )


def _make_old_owner(available: int) -> UUID:
    """A user whose account was created at NOW."""
    owner_id = make_owner(available)
    with transaction(SYSTEM):
        connection().execute("UPDATE users SET created_at = %s WHERE id = %s", (NOW, owner_id))
    return owner_id


def _subscribe(owner_id: UUID, version: PlanVersion) -> None:
    with transaction(SYSTEM):
        known = connection().execute("SELECT FROM plans WHERE id = %s", (version.plan_id,))
    if not known.rowcount:
        add_plan(version)
    Billing().subscribe(owner_id, version)


def _store(owner_id: UUID, subscription: Subscription) -> None:
    with transaction(SYSTEM):
        known = connection().execute(
            "SELECT FROM plan_versions WHERE id = %s", (subscription.version.id,)
        )
    if not known.rowcount:
        add_plan(subscription.version)
    period = subscription.period
    assert period is not None
    with transaction(SYSTEM):
        connection().execute(
            """UPDATE subscriptions SET overage_limit = %s, version_id = %s, period_start = %s,
                period_end = %s, state = %s, end_reason = %s,
                due_at = CASE WHEN %s = 'ended' THEN NULL ELSE due_at END WHERE owner_id = %s""",
            (subscription.overage_limit, subscription.version.id, period.start, period.end,
             subscription.state, subscription.end_reason, subscription.state, owner_id),
        )  # fmt: skip


@dataclass(frozen=True)
class _InMemory:
    database: FakeDatabase

    def make_owner(self, available: int) -> UUID:
        owner_id = new_id()
        with self.database.unit_of_work():
            self.database.tables.holders[owner_id] = Holder(owner_id, NOW, NOW, FREE)
            if available:
                cause = Cause(f"first deposit of {owner_id}", "deposit")
                self._ledger.credit_deposit(owner_id, "tron", available, cause)
        return owner_id

    def subscribe(self, owner_id: UUID, version: PlanVersion) -> None:
        price = version.terms.effective_price
        subscriber = Subscriber(owner_id, Funds(price), has_trial=True)
        progress = subscribe(subscriber, version, NOW, new_id)
        with self.database.unit_of_work():
            for charge in progress.charges:
                cause = Cause(charge.key, str(charge.invoice_id))
                self._ledger.charge(owner_id, charge.amount, cause)
        self.store(owner_id, progress.subscription)

    def store(self, owner_id: UUID, subscription: Subscription) -> None:
        kept = None if subscription.state is State.ENDED else subscription
        with self.database.unit_of_work():
            holders = self.database.tables.holders
            holders[owner_id] = replace(holders[owner_id], subscription=kept)

    @property
    def _ledger(self) -> LedgerService:
        return LedgerService(FakeLedger(self.database), lambda: NOW)
