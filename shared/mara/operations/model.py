"""What a probe of one dependency found, how the chains are read, and what that means for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mara.wallets.model import ChainState, ChainStatus


class ProbeState(StrEnum):
    UP = "up"
    DOWN = "down"
    TIMED_OUT = "timed_out"


class Status(StrEnum):
    READY = "ready"
    DEGRADED = "degraded"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    state: ProbeState
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """``chains`` are those that are on; ``None`` where they could not be looked at in time."""

    findings: Sequence[Finding]
    chains: Sequence[ChainStatus] | None

    @property
    def status(self) -> Status:
        """A chain that lags, or of which nothing is known, only degrades.

        The API answers as before, deposits come late and none is lost; and were it not ready, a
        balancer would take out of service what no other copy of it could do any better.
        """
        if any(finding.state is not ProbeState.UP for finding in self.findings):
            return Status.NOT_READY
        if self.chains is None:
            return Status.DEGRADED
        if any(chain.state is not ChainState.CURRENT for chain in self.chains):
            return Status.DEGRADED
        return Status.READY
