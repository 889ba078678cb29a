"""On-chain balances: the first provider that answers, and a short cache."""

from datetime import timedelta

import pytest

from mara.wallets.errors import ChainUnavailable
from mara.wallets.service.on_chain_balance import CACHE_TTL, OnChainBalanceService
from tests.support.world import FIVE, World

ADDRESS = b"\x01" * 20


@pytest.fixture
def world() -> World:
    world = World()
    world.pay(ADDRESS)
    return world


@pytest.fixture
def balances(world: World) -> OnChainBalanceService:
    return OnChainBalanceService(world.providers(), world.clock)


def amount(balances: OnChainBalanceService, address: bytes = ADDRESS) -> int:
    return balances.get(address).balances.token_micro_usdt


def test_are_cached_for_a_short_time(world: World, balances: OnChainBalanceService) -> None:
    first = balances.get(ADDRESS)
    world.pay(ADDRESS)
    world.clock.at = first.as_of + CACHE_TTL - timedelta(milliseconds=2)
    assert balances.get(ADDRESS) == first
    world.clock.at = first.as_of + CACHE_TTL - timedelta(milliseconds=1)
    assert amount(balances) == 2 * FIVE


@pytest.mark.parametrize(("age_ms", "expected"), [(0, FIVE), (9_999, FIVE), (10_000, 2 * FIVE)])
def test_are_cached_from_their_own_time_until_ten_seconds_later(
    world: World, age_ms: int, expected: int
) -> None:
    at = world.clock()
    balances = OnChainBalanceService(world.providers(), lambda: at)
    balances.get(ADDRESS)
    world.pay(ADDRESS)
    at += timedelta(milliseconds=age_ms)
    assert amount(balances) == expected


def test_are_not_cached_longer_if_the_clock_is_set_back(
    world: World, balances: OnChainBalanceService
) -> None:
    balances.get(ADDRESS)
    world.pay(ADDRESS)
    world.clock.at -= timedelta(hours=1)
    assert amount(balances) == 2 * FIVE


def test_come_from_the_first_provider_that_answers(
    world: World, balances: OnChainBalanceService
) -> None:
    world.first.down = True
    assert amount(balances) == FIVE
    assert (world.first.calls, world.second.calls) == (["get_balances"], ["get_balances"])


def test_are_an_error_if_no_provider_answers_and_errors_are_not_cached(
    world: World, balances: OnChainBalanceService
) -> None:
    world.first.down = world.second.down = True
    with pytest.raises(ChainUnavailable):
        balances.get(ADDRESS)
    world.first.down = False
    assert amount(balances) == FIVE


def test_are_cached_for_a_thousand_addresses_of_which_the_oldest_is_evicted(world: World) -> None:
    at = world.clock()
    balances = OnChainBalanceService(world.providers(), lambda: at)
    addresses = [number.to_bytes(20, "big") for number in range(1001)]

    def requests(*asked: bytes) -> int:
        world.first.calls.clear()
        for address in asked:
            balances.get(address)
        return len(world.first.calls)

    assert requests(*addresses[:1000]) == 1000
    assert requests(*addresses[:1000]) == 0
    assert requests(addresses[1000]) == 1
    assert requests(*addresses[1:]) == 0
    assert requests(addresses[0]) == 1


def test_that_are_read_again_are_evicted_last(world: World) -> None:
    at = world.clock()
    balances = OnChainBalanceService(world.providers(), lambda: at)
    addresses = [number.to_bytes(20, "big") for number in range(1001)]
    for address in addresses[:1000]:
        balances.get(address)
    at += CACHE_TTL
    balances.get(addresses[0])  # it expired, and becomes the newest entry
    balances.get(addresses[1000])
    world.first.calls.clear()
    balances.get(addresses[0])
    assert world.first.calls == []
