"""Ports of operations: probes and chain statuses."""

from collections.abc import Sequence
from typing import Protocol

from mara.wallets.model import ChainStatus


class Probe(Protocol):
    """A health check of one dependency."""

    @property
    def name(self) -> str:
        """The dependency's name in the response of the readiness route."""

    def check(self) -> None:
        """Send the cheapest request that proves that it works. Raises any exception if it fails."""


class GetChainStatuses(Protocol):
    """A query of the state of all chains that are on."""

    def __call__(self) -> Sequence[ChainStatus]:
        """Return the status of each chain that is on. Raises any exception if it is unknown."""
