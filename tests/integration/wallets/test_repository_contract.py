"""The contract of the wallets' repositories: PostgreSQL and the fakes of the fast tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.wallets.errors import ConcurrentUpdate
from mara.wallets.model import (
    SETTLED,
    BlockRange,
    BlockRef,
    ChainState,
    ChainStatus,
    Deposit,
    DepositKey,
    DepositState,
    EventPart,
    FailureKind,
    Network,
    ProviderFailure,
    ScanCursor,
    UnfinalizedRange,
    UnreadableEvent,
    Wallet,
)
from mara.wiring.wallets import address_codec
from tests.support.stores import Store, fake_store, postgres_store

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
ARBITRUM = Network.ARBITRUM
OF_ARBITRUM, OF_TRON = {"network": ARBITRUM}, {"network": Network.TRON}
SEEN, SAFE = DepositState.SEEN, DepositState.SAFE
ADDRESS = b"\x01" * 20
CURSOR = ScanCursor(ARBITRUM, BlockRef(100, "0x64"), [], blocks_per_scan=50)
HEAD = UnfinalizedRange(101, 110, "0x6e", "first")


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return fake_store()
    request.getfixturevalue("database")
    return postgres_store()


def make_wallet(
    owner_id: UUID, network: Network, address: bytes = ADDRESS, receives_at: bytes | None = None
) -> Wallet:
    text = address_codec().encode(network, address)
    return Wallet(owner_id, network, address, receives_at or address, NOW, text)


def make_deposit(owner_id: UUID, number: int = 1, **changes: object) -> Deposit:
    deposit = Deposit(
        id=new_id(),
        owner_id=owner_id,
        key=DepositKey(ARBITRUM, f"0x{number:064x}", 0),
        recipient=ADDRESS,
        amount_micro_usdt=5_000_000,
        block=BlockRef(100 + number, f"0x{number:02x}"),
        log_index=3,
        state=DepositState.SEEN,
        reader="first",
        seen_at=NOW,
    )
    changed: Deposit = replace(deposit, **changes)  # type: ignore[arg-type]
    return replace(changed, credited_at=NOW) if changed.state in SETTLED else changed


def save(store: Store, *deposits: Deposit) -> None:
    with store.unit_of_work(SYSTEM):
        for deposit in deposits:
            store.deposits.save(deposit)


class TestWallets:
    def test_an_owner_has_one_per_network(self, store: Store) -> None:
        owner_id = store.make_owner()
        wallet = make_wallet(owner_id, ARBITRUM)
        with store.unit_of_work(SYSTEM):
            assert store.wallets.add(wallet)
            assert not store.wallets.add(replace(wallet, address=b"\x02" * 20))
            assert store.wallets.find(owner_id, ARBITRUM) == wallet
            assert store.wallets.find(owner_id, Network.TRON) is None
            assert store.wallets.find(new_id(), ARBITRUM) is None

    def test_are_listed_by_network(self, store: Store) -> None:
        owner_id, other = store.make_owner(), store.make_owner()
        with store.unit_of_work(SYSTEM):
            for network in (Network.TRON, ARBITRUM):
                store.wallets.add(make_wallet(owner_id, network))
            store.wallets.add(make_wallet(other, ARBITRUM, b"\x02" * 20))
            networks = [wallet.network for wallet in store.wallets.list(owner_id)]
        assert networks == [ARBITRUM, Network.TRON]

    def test_owners_are_found_by_what_transfers_name(self, store: Store) -> None:
        owner_id = store.make_owner()
        with store.unit_of_work(SYSTEM):
            store.wallets.add(make_wallet(owner_id, Network.APTOS, b"\x01" * 32, b"\x02" * 32))
            asked = {b"\x01" * 32, b"\x02" * 32, b"\x03" * 32}
            assert store.deposits.find_owners(Network.APTOS, asked) == {b"\x02" * 32: owner_id}
            assert store.deposits.find_owners(ARBITRUM, asked) == {}
            assert store.deposits.find_owners(Network.APTOS, set()) == {}


class TestDeposits:
    def test_are_found_by_key(self, store: Store) -> None:
        owner_id = store.make_owner()
        deposit = make_deposit(owner_id)
        other = make_deposit(owner_id, 2, state=DepositState.CREDITED)
        save(store, deposit, other)
        second_log = DepositKey(ARBITRUM, deposit.key.transaction, 1)
        on_tron = DepositKey(Network.TRON, deposit.key.transaction, 0)
        with store.unit_of_work(SYSTEM):
            found = store.deposits.get_for_update([deposit.key, other.key, second_log, on_tron])
        assert found == {deposit.key: deposit, other.key: other}

    def test_a_save_changes_everything_but_key_and_first_time(self, store: Store) -> None:
        owner_id, other = store.make_owner(), store.make_owner()
        deposit = make_deposit(owner_id)
        save(store, deposit)
        changed = replace(
            deposit,
            owner_id=other,
            recipient=b"\x02" * 20,
            amount_micro_usdt=7,
            block=BlockRef(1, "0x01"),
            log_index=9,
            state=DepositState.CREDITED,
            reader="second",
            credited_at=LATER,
        )
        save(store, replace(changed, seen_at=LATER))
        with store.unit_of_work(SYSTEM):
            assert store.deposits.get_for_update([deposit.key]) == {deposit.key: changed}

    def test_two_with_one_key_are_rejected(self, store: Store) -> None:
        owner_id = store.make_owner()
        save(store, make_deposit(owner_id))
        with pytest.raises(Exception, match="duplicate key"):
            save(store, make_deposit(owner_id))
        with store.unit_of_work(SYSTEM):
            assert len(store.deposits.list(owner_id, PageRequest(filters=OF_ARBITRUM))) == 1

    def test_settled_ones_have_a_time_and_others_have_none(self, store: Store) -> None:
        deposit = make_deposit(store.make_owner())
        for wrong in (
            replace(deposit, state=DepositState.CREDITED),
            replace(deposit, credited_at=NOW),
        ):
            with pytest.raises(Exception, match="check constraint"):
                save(store, wrong)

    def test_in_flight_are_seen_or_safe_and_in_the_range(self, store: Store) -> None:
        owner_id = store.make_owner()
        deposits = [
            make_deposit(owner_id, number, state=state)
            for number, state in enumerate(DepositState, start=1)
        ]
        save(store, *deposits)
        with store.unit_of_work(SYSTEM):
            in_all = store.deposits.in_flight(ARBITRUM, BlockRange(101, 200))
            in_first = store.deposits.in_flight(ARBITRUM, BlockRange(101, 101))
            on_tron = store.deposits.in_flight(Network.TRON, BlockRange(101, 200))
        assert list(in_all) == sorted(deposits[:2], key=lambda one: one.id)
        assert (list(in_first), list(on_tron)) == (deposits[:1], [])

    def test_final_ones_await_confirmation(self, store: Store) -> None:
        owner_id = store.make_owner()
        final = make_deposit(owner_id, 1, state=DepositState.FINAL)
        save(store, final, make_deposit(owner_id, 2))
        with store.unit_of_work(SYSTEM):
            assert list(store.deposits.awaiting_confirmation(ARBITRUM)) == [final]
            assert list(store.deposits.awaiting_confirmation(Network.TRON)) == []

    def test_are_listed_from_new_to_old_in_pages(self, store: Store) -> None:
        owner_id, other = store.make_owner(), store.make_owner()
        deposits = [make_deposit(owner_id, number) for number in range(1, 5)]
        save(store, *deposits, make_deposit(other, 9))
        newest = sorted(deposits, key=lambda one: one.id, reverse=True)
        with store.unit_of_work(SYSTEM):
            first = store.deposits.list(owner_id, PageRequest(2, filters=OF_ARBITRUM))
            second = store.deposits.list(
                owner_id, PageRequest(2, newest[1].id, filters=OF_ARBITRUM)
            )
        assert (list(first), list(second)) == (newest[:3], newest[2:])

    def test_of_all_networks_are_listed_in_one_order(self, store: Store) -> None:
        owner_id, other = store.make_owner(), store.make_owner()
        networks = [ARBITRUM, Network.TRON, Network.APTOS, ARBITRUM, Network.TRON]
        deposits = [
            make_deposit(owner_id, key=DepositKey(network, f"0x{number:064x}", 0))
            for number, network in enumerate(networks)
        ]
        save(store, *deposits, make_deposit(other, 9))
        newest = sorted(deposits, key=lambda one: one.id, reverse=True)
        with store.unit_of_work(SYSTEM):
            first = store.deposits.list(owner_id, PageRequest(2))
            rest = store.deposits.list(owner_id, PageRequest(9, newest[1].id))
        assert (list(first), list(rest)) == (newest[:3], newest[2:])

    @pytest.mark.parametrize("sort", ["created_at", "-created_at", "amount", "-amount"])
    def test_of_a_list_are_sorted_filtered_and_counted(self, store: Store, sort: str) -> None:
        owner_id = store.make_owner()
        deposits = [
            make_deposit(owner_id, number, amount_micro_usdt=amount, state=state)
            for number, (amount, state) in enumerate(
                [(5, SEEN), (2, SEEN), (2, SAFE), (9, SEEN), (2, SEEN)], start=1
            )
        ]
        save(store, *deposits)
        by_amount = "amount" in sort
        wanted = sorted(
            (one for one in deposits if one.state is SEEN),
            key=lambda one: (one.amount_micro_usdt if by_amount else 0, one.id),
            reverse=sort.startswith("-"),
        )
        page = PageRequest(2, sort=sort, filters={"state": SEEN})
        with store.unit_of_work(SYSTEM):
            first = store.deposits.list(owner_id, page)
            last = first[1]
            after = replace(page, after=last.id, after_value=last.amount_micro_usdt)
            rest = store.deposits.list(owner_id, after)
            assert store.deposits.count(owner_id, page) == 4
            assert store.deposits.count(owner_id, PageRequest()) == 5
            assert store.deposits.count(owner_id, PageRequest(filters=OF_TRON)) == 0
        assert (list(first), list(rest)) == (wanted[:3], wanted[2:])

    def test_pending_are_those_neither_settled_nor_orphaned(self, store: Store) -> None:
        owner_id, other = store.make_owner(), store.make_owner()
        for number, state in enumerate(DepositState):
            amount = 10**number
            save(store, make_deposit(owner_id, number + 1, state=state, amount_micro_usdt=amount))
        with store.unit_of_work(SYSTEM):
            assert store.deposits.pending(owner_id) == 111
            assert store.deposits.pending(other) == 0

    def test_pending_is_limited_to_the_range_of_a_balance(self, store: Store) -> None:
        owner_id = store.make_owner()
        for number in (1, 2):
            save(store, make_deposit(owner_id, number, amount_micro_usdt=2**63 - 1))
        with store.unit_of_work(SYSTEM):
            assert store.deposits.pending(owner_id) == 2**63 - 1

    def test_become_safe_up_to_a_block(self, store: Store) -> None:
        owner_id = store.make_owner()
        orphan = make_deposit(owner_id, 1, state=DepositState.ORPHANED)
        below, above = (make_deposit(owner_id, number) for number in (2, 3))
        save(store, orphan, below, above)
        with store.unit_of_work(SYSTEM):
            store.deposits.mark_safe(Network.TRON, 1000)
            store.deposits.mark_safe(ARBITRUM, below.block.number)
            found = store.deposits.get_for_update([orphan.key, below.key, above.key])
        assert [found[one.key].state for one in (orphan, below, above)] == [
            DepositState.ORPHANED,
            DepositState.SAFE,
            DepositState.SEEN,
        ]

    def test_are_gone_with_a_transaction_that_fails(self, store: Store) -> None:
        owner_id = store.make_owner()
        with pytest.raises(ZeroDivisionError), store.unit_of_work(SYSTEM):
            store.deposits.save(make_deposit(owner_id))
            raise ZeroDivisionError
        with store.unit_of_work(SYSTEM):
            assert list(store.deposits.list(owner_id, PageRequest(filters=OF_ARBITRUM))) == []


class TestScanCursors:
    def test_there_is_one_per_network(self, store: Store) -> None:
        with store.unit_of_work(SYSTEM):
            assert store.cursors.get(ARBITRUM) is None
            assert store.cursors.latest_block(ARBITRUM) is None
            store.cursors.add(CURSOR)
            assert store.cursors.get(ARBITRUM) == CURSOR
            assert store.cursors.get_for_update(ARBITRUM) == CURSOR
            assert store.cursors.latest_block(ARBITRUM) is None
            assert store.cursors.get(Network.TRON) is None
        with pytest.raises(ConcurrentUpdate), store.unit_of_work(SYSTEM):
            store.cursors.add(CURSOR)

    def test_a_save_replaces_and_counts(self, store: Store) -> None:
        changed = replace(CURSOR.extended(HEAD), blocks_per_scan=7)
        with store.unit_of_work(SYSTEM):
            store.cursors.add(CURSOR)
            store.cursors.save(changed, latest=120, now=NOW)
            assert store.cursors.get(ARBITRUM) == replace(changed, revision=1)
            assert store.cursors.latest_block(ARBITRUM) == 120

    def test_a_save_of_an_older_revision_is_rejected(self, store: Store) -> None:
        with store.unit_of_work(SYSTEM):
            store.cursors.add(CURSOR)
            store.cursors.save(CURSOR, latest=120, now=NOW)
        with pytest.raises(ConcurrentUpdate), store.unit_of_work(SYSTEM):
            store.cursors.save(CURSOR.extended(HEAD), latest=120, now=NOW)
        with store.unit_of_work(SYSTEM):
            assert store.cursors.get(ARBITRUM) == replace(CURSOR, revision=1)

    def test_a_save_without_a_cursor_is_rejected(self, store: Store) -> None:
        with pytest.raises(ConcurrentUpdate), store.unit_of_work(SYSTEM):
            store.cursors.save(CURSOR, latest=120, now=NOW)


class TestStatuses:
    def status(self, store: Store, since: datetime = NOW) -> ChainStatus:
        (status,) = store.statuses.get_statuses([ARBITRUM], LATER, since=since)
        return status

    def save(self, store: Store, cursor: ScanCursor, latest: int, now: datetime) -> ScanCursor:
        with store.unit_of_work(SYSTEM):
            if cursor.revision == 0:
                store.cursors.add(cursor)
            store.cursors.save(cursor, latest=latest, now=now)
            saved = store.cursors.get(cursor.network)
        assert saved
        return saved

    def test_before_the_first_scan_there_is_no_progress(self, store: Store) -> None:
        on_both = store.statuses.get_statuses([Network.TRON, ARBITRUM], NOW, since=NOW)
        assert [one.network for one in on_both] == [Network.TRON, ARBITRUM]
        assert [one.progress for one in on_both] == [None, None]

    def test_tell_how_far_a_chain_is_read(self, store: Store) -> None:
        self.save(store, CURSOR.extended(HEAD), 120, NOW)
        progress = self.status(store).progress
        assert progress
        assert (progress.finalized, progress.head, progress.latest) == (100, 110, 120)
        assert (progress.last_range, progress.gap_blocks) == (BlockRange(101, 110), 0)
        assert progress.blocks_per_scan == 50
        assert (progress.last_step_at, progress.last_block_at) == (NOW, NOW)
        assert (progress.caught_up_at, progress.finalizing_since) == (None, NOW)

    def test_times_change_with_what_happened(self, store: Store) -> None:
        cursor = self.save(store, CURSOR.extended(HEAD), 110, NOW)
        same = self.save(store, cursor, 110, LATER)
        progress = self.status(store).progress
        assert progress
        assert (progress.last_step_at, progress.last_block_at) == (LATER, NOW)
        assert (progress.caught_up_at, progress.finalizing_since) == (LATER, NOW)
        longer = same.extended(UnfinalizedRange(111, 112, "0x70", "first"))
        grown = self.save(store, longer.finalized_by([HEAD]), 200, LATER)
        progress = self.status(store).progress
        assert progress
        assert (progress.last_block_at, progress.finalizing_since) == (LATER, LATER)
        self.save(store, grown.finalized_by(grown.unfinalized), 200, LATER)
        progress = self.status(store).progress
        assert progress
        assert progress.finalizing_since is None

    def test_blocks_read_again_after_a_reorganization_are_not_new(self, store: Store) -> None:
        cursor = self.save(store, CURSOR.extended(HEAD), 110, NOW)
        self.save(store, cursor.rewound(0), 108, LATER)
        progress = self.status(store).progress
        assert progress
        assert (progress.head, progress.last_block_at) == (100, NOW)

    def test_count_deposits_that_await_confirmation(self, store: Store) -> None:
        owner_id = store.make_owner()
        save(store, make_deposit(owner_id, 1, state=DepositState.FINAL), make_deposit(owner_id, 2))
        assert self.status(store).awaiting_confirmation == 1

    def test_have_the_last_failure_of_each_provider(self, store: Store) -> None:
        first, second = (
            ProviderFailure(name, FailureKind.UNAVAILABLE, at)
            for name, at in (("first", NOW), ("second", LATER))
        )
        behind = ProviderFailure("first", FailureKind.BEHIND, NOW + timedelta(minutes=1))
        with store.unit_of_work(SYSTEM):
            for failure in (first, second, behind):
                store.cursors.record_failure(ARBITRUM, failure, "detail")
            store.cursors.record_failure(Network.TRON, first, "detail")
        assert list(self.status(store).failures) == [second, behind]
        assert list(self.status(store, since=LATER).failures) == [second]

    def test_are_broken_from_the_first_report_to_the_next_step(self, store: Store) -> None:
        cursor = self.save(store, CURSOR.extended(HEAD), 120, NOW)
        for at in (NOW, LATER):
            with store.unit_of_work(SYSTEM):
                store.cursors.record_broken_finality(ARBITRUM, at)
                store.cursors.record_broken_finality(Network.TRON, at)
        progress = self.status(store).progress
        assert progress
        assert progress.broken_at == NOW
        assert self.status(store).state is ChainState.BROKEN
        self.save(store, cursor, 120, LATER)
        progress = self.status(store).progress
        assert progress
        assert progress.broken_at is None

    def test_are_behind_only_since_the_network_was_off(self, store: Store) -> None:
        self.save(store, CURSOR.extended(HEAD), 120, NOW)
        with store.unit_of_work(SYSTEM):
            store.cursors.record_off(ARBITRUM, LATER)
            store.cursors.record_off(Network.TRON, LATER)
        progress = self.status(store).progress
        assert progress
        assert (progress.last_step_at, progress.caught_up_at) == (LATER, LATER)
        assert progress.finalizing_since is None

    def test_count_unreadable_events_once(self, store: Store) -> None:
        event = UnreadableEvent(EventPart.AMOUNT, "{}", 101, "0x01", 3, ADDRESS)
        placeless = UnreadableEvent(EventPart.FORM, "7")
        with store.unit_of_work(SYSTEM):
            for at, events in ((NOW, [event]), (LATER, [event, placeless])):
                store.cursors.record_unreadable(ARBITRUM, events, reader="first", now=at)
            store.cursors.record_unreadable(Network.TRON, [event], reader="first", now=NOW)
        assert self.status(store).unreadable_events == 2
        assert self.status(store, since=LATER).unreadable_events == 1
