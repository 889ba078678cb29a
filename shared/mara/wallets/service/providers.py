"""One chain through several providers: rotation, fallback, and the record of failures."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.metrics.model.families import RPC_CALLS
from mara.metrics.service import recorder
from mara.wallets.errors import ChainContradiction, ChainUnavailable, RangeRefused
from mara.wallets.model import FailureKind, Network, ProviderFailure
from mara.wallets.ports import Chain, ScanCursors

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Providers:
    """The providers of one network, the preferred one first."""

    network: Network
    chains: Sequence[Chain]
    cursors: ScanCursors
    unit_of_work: UnitOfWork
    now: Clock

    def rotated(self, turn: int, *, last: Sequence[Collection[str]] = ()) -> list[Chain]:
        """All providers, starting with another one each turn.

        Providers named in ``last`` are moved to the end; its first collection has the highest
        weight.
        """
        shift = turn % len(self.chains)
        rotated = [*self.chains[shift:], *self.chains[:shift]]
        return sorted(rotated, key=lambda chain: [chain.provider in names for names in last])

    def ask_each(
        self, ask: Callable[[Chain], AnswerT], chains: Sequence[Chain]
    ) -> Iterator[tuple[Chain, AnswerT]]:
        """Each provider that answers, with its answer; failures of the others are recorded.

        Raises RangeRefused.
        """
        for chain in chains:
            try:
                answer = self.ask(ask, chain)
            except RangeRefused:
                raise
            except ChainUnavailable as error:
                self.record_failure(chain, _kind(error), error.detail)
                continue
            yield chain, answer

    def ask(self, ask: Callable[[Chain], AnswerT], chain: Chain) -> AnswerT:
        """One provider's answer, which is counted. Raises RangeRefused, ChainUnavailable."""
        outcome = "failed"
        try:
            answer = ask(chain)
            outcome = "answered"
        except RangeRefused:
            outcome = "refused"
            raise
        except ChainUnavailable as error:
            outcome = _kind(error)
            raise
        finally:
            recorder().count(RPC_CALLS, self.network, outcome)
        return answer

    def ask_first(
        self, ask: Callable[[Chain], AnswerT], chains: Sequence[Chain]
    ) -> tuple[Chain, AnswerT]:
        """The first provider that answers, with its answer.

        Raises ChainUnavailable if none answers, and RangeRefused.
        """
        for answered in self.ask_each(ask, chains):
            return answered
        raise ChainUnavailable(f"No provider of {self.network} answers.")

    def agreed_hash(self, number: int) -> str:
        """The hash of a finalized block, confirmed by every provider that answers.

        Raises ChainUnavailable if none answers, if they report different hashes, or if one of them
        has not finalized the block yet.
        """
        answers = self.ask_each(lambda chain: chain.get_head((number,)), self.chains)
        heads = [head for _, head in answers]
        hashes = {head.hashes[number] for head in heads}
        found = hashes.pop() if len(hashes) == 1 else None
        if found is None or any(head.final < number for head in heads):
            raise ChainUnavailable(f"The providers do not agree on block {number} yet.")
        return found

    def others(self, turn: int, provider: str) -> list[Chain]:
        """All providers except the named one, rotated."""
        return [chain for chain in self.rotated(turn) if chain.provider != provider]

    def record_failure(self, chain: Chain, kind: FailureKind, detail: str) -> None:
        """Store a provider's failure in a transaction of its own."""
        failure = ProviderFailure(chain.provider, kind, self.now())
        with self.unit_of_work(SYSTEM):
            self.cursors.record_failure(self.network, failure, detail)


def _kind(error: ChainUnavailable) -> FailureKind:
    contradicts = isinstance(error, ChainContradiction)
    return FailureKind.CONTRADICTION if contradicts else FailureKind.UNAVAILABLE
