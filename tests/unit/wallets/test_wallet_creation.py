"""Creation of wallets: one per user and network, and none before the first scan."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha3_256
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.wallets.errors import NetworkOff, WalletNotFound
from mara.wallets.model import DEPOSIT_RULES, DepositRules, DepositState, Network
from mara.wallets.model.addresses import receives_at
from mara.wallets.service.wallet_creation import WalletCreationService
from mara.wallets.service.wallets import WalletService
from mara.wiring.wallets import address_codec
from tests.support.fakes.vaults import fake_vault_service
from tests.support.fakes.wallets import FakeDeposits, FakeScanCursors, FakeWallets
from tests.support.world import FIVE, World

CALLER = Principal(new_id(), Role.USER)
ARBITRUM = Network.ARBITRUM


@pytest.fixture
def world() -> World:
    world = World()
    world.scan()
    return world


def service(
    world: World, rules: Mapping[Network, DepositRules] = DEPOSIT_RULES
) -> WalletCreationService:
    return WalletCreationService(
        FakeWallets(world.database),
        fake_vault_service(world.database, world.clock),
        FakeScanCursors(world.database),
        address_codec(),
        rules,
        world.database.unit_of_work,
        world.clock,
    )


def test_creates_a_wallet_once(world: World) -> None:
    creation = service(world)
    wallet, is_new = creation.create(CALLER, ARBITRUM)
    assert is_new
    assert (wallet.owner_id, wallet.network) == (CALLER.user_id, ARBITRUM)
    assert wallet.receives_at == wallet.address
    assert creation.create(CALLER, ARBITRUM) == (wallet, False)
    assert world.database.committed.wallets == {(CALLER.user_id, ARBITRUM): wallet}


def test_creates_other_addresses_for_other_users(world: World) -> None:
    creation = service(world)
    other = Principal(new_id(), Role.USER)
    addresses = {creation.create(caller, ARBITRUM)[0].address for caller in (CALLER, other)}
    assert len(addresses) == 2


def test_receives_on_aptos_at_the_store_of_the_token(world: World) -> None:
    stored = world.database.committed.cursors[ARBITRUM]
    world.database.committed.cursors[Network.APTOS] = stored
    wallet, _ = service(world).create(CALLER, Network.APTOS)
    token = address_codec().decode(Network.APTOS, DEPOSIT_RULES[Network.APTOS].contract)
    assert wallet.receives_at == sha3_256(wallet.address + token + b"\xfc").digest()
    assert receives_at(Network.APTOS, wallet.address, token) == wallet.receives_at
    assert receives_at(Network.TRON, wallet.address, token) == wallet.address


def test_creates_none_on_a_network_that_is_off(world: World) -> None:
    with pytest.raises(NetworkOff, match="not connected"):
        service(world, {}).create(CALLER, ARBITRUM)
    wallet, _ = service(world).create(CALLER, ARBITRUM)
    assert service(world, {}).create(CALLER, ARBITRUM) == (wallet, False)


def test_creates_none_before_the_first_scan() -> None:
    world = World()
    with pytest.raises(NetworkOff, match="not been scanned"):
        service(world).create(CALLER, ARBITRUM)
    assert world.database.committed.wallets == {}


def test_two_calls_at_once_create_one(world: World) -> None:
    creation = service(world)
    first, _ = creation.create(CALLER, ARBITRUM)

    class Late(FakeWallets):
        def find(self, owner_id: UUID, network: Network) -> None:
            """As before the other call's commit."""

    late = WalletCreationService(
        Late(world.database),
        creation.vault,
        creation.cursors,
        creation.codec,
        creation.rules,
        creation.unit_of_work,
        creation.now,
    )
    second, is_new = late.create(CALLER, ARBITRUM)
    assert (second.address, is_new) == (first.address, False)
    assert world.database.committed.wallets == {(CALLER.user_id, ARBITRUM): first}


class TestQueries:
    def queries(self, world: World) -> WalletService:
        return WalletService(
            FakeWallets(world.database),
            FakeDeposits(world.database),
            FakeScanCursors(world.database),
            world.database.unit_of_work,
        )

    def test_of_a_wallet_that_was_not_created_fail(self, world: World) -> None:
        queries = self.queries(world)
        with pytest.raises(WalletNotFound):
            queries.get(CALLER, ARBITRUM)
        with pytest.raises(WalletNotFound):
            queries.get_with_latest(CALLER, ARBITRUM)
        with pytest.raises(WalletNotFound):
            queries.list_deposits(CALLER, ARBITRUM, PageRequest(2))
        assert queries.list(CALLER) == []

    def test_return_the_wallet_with_the_latest_block(self, world: World) -> None:
        wallet, _ = service(world).create(CALLER, ARBITRUM)
        queries = self.queries(world)
        assert queries.get(CALLER, ARBITRUM) == wallet
        assert queries.get_with_latest(CALLER, ARBITRUM) == (wallet, world.chain.latest)
        assert queries.list(CALLER) == [wallet]

    def test_return_deposits_in_pages_with_the_latest_block(self, world: World) -> None:
        wallet, _ = service(world).create(CALLER, ARBITRUM)
        paid = [world.pay(wallet.address) for _ in range(3)]
        world.scan()
        queries = self.queries(world)
        found, first, latest = queries.list_deposits(CALLER, ARBITRUM, PageRequest(2))
        assert (found, latest) == (wallet, world.chain.latest)
        following = PageRequest.of(2, first.next_cursor)
        _, second, _ = queries.list_deposits(CALLER, ARBITRUM, following)
        listed = [*first.items, *second.items]
        assert {deposit.key.transaction for deposit in listed} == set(paid)
        assert listed == sorted(listed, key=lambda deposit: deposit.id, reverse=True)
        assert (len(first.items), len(second.items)) == (2, 1)
        assert second.next_cursor is None

    def test_return_the_total_where_it_is_asked_for(self, world: World) -> None:
        wallet, _ = service(world).create(CALLER, ARBITRUM)
        for _ in range(3):
            world.pay(wallet.address)
        world.scan()
        queries = self.queries(world)
        for asked, total in ((True, 3), (False, None)):
            page = PageRequest(2, total=asked)
            assert queries.list_deposits(CALLER, ARBITRUM, page)[1].total == total
            assert queries.list_all_deposits(CALLER, page)[1].total == total

    @pytest.mark.parametrize("sort", ["amount", "-amount", "-created_at"])
    def test_return_all_deposits_in_pages_in_the_order_that_is_asked_for(
        self, world: World, sort: str
    ) -> None:
        wallet, _ = service(world).create(CALLER, ARBITRUM)
        for amount in (2 * FIVE, FIVE, 3 * FIVE):
            world.pay(wallet.address, amount)
        world.scan()
        queries = self.queries(world)
        wallets, first, latest = queries.list_all_deposits(CALLER, PageRequest(2, sort=sort))
        assert wallets == {ARBITRUM: wallet}
        assert latest == {ARBITRUM: world.chain.latest}
        following = PageRequest.of(2, first.next_cursor, sort=sort)
        _, second, _ = queries.list_all_deposits(CALLER, following)
        assert second.next_cursor is None
        listed = [*first.items, *second.items]
        if sort == "-created_at":
            assert listed == sorted(listed, key=lambda one: one.id, reverse=True)
        else:
            amounts = [one.amount_micro_usdt for one in listed]
            assert amounts == sorted(amounts, reverse=sort.startswith("-"))
        assert len({one.id for one in listed}) == 3

    def test_return_deposits_of_one_network_or_of_all(self, world: World) -> None:
        wallet, _ = service(world).create(CALLER, ARBITRUM)
        world.pay(wallet.address)
        world.scan()
        (here,) = world.database.committed.deposits.values()
        there = replace(here, id=new_id(), key=here.key._replace(network=Network.TRON))
        world.database.committed.deposits[there.id] = there
        queries, page = self.queries(world), PageRequest(total=True)
        of_one = queries.list_deposits(CALLER, ARBITRUM, page)[1]
        assert (of_one.items, of_one.total) == ([here], 1)
        of_all = queries.list_all_deposits(CALLER, page)[1]
        assert (of_all.items, of_all.total) == ([there, here], 2)

    def test_return_deposits_of_the_state_that_is_asked_for(self, world: World) -> None:
        wallet, _ = service(world).create(CALLER, ARBITRUM)
        world.pay(wallet.address)
        world.scan()
        queries = self.queries(world)
        for state, count in (("seen", 1), ("credited", 0)):
            page = PageRequest(filters={"state": DepositState(state)})
            assert len(queries.list_deposits(CALLER, ARBITRUM, page)[1].items) == count
            assert len(queries.list_all_deposits(CALLER, page)[1].items) == count
