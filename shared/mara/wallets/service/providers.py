"""One chain by several providers: who is asked, who stands in, and who is remembered as failing."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.wallets.errors import ChainContradiction, ChainUnavailable, RangeRefused
from mara.wallets.model import Failure, FailureKind, Network
from mara.wallets.ports import Chain, Scans

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Providers:
    network: Network
    chains: Sequence[Chain]
    scans: Scans
    unit_of_work: UnitOfWork
    now: Clock

    def in_turn(self, turn: int, *, last: Sequence[Collection[str]] = ()) -> list[Chain]:
        """All of them, another one first each turn.

        Those named in ``last`` come last; of several such collections, the first one weighs most.
        """
        shift = turn % len(self.chains)
        rotated = [*self.chains[shift:], *self.chains[:shift]]
        return sorted(rotated, key=lambda chain: [chain.provider in names for names in last])

    def answers(
        self, ask: Callable[[Chain], AnswerT], chains: Sequence[Chain]
    ) -> Iterator[tuple[Chain, AnswerT]]:
        """Of each that answers; the others are noted."""
        for chain in chains:
            try:
                answer = ask(chain)
            except RangeRefused:
                raise
            except ChainUnavailable as error:
                self.note(chain, _kind(error), error.detail)
                continue
            yield chain, answer

    def first(
        self, ask: Callable[[Chain], AnswerT], chains: Sequence[Chain]
    ) -> tuple[Chain, AnswerT]:
        """Of the first that answers. Raises ChainUnavailable where none does, and RangeRefused."""
        for answered in self.answers(ask, chains):
            return answered
        raise ChainUnavailable(f"None of the providers of {self.network} answers.")

    def agreed_hash(self, number: int, turn: int = 0) -> str:
        """The hash of a final block, by the word of all providers that answer.

        Raises ChainUnavailable where none answers, where they do not agree, or where to one of
        them the block is not final.
        """
        asked = self.in_turn(turn)
        looks = [look for _, look in self.answers(lambda chain: chain.look((number,)), asked)]
        hashes = {look.hashes[number] for look in looks}
        found = hashes.pop() if len(hashes) == 1 else None
        if found is None or any(look.final < number for look in looks):
            raise ChainUnavailable(f"The providers do not agree on block {number} yet.")
        return found

    def others(self, turn: int, provider: str) -> list[Chain]:
        return [chain for chain in self.in_turn(turn) if chain.provider != provider]

    def note(self, chain: Chain, kind: FailureKind, said: str) -> None:
        failure = Failure(chain.provider, kind, self.now())
        with self.unit_of_work(SYSTEM):
            self.scans.note(self.network, failure, said)


def _kind(error: ChainUnavailable) -> FailureKind:
    contradicts = isinstance(error, ChainContradiction)
    return FailureKind.CONTRADICTION if contradicts else FailureKind.UNAVAILABLE
