"""Metering beside charging in PostgreSQL: late billers, overdue payments and parallel use."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mara.billing.errors import ReservationNotFound, UsageLimitReached
from mara.billing.model.meters import Meter
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.model.plan import PlanVersion
from mara.billing.model.subscription import Subscription
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Balance
from mara.platform.database import connection, transaction
from mara.wiring.ledger import audit_service
from tests.support.billing import NOW, USDT, allowances
from tests.support.metering import ANSWERS, MeteringWorld, limited, postgres_metering, ways_out
from tests.support.money import balance_of
from tests.support.parallel import outcomes
from tests.support.subscriptions import Billing, add_plan, invoices_of, pay_in, send, state_of

pytestmark = pytest.mark.usefixtures("database")

PRICE = 10 * USDT
MONTH = timedelta(days=28)
"""From NOW to the end of the first period."""


@pytest.fixture
def billing() -> Billing:
    return Billing()


@pytest.fixture
def world(billing: Billing) -> MeteringWorld:
    world = postgres_metering()

    def renew(owner_id: UUID) -> bool:
        billing.at = world.at
        return billing.charging.charge_owner(owner_id)

    world.renew = renew
    return world


def tick(world: MeteringWorld, billing: Billing, **time: float) -> None:
    """Let time pass, and charge then."""
    world.at += timedelta(**time)
    billing.at = world.at
    billing.charging.charge_due()


class TestLateBiller:
    def test_refuses_nobody_whose_renewal_is_covered(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited(), left=PRICE)
        world.use(owner, "a", answers=10)
        world.at += MONTH + timedelta(days=3)
        world.use(owner, "b", answers=10)
        assert balance_of(owner).available == 0
        assert world.stored(owner, NOW + MONTH)[ANSWERS].used == 10
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "c", answers=1)

    def test_finds_that_the_balance_is_too_low(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited("metered-strict", grace_percent=0))
        world.use(owner, "a", answers=8)
        world.at += MONTH
        with pytest.raises(UsageLimitReached) as refused:
            world.reserve(owner, "b", answers=3)
        assert state_of(owner) == "past_due"
        assert ways_out(refused.value) == ["wait", "pay", "change_plan"]

    def test_ends_a_cancelled_subscription_before(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited())
        with transaction(SYSTEM):
            connection().execute("UPDATE subscriptions SET cancel_at = period_end")
        world.at += MONTH
        with pytest.raises(UsageLimitReached) as refused:
            world.reserve(owner, "a", answers=4)
        assert ways_out(refused.value) == ["wait", "subscribe"]
        assert state_of(owner) == "ended"

    def test_that_waits_for_holds_gives_the_next_period(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited(), overage_limit=PRICE, left=PRICE)
        world.at += MONTH - timedelta(minutes=1)
        world.reserve(owner, "a", answers=11)
        world.at += timedelta(minutes=2)
        world.use(owner, "b", answers=4)
        assert state_of(owner) == "active"
        assert world.stored(owner, NOW + MONTH)[ANSWERS].is_unpaid
        world.settle(owner, "a", answers=1)
        world.use(owner, "c", answers=6)
        assert world.stored(owner, NOW + MONTH)[ANSWERS].used == 10
        assert balance_of(owner) == Balance()


class TestTenants:
    def test_in_a_users_scope_no_other_reservation_is_found(self, world: MeteringWorld) -> None:
        owner, other = world.subscriber(limited()), world.subscriber(limited())
        world.reserve(owner, "a", answers=1)
        with pytest.raises(ReservationNotFound), transaction(other):
            world.metering.settle(owner, "a", {ANSWERS: 1})
        with transaction(other):
            assert world.counters.read(owner, [NOW]) == []


class TestClockOfATenant:
    def test_moves_the_usage_period_of_one_user_only(
        self, world: MeteringWorld, billing: Billing
    ) -> None:
        owner, other = (world.subscriber(limited(), left=PRICE) for _ in range(2))
        free = world.make_owner(0)
        for one in (owner, other):
            world.use(one, "a", answers=10)
        world.use(free, "a", answers=3)
        with transaction(SYSTEM):
            for one in (owner, free):
                billing.books.accounts.shift_time(one, MONTH)
        world.use(owner, "b", answers=10)
        world.use(free, "b", answers=3)
        with pytest.raises(UsageLimitReached):
            world.reserve(other, "b", answers=1)
        assert balance_of(owner).available == 0
        assert world.expire() == 0


class TestOverdue:
    @pytest.fixture
    def owner(self, world: MeteringWorld, billing: Billing) -> UUID:
        """Overdue, with 2 of 10 answers left of the last paid period."""
        owner = world.subscriber(limited(), overage_limit=PRICE, left=PRICE - 1)
        world.use(owner, "a", answers=8)
        tick(world, billing, days=28)
        assert state_of(owner) == "past_due"
        return owner

    def test_has_what_is_left_and_the_grace_allowance(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.use(owner, "b", answers=1)
        world.use(owner, "c", answers=2)
        assert world.stored(owner)[ANSWERS].used == 10
        assert world.stored(owner, NOW + MONTH)[ANSWERS].used == 1
        world.use(owner, "d", answers=1)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "e", answers=1)
        world.use(owner, "f", generated_tokens=1200)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "g", generated_tokens=1)
        assert balance_of(owner).reserved == 0

    def test_counts_the_grace_as_use_of_the_period_that_is_paid(
        self, world: MeteringWorld, billing: Billing, owner: UUID
    ) -> None:
        world.use(owner, "b", answers=4)
        pay_in(owner, USDT)
        tick(world, billing, minutes=1)
        assert state_of(owner) == "active"
        world.use(owner, "c", answers=8)
        assert world.stored(owner, NOW + MONTH)[ANSWERS].used == 10
        assert world.reserve(owner, "d", answers=1).hold is not None

    def test_counts_the_grace_once_more_than_one_period_later(
        self, world: MeteringWorld, billing: Billing, owner: UUID
    ) -> None:
        world.use(owner, "b", answers=4)
        pay_in(owner, USDT)
        tick(world, billing, minutes=1)
        pay_in(owner, PRICE)
        tick(world, billing, days=31)
        world.use(owner, "c", answers=10)
        assert {one.meter: one.used for one in world.stored(
            owner, NOW + timedelta(days=59)).values()}[ANSWERS] == 10  # fmt: skip

    def test_has_all_of_the_next_allowance_while_deposits_cover_it(
        self, world: MeteringWorld, billing: Billing, owner: UUID
    ) -> None:
        send(owner, USDT)
        tick(world, billing, minutes=1)
        assert billing.metrics.ticks[-1] == 0
        world.use(owner, "b", answers=12)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "c", answers=1)

    def test_counts_the_grace_in_another_period_that_is_paid(
        self, world: MeteringWorld, billing: Billing
    ) -> None:
        """Grace of 7 days on a plan of one day, paid on day 5."""
        daily = limited("metered-daily", interval=Interval(IntervalUnit.DAY))
        owner = world.subscriber(daily)
        world.use(owner, "a", answers=10)
        tick(world, billing, days=1)
        world.use(owner, "b", answers=2)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "c", answers=1)
        pay_in(owner, PRICE)
        tick(world, billing, days=4, hours=1)
        world.use(owner, "d", answers=8)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "e", answers=1)
        pay_in(owner, PRICE)
        tick(world, billing, days=1)
        world.use(owner, "f", answers=10)

    @pytest.mark.parametrize("units", [100, None, 5])
    def test_changed_to_another_plan_has_no_more_grace_than_the_paid_one(
        self, world: MeteringWorld, owner: UUID, units: int | None
    ) -> None:
        """To see it fail, leave ``bounded_by`` out of the unpaid source."""
        world.use(owner, "b", answers=4)
        before = world.subscription_of(owner)
        other = add_plan(limited(f"metered-{units or 0}", allowances=_answers(units)))
        after = _with_version(before, other)
        with transaction(SYSTEM):
            world.usage.lock(before, world.at)
            world.usage.change_plan(before, after, world.at)
        world.store(owner, after)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "c", answers=1)


class TestInvoices:
    def test_of_overage_are_numbered_paid_and_post_nothing(
        self, world: MeteringWorld, billing: Billing
    ) -> None:
        owner = world.subscriber(limited(), overage_limit=1000, left=PRICE + USDT)
        world.use(owner, "a", answers=13, generated_tokens=3000)
        tick(world, billing, days=28)
        before = balance_of(owner)
        assert world.close_usage_periods() == 1
        assert balance_of(owner) == before
        assert invoices_of(owner)[-1] == ("paid", "2026-000003", 314)
        with transaction(owner):
            query = "SELECT lines, cause FROM invoices WHERE purpose = 'usage'"
            ((lines, cause),) = connection().execute(query)
        assert cause == NOW.isoformat()
        assert lines == [
            {"kind": "overage", "amount": 300, "meter": "answers", "quantity": 3},
            {"kind": "overage", "amount": 14, "meter": "generated_tokens", "quantity": 2000},
        ]


class TestParallelUse:
    """Proof 3. It fails if the counters are read without a lock."""

    def test_of_an_allowance_of_10_by_50_grants_10(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited(), left=USDT)
        _assert_granted(world, owner, 10)
        assert world.stored(owner)[ANSWERS].used == 10
        assert balance_of(owner) == Balance(available=USDT)

    def test_of_an_overage_limit_for_10_by_50_grants_10(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited(), overage_limit=1000, left=USDT)
        world.use(owner, "before", answers=10)
        _assert_granted(world, owner, 10)
        counter = world.stored(owner)[ANSWERS]
        assert (counter.used, counter.overage, counter.charged) == (10, 10, 1000)
        assert balance_of(owner) == Balance(available=USDT - 1000)

    def test_of_a_balance_for_10_by_50_grants_10(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited(), overage_limit=USDT, left=1050)
        world.use(owner, "before", answers=10)
        _assert_granted(world, owner, 10, refusal="InsufficientFunds")
        assert balance_of(owner) == Balance(available=50)

    def test_of_a_default_plan_for_3_by_20_grants_3(self, world: MeteringWorld) -> None:
        owner = world.make_owner(USDT)
        _assert_granted(world, owner, 3, of=20)

    def test_of_different_meters_keeps_one_limit_of_overage(self, world: MeteringWorld) -> None:
        version = limited("metered-none", allowances=_answers(0, tokens=0))
        owner = world.subscriber(version, overage_limit=1000, left=USDT)

        def ask(number: int) -> str:
            if number % 2:
                world.reserve(owner, f"q{number}", answers=1)
            else:
                world.reserve(owner, f"q{number}", generated_tokens=14_000)
            return "granted"

        found = outcomes(ask, range(30))
        assert found.count("granted") >= 10
        assert set(found) == {"granted", "UsageLimitReached"}
        held = world.balance(owner).reserved
        assert 900 < held <= 1000

    def test_of_one_key_reserves_once(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited())
        found = outcomes(lambda _: str(world.reserve(owner, "a", answers=1).id), range(12))
        assert len(set(found)) == 1
        assert world.stored(owner)[ANSWERS].reserved == 1

    def test_over_a_periods_end_a_change_and_an_expiry_loses_nothing(
        self, world: MeteringWorld, billing: Billing
    ) -> None:
        """Billers, an expiry and a change run while questions are asked around a period's end."""
        owner = world.subscriber(limited(), overage_limit=500, left=5 * PRICE)
        other = add_plan(limited("metered-bigger", allowances=_answers(20)))
        for number in range(4):
            world.reserve(owner, f"slow{number}", answers=1)
        world.at += MONTH - timedelta(minutes=14)

        def act(number: int) -> str:
            match number % 6:
                case 0:
                    world.at += timedelta(minutes=number)
                    world.expire()
                case 1:
                    billing.at = world.at + timedelta(minutes=number)
                    billing.charging.charge_due()
                case 2:
                    before = world.subscription_of(owner)
                    with transaction(SYSTEM):
                        billing.books.accounts.lock_of(owner, world.at)
                        world.usage.lock(before, world.at)
                        world.usage.change_plan(before, _with_version(before, other), world.at)
                case 3:
                    world.settle(owner, f"slow{number // 6 % 4}", answers=1)
                case _:
                    world.at += timedelta(minutes=number)
                    world.use(owner, f"q{number}", answers=2)
            return "done"

        found = outcomes(act, range(36))
        assert set(found) <= {"done", "UsageLimitReached", "LedgerBusy"}
        assert found.count("LedgerBusy") == 0
        world.at += timedelta(hours=3)
        world.expire()
        billing.at = world.at
        billing.charging.charge_due()
        _assert_consistent(world, owner)


def _answers(answers: int | None, tokens: int | None = None) -> Mapping[Meter, int | None]:
    return allowances(answers=answers, generated_tokens=tokens)


def _with_version(subscription: Subscription, version: PlanVersion) -> Subscription:
    return replace(subscription, version=version)


def _assert_granted(
    world: MeteringWorld,
    owner: UUID,
    granted: int,
    *,
    of: int = 50,
    refusal: str = "UsageLimitReached",
) -> None:
    def ask(number: int) -> str:
        world.use(owner, f"q{number}", answers=1)
        return "granted"

    found = outcomes(ask, range(of))
    assert found.count("granted") == granted
    assert found.count(refusal) == of - granted
    _assert_consistent(world, owner)


def _assert_consistent(world: MeteringWorld, owner: UUID) -> None:
    """Nothing is held or reserved, and what was charged is in the ledger."""
    with transaction(SYSTEM):
        counters = connection().execute(
            """SELECT sum(reserved + overage_reserved + held), sum(charged),
                bool_and(used <= included OR included IS NULL) FROM usage_counters
            WHERE owner_id = %s""",
            (owner,),
        ).fetchone()  # fmt: skip
        posted = connection().execute(
            """SELECT coalesce(sum(p.amount), 0) FROM ledger_postings p
            JOIN ledger_transfers t ON t.id = p.transfer_id
            WHERE p.account = 'revenue' AND t.owner_id = %s
                AND (t.kind = 'settle' OR t.key LIKE 'usage_late:%%')""",
            (owner,),
        ).fetchone()  # fmt: skip
    assert counters is not None
    assert posted is not None
    assert counters[0] == 0
    assert counters[1] == posted[0]
    assert counters[2]
    assert balance_of(owner).reserved == 0
    assert audit_service().verify().differences == ()
