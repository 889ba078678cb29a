"""On-chain balances: the first provider that answers, and a short cache."""

from datetime import timedelta

import pytest

from mara.wallets.errors import ChainUnavailable
from mara.wallets.service.on_chain_balance import (
    CACHE_SIZE_MAX,
    CACHE_TTL,
    OnChainBalanceService,
)
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


def test_are_cached_per_address_up_to_a_limit(
    world: World, balances: OnChainBalanceService
) -> None:
    addresses = [number.to_bytes(20, "big") for number in range(CACHE_SIZE_MAX + 1)]
    assert amount(balances, b"\x02" * 20) == 0
    world.clock.at += CACHE_TTL
    times = world.clock.at
    for address in addresses:
        world.clock.at = times  # all are cached at the same time
        balances.get(address)
    world.first.calls.clear()
    balances.get(addresses[-1])
    assert world.first.calls == []
    balances.get(addresses[0])
    assert world.first.calls == ["get_balances"]
