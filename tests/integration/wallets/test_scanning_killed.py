"""The scanner, killed again and again while chain and providers misbehave, ends with the truth."""

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mara.wallets.errors import ChainUnavailable, ConcurrentUpdate
from tests.support.accounts import make_account
from tests.support.books import credited
from tests.support.chains import Payment, SimulatedChain, SimulatedProvider, Transaction
from tests.support.killing import Killed, Killer
from tests.support.scanning import deposits, give_wallet, scanner
from tests.support.world import RULES

KILLS = 200
USERS = 5
STRANGER = b"\x99" * 20
RULE = replace(RULES, two_provider_threshold_micro_usdt=0, minimum_micro_usdt=1)

pytestmark = pytest.mark.usefixtures("database")


class Weather:
    """What happens to a chain and to its providers while nobody looks; one of them never lies."""

    def __init__(self, seed: int, addresses: list[bytes]) -> None:
        self._choose = random.Random(seed)
        self._addresses = [*addresses, STRANGER]
        self.chain = SimulatedChain()
        self.honest = SimulatedProvider(self.chain, "honest")
        self.liar = SimulatedProvider(self.chain, "liar")
        self._undone: list[Transaction] = []

    def change(self) -> None:
        for _ in range(self._choose.randrange(1, 5)):
            self.chain.mine(*self._transactions())
        if self._choose.random() < 0.3:
            self._undone += self.chain.reorganise(self._choose.randrange(1, 6))
        self.honest.down = self._choose.random() < 0.2
        self.honest.behind = self._choose.choice([0, 0, 0, 1, 2])
        liar = self.liar
        liar.down = self._choose.random() < 0.2
        liar.behind = self._choose.choice([0, 0, 1, 9])
        liar.lists_nothing = self._choose.random() < 0.3
        liar.hastily_final = self._choose.choice([0, 0, 4])
        liar.other_hashes = self._choose.random() < 0.1
        forged = Payment(self._choose.choice(self._addresses), 77)
        liar.forges = forged if self._choose.random() < 0.2 else None
        liar.transfers_max = self.honest.transfers_max = self._choose.choice([3, 10_000])
        if self.honest.down:
            # Nobody could contradict the other one: its word is all there is then (decision 0012).
            self._make_honest(liar)

    def clear(self) -> None:
        """Everybody tells the truth, and all that was undone is final."""
        for provider in (self.honest, self.liar):
            self._make_honest(provider)
        for _ in range(self.chain.lag_final + 1):
            self.chain.mine()

    def _make_honest(self, provider: SimulatedProvider) -> None:
        calm = SimulatedProvider(self.chain)
        for name in vars(calm).keys() - {"chain", "provider", "calls"}:
            setattr(provider, name, getattr(calm, name))

    def _transactions(self) -> list[Transaction]:
        made = [
            self.chain.transaction(
                *(
                    Payment(
                        self._choose.choice(self._addresses),
                        self._choose.randrange(1, 1000),
                        ours=self._choose.random() < 0.8,
                    )
                    for _ in range(self._choose.randrange(1, 4))
                ),
                succeeded=self._choose.random() < 0.9,
            )
            for _ in range(self._choose.choice([0, 0, 1, 2]))
        ]
        # Some of what a reorganisation undid is mined again, elsewhere; some never.
        again = [t for t in self._undone if self._choose.random() < 0.3]
        self._undone = [t for t in self._undone if t not in again]
        return made + again


@pytest.mark.parametrize("seed", range(3))
def test_credits_what_the_chain_finally_says_and_nothing_else(seed: int) -> None:
    owners = {bytes([n]) * 20: make_account(f"user{n}").id for n in range(1, USERS + 1)}
    for address, owner_id in owners.items():
        give_wallet(owner_id, address)
    weather = Weather(seed, list(owners))
    choose = random.Random(seed)
    kills = 0
    while kills < KILLS // 3 + 1:
        weather.change()
        kills += _scan(weather, Killer(choose.randrange(1, 60)))
    weather.clear()
    for _ in range(4):
        _scan(weather, Killer())
    _assert_is_the_truth(weather.chain, owners)


def _scan(weather: Weather, killer: Killer) -> bool:
    """Whether it was killed. Outages are what the weather is; anything else fails the test."""
    service = scanner([weather.honest, weather.liar], rules=RULE, killer=killer)
    try:
        service.run(service.now() + timedelta(minutes=1))
    except Killed:
        return True
    except (ChainUnavailable, ConcurrentUpdate):
        pass
    return False


def _assert_is_the_truth(chain: SimulatedChain, owners: dict[bytes, UUID]) -> None:
    truth = chain.deposits(owners)
    assert truth
    as_credited = {
        key: (address, amount)
        for key, (address, amount, state) in deposits().items()
        if state == "credited"
    }
    assert as_credited == truth
    sums: dict[UUID, int] = {}
    for address, amount in truth.values():
        sums[owners[address]] = sums.get(owners[address], 0) + amount
    assert credited() == sums
