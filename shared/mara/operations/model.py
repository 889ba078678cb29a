"""Results of health checks, the readiness that follows from them, and figures of a scrape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mara.wallets.model import ChainState, ChainStatus

PROBED_WITHIN_S: Final = 1.5
"""Of the two seconds that a check of readiness may take, what all dependencies together have."""
CALLER_KNOWN_WITHIN_S: Final = 1.9
"""And until when it is known who asks, from the beginning of the check."""


class ProbeState(StrEnum):
    """The result of one check; ``degraded`` answers, but does not do all that it should."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    TIMED_OUT = "timed_out"


class Status(StrEnum):
    """The readiness of the platform: ``degraded`` still serves requests."""

    READY = "ready"
    DEGRADED = "degraded"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Observation:
    """What a probe saw; ``detail`` has no address and no name of a host."""

    state: ProbeState = ProbeState.UP
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; ``latency_ms`` is 0 if it failed, the time limit if it timed out."""

    name: str
    state: ProbeState
    latency_ms: float
    detail: str | None = None


DATABASE = "database"
"""The check without which nothing is served."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The results of all checks, and the chains that are on; None if their state is unknown."""

    findings: Sequence[Finding]
    chains: Sequence[ChainStatus] | None

    @property
    def status(self) -> Status:
        """NOT_READY without the database; DEGRADED if another check is not up.

        Without a model agents quote, without Telegram messages wait, and a lagging chain delays
        deposits. If the API were not ready because of it, a load balancer would remove every copy,
        although none of them could do better.
        """
        states = {finding.name: finding.state for finding in self.findings}
        if states.get(DATABASE) is not ProbeState.UP:
            return Status.NOT_READY
        is_up = all(state is ProbeState.UP for state in states.values())
        return Status.READY if is_up else Status.DEGRADED


def finding_of(chain: ChainStatus, latency_ms: float) -> Finding:
    """Return the check of a chain: degraded unless it is read, and credits what is final."""
    name, detail = f"chain-{chain.network}", str(chain.state)
    if chain.state is ChainState.CURRENT and chain.awaiting_confirmation:
        detail = f"{chain.awaiting_confirmation} deposits wait for a second provider"
    elif chain.state is ChainState.CURRENT:
        return Finding(name, ProbeState.UP, latency_ms)
    return Finding(name, ProbeState.DEGRADED, latency_ms, detail)


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
