"""The contract of the repository of lots, and the service on it: PostgreSQL and the fake."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from random import Random
from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from infra.local.postgres import OWNER, PostgresServer
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import InsufficientFunds
from mara.ledger.model import Cause, Entry, Transfer, UserAccount
from mara.ledger.model.lot_replay import replay
from mara.ledger.model.lots import Lot, LotMove, LotState
from mara.ledger.service import LedgerService
from mara.ledger.service.lots import OLDEST_FIRST, LotService
from mara.platform import database as platform
from mara.platform.database import connection, transaction
from mara.wiring.ledger import audit_service, ledger_service, lot_service
from tests.integration.ledger.test_transfers import in_parallel
from tests.support.money import in_an_hour, make_owner
from tests.support.postgres import migrate
from tests.support.stores import Store, fake_store, postgres_store

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
REFUSED = (errors.InsufficientPrivilege, PermissionError)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return fake_store()
    request.getfixturevalue("database")
    return postgres_store()


@dataclass(frozen=True)
class Bank:
    """One user's money; every movement is a transaction of its own."""

    store: Store
    owner_id: UUID

    @property
    def ledger(self) -> LedgerService:
        return LedgerService(self.store.ledger, lambda: NOW)

    def lots(self, entries_max: int = 1000) -> LotService:
        return LotService(self.store.ledger, self.store.lots, self.store.unit_of_work, entries_max)

    def deposit(self, amount: int, reference: str, into: str = "available") -> Transfer:
        cause = Cause(f"deposit:tron:{reference}:0", reference)
        credit = partial(self.ledger.credit_deposit, into=UserAccount(into))
        return self._run(lambda: credit(self.owner_id, "tron", amount, cause))

    def move(self, kind: str, amount: int, reference: str) -> Transfer:
        act = getattr(self.ledger, kind)
        return self._run(lambda: act(self.owner_id, amount, Cause(str(new_id()), reference)))

    def entries(self) -> list[Entry]:
        with self.store.unit_of_work(SYSTEM):
            page = PageRequest(10**6, None, OLDEST_FIRST)
            return self.store.ledger.list_entries(self.owner_id, page)

    def random_movements(self, count: int) -> None:
        choose = Random(f"lots {count}")
        for number in range(count):
            kind = choose.choice(["credit", "charge", "refund", "suspend", "restore", "deposit"])
            amount, reference = choose.randint(1, 9), f"r{choose.randint(0, 3)}"
            try:
                if kind == "deposit":
                    self.deposit(
                        amount, f"tx{count}-{number}", choose.choice(["available", "suspense"])
                    )
                else:
                    self.move(kind, amount, reference)
            except InsufficientFunds:
                continue

    def _run(self, act: Callable[[], Transfer]) -> Transfer:
        with self.store.unit_of_work(SYSTEM):
            return act()


@pytest.fixture
def bank(store: Store) -> Bank:
    return Bank(store, store.make_owner())


class TestRepository:
    def test_stores_a_state_with_the_moves_that_led_to_it(self, bank: Bank) -> None:
        sources = [bank.deposit(5, "tx1").id, bank.move("credit", 6, "c1").id]
        lots = (Lot(sources[0], "deposit", "tx1", 5), Lot(sources[1], "credit", "c1", 2))
        moves = [
            LotMove(new_id(), 3, "invoice", lots),
            LotMove(new_id(), 4, None, lots[:1], is_return=True),
            LotMove(new_id(), 5, "other", lots[1:], is_return=True),
        ]
        suspended = Lot(sources[0], "deposit", "tx1", 7, suspended_by="s1")
        state = LotState(5, lots, (suspended,))
        repository, owner_id = bank.store.lots, bank.owner_id
        with bank.store.unit_of_work(SYSTEM):
            assert repository.lock_state(owner_id) == LotState()
            repository.save(owner_id, state, moves)
        with bank.store.unit_of_work(SYSTEM):
            assert repository.lock_state(owner_id) == repository.get_state(owner_id) == state
            assert repository.list_moves(owner_id, ["other", "invoice"]) == [moves[0], moves[2]]
            assert repository.list_moves(owner_id, []) == []
            ids = [move.transfer_id for move in moves]
            assert repository.get_moves(owner_id, [*ids[:2], new_id()]) == dict(
                zip(ids[:2], moves[:2], strict=True)
            )
            assert repository.get_keys(owner_id, sources[:1]) == {sources[0]: "deposit:tron:tx1:0"}

    def test_stores_the_lots_of_a_transfer_once(self, bank: Bank) -> None:
        source = bank.deposit(5, "tx1").id
        move = LotMove(source, 1, "r", (Lot(source, "deposit", "tx1", 5),))
        with (
            pytest.raises((errors.UniqueViolation, KeyError)),
            bank.store.unit_of_work(SYSTEM),
        ):
            bank.store.lots.lock_state(bank.owner_id)
            bank.store.lots.save(bank.owner_id, LotState(1), [move])
            bank.store.lots.save(bank.owner_id, LotState(2), [move])
        with bank.store.unit_of_work(SYSTEM):
            assert bank.store.lots.get_state(bank.owner_id) == LotState()

    def test_shows_a_user_the_users_own_lots_and_lets_the_user_write_none(self, bank: Bank) -> None:
        bank.deposit(5, "tx1")
        charge = bank.move("charge", 2, "i1")
        state = bank.lots().catch_up(bank.owner_id)
        other = bank.store.make_owner()
        repository = bank.store.lots
        for scope, seen in ((bank.owner_id, 1), (other, 0)):
            with bank.store.unit_of_work(scope):
                assert len(repository.list_moves(bank.owner_id, ["i1"])) == seen
                assert len(repository.get_moves(bank.owner_id, [charge.id])) == seen
                assert len(repository.get_keys(bank.owner_id, [charge.id])) == seen
                found = repository.get_state(bank.owner_id)
                assert found == (state if seen else LotState())
            with pytest.raises(REFUSED), bank.store.unit_of_work(scope):
                repository.lock_state(other)
            with pytest.raises(REFUSED), bank.store.unit_of_work(scope):
                repository.save(scope, LotState(9), [LotMove(new_id(), 9, "r", state.open)])


class TestService:
    def test_says_which_deposits_and_credits_paid_an_invoice(self, bank: Bank) -> None:
        deposit, credit = bank.deposit(5, "tx1"), bank.move("credit", 4, "c1")
        charge, note = bank.move("charge", 7, "i1"), bank.move("refund", 1, "i1")
        moves = bank.lots().list_moves(bank.owner_id, ["i1"])
        paid = (Lot(deposit.id, "deposit", "tx1", 5), Lot(credit.id, "credit", "c1", 2))
        back = (Lot(credit.id, "credit", "c1", 1),)
        assert moves == [
            LotMove(charge.id, 3, "i1", paid),
            LotMove(note.id, 4, "i1", back, is_return=True),
        ]
        assert bank.lots().get_moves(bank.owner_id, [note.id]) == {note.id: moves[1]}
        keys = bank.lots().get_source_keys(bank.owner_id, moves)
        assert keys == {deposit.id: "deposit:tron:tx1:0", credit.id: keys[credit.id]}

    def test_of_a_user_without_entries_has_no_lots(self, bank: Bank) -> None:
        assert bank.lots().catch_up(bank.owner_id) == LotState()
        assert bank.lots().list_moves(bank.owner_id, ["i1"]) == []

    @pytest.mark.parametrize("entries_max", [2, 3, 7, 1000])
    def test_gives_the_same_lots_in_parts_of_any_size(self, bank: Bank, entries_max: int) -> None:
        """Catches up between movements too; a transfer of two entries is never cut."""
        service = bank.lots(entries_max)
        for part in (23, 31):
            bank.random_movements(part)
            service.catch_up(bank.owner_id)
        state, moves = replay(LotState(), bank.entries())
        assert service.catch_up(bank.owner_id) == state
        assert state.number == len(bank.entries())
        ids = [move.transfer_id for move in moves]
        assert [*service.get_moves(bank.owner_id, ids).values()] == moves

    def test_does_nothing_the_second_time(self, bank: Bank) -> None:
        bank.random_movements(20)
        first = bank.lots().catch_up(bank.owner_id)
        moves = bank.lots().list_moves(bank.owner_id, [f"r{number}" for number in range(4)])
        assert bank.lots().catch_up(bank.owner_id) == first
        assert moves == bank.lots().list_moves(bank.owner_id, [f"r{n}" for n in range(4)])

    def test_stores_nothing_of_a_transaction_that_fails(self, bank: Bank) -> None:
        bank.deposit(5, "tx1")
        with pytest.raises(ZeroDivisionError), bank.store.unit_of_work(SYSTEM):
            assert bank.lots().catch_up_here(bank.owner_id).number == 1
            raise ZeroDivisionError
        with bank.store.unit_of_work(SYSTEM):
            assert bank.store.lots.get_state(bank.owner_id) == LotState()

    def test_finds_what_is_left_of_a_credit_in_the_transaction_that_takes_it_back(
        self, bank: Bank
    ) -> None:
        bank.deposit(5, "tx1")
        bank.move("credit", 4, "c1")
        bank.move("charge", 6, "i1")
        with bank.store.unit_of_work(SYSTEM):
            bank.ledger.lock_balances([bank.owner_id])
            left = bank.lots().catch_up_here(bank.owner_id).left_of("c1")
            bank.ledger.reverse_credit(bank.owner_id, left, Cause("credit_reversal:1", "c1"))
            after = bank.lots().catch_up_here(bank.owner_id)
        assert (left, after.open, after.left_of("c1")) == (3, (), 0)


def catch_up_often(owner_id: UUID, index: int) -> None:
    platform._session.connection = None
    for number in range(10):
        with transaction(SYSTEM):
            cause = Cause(f"{index} {number}", f"i{index}")
            ledger_service().charge(owner_id, 1, cause)
        lot_service().catch_up(owner_id)


class TestPostgres:
    pytestmark = pytest.mark.usefixtures("database")

    def test_many_callers_at_once_store_each_lot_once(self) -> None:
        owner_id = make_owner(60)
        assert in_parallel(6, partial(catch_up_often, owner_id)) == [0] * 6
        assert lot_service().catch_up(owner_id).open == ()
        with transaction(SYSTEM):
            row = connection().execute("SELECT count(*), sum(amount) FROM ledger_lots").fetchone()
        assert row == (60, 60)
        assert audit_service().verify().differences == ()

    def test_the_audit_agrees_with_every_kind_of_move(self) -> None:
        bank = Bank(postgres_store(), make_owner(9))
        bank.random_movements(60)
        with transaction(SYSTEM):
            ledger = ledger_service()
            ledger.hold(bank.owner_id, 3, Cause("h", "a1"), expires_at=in_an_hour())
            ledger.settle("h", 2)
            ledger.refund(bank.owner_id, 7, Cause("above", "a1"))
        lot_service().catch_up(bank.owner_id)
        assert audit_service().verify().differences == ()

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE ledger_lots SET amount = 1", "DELETE FROM ledger_lots", "TRUNCATE ledger_lots"],
    )
    def test_the_app_changes_no_lot_that_is_stored(self, statement: str) -> None:
        with (
            pytest.raises(errors.InsufficientPrivilege, match="permission denied"),
            transaction(SYSTEM),
        ):
            connection().execute(statement.encode())

    def test_a_downgrade_drops_what_is_derived_again(
        self, postgres: PostgresServer, database: str
    ) -> None:
        owner_id = make_owner(5)
        before = lot_service().catch_up(owner_id)
        url = postgres.url(OWNER, database.rsplit("/", 1)[1])
        migrate(url, "downgrade", "credits")
        with pytest.raises(psycopg.errors.UndefinedTable), transaction(SYSTEM):
            connection().execute("SELECT FROM ledger_lots")
        migrate(url, "upgrade", "head")
        assert lot_service().catch_up(owner_id) == before
