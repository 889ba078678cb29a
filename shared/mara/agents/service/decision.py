"""Step 4 of an answer: decide whether the passages answer the question, or refuse it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.agents.model.confidence import ANSWER_AT, NOT_NAMED, confidence_of
from mara.agents.model.verification import Claim
from mara.agents.service.retrieval import Retrieval
from mara.search.model import Evidence, Hit

RELATED_AT = NOT_NAMED
"""With a lower confidence, a refusal does not show the nearest passage as related. In runbooks-dev
seven of ten alerts of other products are below it, and one of ten whose runbook is missing."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The retrieval that is used; ``searched`` is its search text, ``confidence`` is 0..1.

    The sections of the passages ``cut`` are longer than what is shown of them.

    ``absent`` are numbers and codes of the question that are in no passage, and the identifier that
    it is about if that is in none; ``nearest`` is the hit that search ranks first.
    """

    searched: str
    passages: Sequence[Hit]
    confidence: float
    cut: frozenset[UUID] = frozenset()
    nearest: Hit | None = None
    absent: Sequence[str] = ()
    about_identifier: bool = False

    @property
    def is_answerable(self) -> bool:
        """Whether the confidence reaches the threshold; if not, the question is refused."""
        return self.confidence >= ANSWER_AT

    @property
    def related(self) -> Sequence[Hit]:
        """The nearest passage of a refused question; none if it is far from the question.

        A question about an identifier, such as an alert, gets it in any case: a sibling may help.
        """
        is_near = self.about_identifier or self.confidence >= RELATED_AT
        return (self.nearest,) if self.nearest and is_near and not self.is_answerable else ()

    @property
    def quotes(self) -> Sequence[Claim]:
        """The passages as quotes; they are verified like those of a model."""
        return whole_quotes(self.passages)


def whole_quotes(hits: Iterable[Hit]) -> Sequence[Claim]:
    """Return the whole text of each hit as a quote that is not verified yet."""
    return [Claim(hit.chunk.id, hit.chunk.text) for hit in hits]


def decide(retrievals: Iterable[Retrieval]) -> Decision:
    """Take the first retrieval that is answerable, else the one with the highest confidence.

    Retrievals after the first answerable one are not consumed, so their searches do not run; nor
    after one that names and codes refute: a question before it must not answer for another name.
    """
    best = Decision("", (), 0.0)
    for found in retrievals:
        evidence = found.evidence or Evidence()
        text = found.best.chunk.text if found.best else ""
        confidence = confidence_of(found.evidence, found.text, text)
        if confidence >= best.confidence:
            best = Decision(
                found.text,
                found.passages,
                confidence,
                nearest=found.best,
                absent=(*evidence.absent, *((found.unknown,) if found.unknown else ())),
                about_identifier=evidence.about_identifier,
            )
        if best.is_answerable or evidence.is_refuted:
            break
    return best
