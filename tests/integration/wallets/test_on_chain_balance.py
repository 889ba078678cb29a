"""What an address holds by the chain's word, kept for a moment."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from mara.platform.database import transaction
from mara.wallets.adapters.scan_cursors import PostgresScanCursors
from mara.wallets.errors import ChainUnavailable
from mara.wallets.model import Network
from mara.wallets.service.on_chain_balance import CACHE_SIZE_MAX, CACHE_TTL, OnChainBalanceService
from mara.wallets.service.providers import Providers
from tests.support.chains import Payment, SimulatedChain, SimulatedProvider

pytestmark = pytest.mark.usefixtures("database")

ANNA = b"\xaa" * 20


@dataclass
class Clock:
    at: datetime = field(default_factory=lambda: datetime(2026, 11, 23, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def chain() -> SimulatedChain:
    chain = SimulatedChain(native=7)
    chain.mine(chain.transaction(Payment(ANNA, 5)))
    return chain


@pytest.fixture
def clock() -> Clock:
    return Clock()


def service(clock: Clock, *chains: SimulatedProvider) -> OnChainBalanceService:
    providers = Providers(Network.ARBITRUM, chains, PostgresScanCursors(), transaction, clock)
    return OnChainBalanceService(providers, clock)


def test_are_kept_for_ten_seconds_and_no_longer(chain: SimulatedChain, clock: Clock) -> None:
    balances = service(clock, SimulatedProvider(chain))
    first = balances.get(ANNA)
    assert (first.balances.token_micro_usdt, first.balances.native) == (5, 7)
    chain.mine(chain.transaction(Payment(ANNA, 5)))
    clock.at += CACHE_TTL - timedelta(milliseconds=1)
    assert balances.get(ANNA) == first
    clock.at += timedelta(milliseconds=1)
    assert balances.get(ANNA).balances.token_micro_usdt == 10
    assert balances.get(ANNA).as_of == clock.at


def test_are_not_kept_for_longer_by_a_clock_that_was_set_back(
    chain: SimulatedChain, clock: Clock
) -> None:
    balances = service(clock, SimulatedProvider(chain))
    balances.get(ANNA)
    chain.mine(chain.transaction(Payment(ANNA, 5)))
    clock.at -= timedelta(hours=1)
    assert balances.get(ANNA).balances.token_micro_usdt == 10


def test_are_told_by_any_provider(chain: SimulatedChain, clock: Clock) -> None:
    first, second = (SimulatedProvider(chain, name) for name in ("first", "second"))
    first.down = True
    assert service(clock, first, second).get(ANNA).balances.token_micro_usdt == 5
    assert (first.calls, second.calls) == (["get_balances"], ["get_balances"])


def test_of_one_address_are_not_those_of_another(chain: SimulatedChain, clock: Clock) -> None:
    balances = service(clock, SimulatedProvider(chain))
    assert balances.get(ANNA).balances.token_micro_usdt == 5
    assert balances.get(b"\xbb" * 20).balances.token_micro_usdt == 0


def test_that_cannot_be_read_are_an_error_and_are_not_kept(
    chain: SimulatedChain, clock: Clock
) -> None:
    provider = SimulatedProvider(chain, down=True)
    balances = service(clock, provider)
    with pytest.raises(ChainUnavailable):
        balances.get(ANNA)
    provider.down = False
    assert balances.get(ANNA).balances.token_micro_usdt == 5


def test_are_forgotten_where_there_are_too_many(chain: SimulatedChain, clock: Clock) -> None:
    provider = SimulatedProvider(chain)
    balances = service(clock, provider)
    addresses = [number.to_bytes(20, "big") for number in range(CACHE_SIZE_MAX + 1)]
    for address in addresses:
        balances.get(address)
    provider.calls.clear()
    balances.get(addresses[-1])
    assert provider.calls == []
    balances.get(addresses[0])
    assert provider.calls == ["get_balances"]
