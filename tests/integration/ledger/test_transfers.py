"""Moving money: once per key, never below zero, and in the caller's own transaction."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import (
    AccountFull,
    HoldEnded,
    HoldExceeded,
    HoldNotFound,
    InsufficientFunds,
    KeyReused,
    LedgerBusy,
)
from mara.ledger.model import (
    Balance,
    Cause,
    PlatformAccount,
    Transfer,
    TransferKind,
    TransferRequest,
    UserAccount,
)
from mara.platform import database as platform
from mara.platform.database import connection, transaction
from mara.wiring.ledger import audit_service, hold_expiry_service, ledger_service
from tests.support.money import INSERT_USER, USDT, balance_of, in_an_hour, make_owner

pytestmark = pytest.mark.usefixtures("database")


def system(act: Callable[[], Transfer]) -> Transfer:
    with transaction(SYSTEM):
        return act()


def hold(owner_id: UUID, amount: int, key: str = "ask") -> Transfer:
    cause = Cause(key, "answer")
    return system(lambda: ledger_service().hold(owner_id, amount, cause, expires_at=in_an_hour()))


def settle(amount: int, key: str = "ask") -> Transfer:
    return system(lambda: ledger_service().settle(key, amount))


def release(key: str = "ask") -> Transfer:
    return system(lambda: ledger_service().release(key))


class TestDeposit:
    def test_is_credited_once_however_often_it_is_told(self) -> None:
        owner_id = make_owner()
        cause = Cause("tron:tx1:0", "deposit 1")
        told = [
            system(lambda: ledger_service().credit_deposit(owner_id, "tron", 5 * USDT, cause))
            for _ in range(3)
        ]
        assert len(set(told)) == 1
        assert balance_of(owner_id) == Balance(available=5 * USDT)

    def test_with_other_content_under_its_key_is_a_conflict(self) -> None:
        owner_id, other = make_owner(), make_owner()
        cause = Cause("tron:tx1:0", "deposit 1")
        ledger = ledger_service()
        system(lambda: ledger.credit_deposit(owner_id, "tron", 5, cause))
        for differently in (
            lambda: ledger.credit_deposit(owner_id, "tron", 6, cause),
            lambda: ledger.credit_deposit(owner_id, "aptos", 5, cause),
            lambda: ledger.credit_deposit(other, "tron", 5, cause),
            lambda: ledger.credit_deposit(owner_id, "tron", 5, cause, into=UserAccount.SUSPENSE),
            lambda: ledger.credit_deposit(owner_id, "tron", 5, Cause(cause.key, "deposit 2")),
            lambda: ledger.refund(owner_id, 5, cause),
        ):
            with pytest.raises(KeyReused):
                system(differently)
        assert balance_of(owner_id) == Balance(available=5)

    def test_is_gone_with_the_transaction_of_the_caller(self) -> None:
        owner_id = make_owner()
        with pytest.raises(ZeroDivisionError), transaction(SYSTEM):
            ledger_service().credit_deposit(owner_id, "tron", 5, Cause("key", "deposit"))
            raise ZeroDivisionError
        assert balance_of(owner_id) == Balance()


class TestCharge:
    def test_takes_no_more_than_there_is(self) -> None:
        owner_id = make_owner(5)
        with pytest.raises(InsufficientFunds):
            system(lambda: ledger_service().charge(owner_id, 6, Cause("c1", "invoice")))
        system(lambda: ledger_service().charge(owner_id, 5, Cause("c1", "invoice")))
        assert balance_of(owner_id) == Balance()

    def test_can_be_refunded(self) -> None:
        owner_id = make_owner(5)
        system(lambda: ledger_service().charge(owner_id, 5, Cause("c1", "invoice")))
        system(lambda: ledger_service().refund(owner_id, 2, Cause("r1", "invoice")))
        assert balance_of(owner_id) == Balance(available=2)

    def test_overflows_nothing(self) -> None:
        owner_id = make_owner(2**63 - 1)
        with pytest.raises(AccountFull):
            system(lambda: ledger_service().credit_deposit(owner_id, "tron", 1, Cause("k", "r")))
        assert balance_of(owner_id) == Balance(available=2**63 - 1)


class TestSuspense:
    def test_is_no_money_to_spend(self) -> None:
        owner_id, ledger = make_owner(5), ledger_service()
        system(lambda: ledger.suspend(owner_id, 4, Cause("s1", "inquiry")))
        assert balance_of(owner_id) == Balance(available=1, suspense=4)
        for refused in (
            lambda: ledger.charge(owner_id, 2, Cause("c1", "invoice")),
            lambda: ledger.suspend(owner_id, 2, Cause("s2", "inquiry")),
            lambda: ledger.restore(owner_id, 5, Cause("s3", "inquiry")),
        ):
            with pytest.raises(InsufficientFunds):
                system(refused)
        system(lambda: ledger.restore(owner_id, 4, Cause("s3", "inquiry")))
        assert balance_of(owner_id) == Balance(available=5)


class TestHold:
    def test_is_settled_in_part_and_the_rest_comes_back(self) -> None:
        owner_id = make_owner(10)
        hold(owner_id, 6)
        assert balance_of(owner_id) == Balance(available=4, reserved=6)
        assert settle(2) == settle(2)
        assert balance_of(owner_id) == Balance(available=8)

    def test_is_made_once_even_with_a_later_time(self) -> None:
        owner_id = make_owner(10)
        assert hold(owner_id, 6) == hold(owner_id, 6)
        assert balance_of(owner_id) == Balance(available=4, reserved=6)

    def test_is_settled_for_no_more_than_is_held(self) -> None:
        hold(make_owner(10), 6)
        with pytest.raises(HoldExceeded):
            settle(7)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (lambda: settle(2), lambda: settle(3)),
            (lambda: settle(0), release),
            (lambda: settle(6), release),
            (release, lambda: settle(2)),
        ],
    )
    def test_ends_in_one_way(
        self, first: Callable[[], Transfer], second: Callable[[], Transfer]
    ) -> None:
        owner_id = make_owner(10)
        hold(owner_id, 6)
        first()
        after = balance_of(owner_id)
        with pytest.raises(HoldEnded):
            second()
        assert balance_of(owner_id) == after

    def test_must_be_there_to_be_settled(self) -> None:
        with pytest.raises(HoldNotFound):
            settle(1, "never made")

    def test_takes_no_more_than_there_is(self) -> None:
        owner_id = make_owner(5)
        with pytest.raises(InsufficientFunds):
            hold(owner_id, 6)

    def test_cannot_be_ended_by_a_transfer_of_another_amount(self) -> None:
        """Else a hold of one would pay with what another holds."""
        owner_id = make_owner(10)
        small = hold(owner_id, 1, "small")
        hold(owner_id, 6, "large")
        legs = ((UserAccount.RESERVED, -6), (PlatformAccount.REVENUE, 6))
        order = TransferRequest(
            Cause("theft", "x"), TransferKind.SETTLE, owner_id, legs, ends_hold_id=small.id
        )
        with pytest.raises(HoldEnded):
            system(lambda: ledger_service().transfer(order))


class TestExpiry:
    def test_gives_back_what_nobody_ended_in_time(self) -> None:
        owner_id = make_owner(10)
        for key in ("settled", "forgotten"):
            hold(owner_id, 3, key)
        settle(3, "settled")
        service, later = hold_expiry_service(), in_an_hour() + timedelta(seconds=1)
        assert service.release_expired(later - timedelta(minutes=5)) == 0
        assert service.release_expired(later) == 1
        assert service.release_expired(later) == 0
        assert balance_of(owner_id) == Balance(available=7)
        with pytest.raises(HoldEnded):
            settle(1, "forgotten")
        assert audit_service().verify().differences == ()


class TestMany:
    def test_are_posted_together_or_not_at_all(self) -> None:
        owner_id, poor = make_owner(), make_owner()
        orders = [
            TransferRequest.between(
                amount,
                TransferKind.REFUND if amount == 1 else TransferKind.CHARGE,
                (PlatformAccount.REVENUE, UserAccount.AVAILABLE)
                if amount == 1
                else (UserAccount.AVAILABLE, PlatformAccount.REVENUE),
                owner_id=who,
                cause=Cause(f"many {number}", "batch"),
            )
            for number, (who, amount) in enumerate([(owner_id, 1), (poor, 2)])
        ]
        with pytest.raises(InsufficientFunds), transaction(SYSTEM):
            ledger_service().transfer_all(orders)
        assert balance_of(owner_id) == Balance()
        with transaction(SYSTEM):
            first = ledger_service().transfer_all(orders[:1])
        with transaction(SYSTEM):
            assert ledger_service().transfer_all([*orders[:1], *orders[:1]]) == first * 2
        assert balance_of(owner_id) == Balance(available=1)


def in_parallel(count: int, act: Callable[[int], None]) -> list[int]:
    """The exit codes of so many processes that act at once."""
    context: Any = get_context("fork")
    processes = [context.Process(target=act, args=(index,)) for index in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def credit(owner_id: UUID, index: int) -> None:
    platform._session.connection = None  # what the fork inherited is the parent's
    for number in range(5):
        cause = Cause(f"parallel {index} {number}", "deposit")
        with transaction(SYSTEM):
            ledger_service().credit_deposit(owner_id, "tron", 1, cause)


class TestParallel:
    def test_a_hundred_postings_at_once_on_a_new_account_all_count(self) -> None:
        """Invariant 14: twenty processes, five deposits each, to somebody who never had money."""
        owner_id = make_owner()
        assert in_parallel(20, partial(credit, owner_id)) == [0] * 20
        assert balance_of(owner_id) == Balance(available=100)
        with transaction(SYSTEM):
            row = connection().execute("SELECT entries FROM ledger_accounts").fetchone()
        assert row == (100,)
        audit = audit_service().verify()
        assert audit.differences == ()
        assert audit.platform[PlatformAccount.CUSTODY_TRON] == -100


def refund_all(owners: list[UUID], index: int) -> None:
    platform._session.connection = None
    choose = Random(index)
    accounts = (PlatformAccount.REVENUE, UserAccount.AVAILABLE)
    for batch in range(20):
        orders = [
            TransferRequest.between(
                1,
                TransferKind.REFUND,
                accounts,
                owner_id=owner_id,
                cause=Cause(f"{owner_id} {index} {batch}", "refund"),
            )
            for owner_id in choose.sample(owners, len(owners))
        ]
        with transaction(SYSTEM):
            ledger_service().transfer_all(orders)


def lock_and_charge(owners: list[UUID], index: int) -> None:
    """Locks the users in ascending or descending order, and decides by what it read."""
    platform._session.connection = None
    wanted = sorted(owners, reverse=bool(index % 2))
    for batch in range(20):
        with transaction(SYSTEM):
            locked = ledger_service().lock_balances(wanted)
            for owner_id in wanted:
                if locked[owner_id].available:
                    cause = Cause(f"{owner_id} {index} {batch}", "charge")
                    ledger_service().charge(owner_id, 1, cause)


def charge_after_a_while(owner_id: UUID, _index: int) -> None:
    platform._session.connection = None
    with transaction(SYSTEM):
        connection().execute("SET LOCAL lock_timeout = '20ms'")
        with pytest.raises(LedgerBusy):
            ledger_service().charge(owner_id, 1, Cause("too early", "invoice"))
        connection().rollback()


def lock_all(owners: list[UUID], _index: int = 0) -> None:
    platform._session.connection = None
    with transaction(SYSTEM):
        ledger_service().lock_balances(owners)


def lock_at_once(owner_id: UUID, is_free: bool, _index: int) -> None:
    platform._session.connection = None
    expected = nullcontext() if is_free else pytest.raises(LedgerBusy)
    with expected, transaction(SYSTEM):
        connection().execute("SET LOCAL lock_timeout = '20ms'")
        ledger_service().lock_balances([owner_id])


def wait_until_one_waits() -> None:
    """Until a transaction waits for the one that is open here."""
    query = (
        "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    )
    while not connection().execute(query).fetchall():
        pass


class TestLockBalances:
    @pytest.mark.parametrize("available", [0, 5])
    def test_locks_in_the_order_of_ids_whatever_the_order_of_the_call(self, available: int) -> None:
        """Rows that are missing are inserted in it, too.

        A transaction that waits for the second of three users holds the first, but not the third.
        To break it, order by anything else in ``ledger_lock``.
        """
        first, second, third = sorted(make_owner(available) for _ in range(3))
        waits: Any = get_context("fork").Process(target=lock_all, args=([third, second, first],))
        with transaction(SYSTEM):
            ledger_service().lock_balances([second])
            waits.start()
            wait_until_one_waits()
            assert in_parallel(1, partial(lock_at_once, third, True)) == [0]
            assert in_parallel(1, partial(lock_at_once, first, False)) == [0]
        waits.join()
        assert waits.exitcode == 0

    def test_makes_no_two_transactions_wait_for_each_other(self) -> None:
        """Six processes lock ten users in opposite orders, and charge only who has money left.

        Without the order, they deadlock; without the lock, a charge is refused.
        """
        owners = [make_owner(70) for _ in range(10)]
        assert in_parallel(6, partial(lock_and_charge, owners)) == [0] * 6
        assert {balance_of(owner_id) for owner_id in owners} == {Balance()}

    def test_of_new_users_makes_no_two_transactions_wait_for_each_other(self) -> None:
        owners = [make_owner() for _ in range(40)]
        assert in_parallel(6, partial(lock_and_charge, owners)) == [0] * 6
        assert {balance_of(owner_id) for owner_id in owners} == {Balance()}

    def test_makes_another_transaction_wait_that_moves_the_money(self) -> None:
        owner_id, other = make_owner(5), make_owner(5)
        with transaction(SYSTEM):
            ledger_service().lock_balances([owner_id])
            assert in_parallel(1, partial(charge_after_a_while, owner_id)) == [0]
            assert in_parallel(1, partial(charge_without_waiting, other)) == [0]
        assert (balance_of(owner_id).available, balance_of(other).available) == (5, 4)

    def test_takes_a_thousand_users_in_one_call(self) -> None:
        owners = [new_id() for _ in range(1000)]
        with transaction(SYSTEM):
            connection().cursor().executemany(INSERT_USER, [{"id": one} for one in owners])
            assert ledger_service().lock_balances(owners) == dict.fromkeys(owners, Balance())
        assert audit_service().verify().users == 1000


class TestLocks:
    def test_are_taken_in_one_order_so_that_batches_never_wait_in_a_ring(self) -> None:
        """Eight processes, the same ten users, each batch shuffled: none is sent away as busy."""
        owners = [make_owner() for _ in range(10)]
        assert in_parallel(8, partial(refund_all, owners)) == [0] * 8
        assert {balance_of(owner_id).available for owner_id in owners} == {160}

    def test_of_one_user_stop_no_other(self) -> None:
        """Platform accounts have no row to wait for, though every transfer touches one."""
        slow, quick = make_owner(5), make_owner(5)
        with transaction(SYSTEM):
            ledger_service().charge(slow, 1, Cause("slow", "invoice"))
            assert in_parallel(1, partial(charge_without_waiting, quick)) == [0]
        assert (balance_of(slow).available, balance_of(quick).available) == (4, 4)


def charge_without_waiting(owner_id: UUID, _index: int) -> None:
    platform._session.connection = None
    with transaction(SYSTEM):
        connection().execute("SET LOCAL lock_timeout = '1ms'")
        ledger_service().charge(owner_id, 1, Cause("quick", "invoice"))
