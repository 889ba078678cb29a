"""The shape of health on the wire."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from mara.operations.model import ProbeState, Readiness, Status
from mara.wallets.model import ChainState, ChainStatus, FailureKind, Network


class FindingOut(BaseModel):
    name: str
    state: ProbeState
    latency_ms: float


class RangeOut(BaseModel):
    """Both ends belong to it."""

    first: int
    last: int


class ProviderFailureOut(BaseModel):
    """``provider`` is the network and the provider's place in the settings."""

    provider: str
    kind: FailureKind
    at: datetime


class ChainOut(BaseModel):
    """How a chain is read. What never was is null.

    ``closed_block`` is the last one whose deposits are settled, ``head_block`` the last one read,
    ``latest_block`` the chain's last at the last step, and ``lag_blocks`` what lay between. What
    is older than ``lag_s`` seconds is read. ``last_range`` is the newest that is not final yet,
    ``blocks_per_scan`` how many blocks are listed at once, ``gap_blocks`` how many were left out.
    For ``seconds_closing`` blocks have been waiting to be settled, and none of them was.
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
    """``degraded``: the API serves, but a chain lags, or nothing is known of the chains (null)."""

    status: Status
    dependencies: list[FindingOut]
    chains: list[ChainOut] | None

    @classmethod
    def of(cls, readiness: Readiness) -> Self:
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
