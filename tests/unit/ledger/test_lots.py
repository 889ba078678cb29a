"""Which deposits and credits paid: examples of each rule, and random histories against coins.

The oracle follows every micro-USDT as a coin of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mara.kernel.page import NEWEST_FIRST, PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import (
    Account,
    Cause,
    Entry,
    PlatformAccount,
    TransferKind,
    TransferRequest,
    UserAccount,
)
from mara.ledger.model.lot_replay import replay
from mara.ledger.model.lots import Lot, LotMove, LotState, movements, returning, total
from tests.unit.ledger.test_properties import OWNERS, STEPS, Ledger

OWNER = OWNERS[0]
AVAILABLE, SUSPENSE = UserAccount.AVAILABLE, UserAccount.SUSPENSE
Steps = list[tuple[str, UUID, int, int]]


def entries_of(ledger: Ledger) -> list[Entry]:
    page = PageRequest(10**6, None, NEWEST_FIRST.removeprefix("-"))
    with ledger.database.unit_of_work(SYSTEM):
        return ledger.service.repository.list_entries(OWNER, page)


def history(*steps: tuple[str, int, str]) -> list[Entry]:
    """The entries of ``(kind, amount, reference)``, all of one user."""
    ledger = Ledger()
    for number, (kind, amount, reference) in enumerate(steps):
        ledger.run((kind, OWNER, amount, number), reference)
    return entries_of(ledger)


def paid(moves: Sequence[LotMove]) -> list[list[tuple[str, str, int]]]:
    return [[(lot.kind, lot.reference, lot.amount) for lot in move.lots] for move in moves]


def left(lots: Sequence[Lot]) -> list[tuple[str, str, int]]:
    return [(lot.kind, lot.reference, lot.amount) for lot in lots]


class TestCharge:
    def test_takes_the_oldest_lots_first(self) -> None:
        entries = history(
            *(("deposit", 5, "d1"), ("credit", 4, "c1"), ("deposit", 3, "d2")),
            *(("charge", 7, "i1"), ("charge", 3, "i2")),
        )
        state, moves = replay(LotState(), entries)
        assert paid(moves) == [
            [("deposit", "d1", 5), ("credit", "c1", 2)],
            [("credit", "c1", 2), ("deposit", "d2", 1)],
        ]
        assert left(state.open) == [("deposit", "d2", 2)]
        assert [(move.number, move.reference) for move in moves] == [(4, "i1"), (5, "i2")]

    def test_names_the_transfers_that_brought_the_money(self) -> None:
        entries = history(("deposit", 5, "d1"), ("charge", 2, "i1"))
        _, (move,) = replay(LotState(), entries)
        assert move.lots == (Lot(entries[0].transfer_id, "deposit", "d1", 2),)
        assert move.transfer_id == entries[1].transfer_id


class TestHold:
    def test_has_no_effect_until_it_is_settled_by_its_net_effect(self) -> None:
        ledger = Ledger()
        ledger.run(("deposit", OWNER, 5, 0), "d1")
        ledger.run(("deposit", OWNER, 5, 1), "d2")
        ledger.run(("hold", OWNER, 8, 2), "a1")
        assert replay(LotState(), entries_of(ledger))[1] == []
        ledger.run(("charge", OWNER, 2, 3), "i1")
        ledger.run(("settle", OWNER, 6, 2), "a1")
        state, moves = replay(LotState(), entries_of(ledger))
        assert paid(moves) == [
            [("deposit", "d1", 2)],
            [("deposit", "d1", 3), ("deposit", "d2", 3)],
        ]
        assert left(state.open) == [("deposit", "d2", 2)]

    def test_that_is_released_or_expires_has_no_effect(self) -> None:
        ledger = Ledger()
        ledger.run(("deposit", OWNER, 9, 0), "d1")
        for number in (1, 2):
            ledger.run(("hold", OWNER, 4, number), "a")
        ledger.run(("release", OWNER, 4, 1), "a")
        ledger.run(("expire", OWNER, 1, 12), "a")
        state, moves = replay(LotState(), entries_of(ledger))
        assert (moves, left(state.open)) == ([], [("deposit", "d1", 9)])
        assert state.number == len(entries_of(ledger))


class TestRefund:
    def test_brings_back_the_lots_of_its_charge_the_last_ones_first(self) -> None:
        entries = history(
            *(("credit", 4, "c1"), ("deposit", 6, "d1"), ("deposit", 9, "d2")),
            *(("charge", 10, "i1"), ("refund", 3, "i1"), ("refund", 5, "i1")),
        )
        state, moves = replay(LotState(), entries)
        assert [move.is_return for move in moves] == [False, True, True]
        assert paid(moves)[1:] == [
            [("deposit", "d1", 3)],
            [("credit", "c1", 2), ("deposit", "d1", 3)],
        ]
        assert left(state.open) == [
            *(("deposit", "d2", 9), ("deposit", "d1", 3)),
            *(("credit", "c1", 2), ("deposit", "d1", 3)),
        ]

    def test_of_a_settled_hold_brings_back_its_lots(self) -> None:
        ledger = Ledger()
        ledger.run(("credit", OWNER, 5, 0), "c1")
        ledger.run(("hold", OWNER, 5, 1), "a1")
        ledger.run(("settle", OWNER, 4, 1), "a1")
        ledger.run(("refund", OWNER, 3, 2), "a1")
        state, moves = replay(LotState(), entries_of(ledger))
        assert paid(moves)[1] == [("credit", "c1", 3)]
        assert left(state.open) == [("credit", "c1", 4)]

    def test_above_what_was_charged_is_a_source_of_its_own(self) -> None:
        """As of an invoice of use, which has no transfer: it is shown as the credit note."""
        entries = history(("deposit", 5, "d1"), ("charge", 2, "i1"), ("refund", 3, "i1"))
        state, moves = replay(LotState(), entries)
        assert paid(moves)[1] == [("deposit", "d1", 2)]
        assert left(state.open) == [*(("deposit", "d1", 5),), ("refund", "i1", 1)]

    def test_leaves_the_charge_as_if_it_had_been_smaller(self) -> None:
        before = (("credit", 4, "c1"), ("deposit", 6, "d1"))
        _, refunded = replay(
            LotState(), history(*before, ("charge", 10, "i1"), ("refund", 5, "i1"))
        )
        _, (smaller,) = replay(LotState(), history(*before, ("charge", 5, "i1")))
        spent = Counter[str]()
        for move in refunded:
            for lot in move.lots:
                spent[lot.reference] += -lot.amount if move.is_return else lot.amount
        assert +spent == {lot.reference: lot.amount for lot in smaller.lots}


class TestReversalOfACredit:
    def test_takes_the_lots_of_that_credit_though_others_are_older(self) -> None:
        entries = history(
            *(("deposit", 5, "d1"), ("credit", 4, "c1"), ("credit", 4, "c2")),
            ("reverse_credit", 3, "c2"),
        )
        state, moves = replay(LotState(), entries)
        assert paid(moves) == [[("credit", "c2", 3)]]
        assert left(state.open) == [
            *(("deposit", "d1", 5), ("credit", "c1", 4)),
            ("credit", "c2", 1),
        ]
        assert [state.left_of(reference) for reference in ("c1", "c2", "d1")] == [4, 1, 0]

    def test_finds_what_came_back_to_it(self) -> None:
        entries = history(
            *(("credit", 4, "c1"), ("charge", 4, "i1"), ("deposit", 5, "d1")),
            *(("refund", 3, "i1"), ("reverse_credit", 2, "c1")),
        )
        state, moves = replay(LotState(), entries)
        assert paid(moves)[-1] == [("credit", "c1", 2)]
        assert state.left_of("c1") == 1


class TestSuspense:
    def test_keeps_the_sources_of_what_is_suspended_and_restored(self) -> None:
        entries = history(
            *(("credit", 2, "c1"), ("deposit", 5, "d1"), ("suspend", 4, "s1")),
            *(("deposit", 9, "d2"), ("restore", 1, "s1"), ("restore", 3, "s1")),
        )
        state, moves = replay(LotState(), entries)
        assert paid(moves) == [
            [("credit", "c1", 2), ("deposit", "d1", 2)],
            [("deposit", "d1", 1)],
            [("credit", "c1", 2), ("deposit", "d1", 1)],
        ]
        assert [move.is_return for move in moves] == [False, True, True]
        assert state.suspended == ()

    def test_restores_what_its_own_reference_suspended_then_the_oldest(self) -> None:
        entries = history(
            *(("deposit", 2, "d1"), ("suspend", 2, "s1"), ("deposit", 3, "d2")),
            *(("suspend", 3, "s2"), ("restore", 4, "s2")),
        )
        state, moves = replay(LotState(), entries)
        assert paid(moves)[-1] == [("deposit", "d1", 1), ("deposit", "d2", 3)]
        assert [(lot.reference, lot.amount, lot.suspended_by) for lot in state.suspended] == [
            ("d1", 1, "s1")
        ]

    def test_of_a_small_deposit_is_its_source_when_it_is_restored(self) -> None:
        entries = history(("suspended deposit", 3, "d1"), ("restore", 3, "all"))
        state, moves = replay(LotState(), entries[:1])
        assert (state.open, moves, total(state.suspended)) == ((), [], 3)
        state, moves = replay(state, entries[1:])
        assert (left(state.open), state.suspended) == ([("deposit", "d1", 3)], ())
        assert paid(moves) == [[("deposit", "d1", 3)]]

    def test_gives_no_refund_what_was_suspended(self) -> None:
        entries = history(("deposit", 5, "d1"), ("suspend", 3, "x"), ("refund", 2, "x"))
        state, _ = replay(LotState(), entries)
        assert left(state.open) == [("deposit", "d1", 2), ("refund", "x", 2)]


class TestTransferOfSeveralAccounts:
    """As when a balance is given up: one transfer empties what can be spent and suspense."""

    def post(self, ledger: Ledger, kind: TransferKind, *legs: tuple[Account, int]) -> None:
        request = TransferRequest(Cause(kind, "all"), kind, OWNER, legs)
        with ledger.database.unit_of_work(SYSTEM):
            ledger.service.transfer(request)

    def test_takes_the_lots_of_both(self) -> None:
        ledger = Ledger()
        ledger.run(("deposit", OWNER, 5, 0), "d1")
        ledger.run(("suspended deposit", OWNER, 3, 1), "d2")
        legs = ((AVAILABLE, -4), (SUSPENSE, -2), (PlatformAccount.WRITE_OFF, 6))
        self.post(ledger, TransferKind.WRITE_OFF, *legs)
        state, (move,) = replay(LotState(), entries_of(ledger))
        assert paid([move]) == [[("deposit", "d1", 4)]]
        assert (left(state.open), left(state.suspended)) == (
            [("deposit", "d1", 1)],
            [("deposit", "d2", 1)],
        )

    def test_takes_those_of_suspense_alone_without_a_move(self) -> None:
        ledger = Ledger()
        ledger.run(("suspended deposit", OWNER, 3, 1), "d2")
        legs = ((SUSPENSE, -2), (PlatformAccount.WRITE_OFF, 2))
        self.post(ledger, TransferKind.WRITE_OFF, *legs)
        state, moves = replay(LotState(), entries_of(ledger))
        assert (moves, left(state.suspended)) == ([], [("deposit", "d2", 1)])

    def test_brings_one_source_to_both(self) -> None:
        ledger = Ledger()
        legs = ((PlatformAccount.CUSTODY_TRON, -7), (AVAILABLE, 5), (SUSPENSE, 2))
        self.post(ledger, TransferKind.DEPOSIT, *legs)
        state, moves = replay(LotState(), entries_of(ledger))
        assert (moves, left(state.open), left(state.suspended)) == (
            [],
            [("deposit", "all", 5)],
            [("deposit", "all", 2)],
        )


class TestEntries:
    def test_must_continue_the_state(self) -> None:
        entries = history(("deposit", 5, "d1"), ("charge", 5, "i1"))
        with pytest.raises(ValueError, match="after 0 is missing"):
            replay(LotState(), entries[1:])
        with pytest.raises(ValueError, match="than the lots hold"):
            replay(LotState(1), entries[1:])

    def test_may_be_none(self) -> None:
        assert replay(LotState(7), []) == (LotState(7), [])


class TestReturning:
    def test_lists_the_references_under_which_money_comes_back(self) -> None:
        entries = history(
            *(("deposit", 9, "d1"), ("credit", 3, "c1"), ("charge", 4, "i1"), ("charge", 1, "i2")),
            *(("suspend", 2, "s1"), ("restore", 2, "s1"), ("refund", 1, "i2")),
        )
        assert returning(entries) == {"i2"}

    def test_counts_earlier_moves_with_what_came_back_since(self) -> None:
        entries = history(
            *(("credit", 3, "c1"), ("deposit", 3, "d1"), ("charge", 6, "i1")),
            *(("refund", 4, "i1"), ("refund", 2, "i1")),
        )
        state, earlier = replay(LotState(), entries[:4])
        assert paid(replay(state, entries[4:], earlier)[1]) == [[("credit", "c1", 2)]]


@dataclass
class Coins:
    """Every micro-USDT as a coin that knows the transfer that brought it."""

    open: list[UUID] = field(default_factory=list)
    suspended: list[tuple[str, UUID]] = field(default_factory=list)
    taken: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))

    def follow(self, entries: list[Entry]) -> Iterator[tuple[UUID, Counter[UUID]]]:
        """The coins that each transfer took or gave back, where there are any."""
        kinds = {entry.transfer_id: entry.kind for entry in entries}
        references = {entry.transfer_id: entry.reference for entry in entries}
        for one in movements(entries):
            moved: list[UUID] = []
            if one.kind == "suspend":
                moved, self.open = self.open[: -one.spendable], self.open[-one.spendable :]
                self.suspended += [(one.reference, coin) for coin in moved]
            elif one.kind == "restore":
                moved = self._restore(one.reference, one.spendable)
                self.open += moved
            elif one.kind == "credit_reversal":
                own = [
                    coin
                    for coin in self.open
                    if (kinds[coin], references[coin]) == ("credit", one.reference)
                ]
                moved = [*own, *(coin for coin in self.open if coin not in own)][: -one.spendable]
                for coin in moved:
                    self.open.remove(coin)
                self.taken[one.reference] += moved
            elif one.spendable < 0:
                moved, self.open = self.open[: -one.spendable], self.open[-one.spendable :]
                self.taken[one.reference] += moved
            elif one.kind == "refund":
                stack = self.taken[one.reference]
                keep = max(len(stack) - one.spendable, 0)
                moved, stack[keep:] = stack[keep:], []
                self.open += [*moved, *[one.transfer_id] * (one.spendable - len(moved))]
            elif one.suspense:
                self.suspended += [(one.reference, one.transfer_id)] * one.suspense
            else:
                self.open += [one.transfer_id] * one.spendable
            if moved:
                yield one.transfer_id, Counter(moved)

    def _restore(self, reference: str, amount: int) -> list[UUID]:
        places = range(len(self.suspended))
        own = [place for place in places if self.suspended[place][0] == reference]
        others = [place for place in places if self.suspended[place][0] != reference]
        chosen = sorted([*reversed(own), *others][:amount])
        moved = [self.suspended[place][1] for place in chosen]
        self.suspended = [one for place, one in enumerate(self.suspended) if place not in chosen]
        return moved


def random_history(steps: Steps) -> list[Entry]:
    ledger = Ledger()
    for kind, _, amount, number in steps:
        ledger.run((kind, OWNER, amount, number), f"r{number % 3}")
    return entries_of(ledger)


HISTORIES = st.lists(STEPS, min_size=5, max_size=60).map(random_history)


class TestAnyHistory:
    @settings(max_examples=200)
    @given(HISTORIES)
    def test_is_followed_as_its_coins_are(self, entries: list[Entry]) -> None:
        coins = Coins()
        expected = dict(coins.follow(entries))
        state, moves = replay(LotState(), entries)
        found = {move.transfer_id: of_sources(move.lots) for move in moves}
        assert found == expected
        assert [lot.source_id for lot in state.open for _ in range(lot.amount)] == coins.open
        assert [
            (lot.suspended_by, lot.source_id) for lot in state.suspended for _ in range(lot.amount)
        ] == coins.suspended

    @settings(max_examples=100)
    @given(HISTORIES)
    def test_has_lots_that_add_up_to_each_outflow_and_to_the_balances(
        self, entries: list[Entry]
    ) -> None:
        state, moves = replay(LotState(), entries)
        moved = {move.transfer_id: total(move.lots) for move in moves if not move.is_return}
        spent = {one.transfer_id: -one.spendable for one in movements(entries)}
        assert moved == {id_: amount for id_, amount in spent.items() if amount > 0}
        balances = Counter[UserAccount]()
        for entry in entries:
            balances[entry.account] += entry.amount
        spendable = balances[UserAccount.AVAILABLE] + balances[UserAccount.RESERVED]
        assert total(state.open) == spendable
        assert total(state.suspended) == balances[UserAccount.SUSPENSE]

    @settings(max_examples=100)
    @given(HISTORIES)
    def test_takes_from_no_source_more_than_it_brought(self, entries: list[Entry]) -> None:
        """Less what came back: so a credit never becomes a deposit, nor a deposit a credit."""
        state, moves = replay(LotState(), entries)
        brought = {
            one.transfer_id: one.spendable + one.suspense
            for one in movements(entries)
            if one.kind in {"deposit", "credit"}
        }
        spent, in_suspense = Counter[UUID](), of_sources(state.suspended)
        for move in moves:
            (spent.subtract if move.is_return else spent.update)(of_sources(move.lots))
        for source, amount in brought.items():
            outside = amount - of_sources(state.open)[source] - in_suspense[source]
            assert 0 <= outside <= amount
        kinds = {entry.transfer_id: entry.kind for entry in entries}
        lots = [*state.open, *state.suspended, *(lot for move in moves for lot in move.lots)]
        assert all(lot.kind == kinds[lot.source_id] for lot in lots)
        assert {lot.kind for lot in lots} <= {"deposit", "credit", "refund"}

    @settings(max_examples=100)
    @given(HISTORIES, st.data())
    def test_has_the_same_lots_continued_from_any_checkpoint(
        self, entries: list[Entry], data: st.DataObject
    ) -> None:
        transfers = [one.last for one in movements(entries)]
        cuts = sorted(data.draw(st.sets(st.sampled_from(transfers)) if transfers else st.just(())))
        state, moves = LotState(), list[LotMove]()
        for begin, end in zip([0, *cuts], [*cuts, len(entries)], strict=True):
            part = entries[begin:end]
            known = returning(part)
            earlier = [move for move in moves if move.reference in known]
            state, more = replay(state, part, earlier)
            moves += more
        assert (state, moves) == replay(LotState(), entries)


def of_sources(lots: Sequence[Lot]) -> Counter[UUID]:
    found = Counter[UUID]()
    for lot in lots:
        found[lot.source_id] += lot.amount
    return found
