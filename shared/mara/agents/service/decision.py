"""Step 3 of an answer: decide whether the passages answer the question, or refuse it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mara.agents.model.confidence import ANSWER_AT, confidence_of
from mara.agents.model.verification import Claim
from mara.agents.service.retrieval import Retrieval
from mara.search.model import Hit


@dataclass(frozen=True, slots=True)
class Decision:
    """The retrieval that is used; ``searched`` is its search text, ``confidence`` is 0..1."""

    searched: str
    passages: Sequence[Hit]
    confidence: float

    @property
    def is_answerable(self) -> bool:
        """Whether the confidence reaches the threshold; if not, the question is refused."""
        return self.confidence >= ANSWER_AT

    @property
    def quotes(self) -> Sequence[Claim]:
        """The passages as quotes; they are verified like those of a model."""
        return [Claim(hit.chunk.id, hit.chunk.text) for hit in self.passages]


def decide(retrievals: Iterable[Retrieval]) -> Decision:
    """Take the first retrieval that is answerable, else the one with the highest confidence.

    Retrievals after the first answerable one are not consumed, so their searches do not run.
    """
    best = Decision("", (), 0.0)
    for found in retrievals:
        confidence = confidence_of(found.evidence, found.text, found.best)
        if confidence >= best.confidence:
            best = Decision(found.text, found.passages, confidence)
        if best.is_answerable:
            break
    return best
