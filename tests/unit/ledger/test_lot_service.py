"""The service of lots on the fakes: how far one transaction goes, and what it answers."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest

from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause, UserAccount
from mara.ledger.model.lots import Lot, LotMove, LotState
from mara.ledger.service.lots import ENTRIES_MAX, OLDEST_FIRST, LotService
from tests.support.fakes.lots import FakeLots
from tests.unit.ledger.test_properties import OWNERS, Ledger

OWNER, OTHER = OWNERS


@dataclass
class World:
    """One user's money; every movement is a transaction of its own."""

    ledger: Ledger = field(default_factory=Ledger)

    def service(self, entries_max: int = ENTRIES_MAX) -> LotService:
        database = self.ledger.database
        return LotService(
            self.ledger.service.repository, FakeLots(database), database.unit_of_work, entries_max
        )

    def move(self, kind: str, amount: int, reference: str) -> UUID:
        """The id of the transfer."""
        number = len(self.ledger.database.committed.transfers)
        self.ledger.run((kind, OWNER, amount, number), reference)
        return self.ledger.database.committed.transfers[f"{kind} {number}"][0].id

    def stored(self) -> LotState:
        return self.ledger.database.committed.lot_states.get(OWNER, LotState())

    def step(self, service: LotService) -> tuple[int, bool]:
        """One transaction: the number of the last entry it read, and whether it was the last."""
        with self.ledger.database.unit_of_work(SYSTEM):
            state, is_last = service._advance(OWNER)
        return state.number, is_last


@pytest.fixture
def world() -> World:
    return World()


class TestCatchUp:
    def test_reads_at_most_a_thousand_entries_a_transaction_oldest_first(self) -> None:
        assert (ENTRIES_MAX, OLDEST_FIRST) == (1000, "created_at")

    def test_goes_on_until_no_entry_is_left(self, world: World) -> None:
        for number in range(5):
            world.move("deposit", 2, f"d{number}")
        charge = world.move("charge", 9, "i1")
        state = world.service(2).catch_up(OWNER)
        assert state == world.stored()
        assert (state.number, [lot.amount for lot in state.open]) == (6, [1])
        (move,) = world.service().get_moves(OWNER, [charge]).values()
        assert [lot.amount for lot in move.lots] == [2, 2, 2, 2, 1]

    def test_reads_so_many_entries_in_one_transaction(self, world: World) -> None:
        for number in range(5):
            world.move("deposit", 2, f"d{number}")
        service = world.service(2)
        assert [world.step(service) for _ in range(4)] == [
            *((2, False), (4, False)),
            *((5, True), (5, True)),
        ]

    def test_reads_exactly_the_limit_in_one_transaction(self, world: World) -> None:
        for number in range(2):
            world.move("deposit", 2, f"d{number}")
        assert world.step(world.service(2)) == (2, True)

    def test_leaves_a_transfer_that_goes_on_behind_the_limit_to_the_next_one(
        self, world: World
    ) -> None:
        world.move("deposit", 9, "d1")
        world.move("suspend", 4, "s1")
        world.move("restore", 4, "s1")
        service = world.service(2)
        assert [world.step(service) for _ in range(3)] == [(1, False), (3, False), (5, True)]
        assert [lot.amount for lot in world.stored().open] == [9]

    def test_brings_back_what_was_taken_before_the_checkpoint_less_what_came_back(
        self, world: World
    ) -> None:
        world.move("credit", 3, "c1")
        world.move("deposit", 3, "d1")
        world.move("charge", 6, "i1")
        world.service().catch_up(OWNER)
        backs = []
        for amount in (2, 2, 3):
            refund = world.move("refund", amount, "i1")
            world.service().catch_up(OWNER)
            (move,) = world.service().get_moves(OWNER, [refund]).values()
            backs.append([(lot.reference, lot.amount) for lot in move.lots])
        assert backs == [[("d1", 2)], [("c1", 1), ("d1", 1)], [("c1", 2)]]
        assert [(lot.kind, lot.amount) for lot in world.stored().open][-1] == ("refund", 1)


class TestCatchUpHere:
    def test_reads_what_the_open_transaction_posted(self, world: World) -> None:
        service = world.service(1)
        with world.ledger.database.unit_of_work(SYSTEM):
            for number in range(3):
                cause = Cause(f"credit:{number}", f"c{number}")
                world.ledger.service.credit(OWNER, 2, cause)
            state = service.catch_up_here(OWNER)
        assert (state.number, state.left_of("c1"), state.left_of("c3")) == (3, 2, 0)
        assert world.stored() == state


class TestReads:
    def test_catch_up_first(self, world: World) -> None:
        deposit = world.move("deposit", 5, "d1")
        charge = world.move("charge", 2, "i1")
        lots = (Lot(deposit, "deposit", "d1", 2),)
        expected = LotMove(charge, 2, "i1", lots, is_return=False)
        assert world.service().list_moves(OWNER, ["i1", "i2"]) == [expected]
        second = world.move("charge", 1, "i2")
        assert [*world.service().get_moves(OWNER, [second, deposit])] == [second]
        assert world.service().list_moves(OWNER, ["i3"]) == []

    def test_name_the_keys_of_sources(self, world: World) -> None:
        deposit = world.move("deposit", 5, "d1")
        world.move("charge", 2, "i1")
        service = world.service()
        moves = service.list_moves(OWNER, ["i1"])
        assert service.get_source_keys(OWNER, moves) == {deposit: "deposit 0"}
        assert service.get_source_keys(OTHER, moves) == {}

    def test_show_what_is_in_suspense(self, world: World) -> None:
        deposit = world.move("deposit", 5, "d1")
        suspended = world.move("suspend", 2, "s1")
        state = world.service().catch_up(OWNER)
        lot = Lot(deposit, "deposit", "d1", 2, suspended_by="s1")
        assert (state.suspended, state.open[0].amount) == ((lot,), 3)
        (move,) = world.service().get_moves(OWNER, [suspended]).values()
        assert (move.reference, move.is_return) == (None, False)
        balances = world.ledger.database.committed.balances
        assert balances[OWNER, UserAccount.SUSPENSE] == 2
