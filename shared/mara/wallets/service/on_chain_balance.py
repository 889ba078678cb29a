"""Balances of addresses as the chain reports them, with a short cache."""

from dataclasses import dataclass, field
from datetime import timedelta

from mara.kernel.clock import Clock
from mara.wallets.model import OnChainBalance
from mara.wallets.service.providers import Providers

CACHE_TTL = timedelta(seconds=10)
CACHE_SIZE_MAX = 1000
"""Addresses cached per process; the oldest entry is evicted first."""


@dataclass(frozen=True, slots=True)
class OnChainBalanceService:
    """Reads balances from the first provider that answers."""

    providers: Providers
    now: Clock
    _cache: dict[bytes, OnChainBalance] = field(default_factory=dict)

    def get(self, address: bytes) -> OnChainBalance:
        """The balance of an address, at most ``CACHE_TTL`` old.

        Raises ChainUnavailable if no provider answers: a failure is never reported as zero.
        """
        cached = self._cache.get(address)
        # A negative age means that the clock was set back: the entry would be kept too long.
        if cached is not None and timedelta(0) <= self.now() - cached.as_of < CACHE_TTL:
            return cached
        _, balances = self.providers.ask_first(
            lambda chain: chain.get_balances(address), self.providers.rotated(0)
        )
        fresh = OnChainBalance(balances, self.now())
        self._cache.pop(address, None)  # so that it becomes the newest entry
        self._cache[address] = fresh
        if len(self._cache) > CACHE_SIZE_MAX:
            del self._cache[next(iter(self._cache))]
        return fresh
