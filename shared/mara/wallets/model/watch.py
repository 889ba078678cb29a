"""How well a chain is being read, for those who look after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mara.wallets.model.chain import BlockRange
from mara.wallets.model.network import Network

LAG_MAX = timedelta(minutes=5)
"""A tick comes every minute: five of them were missed, or read too little."""


class ChainState(StrEnum):
    """``unread``: no scan of it has begun yet."""

    CURRENT = "current"
    LAGGING = "lagging"
    UNREAD = "unread"


class FailureKind(StrEnum):
    UNAVAILABLE = "unavailable"
    BEHIND = "behind"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Failure:
    """The last one of a provider. What the provider said is left out: it may hold anything."""

    provider: str
    kind: FailureKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a chain is read, in blocks; ``latest`` was its last one at the last step.

    ``gap_blocks`` counts those between ``closed`` and ``head`` that no range covers, of which there
    should never be any. ``stepped_at``: something was asked and written down. ``grew_at``: a block
    was read that is newer than all before. ``caught_up_at``: nothing was left to read.
    ``closing_since``: blocks are open, and since then none of them was closed.
    """

    closed: int
    head: int
    latest: int | None
    last_range: BlockRange | None
    gap_blocks: int
    blocks_per_scan: int
    stepped_at: datetime | None
    grew_at: datetime | None
    caught_up_at: datetime | None
    closing_since: datetime | None


@dataclass(frozen=True, slots=True)
class ChainWatch:
    """A chain as it is seen ``at`` a moment.

    ``waiting`` counts the deposits that a second provider is to confirm. ``failures`` are the
    recent ones of its providers, the newest first.
    """

    network: Network
    at: datetime
    progress: Progress | None
    waiting: int
    failures: Sequence[Failure]

    @property
    def state(self) -> ChainState:
        """By time alone: how many blocks come in a minute differs a hundredfold among chains."""
        if self.progress is None:
            return ChainState.UNREAD
        lag_s = self.lag_s
        if self.progress.gap_blocks or lag_s is None or lag_s > LAG_MAX.total_seconds():
            return ChainState.LAGGING
        return ChainState.CURRENT

    @property
    def lag_blocks(self) -> int | None:
        """As of the last step: how many have come since, nobody knows."""
        if self.progress is None or self.progress.latest is None:
            return None
        return max(0, self.progress.latest - self.progress.head)

    @property
    def lag_s(self) -> int | None:
        """What is older than so many seconds has been read; ``None``: that was never so."""
        return self._since(self.progress.caught_up_at) if self.progress else None

    @property
    def step_age_s(self) -> int | None:
        return self._since(self.progress.stepped_at) if self.progress else None

    @property
    def block_age_s(self) -> int | None:
        """Seconds since the chain last brought a new block.

        A public chain has stopped where these grow, or all its providers have, and show the same
        last block for ever; a development chain only rests.
        """
        return self._since(self.progress.grew_at) if self.progress else None

    @property
    def closing_s(self) -> int | None:
        """Seconds that blocks have been waiting to be settled without any being so.

        A chain's own finality takes its time; what takes far longer is providers that contradict
        each other, or whose finality stands still, while the head goes on.
        """
        return self._since(self.progress.closing_since) if self.progress else None

    def _since(self, moment: datetime | None) -> int | None:
        return None if moment is None else max(0, int((self.at - moment).total_seconds()))
