"""The ledger's services: transfers, holds, expiry, balances and the audit."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.money import AMOUNT_MAX, HUGE_AMOUNT
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import (
    AccountFull,
    HoldEnded,
    HoldExceeded,
    HoldNotFound,
    InsufficientFunds,
    InvalidTransferAmount,
    KeyReused,
)
from mara.ledger.model import (
    Audit,
    Balance,
    Cause,
    Hold,
    PlatformAccount,
    Transfer,
    TransferKind,
    TransferRequest,
    UserAccount,
)
from mara.ledger.service import (
    EXPIRED_BATCH,
    AuditService,
    BalanceService,
    HoldExpiryService,
    LedgerService,
)
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.ledger import FakeLedger

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
IN_AN_HOUR = NOW + timedelta(hours=1)


@dataclass
class Bank:
    """The ledger on an in-memory database; every call is a transaction of its own."""

    database: FakeDatabase = field(default_factory=FakeDatabase)

    def __post_init__(self) -> None:
        self.service = LedgerService(FakeLedger(self.database), lambda: NOW)

    def add_user(self, available: int = 0) -> UUID:
        owner_id = new_id()
        if available:
            cause = Cause(f"first deposit of {owner_id}", "deposit")
            self.run(lambda: self.service.credit_deposit(owner_id, "tron", available, cause))
        return owner_id

    def run(self, act: Callable[[], Transfer]) -> Transfer:
        with self.database.unit_of_work(SYSTEM):
            return act()

    def hold(self, owner_id: UUID, amount: int, key: str = "held") -> Transfer:
        cause = Cause(key, "answer")
        return self.run(lambda: self.service.hold(owner_id, amount, cause, expires_at=IN_AN_HOUR))

    def settle(self, amount: int, key: str = "held") -> Transfer:
        return self.run(lambda: self.service.settle(key, amount))

    def release(self, key: str = "held") -> Transfer:
        return self.run(lambda: self.service.release(key))

    def expiry(self) -> HoldExpiryService:
        return HoldExpiryService(self.service, self.database.unit_of_work)

    def has_room(self, owner_id: UUID, amount: int) -> bool:
        with self.database.unit_of_work(SYSTEM):
            return self.service.has_room(owner_id, amount)

    def audit(self) -> Audit:
        with self.database.unit_of_work(SYSTEM):
            return self.service.repository.audit()

    def balance(self, owner_id: UUID) -> Balance:
        assert self.audit().differences == ()
        with self.database.unit_of_work(SYSTEM):
            return self.service.repository.get_balance(owner_id)


@pytest.fixture
def bank() -> Bank:
    return Bank()


class TestCredit:
    def test_adds_what_the_platform_gives(self, bank: Bank) -> None:
        owner_id, service = bank.add_user(10), bank.service
        bank.run(lambda: service.credit(owner_id, 30, Cause("credit:1", "1")))
        assert bank.balance(owner_id) == Balance(available=40)
        assert bank.audit().platform[PlatformAccount.CREDITS] == -30
        assert bank.audit().platform[PlatformAccount.CUSTODY_TRON] == -10

    def test_is_taken_back_at_most_as_far_as_it_is_available(self, bank: Bank) -> None:
        owner_id, service = bank.add_user(), bank.service
        bank.run(lambda: service.credit(owner_id, 30, Cause("credit:1", "1")))
        bank.hold(owner_id, 10)
        with pytest.raises(InsufficientFunds):
            bank.run(lambda: service.reverse_credit(owner_id, 21, Cause("back:1", "1")))
        bank.run(lambda: service.reverse_credit(owner_id, 20, Cause("back:1", "1")))
        assert bank.balance(owner_id) == Balance(reserved=10)
        assert bank.audit().platform[PlatformAccount.CREDITS] == -10

    @pytest.mark.parametrize("amount", [0, -1])
    def test_is_positive(self, bank: Bank, amount: int) -> None:
        owner_id, service = bank.add_user(5), bank.service
        for act in (service.credit, service.reverse_credit):
            cause = Cause("credit:1", "1")
            with pytest.raises(InvalidTransferAmount):
                bank.run(lambda act=act, cause=cause: act(owner_id, amount, cause))  # type: ignore[misc]

    def test_and_its_reversal_are_kinds_of_their_own(self, bank: Bank) -> None:
        owner_id, service = bank.add_user(), bank.service
        bank.run(lambda: service.credit(owner_id, 3, Cause("credit:1", "1")))
        bank.run(lambda: service.reverse_credit(owner_id, 3, Cause("credit_reversal:1", "1")))
        with bank.database.unit_of_work(owner_id):
            entries = service.repository.list_entries(owner_id, PageRequest())
        assert [(one.kind, one.amount, one.reference) for one in entries] == [
            ("credit_reversal", -3, "1"),
            ("credit", 3, "1"),
        ]


class TestLockBalances:
    def test_returns_the_balances_of_the_users(self, bank: Bank) -> None:
        rich, newcomer = bank.add_user(7), bank.add_user()
        with bank.database.unit_of_work(SYSTEM):
            locked = bank.service.lock_balances([rich, newcomer])
            assert bank.service.lock_balances([]) == {}
        assert locked == {rich: Balance(available=7), newcomer: Balance()}


class TestTransfers:
    def test_move_between_the_accounts_that_they_name(self, bank: Bank) -> None:
        owner_id, service = bank.add_user(100), bank.service
        bank.run(lambda: service.charge(owner_id, 30, Cause("charge", "invoice")))
        assert bank.balance(owner_id) == Balance(available=70)
        bank.run(lambda: service.refund(owner_id, 10, Cause("refund", "invoice")))
        assert bank.balance(owner_id) == Balance(available=80)
        bank.run(lambda: service.suspend(owner_id, 50, Cause("suspend", "inquiry")))
        assert bank.balance(owner_id) == Balance(available=30, suspense=50)
        bank.run(lambda: service.restore(owner_id, 20, Cause("restore", "inquiry")))
        assert bank.balance(owner_id) == Balance(available=50, suspense=30)
        platform = bank.audit().platform
        assert platform[PlatformAccount.CUSTODY_TRON] == -100
        assert platform[PlatformAccount.REVENUE] == 20

    def test_have_the_kind_of_their_method(self, bank: Bank) -> None:
        owner_id, service = bank.add_user(100), bank.service
        for act in (service.charge, service.suspend, service.restore, service.refund):
            cause = Cause(act.__name__, "r")
            bank.run(lambda act=act, cause=cause: act(owner_id, 1, cause))  # type: ignore[misc]
        bank.hold(owner_id, 1)
        bank.settle(1)
        bank.hold(owner_id, 1, "released")
        bank.release("released")
        requests = [request for _, request in bank.database.committed.transfers.values()]
        assert [request.kind for request in requests] == [
            "deposit", "charge", "suspend", "restore", "refund", "hold", "settle", "hold",
            "release",
        ]  # fmt: skip

    def test_post_nothing_for_an_empty_list(self, bank: Bank) -> None:
        with bank.database.unit_of_work(SYSTEM):
            assert bank.service.transfer_all([]) == []

    @pytest.mark.parametrize("amount", [0, -1])
    def test_need_a_positive_amount(self, bank: Bank, amount: int) -> None:
        owner_id = bank.add_user(5)
        with pytest.raises(InvalidTransferAmount):
            bank.run(lambda: bank.service.charge(owner_id, amount, Cause("c", "r")))

    @pytest.mark.parametrize("account", ["charge", "suspend", "restore"])
    def test_need_funds(self, bank: Bank, account: str) -> None:
        owner_id = bank.add_user(5)
        bank.run(lambda: bank.service.suspend(owner_id, 2, Cause("first", "r")))
        act = getattr(bank.service, account)
        with pytest.raises(InsufficientFunds):
            bank.run(lambda: act(owner_id, 4, Cause("c", "r")))
        assert bank.balance(owner_id) == Balance(available=3, suspense=2)

    def test_may_use_all_of_the_funds(self, bank: Bank) -> None:
        owner_id = bank.add_user(5)
        bank.run(lambda: bank.service.charge(owner_id, 5, Cause("c", "r")))
        assert bank.balance(owner_id) == Balance()

    def test_do_not_exceed_63_bits(self, bank: Bank) -> None:
        owner_id = bank.add_user(2**63 - 1)
        with pytest.raises(AccountFull):
            bank.run(lambda: bank.service.refund(owner_id, 1, Cause("r", "r")))

    def test_are_gone_with_the_callers_transaction(self, bank: Bank) -> None:
        owner_id = bank.add_user(5)
        with pytest.raises(ZeroDivisionError), bank.database.unit_of_work(SYSTEM):
            bank.service.charge(owner_id, 5, Cause("c", "r"))
            raise ZeroDivisionError
        assert bank.balance(owner_id) == Balance(available=5)


class TestDeposits:
    def test_with_one_key_are_credited_once(self, bank: Bank) -> None:
        owner_id, cause = bank.add_user(), Cause("deposit:tron:1:0", "0x1")
        credit = bank.service.credit_deposit
        posted = [bank.run(lambda: credit(owner_id, "tron", 5, cause)) for _ in range(3)]
        assert len(set(posted)) == 1
        assert bank.balance(owner_id) == Balance(available=5)

    def test_come_from_the_custody_of_their_network(self, bank: Bank) -> None:
        owner_id = bank.add_user()
        for network in ("arbitrum", "tron", "aptos"):
            cause = Cause(f"{network} 1", "r")
            bank.run(
                lambda network=network, cause=cause: bank.service.credit_deposit(  # type: ignore[misc]
                    owner_id, network, 5, cause, into=UserAccount.SUSPENSE
                )
            )
            assert bank.audit().platform[PlatformAccount(f"custody:{network}")] == -5
        assert bank.balance(owner_id) == Balance(suspense=15)
        with pytest.raises(ValueError, match="custody:ethereum"):
            bank.run(lambda: bank.service.credit_deposit(owner_id, "ethereum", 5, Cause("e", "r")))

    def test_with_other_content_under_a_known_key_are_rejected(self, bank: Bank) -> None:
        owner_id, other, cause = bank.add_user(), bank.add_user(), Cause("key", "r")
        credit = bank.service.credit_deposit
        bank.run(lambda: credit(owner_id, "tron", 5, cause))
        for different in (
            lambda: credit(owner_id, "tron", 6, cause),
            lambda: credit(owner_id, "aptos", 5, cause),
            lambda: credit(other, "tron", 5, cause),
            lambda: credit(owner_id, "tron", 5, cause, into=UserAccount.SUSPENSE),
            lambda: credit(owner_id, "tron", 5, Cause("key", "another")),
            lambda: bank.service.refund(owner_id, 5, cause),
        ):
            with pytest.raises(KeyReused):
                bank.run(different)
        assert bank.balance(owner_id) == Balance(available=5)


class TestRoom:
    def test_is_there_for_every_amount_below_a_huge_one(self, bank: Bank) -> None:
        owner_id = bank.add_user(AMOUNT_MAX)
        assert bank.has_room(owner_id, HUGE_AMOUNT - 1) is True
        assert bank.has_room(owner_id, HUGE_AMOUNT) is False

    def test_for_a_huge_amount_is_half_of_what_fits_less_all_balances(self, bank: Bank) -> None:
        owner_id = bank.add_user(60)
        bank.hold(owner_id, 20)
        bank.run(lambda: bank.service.suspend(owner_id, 30, Cause("suspend", "inquiry")))
        assert bank.balance(owner_id) == Balance(available=10, reserved=20, suspense=30)
        left = AMOUNT_MAX // 2 - 60
        assert bank.has_room(owner_id, left) is True
        assert bank.has_room(owner_id, left + 1) is False


class TestHolds:
    def test_reserve_and_settle_in_part(self, bank: Bank) -> None:
        owner_id = bank.add_user(10)
        bank.hold(owner_id, 6)
        assert bank.balance(owner_id) == Balance(available=4, reserved=6)
        assert bank.settle(2) == bank.settle(2)
        assert bank.balance(owner_id) == Balance(available=8)
        assert bank.audit().platform[PlatformAccount.REVENUE] == 2

    def test_release_everything(self, bank: Bank) -> None:
        owner_id = bank.add_user(10)
        bank.hold(owner_id, 6)
        assert bank.release() == bank.release()
        assert bank.balance(owner_id) == Balance(available=10)
        assert bank.audit().platform[PlatformAccount.REVENUE] == 0

    def test_with_one_key_reserve_once(self, bank: Bank) -> None:
        owner_id = bank.add_user(10)
        assert bank.hold(owner_id, 6) == bank.hold(owner_id, 6)
        assert bank.balance(owner_id) == Balance(available=4, reserved=6)

    def test_expire_at_the_time_they_were_given(self, bank: Bank) -> None:
        bank.hold(bank.add_user(10), 6)
        with bank.database.unit_of_work(SYSTEM):
            assert bank.service.repository.get_hold("held").expires_at == IN_AN_HOUR

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (lambda bank: bank.settle(2), lambda bank: bank.settle(3)),
            (lambda bank: bank.settle(0), lambda bank: bank.release()),
            (lambda bank: bank.settle(6), lambda bank: bank.release()),
            (lambda bank: bank.release(), lambda bank: bank.settle(2)),
        ],
    )
    def test_end_once(
        self, bank: Bank, first: Callable[[Bank], object], second: Callable[[Bank], object]
    ) -> None:
        owner_id = bank.add_user(10)
        bank.hold(owner_id, 6)
        first(bank)
        balance = bank.balance(owner_id)
        with pytest.raises(HoldEnded):
            second(bank)
        assert bank.balance(owner_id) == balance

    def test_settle_at_most_their_amount(self, bank: Bank) -> None:
        bank.hold(bank.add_user(10), 6)
        with pytest.raises(HoldExceeded):
            bank.settle(7)
        with pytest.raises(InvalidTransferAmount):
            bank.settle(-1)
        bank.settle(6)

    def test_need_funds(self, bank: Bank) -> None:
        owner_id = bank.add_user(5)
        with pytest.raises(InsufficientFunds):
            bank.hold(owner_id, 6)
        bank.hold(owner_id, 5)
        with pytest.raises(InsufficientFunds):
            bank.hold(owner_id, 1, "second")

    def test_must_exist(self, bank: Bank) -> None:
        with pytest.raises(HoldNotFound):
            bank.settle(1)
        with pytest.raises(HoldNotFound):
            bank.release()

    def test_are_not_ended_by_a_transfer_of_another_amount(self, bank: Bank) -> None:
        """Otherwise a small hold could spend the money of a large one."""
        owner_id = bank.add_user(10)
        small = bank.hold(owner_id, 1, "small")
        bank.hold(owner_id, 6, "large")
        legs = ((UserAccount.RESERVED, -6), (PlatformAccount.REVENUE, 6))
        cause = Cause("theft", "x")
        request = TransferRequest(cause, TransferKind.SETTLE, owner_id, legs, ends_hold_id=small.id)
        with pytest.raises(HoldEnded):
            bank.run(lambda: bank.service.transfer(request))


class TestExpiry:
    def test_releases_open_holds_from_their_time_on(self, bank: Bank) -> None:
        owner_id = bank.add_user(10)
        bank.hold(owner_id, 3, "settled")
        bank.hold(owner_id, 4, "open")
        bank.settle(3, "settled")
        assert bank.expiry().release_expired(IN_AN_HOUR - timedelta(microseconds=1)) == 0
        assert bank.expiry().release_expired(IN_AN_HOUR) == 1
        assert bank.expiry().release_expired(IN_AN_HOUR) == 0
        assert bank.balance(owner_id) == Balance(available=7)
        with pytest.raises(HoldEnded):
            bank.settle(1, "open")
        kinds = [request.kind for _, request in bank.database.committed.transfers.values()]
        assert kinds[-1] == "expire"

    def test_of_one_that_is_settled_concurrently_goes_on(self, bank: Bank) -> None:
        owner_id = bank.add_user(10)
        bank.hold(owner_id, 1, "first")
        bank.hold(owner_id, 2, "second")

        class Slow(FakeLedger):
            def list_expired_holds(self, now: datetime, limit: int) -> list[Hold]:
                found = super().list_expired_holds(now, limit)
                if found:
                    first = self.get_hold("first")
                    self.post([first.ending(TransferKind.SETTLE, 1)], now)
                return found

        service = LedgerService(Slow(bank.database), lambda: NOW)
        expiry = HoldExpiryService(service, bank.database.unit_of_work)
        assert expiry.release_expired(IN_AN_HOUR) == 1
        assert bank.balance(owner_id) == Balance(available=9)

    def test_works_in_batches_until_none_is_left(self, bank: Bank) -> None:
        owner_id = bank.add_user(1000)
        for number in range(EXPIRED_BATCH + 1):
            bank.hold(owner_id, 1, str(number))
        assert bank.expiry().release_expired(IN_AN_HOUR) == EXPIRED_BATCH + 1
        assert bank.balance(owner_id) == Balance(available=1000)

    @pytest.mark.parametrize(("holds", "batches"), [(0, 1), (1, 1), (99, 1), (100, 2)])
    def test_lists_holds_again_only_after_a_full_batch(
        self, bank: Bank, holds: int, batches: int
    ) -> None:
        asked = []

        class Counting(FakeLedger):
            def list_expired_holds(self, now: datetime, limit: int) -> list[Hold]:
                asked.append(limit)
                return super().list_expired_holds(now, limit)

        owner_id = bank.add_user(1000)
        for number in range(holds):
            bank.hold(owner_id, 1, str(number))
        service = LedgerService(Counting(bank.database), lambda: NOW)
        expiry = HoldExpiryService(service, bank.database.unit_of_work)
        assert expiry.release_expired(IN_AN_HOUR) == holds
        assert asked == [100] * batches

    def test_stops_after_its_last_batch(self) -> None:
        asked = []

        class Endless(FakeLedger):
            def list_expired_holds(self, now: datetime, limit: int) -> list[Hold]:
                asked.append(limit)
                ended = Hold(new_id(), "k", "r", new_id(), 1, NOW)
                return [ended] * limit

            def post(self, requests: object, now: datetime) -> list[Transfer]:
                raise HoldEnded("A hold can be ended only once.")

        database = FakeDatabase()
        service = LedgerService(Endless(database), lambda: NOW)
        assert HoldExpiryService(service, database.unit_of_work).release_expired(NOW) == 0
        assert asked == [100] * 100


@dataclass
class Pending:
    """Implements ``PendingDeposits``."""

    amounts: dict[UUID, int]

    def pending(self, owner_id: UUID) -> int:
        return self.amounts.get(owner_id, 0)


class TestBalances:
    def test_have_pending_deposits(self, bank: Bank) -> None:
        owner_id = bank.add_user(10)
        pending = Pending({owner_id: 7, bank.add_user(3): 100})
        service = BalanceService(bank.service.repository, pending, bank.database.unit_of_work)
        bank.hold(owner_id, 4)
        caller = Principal(owner_id, Role.USER)
        assert service.get(caller) == Balance(available=6, reserved=4, pending=7)

    def test_have_a_statement_in_pages(self, bank: Bank) -> None:
        owner_id = bank.add_user(10)
        bank.hold(owner_id, 4)
        repository = bank.service.repository
        service = BalanceService(repository, Pending({}), bank.database.unit_of_work)
        caller = Principal(owner_id, Role.USER)
        first = service.list_entries(caller, PageRequest(2))
        assert [(one.account, one.amount, one.balance) for one in first.items] == [
            ("reserved", 4, 4),
            ("available", -4, 6),
        ]
        second = service.list_entries(caller, PageRequest.of(2, first.next_cursor))
        assert [one.amount for one in second.items] == [10]
        assert second.next_cursor is None
        assert service.list_entries(caller, PageRequest(2, total=True)).total == 3
        assert service.list_entries(caller, PageRequest(2)).total is None


@dataclass
class Metrics:
    """Implements ``LedgerMetrics``."""

    audits: list[Audit] = field(default_factory=list)

    def record(self, audit: Audit) -> None:
        self.audits.append(audit)


class TestAudit:
    def service(self, bank: Bank, metrics: Metrics) -> AuditService:
        repository = bank.service.repository
        return AuditService(repository, metrics, bank.database.unit_of_work, lambda: NOW)

    def test_without_differences_is_recorded_too(self, bank: Bank) -> None:
        bank.add_user(10)
        metrics = Metrics()
        summary = self.service(bank, metrics).verify_and_record()
        assert summary == {"transfers": 1, "differences": 0}
        assert len(metrics.audits) == 1

    @pytest.mark.parametrize("account", UserAccount)
    def test_finds_a_balance_that_is_not_the_sum_of_its_postings(
        self, bank: Bank, account: UserAccount
    ) -> None:
        owner_id = bank.add_user(10)
        balances = bank.database.committed.balances
        balances[owner_id, account] = balances.get((owner_id, account), 0) + 1
        metrics = Metrics()
        assert self.service(bank, metrics).verify_and_record()["differences"] > 0
        subjects = {difference.subject for difference in metrics.audits[0].differences}
        assert f"{owner_id} {account}" in subjects

    def test_finds_an_unbalanced_transfer(self, bank: Bank) -> None:
        bank.add_user(10)
        postings = bank.database.committed.postings
        postings[0] = replace(postings[0], amount=-11)
        rules = {difference.rule for difference in bank.audit().differences}
        assert "the postings of a transfer add up to zero" in rules

    def test_finds_a_hold_that_was_lost(self, bank: Bank) -> None:
        bank.hold(bank.add_user(10), 4)
        bank.database.committed.holds.clear()
        (difference,) = bank.audit().differences
        assert (difference.expected, difference.found) == (0, 4)
