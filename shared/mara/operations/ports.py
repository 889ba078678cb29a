"""Ports of operations: probes, chain statuses, and what a scrape reads."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from mara.operations.model import Gauge, Observation, Scrape
from mara.wallets.model import ChainStatus


class Probe(Protocol):
    """A health check of one dependency."""

    @property
    def name(self) -> str:
        """The dependency's name in the response of the readiness route."""

    def check(self) -> Observation:
        """Send the cheapest request that proves that it works. Raises any exception if it fails."""


class GetChainStatuses(Protocol):
    """A query of the state of all chains that are on."""

    def __call__(self) -> Sequence[ChainStatus]:
        """Return the status of each chain that is on. Raises any exception if it is unknown."""


class GaugeSource(Protocol):
    """One dependency that gauges are read from."""

    @property
    def name(self) -> str:
        """The value of the label ``source``."""

    def read(self) -> Sequence[Gauge]:
        """Read the values of this moment. Raises any exception if they cannot be read."""


class GetTotals(Protocol):
    """A query of the counts of all processes."""

    def __call__(self) -> Mapping[str, int]:
        """Return the sum of each series over all processes."""


class Exposition(Protocol):
    """The text formats of Prometheus."""

    def render(self, scrape: Scrape, *, openmetrics: bool) -> str:
        """Return the figures as OpenMetrics 1.0, or as Prometheus text 0.0.4."""
