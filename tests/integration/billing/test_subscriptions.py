"""Subscribing, changing and cancelling in PostgreSQL, with what is charged and given back."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from mara.billing.adapters.accounts import PostgresAccounts
from mara.billing.adapters.credit_notes import PostgresCreditNotes
from mara.billing.adapters.plans import PostgresPlans
from mara.billing.adapters.usage import PostgresUsageCounters
from mara.billing.errors import (
    PlanArchived,
    PlanChanged,
    PlanNotFound,
    PreviewOutdated,
    SubscriptionExists,
    SubscriptionNotFound,
)
from mara.billing.model.changes import ChangeTime
from mara.billing.model.meters import Meter
from mara.billing.model.plan import Plan, PlanVersion, Visibility
from mara.billing.model.subscription import State
from mara.billing.service.period_usage import CountedPeriodUsage
from mara.billing.service.subscriptions import PlanChange, SubscriptionService
from mara.billing.service.usage_book import UsageBook
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import InsufficientFunds
from mara.platform.database import connection, transaction
from mara.wiring.audit import audit_log
from mara.wiring.ledger import audit_service
from mara.wiring.plans import plan_service
from tests.support.billing import USDT, allowances, plan_version
from tests.support.money import balance_of, make_owner
from tests.support.subscriptions import Billing, add_plan, invoices_of, pay_in, state_of

pytestmark = pytest.mark.usefixtures("database")

HALF = timedelta(days=14)
"""Half of the first period, from 31 January to 28 February."""


@dataclass
class FakeTrials:
    """Implements ``Trials``."""

    used: set[UUID] = field(default_factory=set)

    def is_available(self, owner_id: UUID) -> bool:
        return owner_id not in self.used

    def use(self, owner_id: UUID, at: datetime) -> None:
        self.used.add(owner_id)


@dataclass
class Customer:
    """A user, and the service that works for them; ``billing`` has the clock."""

    billing: Billing
    principal: Principal
    trials: FakeTrials

    @property
    def service(self) -> SubscriptionService:
        return SubscriptionService(
            books=self.billing.books,
            plans=PostgresPlans(),
            usage=CountedPeriodUsage(
                UsageBook(PostgresUsageCounters(), new_id), lambda: self.billing.at
            ),
            trials=self.trials,
            credit_notes=PostgresCreditNotes(),
            unit_of_work=transaction,
            now=lambda: self.billing.at,
            new_id=new_id,
            audit=audit_log(),
        )

    @property
    def available(self) -> int:
        return balance_of(self.principal.user_id).available

    @property
    def state(self) -> str:
        return state_of(self.principal.user_id)

    def wait(self, time: timedelta) -> None:
        self.billing.at += time


@pytest.fixture
def customer() -> Customer:
    return Customer(Billing(), Principal(make_owner(), Role.USER), FakeTrials())


@pytest.fixture
def team() -> PlanVersion:
    limits = allowances(answers=100)
    return add_plan(plan_version("team", price=28 * USDT, allowances=limits))


@pytest.fixture
def business(team: PlanVersion) -> PlanVersion:
    return add_plan(plan_version("business", price=56 * USDT))


@pytest.fixture
def active(customer: Customer, team: PlanVersion) -> Customer:
    pay_in(customer.principal.user_id, 28 * USDT)
    customer.service.subscribe(customer.principal, "team")
    assert customer.state == "active"
    return customer


class TestSubscribe:
    def test_without_money_makes_a_draft_that_money_pays(
        self, customer: Customer, team: PlanVersion
    ) -> None:
        result = customer.service.subscribe(customer.principal, "team")
        assert result.change_set.subscription.state is State.INCOMPLETE
        assert invoices_of(customer.principal.user_id) == [("draft", None, 28 * USDT)]
        pay_in(customer.principal.user_id, 30 * USDT)
        customer.billing.wait(hours=1)
        assert (customer.state, customer.available) == ("active", 2 * USDT)
        assert invoices_of(customer.principal.user_id) == [("paid", "2026-000001", 28 * USDT)]

    def test_twice_is_refused(self, active: Customer) -> None:
        with pytest.raises(SubscriptionExists):
            active.service.subscribe(active.principal, "team")

    def test_to_no_plan_or_an_archived_one_is_refused(
        self, customer: Customer, team: PlanVersion
    ) -> None:
        with pytest.raises(PlanNotFound):
            customer.service.subscribe(customer.principal, "teams")
        service = replace(plan_service(), now=lambda: customer.billing.at)
        service.change(team.plan_id, team.terms, visibility=Visibility.ARCHIVED)
        with pytest.raises(PlanArchived):
            customer.service.subscribe(customer.principal, "team")

    def test_to_another_version_than_was_seen_is_refused(
        self, customer: Customer, team: PlanVersion
    ) -> None:
        raise_price(team, 56 * USDT)
        with pytest.raises(PlanChanged):
            customer.service.subscribe(customer.principal, "team", 1)

    def test_has_a_trial_once(self, customer: Customer) -> None:
        add_plan(plan_version("trial", price=USDT, trial_days=14))
        customer.service.subscribe(customer.principal, "trial")
        assert customer.state == "trialing"
        customer.service.cancel(customer.principal, immediately=True)
        customer.service.subscribe(customer.principal, "trial")
        assert customer.state == "incomplete"


class TestChange:
    def test_posts_the_lines_of_its_preview(self, active: Customer, business: PlanVersion) -> None:
        pay_in(active.principal.user_id, 20 * USDT)
        active.wait(HALF)
        preview = active.service.change(active.principal, PlanChange("business"), preview=True)
        assert active.available == 20 * USDT
        active.wait(timedelta(minutes=10))
        wanted = PlanChange("business", as_of=preview.as_of)
        posted = active.service.change(active.principal, wanted)
        assert posted.price == preview.price
        assert posted.price is not None
        assert posted.price.total == 14 * USDT
        assert active.available == 6 * USDT
        assert invoices_of(active.principal.user_id)[-1] == ("paid", "2026-000002", 14 * USDT)

    @pytest.mark.parametrize("minutes", [-1, 16])
    def test_refuses_a_preview_that_is_too_old_or_not_made_yet(
        self, active: Customer, business: PlanVersion, minutes: int
    ) -> None:
        pay_in(active.principal.user_id, 28 * USDT)
        active.wait(HALF)
        wanted = PlanChange("business", as_of=active.billing.at - timedelta(minutes=minutes))
        with pytest.raises(PreviewOutdated):
            active.service.change(active.principal, wanted)
        assert active.available == 28 * USDT

    def test_refuses_a_preview_of_other_terms(
        self, active: Customer, business: PlanVersion
    ) -> None:
        pay_in(active.principal.user_id, 100 * USDT)
        active.wait(HALF)
        as_of = active.billing.at
        active.wait(timedelta(minutes=1))
        raise_price(business, 60 * USDT, active.billing.at)
        with pytest.raises(PreviewOutdated):
            active.service.change(active.principal, PlanChange("business", as_of=as_of))

    def test_right_after_a_late_renewal_blends_the_allowance_of_the_new_period(
        self, active: Customer
    ) -> None:
        add_plan(plan_version("large", price=56 * USDT, allowances=allowances(answers=1000)))
        pay_in(active.principal.user_id, 84 * USDT)
        active.wait(timedelta(days=28))
        use(active, 1)
        active.wait(timedelta(days=15, hours=12))
        active.service.change(active.principal, PlanChange("large"))
        with transaction(SYSTEM):
            included = (
                connection()
                .execute(
                    "SELECT included FROM usage_counters"
                    " WHERE meter = 'answers' ORDER BY period_start"
                )
                .fetchall()
            )
        assert included[-1] == (550,)

    @pytest.mark.parametrize("when", [*ChangeTime])
    def test_before_the_first_payment_replaces_the_draft(
        self, customer: Customer, business: PlanVersion, when: ChangeTime
    ) -> None:
        customer.service.subscribe(customer.principal, "team")
        for code in ("business", "team", "business"):
            customer.service.change(customer.principal, PlanChange(code, when))
        drafts = invoices_of(customer.principal.user_id)
        assert drafts[-1] == ("draft", None, 56 * USDT)
        assert {status for status, *_ in drafts[:-1]} == {"void"}
        pay_in(customer.principal.user_id, 56 * USDT)
        customer.billing.wait(hours=1)
        assert (customer.state, customer.available) == ("active", 0)

    def test_that_is_not_covered_changes_nothing(
        self, active: Customer, business: PlanVersion
    ) -> None:
        with pytest.raises(InsufficientFunds) as refusal:
            active.service.change(active.principal, PlanChange("business"))
        assert refusal.value.missing == 28 * USDT
        assert len(invoices_of(active.principal.user_id)) == 1

    def test_at_the_end_of_the_period_is_charged_then(
        self, active: Customer, business: PlanVersion
    ) -> None:
        wanted = PlanChange("business", ChangeTime.PERIOD_END)
        active.service.change(active.principal, wanted)
        pay_in(active.principal.user_id, 56 * USDT)
        active.billing.wait(days=28)
        assert invoices_of(active.principal.user_id)[-1] == ("paid", "2026-000002", 56 * USDT)

    def test_without_a_subscription_is_refused(
        self, customer: Customer, business: PlanVersion
    ) -> None:
        with pytest.raises(SubscriptionNotFound):
            customer.service.change(customer.principal, PlanChange("business"))


class TestCancel:
    def test_now_gives_back_what_is_left_by_a_credit_note(self, active: Customer) -> None:
        active.wait(HALF)
        preview = active.service.cancel(active.principal, immediately=True, preview=True)
        assert (active.state, active.available) == ("active", 0)
        result = active.service.cancel(active.principal, immediately=True)
        assert preview.gives_back == result.gives_back == 14 * USDT
        assert (active.state, active.available) == ("ended", 14 * USDT)
        with transaction(SYSTEM):
            notes = connection().execute("SELECT number, amount FROM credit_notes").fetchall()
        assert notes == [("2026-C-000001", 14 * USDT)]
        assert audit_service().verify().differences == ()

    def test_now_after_using_everything_gives_nothing_back(self, active: Customer) -> None:
        use(active, 100)
        assert active.service.cancel(active.principal, immediately=True).gives_back == 0
        assert active.available == 0

    def test_refuses_a_preview_that_use_has_outdated(self, active: Customer) -> None:
        active.wait(HALF)
        as_of = active.billing.at
        active.wait(timedelta(minutes=1))
        use(active, 10)
        with pytest.raises(PreviewOutdated):
            active.service.cancel(active.principal, immediately=True, as_of=as_of)

    def test_at_the_end_can_be_taken_back(self, active: Customer) -> None:
        active.service.cancel(active.principal, immediately=False)
        active.service.resume(active.principal)
        pay_in(active.principal.user_id, 28 * USDT)
        active.billing.wait(days=28)
        assert active.state == "active"

    def test_after_the_period_and_before_its_renewal_counts_for_that_end(
        self, active: Customer
    ) -> None:
        pay_in(active.principal.user_id, 28 * USDT)
        active.wait(timedelta(days=29))
        active.service.cancel(active.principal, immediately=False)
        assert (active.state, active.available) == ("ended", 28 * USDT)


def raise_price(version: PlanVersion, price: int, at: datetime | None = None) -> None:
    terms = replace(version.terms, price=price)
    number = version.number + 1
    created_at = at or version.created_at
    raised = replace(version, id=new_id(), number=number, terms=terms, created_at=created_at)
    plan = Plan(version.plan_id, version.code, {}, Visibility.PUBLIC, False, raised)
    with transaction(SYSTEM):
        PostgresPlans().save(plan)


def use(customer: Customer, answers: int) -> None:
    """Use the allowance, as metering counts it."""
    owner_id = customer.principal.user_id
    with transaction(SYSTEM):
        account = PostgresAccounts().lock_of(owner_id, customer.billing.at)
        assert account is not None
        customer.service.usage.lock(account.subscription, customer.billing.at)
        connection().execute(
            "UPDATE usage_counters SET used = %s, changed_at = %s"
            " WHERE owner_id = %s AND meter = %s",
            (answers, customer.billing.at, owner_id, Meter.ANSWERS),
        )
