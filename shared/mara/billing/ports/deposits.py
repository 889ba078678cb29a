"""The port of deposits in flight."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class FundsInFlight(NamedTuple):
    """Sums of deposits that are not credited yet, in micro-USDT."""

    final: int = 0
    unconfirmed: int = 0


class DepositsInFlight(Protocol):
    """Deposits of at least the network's minimum, and how far networks were scanned."""

    def sum_by_owner(self, owner_ids: Collection[UUID]) -> Mapping[UUID, FundsInFlight]:
        """The sums of the owners that have any; one statement for all."""

    def scanned_until(self, owner_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
        """When the scan of all networks with a wallet of the owner was caught up last.

        Owners without a wallet on a network that is on are missing.
        """
