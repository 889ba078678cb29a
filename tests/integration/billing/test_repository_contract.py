"""The contract of billing's repositories: PostgreSQL and the fakes of the fast tests."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mara.billing.errors import (
    ConcurrentChange,
    InvoiceNotFound,
    PlanCodeTaken,
    PlanNotFound,
    SubscriptionExists,
)
from mara.billing.model.account import Account
from mara.billing.model.actions import Subscriber, subscribe
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.changes import ChangeTime, PeriodUse, change
from mara.billing.model.charging import advance
from mara.billing.model.invoice import CreditNote, InvoiceStatus
from mara.billing.model.payment_deadline import Funds
from mara.billing.model.periods import Period
from mara.billing.model.plan import Plan, PlanVersion, Visibility
from mara.billing.model.subscription import State
from mara.billing.model.subscription_events import CancelAtEnd
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause
from mara.ledger.service import LedgerService
from tests.support.billing import NOW, USDT, plan_version
from tests.support.stores import Store, fake_store, postgres_store
from tests.support.subscriptions import without_default_plan

TEAM = plan_version("team", price=10 * USDT)
MONTH = timedelta(days=28)
"""From 31 January to 28 February."""
NO_USE = PeriodUse(0, Period(NOW, NOW + MONTH))


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return fake_store()
    request.getfixturevalue("database")
    without_default_plan()
    return postgres_store()


@pytest.fixture
def team(store: Store) -> PlanVersion:
    with store.unit_of_work(SYSTEM):
        store.plans.add(plan_of(TEAM))
    return TEAM


def plan_of(version: PlanVersion, **changes: object) -> Plan:
    plan = Plan(version.plan_id, version.code, {}, Visibility.PUBLIC, False, version)
    return replace(plan, **changes)  # type: ignore[arg-type]


def save(store: Store, *change_sets: ChangeSet, ahead: timedelta = timedelta(0)) -> None:
    """Save at the real time of the first change set."""
    with store.unit_of_work(SYSTEM):
        store.accounts.save(change_sets, change_sets[0].now - ahead, None)


def new(owner_id: UUID, available: int = 10 * USDT, version: PlanVersion = TEAM) -> ChangeSet:
    subscriber = Subscriber(owner_id, Funds(available), has_trial=False)
    return subscribe(subscriber, version, NOW, new_id)


def begin(store: Store, available: int = 10 * USDT) -> UUID:
    owner_id = store.make_owner()
    save(store, new(owner_id, available))
    return owner_id


def account_of(store: Store, owner_id: UUID) -> Account:
    with store.unit_of_work(SYSTEM):
        account = store.accounts.lock_of(owner_id, NOW)
    assert account is not None
    return account


def due(
    store: Store, after: timedelta, *, limit: int = 10, last: Account | None = None
) -> list[Account]:
    with store.unit_of_work(SYSTEM):
        return list(store.accounts.lock_due(NOW + after, limit, last))


def covered(store: Store, after: timedelta = timedelta(0)) -> list[UUID]:
    with store.unit_of_work(SYSTEM):
        found = store.accounts.lock_covered(NOW + after, 10, None)
    return [account.subscription.owner_id for account in found]


def charge(store: Store, owner_id: UUID, after: timedelta, available: int) -> ChangeSet:
    """Advance the owner's subscription with so much money, and save it."""
    account = account_of(store, owner_id)
    given = replace(account, now=NOW + after, funds=Funds(available))
    change_set = ChangeSet(given, new_id)
    advance(change_set)
    save(store, change_set)
    return change_set


class TestPlans:
    def test_are_found_as_they_were_added(self, store: Store, team: PlanVersion) -> None:
        with store.unit_of_work(SYSTEM):
            assert store.plans.get(team.plan_id) == plan_of(team)
            assert store.plans.find("team") == plan_of(team)
            assert store.plans.list_public() == [plan_of(team)]

    def test_need_a_code_of_their_own(self, store: Store, team: PlanVersion) -> None:
        other = replace(plan_version("other"), code="team")
        with pytest.raises(PlanCodeTaken), store.unit_of_work(SYSTEM):
            store.plans.add(plan_of(other))

    def test_that_do_not_exist_are_not_found(self, store: Store) -> None:
        with store.unit_of_work(SYSTEM):
            for find in (
                lambda: store.plans.get(UUID(int=1)),
                lambda: store.plans.find("team"),
                lambda: store.plans.list_versions(UUID(int=1)),
                store.plans.get_default,
            ):
                with pytest.raises(PlanNotFound):
                    find()

    def test_keep_their_versions(self, store: Store, team: PlanVersion) -> None:
        second = plan_version("team", 2, price=20 * USDT)
        with store.unit_of_work(SYSTEM):
            store.plans.save(plan_of(second, visibility=Visibility.HIDDEN))
            assert store.plans.list_versions(team.plan_id) == [second, team]
            assert store.plans.find("team").current == second
            assert store.plans.list_public() == []

    def test_refuse_two_versions_of_one_number(self, store: Store, team: PlanVersion) -> None:
        second = replace(plan_version("team", 2), id=new_id())
        with store.unit_of_work(SYSTEM):
            store.plans.save(plan_of(second))
        with pytest.raises(ConcurrentChange), store.unit_of_work(SYSTEM):
            store.plans.save(plan_of(replace(second, id=new_id())))

    def test_have_one_default(self, store: Store) -> None:
        free = plan_of(plan_version("gratis", price=0), is_default=True)
        with store.unit_of_work(SYSTEM):
            store.plans.add(free)
            assert store.plans.get_default() == free


@pytest.mark.usefixtures("team")
class TestAccounts:
    def test_are_read_as_they_were_saved(self, store: Store) -> None:
        owner_id = store.make_owner()
        change_set = new(owner_id)
        save(store, change_set)
        account = account_of(store, owner_id)
        assert account.subscription == change_set.subscription
        assert account.now == NOW
        assert account.unpaid is None

    def test_of_owners_without_a_subscription_are_none(self, store: Store) -> None:
        owner_id = store.make_owner()
        with store.unit_of_work(SYSTEM):
            assert store.accounts.lock_of(owner_id, NOW) is None

    def test_have_one_open_subscription_per_owner(self, store: Store) -> None:
        owner_id = begin(store)
        with pytest.raises(SubscriptionExists):
            save(store, new(owner_id))

    def test_are_saved_by_the_first_of_two_writers(self, store: Store) -> None:
        owner_id = begin(store)
        account = account_of(store, owner_id)
        charge(store, owner_id, MONTH, 10 * USDT)
        late = ChangeSet(replace(account, now=NOW + MONTH, funds=Funds(10 * USDT)), new_id)
        advance(late)
        late.invoices.clear()
        with pytest.raises(ConcurrentChange):
            save(store, late)

    def test_are_due_at_the_end_of_their_period_oldest_first(self, store: Store) -> None:
        owners = [begin(store) for _ in range(3)]
        assert due(store, MONTH - timedelta(microseconds=1)) == []
        found = due(store, MONTH)
        assert {account.subscription.owner_id for account in found} == set(owners)
        first = due(store, MONTH, limit=2)
        rest = due(store, MONTH, limit=2, last=first[-1])
        assert [*first, *rest] == found

    def test_that_were_set_aside_are_due_later(self, store: Store) -> None:
        owner_id = begin(store)
        subscription = account_of(store, owner_id).subscription
        with store.unit_of_work(SYSTEM):
            store.accounts.set_aside(subscription.id, "a fault", NOW + MONTH + timedelta(hours=1))
        assert due(store, MONTH) == []
        assert len(due(store, MONTH + timedelta(hours=1))) == 1

    def test_with_an_unpaid_invoice_are_read_with_its_deadline(self, store: Store) -> None:
        owner_id = begin(store)
        change_set = charge(store, owner_id, MONTH, 0)
        unpaid = account_of(store, owner_id).unpaid
        assert unpaid is not None
        assert change_set.unpaid is not None
        assert unpaid.deadline == change_set.unpaid.deadline
        assert unpaid.invoice.status is InvoiceStatus.OPEN
        assert unpaid.invoice.number == "2026-000002"
        assert unpaid.invoice.lines == change_set.unpaid.invoice.lines

    def test_replace_an_unpaid_invoice_by_one_of_the_same_cause(self, store: Store) -> None:
        owner_id = begin(store, available=0)
        account = account_of(store, owner_id)
        change_set = ChangeSet(account, new_id)
        change(change_set, plan_version("large", price=20 * USDT), ChangeTime.NOW, NO_USE)
        with store.unit_of_work(SYSTEM):
            store.plans.add(plan_of(change_set.subscription.version))
        save(store, change_set)
        before, after = account.unpaid, account_of(store, owner_id).unpaid
        assert before is not None
        assert after is not None
        assert before.invoice.cause == after.invoice.cause
        assert (before.invoice.total, after.invoice.total) == (10 * USDT, 20 * USDT)

    def test_are_covered_once_the_balance_suffices(self, store: Store) -> None:
        owner_id = begin(store, available=0)
        poor = begin(store, available=0)
        assert covered(store) == []
        with store.unit_of_work(SYSTEM):
            ledger = LedgerService(store.ledger, lambda: NOW)
            for owner, amount in ((owner_id, 10 * USDT), (poor, 10 * USDT - 1)):
                ledger.credit_deposit(owner, "tron", amount, _cause(owner))
        assert covered(store) == [owner_id]

    def test_that_ended_are_neither_due_nor_found(self, store: Store) -> None:
        owner_id = begin(store, available=0)
        change_set = charge(store, owner_id, timedelta(days=1), 0)
        assert change_set.subscription.state is State.ENDED
        assert due(store, timedelta(days=400)) == []
        with store.unit_of_work(SYSTEM):
            assert store.accounts.lock_of(owner_id, NOW) is None
            assert store.accounts.lock_some([change_set.subscription.id], NOW) == []

    def test_are_locked_by_id(self, store: Store) -> None:
        ids = [account_of(store, begin(store)).subscription.id for _ in range(3)]
        with store.unit_of_work(SYSTEM):
            found = store.accounts.lock_some(ids[:2], NOW)
        assert {account.subscription.id for account in found} == set(ids[:2])

    def test_are_found_without_a_lock(self, store: Store) -> None:
        owner_id = begin(store)
        expected, stranger = account_of(store, owner_id), store.make_owner()
        with store.unit_of_work(owner_id):
            assert store.accounts.find(owner_id, NOW) == expected
        with store.unit_of_work(stranger):
            assert store.accounts.find(stranger, NOW) is None

    def test_of_a_version_are_locked_in_pages(self, store: Store, team: PlanVersion) -> None:
        owners = [begin(store) for _ in range(3)]
        begin(store, available=0)  # which waits for its first payment
        cancelling = begin(store)
        change_set = ChangeSet(account_of(store, cancelling), new_id)
        change_set.record(CancelAtEnd(NOW))
        save(store, change_set)
        found, after = [], UUID(int=0)
        with store.unit_of_work(SYSTEM):
            while page := store.accounts.lock_subscribers([team.id], 2, after, NOW):
                found += [account.subscription.owner_id for account in page]
                after = page[-1].subscription.id
            assert store.accounts.lock_subscribers([UUID(int=1)], 2, UUID(int=0), NOW) == []
        assert found == owners


@pytest.mark.usefixtures("team")
class TestNumbers:
    def test_have_no_gap_and_begin_anew_each_year(self, store: Store) -> None:
        owners = [begin(store), begin(store)]
        for owner_id in owners:
            charge(store, owner_id, timedelta(days=365), 0)
        begin(store)
        found = [account_of(store, owner_id).unpaid for owner_id in owners]
        assert [one.invoice.number for one in found if one] == ["2027-000001", "2027-000002"]
        charge(store, begin(store), MONTH, 10 * USDT)
        unpaid = charge(store, owner_id := begin(store), MONTH, 0).unpaid
        assert unpaid is not None
        open_ = account_of(store, owner_id).unpaid
        assert open_ is not None
        assert open_.invoice.number == "2026-000007"

    def test_of_credit_notes_are_a_series_of_their_own(self, store: Store) -> None:
        owner_id = begin(store)
        subscription = account_of(store, owner_id).subscription
        assert subscription.period is not None
        with store.unit_of_work(SYSTEM):
            [payment] = store.credit_notes.payments_of(subscription.id, subscription.period)
            assert payment.left == 10 * USDT
            added = store.credit_notes.add(
                [
                    CreditNote(new_id(), payment.invoice_id, owner_id, amount, "why", None, NOW)
                    for amount in (USDT, 2 * USDT)
                ]
            )
            assert [note.number for note in added] == ["2026-C-000001", "2026-C-000002"]
            [payment] = store.credit_notes.payments_of(subscription.id, subscription.period)
            assert payment.left == 7 * USDT

    def test_of_credit_notes_are_given_under_the_lock_of_the_invoice(self, store: Store) -> None:
        owner_id = begin(store)
        subscription = account_of(store, owner_id).subscription
        assert subscription.period is not None
        with store.unit_of_work(SYSTEM):
            [payment] = store.credit_notes.payments_of(subscription.id, subscription.period)
            locked = store.credit_notes.lock_invoice(payment.invoice_id)
            assert (locked.owner_id, locked.status) == (owner_id, InvoiceStatus.PAID)
            assert (locked.total, locked.credited) == (10 * USDT, 0)
            note = CreditNote(new_id(), locked.id, owner_id, 4 * USDT, "why", None, NOW)
            store.credit_notes.add([note])
            assert store.credit_notes.lock_invoice(locked.id).credited == 4 * USDT
            with pytest.raises(InvoiceNotFound):
                store.credit_notes.lock_invoice(new_id())


@pytest.mark.usefixtures("team")
class TestBillingTime:
    def test_is_real_time_until_it_is_moved(self, store: Store) -> None:
        owner_id = begin(store)
        other = begin(store)
        with store.unit_of_work(SYSTEM):
            assert store.accounts.billing_time(owner_id, NOW) == NOW
            store.accounts.shift_time(owner_id, MONTH)
            store.accounts.shift_time(owner_id, timedelta(hours=1))
            assert store.accounts.billing_time(owner_id, NOW) == NOW + MONTH + timedelta(hours=1)
            assert store.accounts.billing_time(other, NOW) == NOW
        assert [one.subscription.owner_id for one in due(store, timedelta(0))] == [owner_id]
        assert account_of(store, owner_id).now == NOW + MONTH + timedelta(hours=1)

    def test_that_was_moved_makes_the_next_renewal_due_earlier(self, store: Store) -> None:
        owner_id = begin(store)
        with store.unit_of_work(SYSTEM):
            store.accounts.shift_time(owner_id, MONTH)
        account = replace(account_of(store, owner_id), funds=Funds(10 * USDT))
        change_set = ChangeSet(account, new_id)
        advance(change_set)
        save(store, change_set, ahead=MONTH)
        assert due(store, timedelta(days=30)) == []
        assert len(due(store, timedelta(days=31))) == 1


def _cause(owner_id: UUID) -> Cause:
    return Cause(f"deposit of {owner_id}", "deposit")
