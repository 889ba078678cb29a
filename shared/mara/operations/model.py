"""Results of health checks, the readiness that follows from them, and figures of a scrape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mara.wallets.model import ChainState, ChainStatus


class ProbeState(StrEnum):
    """The result of the probe of one dependency."""

    UP = "up"
    DOWN = "down"
    TIMED_OUT = "timed_out"


class Status(StrEnum):
    """The readiness of the platform: ``degraded`` still serves all requests."""

    READY = "ready"
    DEGRADED = "degraded"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one probe; ``latency_ms`` is 0 if it failed, the time limit if it timed out."""

    name: str
    state: ProbeState
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """The results of all probes, and the chains that are on; None if their state is unknown."""

    findings: Sequence[Finding]
    chains: Sequence[ChainStatus] | None

    @property
    def status(self) -> Status:
        """NOT_READY if a dependency is not up; DEGRADED if a chain has a problem or is unknown.

        A lagging chain only delays deposits. If the API were not ready because of it, a load
        balancer would remove every copy, although none of them could do better.
        """
        if any(finding.state is not ProbeState.UP for finding in self.findings):
            return Status.NOT_READY
        if self.chains is None:
            return Status.DEGRADED
        if any(
            chain.state is not ChainState.CURRENT or chain.awaiting_confirmation
            for chain in self.chains
        ):
            return Status.DEGRADED
        return Status.READY


@dataclass(frozen=True, slots=True)
class Gauge:
    """Values that were read at one moment, by the values of the labels."""

    name: str
    documentation: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Scrape:
    """The counts of all processes by series, the gauges, and the age of each source of them."""

    totals: Mapping[str, int]
    gauges: Sequence[Gauge]
    ages_s: Mapping[str, float]
