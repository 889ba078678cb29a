"""What the chain itself says that an address holds."""

from dataclasses import dataclass, field
from datetime import timedelta

from mara.kernel.clock import Clock
from mara.wallets.model import Holdings
from mara.wallets.service.providers import Providers

KEPT = timedelta(seconds=10)
KEPT_MAX = 1000
"""Addresses that one process remembers; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class HoldingsService:
    providers: Providers
    now: Clock
    _recent: dict[bytes, Holdings] = field(default_factory=dict)

    def holdings(self, address: bytes) -> Holdings:
        """Of now, or of at most ``KEPT`` ago.

        Raises ChainUnavailable where no provider tells: nothing is never taken for zero.
        """
        known = self._recent.get(address)
        # A clock that was set back would keep it for longer.
        if known is not None and timedelta(0) <= self.now() - known.as_of < KEPT:
            return known
        _, balances = self.providers.first(
            lambda chain: chain.balances(address), self.providers.in_turn(0)
        )
        fresh = Holdings(balances, self.now())
        self._recent.pop(address, None)  # so that it is the newest
        self._recent[address] = fresh
        if len(self._recent) > KEPT_MAX:
            del self._recent[next(iter(self._recent))]
        return fresh
