"""The status of a chain's scan, for operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mara.wallets.model.chain import BlockRange
from mara.wallets.model.network import Network

LAG_MAX = timedelta(minutes=5)
"""The scan runs every minute: a chain lags after five runs that failed or read too little."""


class ChainState(StrEnum):
    """``unread``: the scan has not started yet. ``broken``: a finalized block has changed."""

    CURRENT = "current"
    LAGGING = "lagging"
    UNREAD = "unread"
    BROKEN = "broken"


class FailureKind(StrEnum):
    """How a provider failed: no answer, an outdated view, or an answer that was rejected."""

    UNAVAILABLE = "unavailable"
    BEHIND = "behind"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class ProviderFailure:
    """A provider's last failure, without the provider's text: it may contain secrets."""

    provider: str
    kind: FailureKind
    at: datetime


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a chain is read; block numbers, with ``latest`` as of the last scan step.

    ``gap_blocks`` counts blocks between ``finalized`` and ``head`` that no range covers; it must
    be 0. ``last_step_at``: the last completed scan step. ``last_block_at``: when the chain last
    had a new block. ``caught_up_at``: when all blocks were last read. ``finalizing_since``: since
    when unfinalized ranges exist and none was finalized; None if there are none. ``broken_at``:
    when the scan found that a finalized block had changed, which stops it.
    """

    finalized: int
    head: int
    latest: int | None
    last_range: BlockRange | None
    gap_blocks: int
    blocks_per_scan: int
    last_step_at: datetime | None
    last_block_at: datetime | None
    caught_up_at: datetime | None
    finalizing_since: datetime | None
    broken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """The status of a chain at the time ``at``; ``progress`` is None before the first scan.

    ``awaiting_confirmation`` counts final deposits that are not credited: a second provider must
    confirm them. ``failures`` has the recent failures of the providers, newest first.
    ``unreadable_events`` counts the events that were recorded and passed, as recently.
    ``providers`` is the number of independent ones that are configured, None if unknown.
    """

    network: Network
    at: datetime
    progress: ScanProgress | None
    awaiting_confirmation: int
    failures: Sequence[ProviderFailure]
    unreadable_events: int = 0
    providers: int | None = None

    @property
    def state(self) -> ChainState:
        """By time, not by blocks: the block rates of chains differ by a factor of a hundred."""
        if self.progress is None:
            return ChainState.UNREAD
        if self.progress.broken_at is not None:
            return ChainState.BROKEN
        lag_s = self.lag_s
        if self.progress.gap_blocks or lag_s is None or lag_s > LAG_MAX.total_seconds():
            return ChainState.LAGGING
        return ChainState.CURRENT

    @property
    def lag_blocks(self) -> int | None:
        """Unread blocks as of the last step; blocks mined since then are not counted."""
        if self.progress is None or self.progress.latest is None:
            return None
        return max(0, self.progress.latest - self.progress.head)

    @property
    def lag_s(self) -> int | None:
        """Seconds since all blocks were last read; None if they never were."""
        return self._since(self.progress.caught_up_at) if self.progress else None

    @property
    def step_age_s(self) -> int | None:
        """Seconds since the last completed scan step; None if there was none."""
        return self._since(self.progress.last_step_at) if self.progress else None

    @property
    def block_age_s(self) -> int | None:
        """Seconds since the chain last had a new block; None before the first.

        If this grows on a public chain, the chain has halted, or all providers return the same
        outdated block. A development chain without traffic has no new blocks either.
        """
        return self._since(self.progress.last_block_at) if self.progress else None

    @property
    def finalizing_s(self) -> int | None:
        """Seconds that unfinalized ranges have existed without one being finalized.

        The chain's own finality takes some time. If this is much longer, providers contradict each
        other, or their finality has stalled while the head advances.
        """
        return self._since(self.progress.finalizing_since) if self.progress else None

    def _since(self, moment: datetime | None) -> int | None:
        return None if moment is None else max(0, int((self.at - moment).total_seconds()))
