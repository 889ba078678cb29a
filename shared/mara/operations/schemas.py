"""Response bodies of health checks."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from mara.operations.model import ProbeState, Readiness, Status
from mara.wallets.model import ChainState, ChainStatus, FailureKind, Network


class FindingOut(BaseModel):
    """The result of the probe of one dependency; ``latency_ms`` is 0 if it is down."""

    name: str
    state: ProbeState
    latency_ms: float


class RangeOut(BaseModel):
    """A range of blocks, both ends included."""

    first: int
    last: int


class ProviderFailureOut(BaseModel):
    """A failed request; ``provider`` is the network and the provider's position in the settings."""

    provider: str
    kind: FailureKind
    at: datetime


class ChainOut(BaseModel):
    """The state of the scan of a chain. Values that are not known yet are null.

    ``closed_block`` is the last block whose deposits are settled, ``head_block`` the last one
    scanned, ``latest_block`` the chain's latest at the last step, ``lag_blocks`` the difference.
    All that is older than ``lag_s`` seconds is scanned. ``last_range`` is the newest range that is
    not final yet, ``blocks_per_scan`` the blocks per request, ``gap_blocks`` the skipped blocks.
    For ``seconds_closing`` blocks have been waiting for settlement without progress.
    """

    network: Network
    state: ChainState
    closed_block: int | None
    head_block: int | None
    latest_block: int | None
    lag_blocks: int | None
    lag_s: int | None
    seconds_since_step: int | None
    seconds_since_block: int | None
    seconds_closing: int | None
    last_range: RangeOut | None
    blocks_per_scan: int | None
    gap_blocks: int | None
    deposits_waiting: int
    recent_failures: list[ProviderFailureOut]

    @classmethod
    def of(cls, chain: ChainStatus) -> Self:
        """Convert from the domain model."""
        read = chain.progress
        newest = read.last_range if read else None
        return cls(
            network=chain.network,
            state=chain.state,
            closed_block=read.finalized if read else None,
            head_block=read.head if read else None,
            latest_block=read.latest if read else None,
            lag_blocks=chain.lag_blocks,
            lag_s=chain.lag_s,
            seconds_since_step=chain.step_age_s,
            seconds_since_block=chain.block_age_s,
            seconds_closing=chain.finalizing_s,
            last_range=RangeOut(first=newest.first, last=newest.last) if newest else None,
            blocks_per_scan=read.blocks_per_scan if read else None,
            gap_blocks=read.gap_blocks if read else None,
            deposits_waiting=chain.awaiting_confirmation,
            recent_failures=[
                ProviderFailureOut(provider=f.provider, kind=f.kind, at=f.at)
                for f in chain.failures
            ],
        )


class ReadinessOut(BaseModel):
    """The readiness of the API and of its dependencies.

    ``degraded``: requests are served, but a chain lags, or the state of the chains is unknown
    (``chains`` is null).
    """

    status: Status
    dependencies: list[FindingOut]
    chains: list[ChainOut] | None

    @classmethod
    def of(cls, readiness: Readiness) -> Self:
        """Convert from the domain model."""
        return cls(
            status=readiness.status,
            dependencies=[
                FindingOut(name=f.name, state=f.state, latency_ms=f.latency_ms)
                for f in readiness.findings
            ],
            chains=None
            if readiness.chains is None
            else [ChainOut.of(chain) for chain in readiness.chains],
        )
