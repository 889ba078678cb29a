"""Charging in PostgreSQL: batches, deposits in flight, faults, numbers, and two at once."""

from datetime import timedelta
from uuid import UUID

import pytest

from mara.billing.messages import (
    InvoicePaid,
    InvoicePaymentFailed,
    PaymentReminderDue,
    SubscriptionActivated,
    SubscriptionEnded,
)
from mara.billing.model.plan import PlanVersion
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wallets.model import DepositState
from tests.support.billing import NOW, USDT, plan_version
from tests.support.counts import counted
from tests.support.money import balance_of
from tests.support.parallel import outcomes
from tests.support.subscriptions import (
    Billing,
    add_plan,
    all_numbers,
    invoices_of,
    orphan,
    pay_in,
    poison,
    send,
    state_of,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def billing() -> Billing:
    return Billing()


@pytest.fixture
def team() -> PlanVersion:
    return add_plan(plan_version("team", price=10 * USDT))


class TestRenewals:
    def test_are_charged_numbered_and_told(self, billing: Billing, team: PlanVersion) -> None:
        owners = [billing.subscriber(team, available=25 * USDT) for _ in range(3)]
        billing.wait(days=31)
        for owner in owners:
            assert balance_of(owner).available == 5 * USDT
            assert [status for status, _, _ in invoices_of(owner)] == ["paid", "paid"]
        assert all_numbers() == [f"2026-{n:06}" for n in range(1, 7)]
        assert sum(isinstance(one, InvoicePaid) for one in billing.messages) == 6
        assert sum(isinstance(one, SubscriptionActivated) for one in billing.messages) == 3

    def test_take_several_batches(self, billing: Billing, team: PlanVersion) -> None:
        owners = [billing.subscriber(team, available=20 * USDT) for _ in range(7)]
        billing.batch = 2
        assert billing.wait(days=31)["changed"] == 7
        assert {balance_of(owner).available for owner in owners} == {0}

    def test_are_charged_once_by_many_billers(self, billing: Billing, team: PlanVersion) -> None:
        owners = [billing.subscriber(team, available=100 * USDT) for _ in range(40)]
        billing.batch, billing.at = 7, billing.at + timedelta(days=31)
        assert outcomes(lambda _: str(billing.charging.charge_due()["set_aside"]), range(5)) == (
            ["0"] * 5
        )
        billing.charging.charge_due()
        assert {balance_of(owner).available for owner in owners} == {80 * USDT}
        assert all_numbers() == [f"2026-{n:06}" for n in range(1, 81)]

    def test_cost_nothing_where_nothing_is_due(self, billing: Billing, team: PlanVersion) -> None:
        billing.subscriber(team, available=100 * USDT)
        assert billing.wait(days=1) == {"looked_at": 0, "changed": 0, "set_aside": 0}


class TestOverdue:
    @pytest.fixture
    def owner(self, billing: Billing, team: PlanVersion) -> UUID:
        owner = billing.subscriber(team, available=10 * USDT)
        billing.wait(days=28)
        assert state_of(owner) == "past_due"
        return owner

    def test_is_told_with_the_time_to_pay(self, billing: Billing, owner: UUID) -> None:
        failed = [one for one in billing.messages if isinstance(one, InvoicePaymentFailed)]
        assert [one.pay_until for one in failed] == [billing.at + timedelta(days=7)]
        assert invoices_of(owner)[-1] == ("open", "2026-000002", 10 * USDT)

    def test_is_charged_by_the_next_tick_whatever_covers_it(
        self, billing: Billing, owner: UUID
    ) -> None:
        pay_in(owner, 10 * USDT)
        billing.wait(minutes=1)
        assert state_of(owner) == "active"
        assert invoices_of(owner)[-1] == ("paid", "2026-000002", 10 * USDT)

    def test_is_charged_at_once_for_its_owner(self, billing: Billing, owner: UUID) -> None:
        pay_in(owner, 10 * USDT)
        assert billing.charging.charge_owner(owner)
        assert not billing.charging.charge_owner(owner)
        assert balance_of(owner).available == 0

    def test_ends_unpaid_after_the_grace(self, billing: Billing, owner: UUID) -> None:
        billing.wait(days=6)
        assert any(isinstance(one, PaymentReminderDue) for one in billing.messages)
        billing.wait(days=1)
        assert state_of(owner) == "ended"
        assert invoices_of(owner)[-1][0] == "uncollectible"
        assert isinstance(billing.messages[-1], SubscriptionEnded)
        pay_in(owner, 50 * USDT)
        billing.wait(days=40)
        assert balance_of(owner).available == 50 * USDT

    def test_waits_for_a_deposit_that_was_seen_before_the_end(
        self, billing: Billing, owner: UUID
    ) -> None:
        billing.wait(days=6, hours=23)
        deposit = send(owner, 4 * USDT)
        send(owner, 6 * USDT, DepositState.FINAL)
        billing.wait(minutes=1)
        billing.wait(hours=10)
        assert state_of(owner) == "past_due"
        orphan(deposit)
        billing.wait(minutes=1)
        assert state_of(owner) == "past_due"
        billing.wait(hours=1)
        assert state_of(owner) == "ended"

    @pytest.mark.parametrize(
        ("amounts", "state"),
        [([10 * USDT], "past_due"), ([5 * USDT, 5 * USDT], "past_due"),
         ([10 * USDT - 1], "ended"), ([USDT - 1] * 11, "ended")],
    )  # fmt: skip
    def test_waits_for_deposits_that_cover_it_and_are_large_enough(
        self, billing: Billing, owner: UUID, amounts: list[int], state: str
    ) -> None:
        for amount in amounts:
            send(owner, amount)
        billing.wait(minutes=1)
        billing.wait(days=7)
        assert state_of(owner) == state
        assert set(billing.metrics.ticks) == {0}


class TestFaults:
    def test_a_faulty_subscription_is_set_aside_and_stops_no_other(
        self, billing: Billing, team: PlanVersion
    ) -> None:
        owners = [billing.subscriber(team, available=20 * USDT) for _ in range(9)]
        poisoned = owners[4]
        poison(NOW + timedelta(days=28), poisoned)
        tally = billing.wait(days=28)
        assert tally == {"looked_at": 9, "changed": 8, "set_aside": 1}
        assert billing.metrics.ticks[-1] == 1
        for owner in owners:
            expected = 10 * USDT if owner == poisoned else 0
            assert balance_of(owner).available == expected
        with transaction(SYSTEM):
            row = (
                connection()
                .execute(
                    "SELECT set_aside_reason, due_at FROM subscriptions WHERE owner_id = %s",
                    (poisoned,),
                )
                .fetchone()
            )
        assert row is not None
        assert row[0].startswith("UniqueViolation")
        assert row[1] == billing.at + timedelta(hours=1)


class TestCounts:
    def test_are_of_charges_by_outcome(self, billing: Billing, team: PlanVersion) -> None:
        billing.subscriber(team, available=20 * USDT)
        billing.subscriber(team, available=10 * USDT)
        counted()
        billing.wait(days=28)
        assert counted("mara_subscription_charges") == {
            "mara_subscription_charges|charged": 1,
            "mara_subscription_charges|refused": 1,
        }
