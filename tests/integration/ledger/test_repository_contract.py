"""The contract of the ledger's repository: PostgreSQL and the fake of the fast tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from psycopg import errors

from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import (
    AccountFull,
    HoldEnded,
    HoldNotFound,
    InsufficientFunds,
    KeyReused,
)
from mara.ledger.model import (
    Account,
    Balance,
    Cause,
    Hold,
    PlatformAccount,
    Transfer,
    TransferKind,
    TransferRequest,
    UserAccount,
)
from mara.ledger.service import LedgerService
from tests.support.stores import Store, fake_store, postgres_store

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
AVAILABLE, RESERVED, SUSPENSE = UserAccount
REVENUE, CUSTODY = PlatformAccount.REVENUE, PlatformAccount.CUSTODY_TRON


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return fake_store()
    request.getfixturevalue("database")
    return postgres_store()


def request(
    owner_id: UUID, key: str, amount: int, source: Account, destination: Account
) -> TransferRequest:
    kind = TransferKind.DEPOSIT if source is CUSTODY else TransferKind.CHARGE
    cause = Cause(key, "reference")
    return TransferRequest.between(
        amount, kind, (source, destination), owner_id=owner_id, cause=cause
    )


def deposit(owner_id: UUID, key: str, amount: int) -> TransferRequest:
    return request(owner_id, key, amount, CUSTODY, AVAILABLE)


def charge(owner_id: UUID, key: str, amount: int) -> TransferRequest:
    return request(owner_id, key, amount, AVAILABLE, REVENUE)


def hold(owner_id: UUID, key: str, amount: int, expires_at: datetime = LATER) -> TransferRequest:
    held = request(owner_id, key, amount, AVAILABLE, RESERVED)
    return replace(held, kind=TransferKind.HOLD, expires_at=expires_at)


def post(store: Store, *requests: TransferRequest, now: datetime = NOW) -> list[Transfer]:
    with store.unit_of_work(SYSTEM):
        return store.ledger.post(requests, now)


def get_hold(store: Store, key: str) -> Hold:
    with store.unit_of_work(SYSTEM):
        return store.ledger.get_hold(key)


def balance(store: Store, owner_id: UUID) -> Balance:
    with store.unit_of_work(SYSTEM):
        return store.ledger.get_balance(owner_id)


class TestPost:
    def test_moves_money_and_returns_transfers_in_order(self, store: Store) -> None:
        owner_id, other = store.make_owner(), store.make_owner()
        transfers = post(store, deposit(other, "b", 7), deposit(owner_id, "a", 5))
        assert [one.key for one in transfers] == ["b", "a"]
        assert [one.created_at for one in transfers] == [NOW, NOW]
        assert (balance(store, owner_id).available, balance(store, other).available) == (5, 7)

    def test_of_a_known_key_returns_the_first_transfer(self, store: Store) -> None:
        owner_id = store.make_owner()
        (first,) = post(store, deposit(owner_id, "a", 5))
        assert post(store, deposit(owner_id, "a", 5), now=LATER) == [first]
        with_new = post(store, deposit(owner_id, "a", 5), deposit(owner_id, "b", 1), now=LATER)
        assert with_new[0] == first
        assert balance(store, owner_id) == Balance(available=6)

    def test_of_one_key_twice_posts_once(self, store: Store) -> None:
        owner_id = store.make_owner()
        first, second = post(store, deposit(owner_id, "a", 5), deposit(owner_id, "a", 5))
        assert first == second
        assert balance(store, owner_id) == Balance(available=5)

    @pytest.mark.parametrize(
        "changes",
        [
            {"kind": TransferKind.REFUND},
            {"cause": Cause("a", "another")},
            {"legs": ((CUSTODY, -6), (AVAILABLE, 6))},
            {"legs": ((CUSTODY, -5), (SUSPENSE, 5))},
            {"legs": ((REVENUE, -5), (AVAILABLE, 5))},
        ],
    )
    def test_of_a_known_key_with_other_content_is_rejected(
        self, store: Store, changes: dict[str, object]
    ) -> None:
        owner_id = store.make_owner()
        known = deposit(owner_id, "a", 5)
        post(store, known)
        with pytest.raises(KeyReused):
            post(store, replace(known, **changes))  # type: ignore[arg-type]
        assert balance(store, owner_id) == Balance(available=5)

    def test_of_a_known_key_for_another_user_is_rejected(self, store: Store) -> None:
        owner_id, other = store.make_owner(), store.make_owner()
        post(store, deposit(owner_id, "a", 5))
        with pytest.raises(KeyReused):
            post(store, deposit(other, "a", 5))

    def test_below_zero_is_rejected_with_all_of_the_batch(self, store: Store) -> None:
        owner_id = store.make_owner()
        with pytest.raises(InsufficientFunds) as refusal:
            post(store, deposit(owner_id, "a", 5), charge(owner_id, "b", 6))
        assert refusal.value.extensions == {"account": "available"}
        assert balance(store, owner_id) == Balance()
        post(store, deposit(owner_id, "a", 5), charge(owner_id, "b", 5))
        assert balance(store, owner_id) == Balance()

    def test_names_the_account_that_is_too_low(self, store: Store) -> None:
        owner_id = store.make_owner()
        post(store, deposit(owner_id, "a", 5))
        with pytest.raises(InsufficientFunds) as refusal:
            post(store, request(owner_id, "b", 1, SUSPENSE, AVAILABLE))
        assert refusal.value.extensions == {"account": "suspense"}

    def test_above_63_bits_is_rejected(self, store: Store) -> None:
        owner_id = store.make_owner()
        post(store, deposit(owner_id, "a", 2**63 - 1))
        with pytest.raises(AccountFull):
            post(store, deposit(owner_id, "b", 1))

    def test_is_gone_with_a_transaction_that_fails(self, store: Store) -> None:
        owner_id = store.make_owner()
        with pytest.raises(ZeroDivisionError), store.unit_of_work(SYSTEM):
            store.ledger.post([deposit(owner_id, "a", 5)], NOW)
            raise ZeroDivisionError
        assert balance(store, owner_id) == Balance()
        post(store, deposit(owner_id, "a", 6))
        assert balance(store, owner_id) == Balance(available=6)


class TestLock:
    def test_returns_the_balances_of_each_user(self, store: Store) -> None:
        owner_id, other = store.make_owner(), store.make_owner()
        post(store, deposit(owner_id, "a", 9), hold(owner_id, "b", 3), deposit(other, "c", 5))
        post(store, request(owner_id, "d", 2, AVAILABLE, SUSPENSE))
        with store.unit_of_work(SYSTEM):
            locked = store.ledger.lock([owner_id, other, owner_id])
        assert locked == {
            owner_id: Balance(available=4, reserved=3, suspense=2),
            other: Balance(available=5),
        }

    def test_gives_a_row_to_a_user_without_money(self, store: Store) -> None:
        newcomer, owner_id = store.make_owner(), store.make_owner()
        post(store, deposit(owner_id, "a", 5))
        for _ in range(2):
            with store.unit_of_work(SYSTEM):
                assert store.ledger.lock([newcomer]) == {newcomer: Balance()}
        with store.unit_of_work(SYSTEM):
            audit = store.ledger.audit()
        assert (audit.users, audit.differences) == (2, ())
        post(store, deposit(newcomer, "b", 7))
        assert balance(store, newcomer) == Balance(available=7)

    def test_of_nobody_returns_nothing(self, store: Store) -> None:
        with store.unit_of_work(SYSTEM):
            assert store.ledger.lock([]) == {}

    def test_in_a_users_scope_is_of_that_user_only(self, store: Store) -> None:
        owner_id, other, newcomer = (store.make_owner() for _ in range(3))
        post(store, deposit(owner_id, "a", 5), deposit(other, "b", 5))
        for strange in ([other], [owner_id, other], [newcomer]):
            with (
                pytest.raises((errors.InsufficientPrivilege, PermissionError)),
                store.unit_of_work(owner_id),
            ):
                store.ledger.lock(strange)
        with store.unit_of_work(owner_id):
            assert store.ledger.lock([owner_id]) == {owner_id: Balance(available=5)}

    def test_holds_for_what_is_posted_after_it(self, store: Store) -> None:
        owner_id = store.make_owner()
        post(store, deposit(owner_id, "a", 5))
        with store.unit_of_work(SYSTEM):
            available = store.ledger.lock([owner_id])[owner_id].available
            store.ledger.post([charge(owner_id, "b", available)], NOW)
            assert store.ledger.lock([owner_id]) == {owner_id: Balance()}


class TestHolds:
    @pytest.fixture
    def owner_id(self, store: Store) -> UUID:
        owner_id = store.make_owner()
        post(store, deposit(owner_id, "first", 100))
        return owner_id

    def test_are_found_by_key(self, store: Store, owner_id: UUID) -> None:
        (transfer,) = post(store, hold(owner_id, "held", 6))
        expected = Hold(transfer.id, "held", "reference", owner_id, 6, LATER)
        assert get_hold(store, "held") == expected
        assert balance(store, owner_id) == Balance(available=94, reserved=6)
        post(store, expected.ending(TransferKind.SETTLE, 2))
        assert get_hold(store, "held") == expected
        assert balance(store, owner_id) == Balance(available=98)

    @pytest.mark.parametrize("key", ["first", "never posted"])
    def test_are_not_found_by_another_key(self, store: Store, owner_id: UUID, key: str) -> None:
        with pytest.raises(HoldNotFound):
            get_hold(store, key)

    def test_keep_their_first_expiry(self, store: Store, owner_id: UUID) -> None:
        first = post(store, hold(owner_id, "held", 6))
        again = post(store, hold(owner_id, "held", 6, LATER + timedelta(hours=1)))
        assert first == again
        assert get_hold(store, "held").expires_at == LATER

    def test_end_once(self, store: Store, owner_id: UUID) -> None:
        post(store, hold(owner_id, "held", 6))
        held = get_hold(store, "held")
        (ended,) = post(store, held.ending(TransferKind.SETTLE, 2))
        assert post(store, held.ending(TransferKind.SETTLE, 2)) == [ended]
        with pytest.raises(KeyReused):
            post(store, held.ending(TransferKind.RELEASE, 0))
        other_key = replace(held.ending(TransferKind.RELEASE, 0), cause=Cause("other", "r"))
        with pytest.raises(HoldEnded):
            post(store, other_key)
        assert balance(store, owner_id) == Balance(available=98)

    @pytest.mark.parametrize("amount", [5, 7])
    def test_end_as_a_whole_only(self, store: Store, owner_id: UUID, amount: int) -> None:
        post(store, hold(owner_id, "held", 6), hold(owner_id, "another", 50))
        held = get_hold(store, "held")
        wrong = replace(
            held.ending(TransferKind.SETTLE, 6), legs=((RESERVED, -amount), (REVENUE, amount))
        )
        with pytest.raises(HoldEnded):
            post(store, wrong)

    def test_expire_from_their_time_on_oldest_first(self, store: Store, owner_id: UUID) -> None:
        second = LATER + timedelta(seconds=1)
        post(store, hold(owner_id, "second", 2, second), hold(owner_id, "first one", 1))
        post(store, hold(owner_id, "ended", 1))
        post(store, get_hold(store, "ended").ending(TransferKind.RELEASE, 0))
        with store.unit_of_work(SYSTEM):
            listed = [
                [one.key for one in store.ledger.list_expired_holds(at, limit)]
                for at, limit in (
                    (LATER - timedelta(microseconds=1), 5),
                    (LATER, 5),
                    (second, 5),
                    (second, 1),
                )
            ]
        assert listed == [[], ["first one"], ["first one", "second"], ["first one"]]


class TestEntries:
    def test_are_numbered_with_the_balance_after_each(self, store: Store) -> None:
        owner_id, other = store.make_owner(), store.make_owner()
        post(store, deposit(other, "other", 1), deposit(owner_id, "a", 5))
        post(store, charge(owner_id, "b", 2), hold(owner_id, "c", 1))
        with store.unit_of_work(SYSTEM):
            entries = store.ledger.list_entries(owner_id, PageRequest())
        assert [
            (one.number, one.account, one.amount, one.balance, one.kind) for one in entries
        ] == [
            (4, RESERVED, 1, 1, "hold"),
            (3, AVAILABLE, -1, 2, "hold"),
            (2, AVAILABLE, -2, 3, "charge"),
            (1, AVAILABLE, 5, 5, "deposit"),
        ]
        assert {(one.reference, one.at) for one in entries} == {("reference", NOW)}

    def test_are_read_in_pages(self, store: Store) -> None:
        owner_id = store.make_owner()
        post(store, *(deposit(owner_id, str(number), 1) for number in range(5)))
        with store.unit_of_work(SYSTEM):
            first = store.ledger.list_entries(owner_id, PageRequest(2))
            after = first[1].cursor_id
            second = store.ledger.list_entries(owner_id, PageRequest(2, after))
        assert [one.number for one in first] == [5, 4, 3]
        assert [one.number for one in second] == [3, 2, 1]


class TestAudit:
    def test_counts_and_sums_and_finds_no_difference(self, store: Store) -> None:
        owner_id = store.make_owner()
        post(store, deposit(owner_id, "a", 9), hold(owner_id, "b", 3), charge(owner_id, "c", 2))
        with store.unit_of_work(SYSTEM):
            audit = store.ledger.audit()
        assert (audit.transfers, audit.postings, audit.users) == (3, 6, 1)
        assert audit.differences == ()
        assert {account: sum_ for account, sum_ in audit.platform.items() if sum_} == {
            CUSTODY: -9,
            REVENUE: 2,
        }
        assert set(audit.platform) == set(PlatformAccount)

    def test_counts_credits_apart_from_custody(self, store: Store) -> None:
        owner_id = store.make_owner()
        ledger = LedgerService(store.ledger, lambda: NOW)
        post(store, deposit(owner_id, "a", 9))
        with store.unit_of_work(SYSTEM):
            ledger.credit(owner_id, 5, Cause("credit:1", "1"))
            ledger.reverse_credit(owner_id, 2, Cause("credit_reversal:1", "1"))
            audit = store.ledger.audit()
        assert audit.differences == ()
        assert (audit.platform[CUSTODY], audit.platform[PlatformAccount.CREDITS]) == (-9, -3)
        assert balance(store, owner_id) == Balance(available=12)
