"""Response bodies of health checks."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from mara.operations.model import ProbeState, Readiness, Status
from mara.wallets.model import ChainState, ChainStatus, FailureKind, Network


class HealthCheckOut(BaseModel):
    """The result of one check; superusers and the monitoring system learn more than its state."""

    state: ProbeState = Field(
        description="`up`, `degraded` (it answers, but not all is done as it should), `down` or "
        "`timed_out`."
    )
    latency_ms: float = Field(
        default=0.0,
        description="Milliseconds that the answer took; 0 if it is down. For operators.",
        examples=[1.8],
    )
    detail: str | None = Field(
        default=None,
        description="What was found; null without anything to say. For operators.",
        examples=["oldest work: documents, 12 s"],
    )


class RangeOut(BaseModel):
    """A range of blocks, both ends included."""

    first: int = Field(description="Number of the first block.", examples=[65012300])
    last: int = Field(description="Number of the last block.", examples=[65012345])


class ProviderFailureOut(BaseModel):
    """A failed request; ``provider`` is the network and the provider's position in the settings."""

    provider: str = Field(
        description="Network and position of the provider in the settings.", examples=["arbitrum/1"]
    )
    kind: FailureKind = Field(description="How the provider failed.")
    at: datetime = Field(description="When the provider failed.")


class ChainOut(BaseModel):
    """The state of the scan of a chain. Values that are not known yet are null.

    ``closed_block`` is the last block whose deposits are settled, ``head_block`` the last one
    scanned, ``latest_block`` the chain's latest at the last step, ``lag_blocks`` the difference.
    All that is older than ``lag_s`` seconds is scanned. ``last_range`` is the newest range that is
    not final yet, ``blocks_per_scan`` the blocks per request, ``gap_blocks`` the skipped blocks.
    For ``seconds_closing`` blocks have been waiting for settlement without progress. ``state`` is
    ``broken`` as soon as a finalized block has changed, which stops the scan (``broken_at``).
    ``deposits_waiting`` are final but not credited, because a second provider must confirm them;
    with a single provider, no confirmation is needed. ``unreadable_events`` are events of the last
    hour that could not be read.
    """

    network: Network = Field(description="The network.")
    state: ChainState = Field(description="Whether the scan keeps up with the chain.")
    closed_block: int | None = Field(
        description="Last block whose deposits are settled; null before the first one.",
        examples=[65012300],
    )
    head_block: int | None = Field(
        description="Last block that was scanned; null before the first one.", examples=[65012345]
    )
    latest_block: int | None = Field(
        description="Latest block of the chain at the last step; null before the first step.",
        examples=[65012346],
    )
    lag_blocks: int | None = Field(
        description="Blocks between `head_block` and `latest_block`; null if unknown.", examples=[1]
    )
    lag_s: int | None = Field(
        description="All blocks older than this many seconds are scanned; null if unknown.",
        examples=[2],
    )
    seconds_since_step: int | None = Field(
        description="Seconds since the last step of the scan; null before the first step.",
        examples=[4],
    )
    seconds_since_block: int | None = Field(
        description="Seconds since the last scanned block; null before the first one.", examples=[3]
    )
    seconds_closing: int | None = Field(
        description="Seconds for which blocks have waited for settlement without progress; "
        "null if none waits.",
        examples=[None],
    )
    last_range: RangeOut | None = Field(
        description="Newest range of blocks that is not final yet; null without one."
    )
    blocks_per_scan: int | None = Field(
        description="Blocks that one request reads; null before the first step.", examples=[500]
    )
    gap_blocks: int | None = Field(
        description="Blocks that were skipped and are read later; null before the first step.",
        examples=[0],
    )
    broken_at: datetime | None = Field(
        description="When the scan found that a finalized block had changed, which stops it; "
        "null if none has.",
        examples=[None],
    )
    providers: int | None = Field(
        description="Independent providers that are configured. With one, deposits of any amount "
        "are credited on its word.",
        examples=[2],
    )
    deposits_waiting: int = Field(
        description="Deposits that are final but not credited: a second provider must confirm "
        "them.",
        examples=[0],
    )
    unreadable_events: int = Field(
        description="Events of the last hour that were recorded and passed.", examples=[0]
    )
    recent_failures: list[ProviderFailureOut] = Field(
        description="The last failures of providers, the newest first."
    )

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
            broken_at=read.broken_at if read else None,
            providers=chain.providers,
            deposits_waiting=chain.awaiting_confirmation,
            unreadable_events=chain.unreadable_events,
            recent_failures=[
                ProviderFailureOut(provider=f.provider, kind=f.kind, at=f.at)
                for f in chain.failures
            ],
        )


class ReadinessOut(BaseModel):
    """The readiness of the API and of its dependencies.

    ``degraded``: requests are served, but a check is not up. Superusers and the monitoring system
    also learn ``latency_ms`` and ``detail`` of each check, and ``chains``.
    """

    status: Status = Field(
        description="`ready`, `degraded` if a check is not up, or `not_ready` without the "
        "database.",
        examples=["ready"],
    )
    checks: dict[str, HealthCheckOut] = Field(
        description="The checks by name; what is not configured has none.",
        examples=[{"database": {"state": "up"}, "chain-tron": {"state": "degraded"}}],
    )
    chains: list[ChainOut] | None = Field(
        default=None,
        description="The scan of each network; null if its state is unknown. For operators.",
    )

    @classmethod
    def of(cls, readiness: Readiness, *, detailed: bool) -> Self:
        """Convert from the domain model; what is left out stays unset."""
        if not detailed:
            states = {one.name: HealthCheckOut(state=one.state) for one in readiness.findings}
            return cls(status=readiness.status, checks=states)
        chains = readiness.chains
        return cls(
            status=readiness.status,
            checks={
                one.name: HealthCheckOut(
                    state=one.state, latency_ms=one.latency_ms, detail=one.detail
                )
                for one in readiness.findings
            },
            chains=None if chains is None else [ChainOut.of(chain) for chain in chains],
        )
